//! Every id in the store, for the audit.

use docstream_core::{ContentHash, DocId, Document, Result};

use super::SqliteStore;
use crate::error::sqlite;

impl<D: Document> SqliteStore<D> {
    /// Gives every stored document's id and content hash to `each`, in the order of
    /// the ids. Blocks.
    pub fn scan_ids(&self, each: impl FnMut(DocId, ContentHash)) -> Result<()> {
        self.scan(&self.table.name, each)
    }

    /// Gives the ids and hashes of documents that were deleted to `each`, in the
    /// order of the ids. Blocks.
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
