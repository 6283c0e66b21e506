//! Every dead letter, for the audit.

use docstream_core::{Burial, Code, DocId, Partition, Result};

use super::SqliteDeadLetters;
use crate::error::sqlite;

impl SqliteDeadLetters {
    /// Gives the id and the state of every dead letter of `partitions` to `each`.
    /// Blocks. An audit names the partitions of the log: what was rejected on its way
    /// into it was never accepted. [`audit`](crate::audit) is made of it.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn scan_ids(
        &self,
        partitions: &[Partition],
        mut each: impl FnMut(DocId, Burial),
    ) -> Result<()> {
        self.0.readers.run_here(|conn| {
            let mut read = || -> rusqlite::Result<()> {
                let mut statement = conn.prepare_cached(
                    "SELECT partition, doc_id, code, state FROM dead_letters ORDER BY id",
                )?;
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    let partition = row.get_ref(0)?.as_str()?;
                    if !partitions.iter().any(|known| known.as_str() == partition) {
                        continue;
                    }
                    let burial = if row.get_ref(3)?.as_str()? == "resent" {
                        Burial::Resent
                    } else if row.get_ref(2)?.as_str()? == Code::IdConflict.as_str() {
                        Burial::Conflict
                    } else {
                        Burial::Open
                    };
                    each(DocId::from_bytes(row.get(1)?), burial);
                }
                Ok(())
            };
            read().map_err(sqlite("scan the dead letters"))
        })
    }
}
