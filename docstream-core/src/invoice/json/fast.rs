//! The short way: exactly the form that [`write_json`](super::write_json) makes.
//!
//! Takes the fields in the data set's order with at most one blank after a colon
//! or comma, plain numbers, and texts without escapes. On anything else it gives
//! up, and the general reader decides: this one never refuses a document, and a
//! property test shows that what it takes the other takes with the same result.

mod cursor;

use cursor::{Cursor, is_plain};

use crate::invoice::draft::fits;
use crate::{
    Country, CustomerId, DateParser, Description, InvoiceKind, InvoiceLine, InvoiceNo, Limits,
    Policy, Span, StockCode,
};

/// The line in `json` if it has that form and is good; `None` may leave texts in `arena`.
pub(crate) fn read(
    json: &str,
    policy: Policy,
    dates: &mut DateParser<'_>,
    limits: &Limits,
    arena: &mut String,
) -> Option<InvoiceLine<Span>> {
    let start = arena.len();
    let mut cursor = Cursor::new(json, limits.text_bytes);
    let invoice_no = invoice_no(&mut cursor, arena)?;
    cursor.key(b",\"StockCode\":\"")?;
    let stock_code = StockCode::place(cursor.text()?, arena).ok()?;
    let description = description(&mut cursor, arena)?;
    cursor.key(b",\"Quantity\":")?;
    let quantity = cursor.quantity()?;
    cursor.key(b",\"InvoiceDate\":\"")?;
    let invoice_date = dates.parse(cursor.text()?).ok()?;
    cursor.key(b",\"UnitPrice\":")?;
    let unit_price = cursor.price()?;
    let customer_id = customer(&mut cursor)?;
    cursor.key(b",\"Country\":\"")?;
    let country = Country::place(cursor.text()?, arena).ok()?;
    cursor.end()?;
    // All at once: they lie side by side.
    if !is_plain(arena.as_bytes().get(start..)?) {
        return None;
    }
    let line = InvoiceLine {
        invoice_no,
        stock_code,
        description,
        quantity,
        invoice_date,
        unit_price,
        customer_id,
        country,
    };
    (fits(quantity, unit_price) && policy.admits(&line)).then_some(line)
}

#[inline]
fn invoice_no(cursor: &mut Cursor<'_>, arena: &mut String) -> Option<InvoiceNo<Span>> {
    if cursor.key(b"{\"InvoiceNo\":\"").is_some() {
        return InvoiceNo::place(cursor.text()?, arena).ok();
    }
    cursor.key(b"{\"InvoiceNo\":")?;
    cursor.blank();
    let digits = cursor.digits(18)?;
    Some(InvoiceNo::from_parts(
        Span::push(arena, digits),
        InvoiceKind::Sale,
    ))
}

#[inline]
#[allow(
    clippy::option_option,
    reason = "the outer one is whether the document has the form"
)]
fn description(cursor: &mut Cursor<'_>, arena: &mut String) -> Option<Option<Description<Span>>> {
    if cursor.key(b",\"Description\":\"").is_none() {
        if cursor.key(b",\"Description\":").is_none() {
            return Some(None);
        }
        cursor.blank();
        return cursor.null().then_some(None);
    }
    let text = cursor.text()?;
    if text.is_empty() {
        return Some(None);
    }
    Description::place(text, arena).ok().map(Some)
}

#[inline]
#[allow(
    clippy::option_option,
    reason = "the outer one is whether the document has the form"
)]
fn customer(cursor: &mut Cursor<'_>) -> Option<Option<CustomerId>> {
    if cursor.key(b",\"CustomerID\":").is_none() {
        return Some(None);
    }
    cursor.blank();
    if cursor.quote() {
        return match cursor.text()? {
            "" => Some(None),
            text => text.parse().ok().map(Some),
        };
    }
    if cursor.null() {
        return Some(None);
    }
    cursor.customer().map(Some)
}
