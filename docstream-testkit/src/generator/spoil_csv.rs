//! Rows of CSV with one fault.

use docstream_core::InvoiceKind;

use super::csv;
use super::draws::Draws;
use super::json::{
    COUNTRY, DESCRIPTION, INVOICE_DATE, INVOICE_NO, POINTERS, QUANTITY, STOCK_CODE, UNIT_PRICE,
};
use super::line::GeneratedLine;
use super::poison::Poison;
use super::spoil_json::{REQUIRED, TOO_LARGE, TOO_LONG, bad_invoice_no, positive_price};
use super::text::DateStyle;

/// Appends a row of `line` spoilt by `poison`; says where the fault is. A kind
/// that a row cannot have gives a row of the wrong number of columns.
pub(super) fn spoil(
    line: &GeneratedLine,
    poison: Poison,
    order: DateStyle,
    draws: &mut Draws,
    out: &mut Vec<u8>,
) -> &'static str {
    let sale = GeneratedLine {
        kind: InvoiceKind::Sale,
        price: line.price.abs(),
        ..*line
    };
    let mut fields = csv::fields(&sale, order);
    let mut set = |field: usize, value: String| {
        fields[field] = value;
        POINTERS[field]
    };
    let pointer = match poison {
        Poison::MissingField => set(draws.pick(&REQUIRED).unwrap_or(COUNTRY), String::new()),
        Poison::WrongType => {
            let (field, value) = draws
                .pick(&[
                    (QUANTITY, "six"),
                    (QUANTITY, "1.5"),
                    (UNIT_PRICE, "two pounds"),
                ])
                .unwrap_or((QUANTITY, "six"));
            set(field, value.to_owned())
        }
        Poison::NumberTooLarge => {
            let (field, value) = draws
                .pick(&[
                    (QUANTITY, "9223372036854775808"),
                    (QUANTITY, "18446744073709551616"),
                    (UNIT_PRICE, "79228162514264337593543950336"),
                ])
                .unwrap_or((QUANTITY, "9223372036854775808"));
            set(field, value.to_owned())
        }
        Poison::ImpossibleDate => set(INVOICE_DATE, impossible(order, draws).to_owned()),
        Poison::NulInValue => {
            let field = draws.pick(&[DESCRIPTION, COUNTRY]).unwrap_or(COUNTRY);
            set(field, "FRA\0NCE".to_owned())
        }
        Poison::TooLong => {
            let field = draws
                .pick(&[STOCK_CODE, DESCRIPTION, COUNTRY])
                .unwrap_or(COUNTRY);
            set(field, "X".repeat(TOO_LONG))
        }
        Poison::TooLarge => {
            set(DESCRIPTION, "X".repeat(TOO_LARGE));
            ""
        }
        Poison::BadInvoiceNo => set(INVOICE_NO, bad_invoice_no(line, draws)),
        Poison::NegativePrice => set(UNIT_PRICE, format!("-{}", positive_price(line))),
        Poison::FifthDecimal => set(UNIT_PRICE, "2.55001".to_owned()),
        Poison::UnclosedQuote => {
            out.push(b'"');
            ""
        }
        _ => {
            if draws.per_million(500_000) {
                fields.push("one too many".to_owned());
            } else {
                fields.truncate(COUNTRY);
            }
            ""
        }
    };
    csv::row(&fields, out);
    pointer
}

fn impossible(order: DateStyle, draws: &mut Draws) -> &'static str {
    let dates: &[&str] = match order {
        DateStyle::MonthDayYear => &["2/30/2011 10:00", "4/15/2011 25:00", "3/27/2011 1:30"],
        DateStyle::DayMonthYear => &["30/2/2011 10:00", "15/4/2011 25:00", "27/3/2011 1:30"],
        DateStyle::Iso => &[
            "2011-02-30 10:00:00",
            "2011-13-15 10:00:00",
            "2011-03-27 01:30:00",
        ],
    };
    draws.pick(dates).unwrap_or_default()
}
