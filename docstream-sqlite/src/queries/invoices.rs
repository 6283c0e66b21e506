//! Invoices, and counts over all of them.

use std::collections::{BTreeMap, HashSet};

use docstream_core::queries::{
    Cursor, InvalidCursor, Invoice, InvoiceSummary, Limit, Page, Totals,
};
use docstream_core::{CustomerId, InvoiceKind, Result};
use rusqlite::Connection;

use super::line::{LINE, OPERATION, each, get, kind, line, text, timestamp};
use super::sums::{Sums, money};
use crate::error::sqlite;

pub(super) fn invoice(conn: &Connection, number: String) -> Result<Option<Invoice>> {
    let sql = format!(
        "SELECT {LINE} FROM invoice_lines WHERE invoice_no = ?1 ORDER BY invoice_date, doc_id"
    );
    let mut lines = Vec::new();
    each(conn, &sql, [&number], |row| {
        lines.push(line(row)?);
        Ok(())
    })?;
    let mut sums = Sums::default();
    for line in &lines {
        let price = line.unit_price.ten_thousandths().unwrap_or_default();
        sums.add(line.kind, line.quantity, price);
    }
    let Some(first) = lines.first() else {
        return Ok(None);
    };
    Ok(Some(Invoice {
        invoice: number,
        kind: first.kind,
        date: first.date,
        customer: first.customer,
        country: first.country.clone(),
        total: money(sums.net)?,
        lines,
    }))
}

/// Where a page of a history starts: after this date and number.
pub(super) type After = (i64, String);

pub(super) fn position(cursor: &Cursor) -> Result<After, InvalidCursor> {
    let (date, number) = cursor.bytes().split_first_chunk().ok_or(InvalidCursor)?;
    let number = String::from_utf8(number.to_vec()).map_err(|_| InvalidCursor)?;
    Ok((i64::from_be_bytes(*date), number))
}

/// The invoices of a customer. All are read for a page, since the date of an invoice
/// is that of its first line: a customer has few.
pub(super) fn history(
    conn: &Connection,
    customer: CustomerId,
    after: Option<&After>,
    limit: Limit,
) -> Result<Page<InvoiceSummary>> {
    let sql = "SELECT invoice_no, kind, invoice_date, quantity, unit_price
        FROM invoice_lines WHERE customer_id = ?1";
    let mut invoices: BTreeMap<String, (InvoiceKind, i64, Sums)> = BTreeMap::new();
    each(conn, sql, [customer.0], |row| {
        let (kind, date) = (kind(row, 1)?, get(row, 2)?);
        let number = text(row, 0)?;
        if !invoices.contains_key(number) {
            invoices.insert(number.to_owned(), (kind, date, Sums::default()));
        }
        if let Some((kind, first, sums)) = invoices.get_mut(number) {
            *first = date.min(*first);
            sums.add(*kind, get(row, 3)?, get(row, 4)?);
        }
        Ok(())
    })?;
    let mut all: Vec<_> = invoices
        .into_iter()
        .map(|(no, (kind, date, sums))| ((date, no), kind, sums))
        .collect();
    all.sort_unstable_by(|(one, ..), (other, ..)| other.cmp(one));
    let rest = all
        .into_iter()
        .filter(|(key, ..)| after.is_none_or(|after| key < after))
        .take(limit.get() + 1);
    let items = rest
        .map(|((date, invoice), kind, sums)| {
            Ok(InvoiceSummary {
                invoice,
                kind,
                date: timestamp(date)?,
                lines: sums.lines,
                total: money(sums.net)?,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(items, limit, |last| {
        let mut key = last.date.unix_micros().to_be_bytes().to_vec();
        key.extend_from_slice(last.invoice.as_bytes());
        key
    }))
}

pub(super) fn totals(conn: &Connection) -> Result<Totals> {
    // One snapshot for all of it.
    let snapshot = conn.unchecked_transaction().map_err(sqlite(OPERATION))?;
    let count = |sql: &str| -> Result<u64> {
        snapshot
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row([], |row| row.get::<_, i64>(0)))
            .map(|count| count as u64)
            .map_err(sqlite(OPERATION))
    };
    // These two walk an index, whatever the number of invoices.
    let invoices = count("SELECT count(*) FROM (SELECT DISTINCT invoice_no FROM invoice_lines)")?;
    let customers = count(
        "SELECT count(*) FROM (SELECT DISTINCT customer_id FROM invoice_lines
         WHERE customer_id IS NOT NULL)",
    )?;
    // By SQLite, which spills to a file what is too much. The sign keeps it from walking
    // all lines in the order of their invoices to find the few of the kind.
    let cancelled_invoices =
        count("SELECT count(DISTINCT +invoice_no) FROM invoice_lines WHERE kind = 'cancellation'")?;
    let mut sums = Sums::default();
    // As many as the catalogue has, however many lines there are.
    let mut codes = HashSet::new();
    let mut cancelled_lines = 0;
    let sql = "SELECT kind, quantity, unit_price, stock_code FROM invoice_lines";
    each(&snapshot, sql, [], |row| {
        let kind = kind(row, 0)?;
        sums.add(kind, get(row, 1)?, get(row, 2)?);
        let code = text(row, 3)?;
        if !codes.contains(code) {
            codes.insert(code.to_owned());
        }
        cancelled_lines += u64::from(kind == InvoiceKind::Cancellation);
        Ok(())
    })?;
    Ok(Totals {
        lines: sums.lines,
        invoices,
        customers,
        products: codes.len() as u64,
        net: money(sums.net)?,
        gross: money(sums.gross)?,
        cancelled: money(sums.cancelled)?,
        cancelled_lines,
        cancelled_invoices,
    })
}
