//! Rows as lines.

use docstream_core::queries::Line;
use docstream_core::{CustomerId, DocId, Error, InvoiceKind, Money, Result, Timestamp};
use rusqlite::{Connection, Params, Row};

use super::sums::money;
use crate::error::sqlite;

pub(super) const OPERATION: &str = "read invoice lines";

/// The columns of [`line`], in its order.
pub(super) const LINE: &str = "doc_id, invoice_no, kind, stock_code, product, description,
    quantity, invoice_date, unit_price, customer_id, country";

/// The line of a row of [`LINE`].
pub(super) fn line(row: &Row<'_>) -> Result<Line> {
    let (quantity, price): (i64, i64) = (get(row, 6)?, get(row, 8)?);
    Ok(Line {
        id: DocId::from_bytes(get(row, 0)?),
        invoice: get(row, 1)?,
        kind: kind(row, 2)?,
        stock_code: get(row, 3)?,
        product: get(row, 4)?,
        description: get(row, 5)?,
        quantity,
        date: timestamp(get(row, 7)?)?,
        unit_price: Money::from_ten_thousandths(price),
        net: money(i128::from(quantity) * i128::from(price))?,
        customer: get::<Option<u32>>(row, 9)?.map(CustomerId),
        country: get(row, 10)?,
    })
}

pub(super) fn get<T: rusqlite::types::FromSql>(row: &Row<'_>, column: usize) -> Result<T> {
    row.get(column).map_err(sqlite(OPERATION))
}

/// The text of a column where it lies.
pub(super) fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str> {
    row.get_ref(column)
        .map_err(sqlite(OPERATION))?
        .as_str()
        .map_err(|error| strange().caused_by(error))
}

pub(super) fn kind(row: &Row<'_>, column: usize) -> Result<InvoiceKind> {
    match text(row, column)? {
        "sale" => Ok(InvoiceKind::Sale),
        "cancellation" => Ok(InvoiceKind::Cancellation),
        "adjustment" => Ok(InvoiceKind::Adjustment),
        _ => Err(strange()),
    }
}

pub(super) fn timestamp(micros: i64) -> Result<Timestamp> {
    Timestamp::from_unix_micros(micros).ok_or_else(strange)
}

fn strange() -> Error {
    Error::config(
        OPERATION,
        "a value in the table is not one of an invoice line",
    )
}

/// Runs a query and gives every row to `each`.
pub(super) fn each(
    conn: &Connection,
    sql: &str,
    values: impl Params,
    mut each: impl FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    let mut statement = conn.prepare_cached(sql).map_err(sqlite(OPERATION))?;
    let mut rows = statement.query(values).map_err(sqlite(OPERATION))?;
    while let Some(row) = rows.next().map_err(sqlite(OPERATION))? {
        each(row)?;
    }
    Ok(())
}
