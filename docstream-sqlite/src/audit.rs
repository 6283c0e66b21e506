//! The audit of a log and the store that it feeds.

use std::ops::ControlFlow;

use docstream_core::{Accepted, AuditReport, Checkpoint, Document, Result};

use crate::{Log, SqliteStore, checkpoints};

/// Compares what `log` accepted with what is in `store` and in its dead letters. Blocks.
///
/// Nothing may be writing meanwhile. Documents that were deleted on purpose count as
/// stored, and dead letters of other partitions than the log's do not count: they
/// were never accepted.
///
/// What is neither stored nor buried is lost if it comes before the store's checkpoint of
/// its partition, else pending: the pipeline was stopped before it got there. If several
/// groups have checkpoints in the store, the furthest one counts.
///
/// ```
/// use docstream_core::memory::MemoryStream;
/// use docstream_core::{ParseInvoices, Pipeline};
/// use docstream_sqlite::{InvoiceStore, Log, LogOptions, StoreOptions, audit};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// let log = Log::open(folder.path().join("log.db"), LogOptions::default())?;
/// let store = InvoiceStore::open(folder.path().join("store.db"), StoreOptions::default())?;
/// Pipeline::from(MemoryStream::bytes("orders", [["not JSON"]]).source())
///     .halt_on_reject()
///     .into_idempotent_sink(log.clone())
///     .run()
///     .await?;
/// let report = audit(&log, &store)?;
/// assert_eq!((report.pending, report.lost.count), (1, 0)); // it is on its way
///
/// Pipeline::from(log.source("store").until(log.ends().await?))
///     .transform(ParseInvoices::default())
///     .dead_letters(store.dead_letters())
///     .into_idempotent_sink(store.clone())
///     .run()
///     .await?;
/// let report = audit(&log, &store)?;
/// assert_eq!((report.accepted, report.stored, report.buried), (1, 0, 1));
/// assert_eq!(report.pending, 0);
/// assert!(report.is_clean());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// When one of the files cannot be read.
pub fn audit<D: Document>(log: &Log, store: &SqliteStore<D>) -> Result<AuditReport> {
    let dead = store.dead_letters();
    let mut reached = Checkpoint::default();
    for partition in log.partitions() {
        let furthest = |conn: &_| checkpoints::furthest(conn, partition);
        if let Some(next) = store.readers().run_here(furthest)? {
            reached.set(partition.clone(), next);
        }
    }
    docstream_core::audit(
        &mut |each| {
            log.scan_ids(|entry| {
                let next = reached.get(entry.partition);
                let (hash, pending) = (entry.hash, next.is_none_or(|next| entry.offset >= next));
                each(entry.id, Accepted { hash, pending });
                ControlFlow::Continue(())
            })
        },
        &mut |each| {
            store.scan_ids(&mut *each)?;
            store.scan_deleted_ids(each)
        },
        &mut |each| dead.scan_ids(log.partitions(), each),
    )
}
