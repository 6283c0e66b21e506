//! Dead letters in a table.

mod bury;
mod queries;
mod scan;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use docstream_core::Result;

use crate::Durability;
use crate::connection::{self, Component};
use crate::database::Database;
use crate::readers::Readers;
use crate::writer::Writer;

pub(crate) const COMPONENT: Component = Component {
    name: "dead_letters",
    // Documents that were made from one share its offset, so the id is part of the key;
    // one that was sent again and rejected again at the same place has a higher attempt.
    migrations: &["
        CREATE TABLE dead_letters (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            grp TEXT NOT NULL,
            partition TEXT NOT NULL,
            offset INTEGER NOT NULL,
            doc_id BLOB NOT NULL,
            attempt INTEGER NOT NULL,
            stage TEXT NOT NULL,
            code TEXT NOT NULL,
            faults TEXT NOT NULL,
            key BLOB NOT NULL,
            buried_at INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('open', 'resent')),
            raw BLOB NOT NULL,
            UNIQUE (grp, partition, offset, doc_id, attempt)
        ) STRICT;
        CREATE INDEX dead_letters_by_state_code ON dead_letters (state, code);
    "],
};

/// Rejected documents in a table of an SQLite file, with their original bytes: to be
/// listed, read and sent again.
///
/// ```
/// use docstream_core::memory::{AppendSink, MemoryStream};
/// use docstream_core::queries::PageRequest;
/// use docstream_core::{DeadLetterFilter, DeadLetterQueries, ParseInvoices, Pipeline};
/// use docstream_sqlite::SqliteDeadLetters;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// let letters = SqliteDeadLetters::open(folder.path().join("dead.db"))?;
/// Pipeline::from(MemoryStream::bytes("orders", [["not JSON"]]).source())
///     .transform(ParseInvoices::default())
///     .dead_letters(letters.clone())
///     .into_sink(AppendSink::new())
///     .run()
///     .await?;
///
/// let page = letters.list(&DeadLetterFilter::open(), &PageRequest::default()).await?;
/// let letter = &page.items[0];
/// assert_eq!(letter.errors[0].code.as_str(), "malformed_json");
/// let buried = letters.get(&letter.id).await?;
/// assert_eq!(buried.map(|buried| buried.raw), Some(b"not JSON".to_vec()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SqliteDeadLetters(Arc<Database>);

impl SqliteDeadLetters {
    /// Opens the dead letters in the file at `path`, making what is not there. Those
    /// of a store are had from it:
    /// [`SqliteStore::dead_letters`](crate::SqliteStore::dead_letters).
    ///
    /// # Errors
    ///
    /// `Config` if the file was written by a newer version or is no database.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let mut conn = connection::open(path, Durability::Full)?;
        connection::migrate(&mut conn, &COMPONENT, path)?;
        Ok(Self(Arc::new(Database {
            path: path.to_owned(),
            writer: Writer::start(conn)?,
            readers: Readers::new(path),
        })))
    }

    pub(crate) fn of(database: Arc<Database>) -> Self {
        Self(database)
    }
}
