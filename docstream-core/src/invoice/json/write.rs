//! Writing a line as JSON.

use super::super::InvoiceLine;
use crate::money::write_whole;

/// Appends `line` to `out` as one JSON object: the data set's names in its order,
/// texts as they were written, the date in RFC 3339 and UTC, the price as a number.
/// What is absent is left out.
///
/// The result parses back to the same line with the same content hash, in this
/// very form by a shorter way than other JSON.
///
/// ```
/// use docstream_core::{InvoiceLine, write_json};
///
/// let json = concat!(
///     r#"{"InvoiceNo":"536365","StockCode":"71053","Description":"WHITE METAL LANTERN","Quantity":6,"#,
///     r#""InvoiceDate":"2010-12-01T08:26:00Z","UnitPrice":3.39,"CustomerID":17850,"Country":"United Kingdom"}"#,
/// );
/// let line: InvoiceLine = serde_json::from_str(json)?;
/// let mut out = Vec::new();
/// write_json(&line.view(), &mut out);
/// assert_eq!(out, json.as_bytes());
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn write_json(line: &InvoiceLine<&str>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"InvoiceNo\":");
    write_text(line.invoice_no.as_str(), out);
    out.extend_from_slice(b",\"StockCode\":");
    write_text(line.stock_code.raw(), out);
    if let Some(description) = &line.description {
        out.extend_from_slice(b",\"Description\":");
        write_text(description.raw(), out);
    }
    out.extend_from_slice(b",\"Quantity\":");
    if line.quantity.0 < 0 {
        out.push(b'-');
    }
    write_whole(u128::from(line.quantity.0.unsigned_abs()), out);
    out.extend_from_slice(b",\"InvoiceDate\":\"");
    line.invoice_date.write_rfc3339(out);
    out.extend_from_slice(b"\",\"UnitPrice\":");
    line.unit_price.write_plain(out);
    if let Some(customer) = line.customer_id {
        out.extend_from_slice(b",\"CustomerID\":");
        write_whole(u128::from(customer.0), out);
    }
    out.extend_from_slice(b",\"Country\":");
    write_text(line.country.as_str(), out);
    out.push(b'}');
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let needs_escape = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    // Without an early end the compiler looks at many bytes at once.
    let any = text
        .bytes()
        .fold(false, |any, byte| any | needs_escape(byte));
    if any {
        for &byte in text.as_bytes() {
            match byte {
                b'"' => out.extend_from_slice(b"\\\""),
                b'\\' => out.extend_from_slice(b"\\\\"),
                b'\t' => out.extend_from_slice(b"\\t"),
                b'\n' => out.extend_from_slice(b"\\n"),
                0..0x20 => {
                    let digit = |nibble: u8| b"0123456789abcdef"[usize::from(nibble)];
                    out.extend_from_slice(b"\\u00");
                    out.extend_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
                }
                _ => out.push(byte),
            }
        }
    } else {
        out.extend_from_slice(text.as_bytes());
    }
    out.push(b'"');
}
