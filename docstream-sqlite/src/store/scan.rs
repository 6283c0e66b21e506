//! Every id in the store, for the audit.

use docstream_core::{ContentHash, DocId, Document, Result};

use super::SqliteStore;
use crate::error::sqlite;

impl<D: Document> SqliteStore<D> {
    /// Gives every stored document's id and content hash to `each`, in the order of
    /// the ids. Blocks.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    ///
    /// ```
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
    /// let mut ids = Vec::new();
    /// store.scan_ids(|id, _hash| ids.push(id))?;
    /// assert_eq!(ids.len(), 1);
    /// assert_eq!(ids[0].position(), 0); // the first document of its source
    /// # Ok(())
    /// # }
    /// ```
    pub fn scan_ids(&self, each: impl FnMut(DocId, ContentHash)) -> Result<()> {
        self.scan(&self.table.name, each)
    }

    /// Gives the ids and hashes of documents that were deleted to `each`, in the
    /// order of the ids. Blocks.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn scan_deleted_ids(&self, each: impl FnMut(DocId, ContentHash)) -> Result<()> {
        self.scan(&self.table.deleted, each)
    }

    fn scan(&self, table: &str, mut each: impl FnMut(DocId, ContentHash)) -> Result<()> {
        let sql = format!("SELECT doc_id, content_hash FROM {table} ORDER BY doc_id");
        self.readers().run_here(|conn| {
            let mut read = || -> rusqlite::Result<()> {
                let mut statement = conn.prepare_cached(&sql)?;
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    each(
                        DocId::from_bytes(row.get(0)?),
                        ContentHash::from_bytes(row.get(1)?),
                    );
                }
                Ok(())
            };
            read().map_err(sqlite("scan the ids"))
        })
    }
}
