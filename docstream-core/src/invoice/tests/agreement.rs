//! Laws: the short way agrees with the general one, the yes-or-no check with
//! `validator`, and what is written is read back.

use proptest::prelude::*;
use validator::ValidateArgs;

use super::*;
use crate::{Money, Timestamp};

fn lines() -> impl Strategy<Value = InvoiceLine> {
    let text = || {
        prop_oneof![
            4 => "[ -~]{0,20}[!-~][ -~]{0,5}",
            1 => "[a-c\"\\\\/\t\n£é😀 ]{0,9}x",
        ]
    };
    let description = proptest::option::of(text());
    let number = prop_oneof!["[0-9]{6}", "[AC]?[0-9]{1,18}"];
    (
        (number, text(), description, any::<i32>()),
        (
            0..=4_102_444_800_i64,
            -10_000_000_i64..100_000_000,
            any::<Option<u32>>(),
            text(),
        ),
    )
        .prop_map(
            |((number, code, description, quantity), (date, price, customer, country))| {
                InvoiceLine {
                    invoice_no: InvoiceNo::new(number).unwrap(),
                    stock_code: StockCode::new(code).unwrap(),
                    description: description.map(|text| Description::new(text).unwrap()),
                    quantity: Quantity(quantity),
                    invoice_date: Timestamp::from_unix_seconds(date).unwrap(),
                    unit_price: Money::from_ten_thousandths(price),
                    customer_id: customer.map(CustomerId),
                    country: Country::new(country).unwrap(),
                }
            },
        )
}

fn json_of(line: &InvoiceLine) -> String {
    let mut json = Vec::new();
    write_json(&line.view(), &mut json);
    String::from_utf8(json).unwrap()
}

/// Both ways must take the document with the same result, or the short one not at all.
fn agree(json: &str, policy: Policy) -> Result<bool, TestCaseError> {
    let rules = rules(policy);
    let mut parser = rules.parser();
    let (mut short, mut long) = (String::new(), String::new());
    let general = parser.parse_any_json(json, &mut long);
    let fast = super::super::json::fast::read(
        json,
        policy,
        &mut rules.dates.parser(),
        &rules.limits,
        &mut short,
    );
    if let Some(line) = fast {
        let Ok((expected, _)) = &general else {
            return Err(TestCaseError::fail(format!(
                "only the short way takes {json}"
            )));
        };
        prop_assert_eq!(line.view(&short), expected.view(&long));
    }
    Ok(fast.is_some())
}

proptest! {
    #[test]
    fn a_line_survives_being_written_and_read(mut line in lines()) {
        if !Policy::Retail.admits(&line) {
            line.unit_price = -line.unit_price;
        }
        let (read, hash) = parse(&json_of(&line)).unwrap();
        prop_assert_eq!(&read, &line);
        prop_assert_eq!(hash, line.view().content_hash(&mut Vec::new()));
        let through_serde = serde_json::to_string(&line).unwrap();
        prop_assert_eq!(&through_serde, &json_of(&line));
        prop_assert_eq!(serde_json::from_str::<InvoiceLine>(&through_serde).unwrap(), line);
    }

    #[test]
    fn a_line_survives_being_packed(line in lines()) {
        let mut arena = "before".to_owned();
        let packed = line.view().pack(&mut arena);
        prop_assert_eq!(packed.view(&arena).to_owned(), line);
    }

    #[test]
    fn the_short_way_takes_what_is_written_without_escapes(line in lines(), strict: bool) {
        let policy = if strict { Policy::Strict } else { Policy::Retail };
        let json = json_of(&line);
        let took = agree(&json, policy)?;
        let plain = !json.contains('\\') && !json.contains('£');
        prop_assert_eq!(took, plain && policy.admits(&line));
    }

    #[test]
    fn the_short_way_never_takes_what_the_general_refuses(
        line in lines(),
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), "[ -~]|\\PC|\0"), 1..4),
        cut: bool,
    ) {
        let mut json = json_of(&line);
        for (at, put) in edits {
            let at = at.index(json.len());
            if json.is_char_boundary(at) && json.is_char_boundary(at + 1) {
                json.replace_range(at..at + usize::from(cut), &put);
            }
        }
        agree(&json, Policy::Retail)?;
    }

    #[test]
    fn the_check_and_the_validator_agree(line in lines(), strict: bool) {
        let policy = if strict { Policy::Strict } else { Policy::Retail };
        prop_assert_eq!(policy.admits(&line), line.validate_with_args(policy).is_ok());
    }

    #[test]
    fn no_bytes_make_the_parser_panic(bytes: Vec<u8>, json in "[{}\\[\\]\",:\\\\a0-9.eE+ -]{0,40}") {
        let rules = rules(Policy::Retail);
        let mut text = String::new();
        let _ = rules.parser().parse_json(&bytes, &mut text);
        let _ = rules.parser().parse_json(json.as_bytes(), &mut text);
        prop_assert_eq!(text, "");
    }
}

#[test]
fn spellings_near_the_short_form_agree_too() {
    for (from, to) in [
        ("\":", "\": "),
        ("2.55", "02.55"),
        ("2.55", "2."),
        ("2.55", "-0"),
        ("2.55", "2.55000"),
        ("\"536365\"", "0536365"),
        ("\"536365\"", "0"),
        ("17850", "00"),
        ("17850", "\"\""),
        (":6,", ":-0,"),
        (":6,", ":06,"),
        ("\"WHITE HEART\"", "\"\""),
        ("\"WHITE HEART\"", "\" \""),
        ("\"WHITE HEART\"", "\"\u{a0}\""),
        ("}", "} "),
        ("}", "}}"),
    ] {
        agree(&with(from, to), Policy::Retail).unwrap();
    }
    let python = GOOD.replace("\":", "\": ").replace(",\"", ", \"");
    assert!(agree(&python, Policy::Strict).unwrap());
}
