//! A line as a row of CSV.

use super::line::{GeneratedLine, prefix};
use super::text::{self, DateStyle};

/// The header of the real file, with its line end.
pub const CSV_HEADER: &str =
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\r\n";

/// A row with its line end.
pub(super) fn plain(line: &GeneratedLine, order: DateStyle, out: &mut Vec<u8>) {
    out.extend_from_slice(prefix(line.kind).as_bytes());
    text::integer(line.invoice, out);
    out.push(b',');
    text::csv_field(line.stock_code, out);
    out.push(b',');
    text::csv_field(line.description, out);
    out.push(b',');
    text::signed(line.quantity, out);
    out.push(b',');
    text::date(&line.time, order, out);
    out.push(b',');
    text::money(line.price, out);
    out.push(b',');
    if let Some(customer) = line.customer {
        text::integer(u64::from(customer), out);
    }
    out.push(b',');
    text::csv_field(line.country, out);
    out.extend_from_slice(b"\r\n");
}

/// The fields of a row as text, not yet quoted.
pub(super) fn fields(line: &GeneratedLine, order: DateStyle) -> Vec<String> {
    vec![
        line.invoice_no(),
        line.stock_code.to_owned(),
        line.description.to_owned(),
        line.quantity.to_string(),
        text::text(|out| text::date(&line.time, order, out)),
        text::text(|out| text::money(line.price, out)),
        line.customer.map(|id| id.to_string()).unwrap_or_default(),
        line.country.to_owned(),
    ]
}

/// The row of `fields`, with its line end.
pub(super) fn row(fields: &[String], out: &mut Vec<u8>) {
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        text::csv_field(field, out);
    }
    out.extend_from_slice(b"\r\n");
}
