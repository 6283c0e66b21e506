//! Every document of the log by its id: what an audit compares.

use std::ops::ControlFlow;

use docstream_core::{ContentHash, DocId, Offset, Partition, Result};
use rusqlite::Connection;

use super::Log;
use super::chunk::{ChunkReader, Corrupt};
use super::read::damaged;
use crate::error::sqlite;

const OPERATION: &str = "scan the log";

/// A document in the log, without its bytes; see [`Log::scan_ids`].
///
/// ```
/// use std::ops::ControlFlow;
///
/// use docstream_sqlite::{Log, LogOptions};
/// # use docstream_core::{Pipeline, memory::MemoryStream};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let log = Log::open(folder.path().join("log.db"), LogOptions::default())?;
/// # let three = MemoryStream::bytes("orders", [["1", "2", "3"]]);
/// # Pipeline::from(three.source()).halt_on_reject().into_idempotent_sink(log.clone()).run().await?;
/// let mut origins = Vec::new();
/// log.scan_ids(|entry| {
///     assert_eq!((entry.attempt, entry.hash.is_some()), (0, true));
///     origins.push(entry.origin_offset.0);
///     ControlFlow::Continue(())
/// })?;
/// origins.sort();
/// assert_eq!(origins, [0, 1, 2]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LogEntry<'a> {
    /// The partition it is in.
    pub partition: &'a Partition,
    /// Its offset there.
    pub offset: Offset,
    /// Who it is.
    pub id: DocId,
    /// What it holds; `None` for one that was sent again.
    pub hash: Option<ContentHash>,
    /// How many times it was rejected before.
    pub attempt: u32,
    /// The partition it was read from when it was appended.
    pub origin: &'a str,
    /// Its offset in that partition.
    pub origin_offset: Offset,
}

impl Log {
    /// Shows every document that the log held when the scan began to `visit`, partition
    /// by partition in order, until that breaks off. Blocks: on an async task, call it
    /// through `spawn_blocking`. [`LogEntry`] has an example.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or a chunk is damaged.
    pub fn scan_ids(&self, mut visit: impl FnMut(LogEntry<'_>) -> ControlFlow<()>) -> Result<()> {
        self.0.readers.run_here(|conn| {
            conn.execute_batch("BEGIN").map_err(sqlite(OPERATION))?;
            let scanned = self.scan(conn, &mut visit);
            let ended = conn.execute_batch("COMMIT").map_err(sqlite(OPERATION));
            scanned.and(ended)
        })
    }

    fn scan(
        &self,
        conn: &Connection,
        visit: &mut impl FnMut(LogEntry<'_>) -> ControlFlow<()>,
    ) -> Result<()> {
        let mut select = conn
            .prepare_cached(
                "SELECT partition, base, records FROM log_chunks ORDER BY partition, base",
            )
            .map_err(sqlite(OPERATION))?;
        let mut rows = select.query([]).map_err(sqlite(OPERATION))?;
        while let Some(row) = rows.next().map_err(sqlite(OPERATION))? {
            let chunk = || Ok((row.get(0)?, row.get(1)?, row.get(2)?));
            let (number, base, records): (u16, i64, Vec<u8>) =
                chunk().map_err(sqlite(OPERATION))?;
            let Some(partition) = self.0.partitions.get(usize::from(number)) else {
                continue;
            };
            let shown = show(partition, base as u64, records, visit)
                .map_err(|corrupt| damaged(corrupt, &self.0.path, number, base as u64))?;
            if shown.is_break() {
                break;
            }
        }
        Ok(())
    }
}

fn show(
    partition: &Partition,
    base: u64,
    records: Vec<u8>,
    visit: &mut impl FnMut(LogEntry<'_>) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, Corrupt> {
    let mut reader = ChunkReader::new(records)?;
    let origin = reader.origin().to_owned();
    let mut offset = Offset(base);
    while let Some(entry) = reader.next()? {
        let shown = visit(LogEntry {
            partition,
            offset,
            id: entry.id,
            hash: entry.hash,
            attempt: entry.attempt,
            origin: &origin,
            origin_offset: Offset(entry.origin_offset),
        });
        if shown.is_break() {
            return Ok(shown);
        }
        offset = offset.next();
    }
    Ok(ControlFlow::Continue(()))
}
