//! Deleting what is stored of a customer.

use std::sync::Arc;

use docstream_core::{CustomerId, Document, InvoiceLine, Result, Timestamp};
use rusqlite::Connection;

use super::SqliteStore;
use super::table::Table;
use crate::error::sqlite;

impl<S> SqliteStore<InvoiceLine<S>>
where
    InvoiceLine<S>: Document,
{
    /// Deletes every line of `customer` and says how many there were.
    ///
    /// Their ids and content hashes stay, so that reading the source again does not
    /// bring the lines back. Dead letters are not looked through.
    pub async fn delete_customer(&self, customer: CustomerId) -> Result<u64> {
        let table = Arc::clone(&self.table);
        self.database
            .writer
            .run(move |conn| {
                delete(conn, &table, customer).map_err(sqlite("delete a customer's lines"))
            })
            .await
    }
}

fn delete(conn: &Connection, table: &Table, customer: CustomerId) -> rusqlite::Result<u64> {
    let (lines, deleted) = (&table.name, &table.deleted);
    conn.execute(
        &format!(
            "INSERT INTO {deleted} (doc_id, content_hash, deleted_at)
             SELECT doc_id, content_hash, ?2 FROM {lines} WHERE customer_id = ?1"
        ),
        (customer.0, Timestamp::now().unix_micros()),
    )?;
    let gone = conn.execute(
        &format!("DELETE FROM {lines} WHERE customer_id = ?1"),
        [customer.0],
    )?;
    Ok(gone as u64)
}
