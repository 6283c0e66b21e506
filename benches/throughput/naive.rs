//! The same work as an ordinary engineer would write it: owned fields by serde, `validator`,
//! a format string of chrono, `rust_decimal`, a row of values for each document.

use std::error::Error;
use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Europe::London;
use docstream::{ContentHash, ContentHasher};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use validator::{Validate, ValidationError};

/// How the log writes dates.
pub(crate) const FORMAT: &str = "%Y-%m-%dT%H:%M:%SZ";

#[derive(Debug, Deserialize, Validate)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[validate(schema(function = "price"))]
pub(crate) struct Line {
    #[validate(custom(function = "number"))]
    pub(crate) invoice_no: String,
    #[validate(length(min = 1, max = 8192), custom(function = "plain"))]
    pub(crate) stock_code: String,
    #[validate(length(max = 8192), custom(function = "plain"))]
    pub(crate) description: Option<String>,
    pub(crate) quantity: i32,
    pub(crate) invoice_date: String,
    #[serde(deserialize_with = "exact")]
    pub(crate) unit_price: Decimal,
    #[serde(rename = "CustomerID")]
    pub(crate) customer_id: Option<u32>,
    #[validate(length(min = 1, max = 8192), custom(function = "plain"))]
    pub(crate) country: String,
}

/// The decimal that the literal says; by way of a float it would not be exact.
fn exact<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let literal = <&RawValue>::deserialize(deserializer)?;
    Decimal::from_str(literal.get()).map_err(serde::de::Error::custom)
}

fn number(number: &str) -> Result<(), ValidationError> {
    let digits = number.strip_prefix(['C', 'A']).unwrap_or(number);
    if !digits.is_empty() && digits.len() <= 18 && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    Err(ValidationError::new("invalid_format"))
}

fn plain(text: &str) -> Result<(), ValidationError> {
    if text
        .chars()
        .any(|c| c.is_control() && c != '\t' && c != '\n')
    {
        return Err(ValidationError::new("invalid_character"));
    }
    Ok(())
}

fn price(line: &Line) -> Result<(), ValidationError> {
    let negative = line.unit_price.is_sign_negative() && !line.unit_price.is_zero();
    if line.unit_price.scale() > 4 || negative && !line.invoice_no.starts_with('A') {
        return Err(ValidationError::new("out_of_range"));
    }
    Ok(())
}

/// A value of a row, as a database driver takes it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Text(String),
    Integer(i64),
}

/// From the bytes of a document, whose date is in UTC, to its row and the hash of what it holds.
pub(crate) fn stage(raw: &[u8]) -> Result<(Vec<Cell>, ContentHash), Box<dyn Error>> {
    stage_with(raw, |text| {
        Ok(NaiveDateTime::parse_from_str(text, FORMAT)?.and_utc())
    })
}

/// The same where the date is a local time in London.
pub(crate) fn stage_local(raw: &[u8]) -> Result<(Vec<Cell>, ContentHash), Box<dyn Error>> {
    stage_with(raw, |text| {
        let date = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S")?;
        let date = London.from_local_datetime(&date).earliest();
        Ok(date.ok_or("there is no such hour")?.to_utc())
    })
}

fn stage_with(
    raw: &[u8],
    date: impl FnOnce(&str) -> Result<DateTime<Utc>, Box<dyn Error>>,
) -> Result<(Vec<Cell>, ContentHash), Box<dyn Error>> {
    let line: Line = serde_json::from_slice(raw)?;
    line.validate()?;
    let micros = date(&line.invoice_date)?.timestamp_micros();
    let price = (line.unit_price * Decimal::from(10_000))
        .to_i64()
        .ok_or("the price is too large")?;
    let hash = hash(&line, micros, price);
    let kind = match line.invoice_no.as_bytes() {
        [b'C', ..] => "cancellation",
        [b'A', ..] => "adjustment",
        _ => "sale",
    };
    let product = line.stock_code.trim().to_ascii_uppercase();
    let (clean, raw) = match line.description {
        None => (Cell::Null, Cell::Null),
        Some(raw) if raw.trim().len() == raw.len() => (Cell::Text(raw), Cell::Null),
        Some(raw) => (Cell::Text(raw.trim().to_owned()), Cell::Text(raw)),
    };
    let customer = line
        .customer_id
        .map(|customer| Cell::Integer(customer.into()));
    let row = vec![
        Cell::Text(line.invoice_no),
        Cell::Text(kind.to_owned()),
        Cell::Text(line.stock_code),
        Cell::Text(product),
        clean,
        raw,
        Cell::Integer(line.quantity.into()),
        Cell::Integer(micros),
        Cell::Integer(price),
        customer.unwrap_or(Cell::Null),
        Cell::Text(line.country),
    ];
    Ok((row, hash))
}

fn hash(line: &Line, micros: i64, price: i64) -> ContentHash {
    let mut fields = Vec::new();
    ContentHasher::put_text(&mut fields, &line.invoice_no);
    ContentHasher::put_text(&mut fields, &line.stock_code);
    match &line.description {
        Some(description) => ContentHasher::put_text(&mut fields, description),
        None => ContentHasher::put_null(&mut fields),
    }
    ContentHasher::put_integer(&mut fields, line.quantity.into());
    ContentHasher::put_integer(&mut fields, micros);
    ContentHasher::put_integer(&mut fields, price);
    match line.customer_id {
        Some(customer) => ContentHasher::put_integer(&mut fields, customer.into()),
        None => ContentHasher::put_null(&mut fields),
    }
    ContentHasher::put_text(&mut fields, &line.country);
    ContentHash::of_bytes(&fields)
}
