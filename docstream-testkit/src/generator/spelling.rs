//! Other ways to write the same document, all of which must be read.

use docstream_core::InvoiceKind;

use super::draws::Draws;
use super::json::{COUNTRY, CUSTOMER_ID, DESCRIPTION, Draft, INVOICE_DATE, INVOICE_NO, UNIT_PRICE};
use super::line::GeneratedLine;
use super::text;

/// `line` with one to three unusual but legal spellings.
pub(super) fn spelled(line: &GeneratedLine, draws: &mut Draws, out: &mut Vec<u8>) {
    let mut draft = Draft::new(line);
    invoice_no(line, draws, &mut draft);
    customer(line, draws, &mut draft);
    price(line, draws, &mut draft);
    date(line, draws, &mut draft);
    if draws.per_million(300_000) {
        escape(line.description, DESCRIPTION, &mut draft);
        escape(line.country, COUNTRY, &mut draft);
    }
    // Guests may leave the field out. Last of all, as it moves the fields.
    if line.customer.is_none() && draws.per_million(400_000) {
        draft.members.remove(CUSTOMER_ID);
    }
    if draws.per_million(300_000) {
        let by = draws.below(draft.members.len() as u32) as usize;
        draft.members.rotate_left(by);
    }
    if draws.per_million(100_000) {
        draft.members.reverse();
    }
    draft.blank = draws.pick(&["", "", " ", "  ", "\t"]).unwrap_or_default();
    draft.write(out);
}

fn invoice_no(line: &GeneratedLine, draws: &mut Draws, draft: &mut Draft) {
    if line.kind == InvoiceKind::Sale {
        match draws.below(4) {
            0 => draft.set(INVOICE_NO, line.invoice.to_string()),
            1 => draft.set(INVOICE_NO, format!("{}.0", line.invoice)),
            _ => {}
        }
    }
}

fn customer(line: &GeneratedLine, draws: &mut Draws, draft: &mut Draft) {
    match (line.customer, draws.below(4)) {
        (Some(customer), 0) => draft.set(CUSTOMER_ID, format!("\"{customer}\"")),
        (Some(customer), 1) => draft.set(CUSTOMER_ID, format!("{customer}.0")),
        (None, 0) => draft.set(CUSTOMER_ID, "\"\""),
        _ => {}
    }
}

fn price(line: &GeneratedLine, draws: &mut Draws, draft: &mut Draft) {
    let plain = text::text(|out| text::money(line.price, out));
    let cents = line.price % 100 == 0;
    match draws.below(5) {
        0 => draft.set(UNIT_PRICE, format!("\"{plain}\"")),
        1 if cents => draft.set(UNIT_PRICE, two_decimals(line.price)),
        2 if cents => draft.set(UNIT_PRICE, format!("\"{}\"", two_decimals(line.price))),
        _ => {}
    }
}

fn two_decimals(price: i64) -> String {
    let sign = if price < 0 { "-" } else { "" };
    let price = price.unsigned_abs();
    format!("{sign}{}.{:02}", price / 10_000, price % 10_000 / 100)
}

fn date(line: &GeneratedLine, draws: &mut Draws, draft: &mut Draft) {
    let local = text::text(|out| text::iso(&line.time, b'T', out));
    match draws.below(4) {
        0 => draft.set(INVOICE_DATE, format!("\"{local}\"")),
        1 if line.time.offset_seconds == 0 => draft.set(INVOICE_DATE, format!("\"{local}Z\"")),
        1 | 2 => {
            let hours = line.time.offset_seconds / 3_600;
            draft.set(INVOICE_DATE, format!("\"{local}+{hours:02}:00\""));
        }
        _ => {}
    }
}

/// `\/` for a slash, `\u00a3` for a pound sign, and a letter by its number.
fn escape(value: &str, field: usize, draft: &mut Draft) {
    let mut escaped = String::from("\"");
    for (index, char) in value.chars().enumerate() {
        match char {
            '/' => escaped.push_str("\\/"),
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            char if index == 0 || !char.is_ascii() => {
                escaped.push_str(&format!("\\u{:04x}", u32::from(char)));
            }
            char => escaped.push(char),
        }
    }
    escaped.push('"');
    draft.set(field, escaped);
}
