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
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    ///
    /// # Cancel safety
    ///
    /// Dropped half-way, all of the lines are deleted or none.
    ///
    /// ```
    /// use docstream_core::CustomerId;
    /// use docstream_sqlite::{InvoiceStore, StoreOptions};
    /// # use docstream_core::memory::MemoryStream;
    /// # use docstream_core::{ParseInvoices, Pipeline};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let store = InvoiceStore::open(folder.path().join("store.db"), StoreOptions::default())?;
    /// # let line = r#"{"InvoiceNo":"536365","StockCode":"71053","Quantity":6,"UnitPrice":3.39,
    /// #     "InvoiceDate":"2010-12-01T08:26:00Z","Country":"United Kingdom","CustomerID":17850}"#;
    /// # Pipeline::from(MemoryStream::bytes("orders", [[line]]).source())
    /// #     .transform(ParseInvoices::default())
    /// #     .halt_on_reject()
    /// #     .into_idempotent_sink(store.clone())
    /// #     .run()
    /// #     .await?;
    /// assert_eq!(store.delete_customer(CustomerId(17850)).await?, 1);
    /// let again = Pipeline::from(MemoryStream::bytes("orders", [[line]]).source().group("again"))
    ///     .transform(ParseInvoices::default())
    ///     .halt_on_reject()
    ///     .into_idempotent_sink(store.clone())
    ///     .run()
    ///     .await?;
    /// assert_eq!((again.written, again.duplicates), (0, 1));
    /// assert_eq!(store.count().await?, 0);
    /// # Ok(())
    /// # }
    /// ```
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
