//! Lines one by one.

use docstream_core::queries::{
    Cursor, InvalidCursor, Limit, Line, LineFilter, Page, StoredDocument,
};
use docstream_core::{ContentHash, DocId, Result, Timestamp};
use rusqlite::{Connection, params_from_iter};

use super::line::{LINE, each, get, line, timestamp};
use crate::conditions::Conditions;

pub(super) fn position(cursor: &Cursor) -> Result<[u8; 24], InvalidCursor> {
    cursor.bytes().try_into().map_err(|_| InvalidCursor)
}

pub(super) fn lines(
    conn: &Connection,
    filter: &LineFilter,
    after: Option<[u8; 24]>,
    limit: Limit,
) -> Result<Page<Line>> {
    let conditions = Conditions::default()
        .and("doc_id >", after.map(Vec::from))
        .and("invoice_no =", filter.invoice.clone())
        .and("customer_id =", filter.customer.map(|customer| customer.0))
        .and("country =", filter.country.clone())
        .and("stock_code =", filter.stock_code.clone())
        .and("kind =", filter.kind.map(|kind| kind.as_str().to_owned()))
        .and("invoice_date >=", filter.from.map(Timestamp::unix_micros))
        .and("invoice_date <", filter.to.map(Timestamp::unix_micros));
    let sql = format!(
        "SELECT {LINE} FROM invoice_lines{} ORDER BY doc_id LIMIT {}",
        conditions.sql(),
        limit.get() + 1
    );
    let mut items = Vec::new();
    each(conn, &sql, params_from_iter(conditions.values), |row| {
        items.push(line(row)?);
        Ok(())
    })?;
    Ok(Page::cut(items, limit, |last| last.id.to_bytes().to_vec()))
}

pub(super) fn document(conn: &Connection, id: DocId) -> Result<Option<StoredDocument>> {
    let sql = format!(
        "SELECT {LINE}, content_hash, store_partitions.name, offset, stored_at
         FROM invoice_lines JOIN store_partitions ON store_partitions.id = partition
         WHERE doc_id = ?1"
    );
    let mut found = None;
    each(conn, &sql, [id.to_bytes()], |row| {
        found = Some(StoredDocument {
            id,
            content_hash: ContentHash::from_bytes(get(row, 11)?).to_string(),
            partition: get(row, 12)?,
            offset: get::<i64>(row, 13)? as u64,
            stored_at: timestamp(get(row, 14)?)?,
            line: line(row)?,
        });
        Ok(())
    })?;
    Ok(found)
}
