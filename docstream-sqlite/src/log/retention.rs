//! What the log holds, and letting go of it.

use std::time::Duration;

use docstream_core::{Checkpoint, Error, Offset, Result};
use rusqlite::Connection;

use super::{Log, LogOptions, now};
use crate::error::sqlite;

const OPERATION: &str = "trim the log";

/// How much a log holds; see [`Log::size`].
///
/// ```
/// use docstream_sqlite::{Log, LogOptions};
/// # use docstream_core::{Pipeline, memory::MemoryStream};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let log = Log::open(folder.path().join("log.db"), LogOptions::default())?;
/// # let three = MemoryStream::bytes("orders", [["1", "2", "3"]]);
/// # Pipeline::from(three.source()).halt_on_reject().into_idempotent_sink(log.clone()).run().await?;
/// let size = log.size().await?;
/// assert_eq!(size.documents, 3);
/// assert!(size.bytes > 3); // with ids, hashes and the rest of each record
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogSize {
    /// Documents.
    pub documents: u64,
    /// The bytes of their chunks.
    pub bytes: u64,
}

/// The bytes of all chunks.
pub(super) fn bytes(conn: &Connection) -> Result<u64> {
    conn.prepare_cached("SELECT coalesce(sum(bytes), 0) FROM log_partitions")
        .and_then(|mut select| select.query_row([], |row| row.get::<_, i64>(0)))
        .map(|bytes| bytes as u64)
        .map_err(sqlite("read the size of the log"))
}

/// The first offset that `partition` holds and the one after the last.
pub(super) fn range(conn: &Connection, partition: u16) -> Result<(Offset, Offset)> {
    let operation = "read the ends of the log";
    let (begin, end): (Option<i64>, i64) = conn
        .prepare_cached(
            "SELECT (SELECT min(base) FROM log_chunks WHERE partition = ?1), next \
             FROM log_partitions WHERE partition = ?1",
        )
        .and_then(|mut select| select.query_row([partition], |row| Ok((row.get(0)?, row.get(1)?))))
        .map_err(sqlite(operation))?;
    Ok((Offset(begin.unwrap_or(end) as u64), Offset(end as u64)))
}

/// The number of partitions of the log in the file.
fn partitions(conn: &Connection) -> Result<u16> {
    conn.prepare_cached("SELECT count(*) FROM log_partitions")
        .and_then(|mut select| select.query_row([], |row| row.get(0)))
        .map_err(sqlite(OPERATION))
}

/// Before which offset everything is committed by every group; `None` without groups.
fn floor(conn: &Connection, partition: u16) -> Result<Option<i64>> {
    conn.prepare_cached("SELECT min(next) FROM log_offsets WHERE partition = ?1")
        .and_then(|mut select| select.query_row([partition], |row| row.get(0)))
        .map_err(sqlite(OPERATION))
}

/// Trims what the options no longer retain once `incoming` more bytes are there.
pub(super) fn apply(tx: &Connection, options: &LogOptions, incoming: u64) -> Result<()> {
    if options.retain_bytes.is_none() && options.retain_age.is_none() {
        return Ok(());
    }
    let mut over = match options.retain_bytes {
        Some(retain) => (bytes(tx)?.saturating_add(incoming)).saturating_sub(retain),
        None => 0,
    };
    let oldest = options.retain_age.map(|age| now() - micros(age));
    let mut trimmed = false;
    // The partitions that may have more to give.
    let mut willing: Vec<u16> = (0..partitions(tx)?).collect();
    loop {
        // What one of them cannot give of its share is left for the others.
        let share = over.div_ceil(willing.len().max(1) as u64);
        let mut rest = Vec::new();
        for partition in willing {
            let Some(floor) = floor(tx, partition)? else {
                continue;
            };
            let mut freed = 0;
            trimmed |= drop_chunks(tx, partition, |chunk| {
                let old = oldest.is_some_and(|oldest| chunk.appended_at < oldest);
                let give = chunk.next <= floor && (old || freed < share.min(over));
                if give {
                    freed += chunk.bytes;
                }
                give
            })?;
            over = over.saturating_sub(freed);
            if freed >= share {
                rest.push(partition);
            }
        }
        if over == 0 || rest.is_empty() {
            break;
        }
        willing = rest;
    }
    if trimmed { forget_ids(tx) } else { Ok(()) }
}

fn micros(age: Duration) -> i64 {
    i64::try_from(age.as_micros()).unwrap_or(i64::MAX)
}

/// What decides whether a chunk may go.
struct Old {
    next: i64,
    appended_at: i64,
    bytes: u64,
}

/// Removes chunks from the start of `partition` as long as `give` says so.
fn drop_chunks(
    tx: &Connection,
    partition: u16,
    mut give: impl FnMut(&Old) -> bool,
) -> Result<bool> {
    let mut run = || -> rusqlite::Result<bool> {
        let mut upto = None;
        let mut freed = 0;
        {
            let mut select = tx.prepare_cached(
                "SELECT next, appended_at, length(records) FROM log_chunks \
                 WHERE partition = ?1 ORDER BY base",
            )?;
            let mut rows = select.query([partition])?;
            while let Some(row) = rows.next()? {
                let bytes: i64 = row.get(2)?;
                let chunk = Old {
                    next: row.get(0)?,
                    appended_at: row.get(1)?,
                    bytes: bytes as u64,
                };
                if !give(&chunk) {
                    break;
                }
                upto = Some(chunk.next);
                freed += bytes;
            }
        }
        let Some(upto) = upto else {
            return Ok(false);
        };
        tx.prepare_cached("DELETE FROM log_chunks WHERE partition = ?1 AND base < ?2")?
            .execute((partition, upto))?;
        tx.prepare_cached("UPDATE log_partitions SET bytes = bytes - ?2 WHERE partition = ?1")?
            .execute((partition, freed))?;
        Ok(true)
    };
    run().map_err(sqlite(OPERATION))
}

