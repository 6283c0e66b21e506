//! JSON documents with one fault.

use super::draws::Draws;
use super::json::{
    COUNTRY, CUSTOMER_ID, DESCRIPTION, Draft, INVOICE_DATE, INVOICE_NO, POINTERS, QUANTITY,
    STOCK_CODE, UNIT_PRICE,
};
use super::line::GeneratedLine;
use super::poison::Poison;
use super::text;

/// The fields policy `retail` asks for.
pub(super) const REQUIRED: [usize; 6] = [
    INVOICE_NO,
    STOCK_CODE,
    QUANTITY,
    INVOICE_DATE,
    UNIT_PRICE,
    COUNTRY,
];
/// Bytes of a text that is too long, and of a document that is too large.
pub(super) const TOO_LONG: usize = 8 * 1_024 + 1;
pub(super) const TOO_LARGE: usize = 1_024 * 1_024 + 1;

/// Appends `line` spoilt by `poison`; says where the fault is.
pub(super) fn spoil(
    line: &GeneratedLine,
    poison: Poison,
    draws: &mut Draws,
    out: &mut Vec<u8>,
) -> &'static str {
    match poison {
        Poison::Empty => "",
        Poison::NotJson => {
            let text = draws.pick(&["hello", "<line/>", "{InvoiceNo: 536365}", "{'a': 1}"]);
            out.extend_from_slice(text.unwrap_or("hello").as_bytes());
            ""
        }
        Poison::TruncatedJson => {
            let whole = text::text(|out| super::json::plain(line, out));
            let mut cut = 1 + draws.below(whole.len() as u32 - 1) as usize;
            while !whole.is_char_boundary(cut) {
                cut -= 1;
            }
            out.extend_from_slice(&whole.as_bytes()[..cut]);
            ""
        }
        Poison::ArrayNotObject => {
            let draft = Draft::new(line);
            let values: Vec<&[u8]> = draft.members.iter().map(|(_, value)| &value[..]).collect();
            out.push(b'[');
            out.extend_from_slice(&values.join(&b','));
            out.push(b']');
            ""
        }
        _ => {
            let mut draft = Draft::sale(line);
            let pointer = alter(&mut draft, line, poison, draws);
            draft.write(out);
            pointer
        }
    }
}

