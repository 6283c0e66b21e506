//! A copy of the store while it runs.

use std::fs;
use std::path::{Path, PathBuf};

use docstream_core::{Document, Error, Result};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::SqliteStore;
use crate::error::sqlite;

const OPERATION: &str = "back up the store";
/// Pages between two looks at the progress: 4 MiB.
const STEP: i32 = 1024;

/// How far a backup is.
///
/// In pages of the file; see [`SqliteStore::backup`].
///
/// ```
/// use docstream_sqlite::{BackupProgress, InvoiceStore, StoreOptions};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let store = InvoiceStore::open(folder.path().join("store.db"), StoreOptions::default())?;
/// let show = |progress: BackupProgress| {
///     assert!(progress.done <= progress.total);
///     println!("{} of {} pages", progress.done, progress.total);
/// };
/// store.backup(folder.path().join("copy.db"), show).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BackupProgress {
    /// Pages copied.
    pub done: u64,
    /// Pages in all.
    pub total: u64,
}

impl<D: Document> SqliteStore<D> {
    /// Copies the file as it is now to `to`, which must not exist. Writes go on
    /// meanwhile and are not in the copy.
    ///
    /// The copy is made beside `to` as `<to>.partial` and renamed once it is on the
    /// disk, so a file named `to` is whole. `progress` is called every 4 MiB.
    ///
    /// # Errors
    ///
    /// `Config` if `to` is there already; else when one of the files cannot be read or
    /// written.
    ///
    /// # Cancel safety
    ///
    /// Dropped half-way, the copy goes on by itself to its end.
    ///
    /// ```
    /// use docstream_sqlite::{InvoiceStore, StoreOptions};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let store = InvoiceStore::open(folder.path().join("store.db"), StoreOptions::default())?;
    /// let copy = folder.path().join("copy.db");
    /// store.backup(&copy, |_| {}).await?;
    /// assert_eq!(InvoiceStore::open(&copy, StoreOptions::default())?.count().await?, 0);
    /// assert!(store.backup(&copy, |_| {}).await.is_err()); // nothing is overwritten
    /// # Ok(())
    /// # }
    /// ```
    pub async fn backup(
        &self,
        to: impl Into<PathBuf>,
        progress: impl FnMut(BackupProgress) + Send + 'static,
    ) -> Result<()> {
        let to = to.into();
        let copy = move |conn: &Connection| {
            copy(conn, &to, progress).map_err(|error| error.with("to", to.display()))
        };
        self.readers().run(copy).await
    }
}

fn copy(from: &Connection, to: &Path, progress: impl FnMut(BackupProgress)) -> Result<()> {
    if to.exists() {
        return Err(Error::config(OPERATION, "the target is there already"));
    }
    let mut partial = to.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let failed = |error: std::io::Error| Error::transient(OPERATION, error.to_string());
    if partial.exists() {
        fs::remove_file(&partial).map_err(failed)?;
    }
    copy_pages(from, &partial, progress).map_err(sqlite(OPERATION))?;
    fs::rename(&partial, to).map_err(failed)?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    // Elsewhere a folder cannot be opened, and a rename needs no help to last.
    #[cfg(unix)]
    fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed)?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

fn copy_pages(
    from: &Connection,
    to: &Path,
    mut progress: impl FnMut(BackupProgress),
) -> rusqlite::Result<()> {
    let mut target = Connection::open(to)?;
    // An open read transaction holds the snapshot: otherwise every write of others
    // would make the copy start over.
    let snapshot = from.unchecked_transaction()?;
    snapshot.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    let backup = Backup::new(from, &mut target)?;
    loop {
        let step = backup.step(STEP)?;
        let now = backup.progress();
        let total = now.pagecount.max(0) as u64;
        progress(BackupProgress {
            done: total.saturating_sub(now.remaining.max(0) as u64),
            total,
        });
        match step {
            StepResult::Done => return Ok(()),
            StepResult::Busy | StepResult::Locked => {
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            _ => {}
        }
    }
}