/// Forgets the ids of which no chunk is left.
fn forget_ids(tx: &Connection) -> Result<()> {
    let mut keep = i64::MAX;
    for partition in 0..partitions(tx)? {
        // The rows of ids of a partition's chunks only grow, so its first chunk has the lowest.
        let first: Option<i64> = tx
            .prepare_cached(
                "SELECT (SELECT ids FROM log_chunks WHERE partition = ?1 ORDER BY base LIMIT 1)",
            )
            .and_then(|mut select| select.query_row([partition], |row| row.get(0)))
            .map_err(sqlite(OPERATION))?;
        keep = keep.min(first.unwrap_or(i64::MAX));
    }
    tx.prepare_cached("DELETE FROM log_ids WHERE row < ?1")
        .and_then(|mut delete| delete.execute([keep]))
        .map_err(sqlite(OPERATION))?;
    Ok(())
}

impl Log {
    /// The first offset that is still there, of every partition.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub async fn begins(&self) -> Result<Checkpoint> {
        self.ranges(|(begin, _)| begin).await
    }

    /// The offset of the next document to come, of every partition.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub async fn ends(&self) -> Result<Checkpoint> {
        self.ranges(|(_, end)| end).await
    }

    async fn ranges(&self, pick: fn((Offset, Offset)) -> Offset) -> Result<Checkpoint> {
        let partitions = self.0.partitions.clone();
        let read = move |conn: &Connection| {
            (0..)
                .zip(partitions)
                .map(|(number, partition)| Ok((partition, pick(range(conn, number)?))))
                .collect()
        };
        self.0.readers.run(read).await
    }

    /// How much it holds.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub async fn size(&self) -> Result<LogSize> {
        let partitions = self.0.partitions.len() as u16;
        let read = move |conn: &Connection| {
            let mut documents = 0;
            for partition in 0..partitions {
                let (begin, end) = range(conn, partition)?;
                documents += end.0 - begin.0;
            }
            let bytes = bytes(conn)?;
            Ok(LogSize { documents, bytes })
        };
        self.0.readers.run(read).await
    }

    /// Trims every partition that `upto` names up to that offset, in whole chunks, and
    /// gives the first offsets that are then there. What a registered group has not
    /// committed stays, whatever `upto` says.
    ///
    /// # Errors
    ///
    /// `Config` if `upto` names a partition of another log; else when the file cannot
    /// be written.
    ///
    /// # Cancel safety
    ///
    /// Dropped half-way, everything is trimmed or nothing.
    ///
    /// ```
    /// use docstream_core::Source;
    /// use docstream_sqlite::{Log, LogOptions};
    /// # use docstream_core::{Pipeline, memory::MemoryStream};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let log = Log::open(folder.path().join("log.db"), LogOptions::default())?;
    /// # let three = MemoryStream::bytes("orders", [["1", "2", "3"]]);
    /// # Pipeline::from(three.source()).halt_on_reject().into_idempotent_sink(log.clone()).run().await?;
    /// let mut source = log.source("store");
    /// source.start(None).await?;
    /// log.trim(&log.ends().await?).await?;
    /// assert_eq!(log.size().await?.documents, 3); // the group has yet to read them
    ///
    /// source.committer().commit(&log.ends().await?).await?;
    /// let begins = log.trim(&log.ends().await?).await?;
    /// assert_eq!((log.size().await?.documents, begins), (0, log.ends().await?));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn trim(&self, upto: &Checkpoint) -> Result<Checkpoint> {
        let upto = self.numbered(upto)?;
        let trim = move |tx: &Connection| {
            let mut trimmed = false;
            for (partition, upto) in upto {
                let upto = i64::try_from(upto.0).unwrap_or(i64::MAX);
                let upto = floor(tx, partition)?.map_or(upto, |floor| upto.min(floor));
                trimmed |= drop_chunks(tx, partition, |chunk| chunk.next <= upto)?;
            }
            if trimmed { forget_ids(tx) } else { Ok(()) }
        };
        self.0.writer.run(trim).await?;
        self.begins().await
    }

    /// `checkpoint` with the numbers of its partitions.
    pub(super) fn numbered(&self, checkpoint: &Checkpoint) -> Result<Vec<(u16, Offset)>> {
        checkpoint
            .iter()
            .map(|(partition, offset)| Ok((self.number(partition)?, offset)))
            .collect()
    }
}

/// The log has trimmed what a group still wanted.
#[cold]
pub(super) fn gap(wanted: Offset, begin: Offset) -> Error {
    let message = format!(
        "{} documents are missing: the group is at {wanted}, the log begins at {begin}; \
         seek or reset the group to go on without them",
        begin.0 - wanted.0
    );
    Error::config("read the log", message)
}

/// The log has trimmed what a sink never got, since the sink is new to the group.
#[cold]
pub(super) fn never_got(began: Offset, begin: Offset) -> Error {
    let message = format!(
        "the sink has nothing of this group, which began at offset {began}, and the oldest \
         document that the log still has is at {begin}: {} documents are missing; restore a \
         backup of the sink, or accept the gap with Log::reset or Log::seek for the group",
        begin.0 - began.0
    );
    Error::config("start a group", message)
}

/// The group is where the log has never been.
#[cold]
pub(super) fn beyond(next: Offset, end: Offset) -> Error {
    let message = format!("the group is at {next}, the log ends at {end}: not the same log?");
    Error::config("read the log", message)
}