/// Alters one member of an object, or adds one.
fn alter(
    draft: &mut Draft,
    line: &GeneratedLine,
    poison: Poison,
    draws: &mut Draws,
) -> &'static str {
    if line.price < 0 {
        // An adjustment turned into a sale would have a second fault.
        draft.set(UNIT_PRICE, positive_price(line));
    }
    let mut replace = |choices: &[(usize, &[u8])]| {
        let (field, value) = draws.pick(choices).unwrap_or((QUANTITY, b"true"));
        draft.set(field, value);
        POINTERS[field]
    };
    match poison {
        Poison::InvalidUtf8 => {
            replace(&[
                (DESCRIPTION, b"\"GIFT VOUCHER \xA320\""),
                (DESCRIPTION, b"\"\xC3(\""),
                (COUNTRY, b"\"\xED\xA0\x80\""),
            ]);
            ""
        }
        Poison::WrongType => replace(&[
            (QUANTITY, b"\"6\""),
            (QUANTITY, b"6.5"),
            (QUANTITY, b"true"),
            (UNIT_PRICE, b"false"),
            (STOCK_CODE, b"true"),
            (DESCRIPTION, b"[\"RED\"]"),
            (INVOICE_DATE, b"1291191960"),
            (CUSTOMER_ID, b"true"),
            (COUNTRY, b"{}"),
        ]),
        Poison::NumberTooLarge => replace(&[
            (QUANTITY, b"9223372036854775808"),
            (QUANTITY, b"18446744073709551616"),
            (QUANTITY, b"-9223372036854775809"),
            (UNIT_PRICE, b"79228162514264337593543950336"),
            (CUSTOMER_ID, b"18446744073709551616"),
        ]),
        Poison::ImpossibleDate => replace(&[
            (INVOICE_DATE, b"\"2011-02-30 10:00:00\""),
            (INVOICE_DATE, b"\"2011-13-15 10:00:00\""),
            (INVOICE_DATE, b"\"2011-04-15 25:00:00\""),
            (INVOICE_DATE, b"\"2011-03-27 01:30:00\""),
            (INVOICE_DATE, b"\"yesterday\""),
        ]),
        Poison::NulInValue => replace(&[
            (DESCRIPTION, b"\"RED\\u0000BAG\""),
            (COUNTRY, b"\"FRA\\u0000NCE\""),
        ]),
        Poison::ExtendedJson => replace(&[
            (QUANTITY, b"{\"$numberLong\":\"6\"}"),
            (INVOICE_DATE, b"{\"$date\":\"2010-12-01T08:26:00Z\"}"),
            (UNIT_PRICE, b"{\"$numberDecimal\":\"2.55\"}"),
            (CUSTOMER_ID, b"{\"$oid\":\"507f1f77bcf86cd799439011\"}"),
        ]),
        Poison::AmbiguousDate => replace(&[
            (INVOICE_DATE, b"\"03/04/2011 10:00\""),
            (INVOICE_DATE, b"\"12/1/2010 8:26\""),
            (INVOICE_DATE, b"\"1\\/12\\/2010 08:26\""),
        ]),
        Poison::FifthDecimal => replace(&[
            (UNIT_PRICE, b"2.55001"),
            (UNIT_PRICE, b"\"0.00001\""),
            (UNIT_PRICE, b"2.5500000000000000000000000001"),
        ]),
        Poison::NegativePrice => {
            draft.set(UNIT_PRICE, format!("-{}", positive_price(line)));
            POINTERS[UNIT_PRICE]
        }
        Poison::BadInvoiceNo => {
            draft.set(INVOICE_NO, format!("\"{}\"", bad_invoice_no(line, draws)));
            POINTERS[INVOICE_NO]
        }
        Poison::TooLong => {
            let field = draws
                .pick(&[STOCK_CODE, DESCRIPTION, COUNTRY])
                .unwrap_or(COUNTRY);
            draft.set(field, format!("\"{}\"", "X".repeat(TOO_LONG)));
            POINTERS[field]
        }
        Poison::TooLarge => {
            draft.set(DESCRIPTION, format!("\"{}\"", "X".repeat(TOO_LARGE)));
            ""
        }
        Poison::TooDeep => {
            // The object itself may count as a level or not: both readings are past 32.
            let depth = 33 + draws.below(94) as usize;
            draft.set(DESCRIPTION, "[".repeat(depth) + &"]".repeat(depth));
            ""
        }
        _ => alter_members(draft, poison, draws),
    }
}

/// Takes a member away, or puts one in at any place.
fn alter_members(draft: &mut Draft, poison: Poison, draws: &mut Draws) -> &'static str {
    let place = draws.below(draft.members.len() as u32 + 1) as usize;
    let mut insert = |name: &str, value: &[u8]| {
        draft
            .members
            .insert(place, (format!("\"{name}\""), value.to_vec()));
    };
    match poison {
        Poison::MissingField => {
            let field = draws.pick(&REQUIRED).unwrap_or(COUNTRY);
            let text = [INVOICE_NO, STOCK_CODE, COUNTRY].contains(&field);
            match draws.below(if text { 3 } else { 2 }) {
                0 => drop(draft.members.remove(field)),
                1 => draft.set(field, "null"),
                _ => draft.set(field, "\"\""),
            }
            POINTERS[field]
        }
        Poison::DuplicateField => {
            let field = draws.below(POINTERS.len() as u32) as usize;
            let member = draft.members[field].clone();
            draft.members.insert(place, member);
            POINTERS[field]
        }
        Poison::DollarKey => {
            insert("$where", b"\"1 == 1\"");
            "/$where"
        }
        Poison::NulInKey => {
            insert("Note\\u0000", b"1");
            ""
        }
        _ => {
            let (name, pointer) = draws
                .pick(&[
                    ("is_admin", "/is_admin"),
                    ("Discount", "/Discount"),
                    ("_id", "/_id"),
                ])
                .unwrap_or(("is_admin", "/is_admin"));
            insert(name, b"true");
            pointer
        }
    }
}

/// The price without its sign, and never nothing.
pub(super) fn positive_price(line: &GeneratedLine) -> String {
    text::text(|out| text::money(line.price.abs().max(100), out))
}

pub(super) fn bad_invoice_no(line: &GeneratedLine, draws: &mut Draws) -> String {
    match draws.below(4) {
        0 => format!("{} {}", line.invoice / 1_000, line.invoice % 1_000),
        1 => format!("INV-{}", line.invoice),
        2 => format!("{}C", line.invoice),
        _ => "C".to_owned(),
    }
}
