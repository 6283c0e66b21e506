//! Consumer groups: who reads, and how far.

use std::time::Duration;

use docstream_core::{Checkpoint, Epoch, Error, Offset, Partition, Result};
use rusqlite::{Connection, OptionalExtension};

use super::lock::GroupLock;
use super::retention::range;
use super::{Log, Start, now, retention};
use crate::error::sqlite;

const OPERATION: &str = "keep the offsets of a group";

/// A consumer group of a log; see [`Log::groups`].
///
/// ```
/// use docstream_core::{Source};
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
/// source.committer().commit(&log.ends().await?).await?;
///
/// let groups = log.groups().await?;
/// assert_eq!((&*groups[0].name, groups[0].epoch.0), ("store", 1));
/// assert_eq!(groups[0].committed, log.ends().await?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupInfo {
    /// Its name.
    pub name: String,
    /// The epoch of its last owner.
    pub epoch: Epoch,
    /// What it has committed.
    pub committed: Checkpoint,
}

/// How far a group is behind in a partition; see [`Log::lag`].
///
/// ```
/// use docstream_core::Source;
/// use docstream_sqlite::{Lag, Log, LogOptions};
/// # use docstream_core::{Pipeline, memory::MemoryStream};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let log = Log::open(folder.path().join("log.db"), LogOptions::default())?;
/// # let three = MemoryStream::bytes("orders", [["1", "2", "3"]]);
/// # Pipeline::from(three.source()).halt_on_reject().into_idempotent_sink(log.clone()).run().await?;
/// log.source("store").start(None).await?; // registers the group
/// let lag: Vec<Lag> = log.lag("store").await?; // one for each partition
/// assert_eq!(lag.iter().map(|lag| lag.documents).sum::<u64>(), 3);
/// assert!(lag.iter().any(|lag| lag.oldest.is_some()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lag {
    /// The partition.
    pub partition: Partition,
    /// Documents that the group has not committed.
    pub documents: u64,
    /// How long ago the oldest of them was appended.
    pub oldest: Option<Duration>,
}

/// A group as its owner finds it.
pub(super) struct Registered {
    pub(super) epoch: Epoch,
    /// By number of partition.
    pub(super) places: Vec<Place>,
}

/// Where a group is in one partition.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// What it has committed.
    pub(super) committed: Offset,
    /// Where it was put when it was registered, or by the last seek or reset.
    pub(super) began: Offset,
    /// Checkpoints of an epoch below this are older than that.
    pub(super) since: Epoch,
}

/// Registers `group`, if it is new, and gives it the next epoch.
pub(super) fn register(
    tx: &Connection,
    group: &str,
    partitions: u16,
    start: Start,
) -> Result<Registered> {
    let epoch = epoch(tx, group)?.map_or(Epoch(1), |last| Epoch(last.0 + 1));
    tx.prepare_cached(
        "INSERT INTO log_groups VALUES (?1, ?2, ?3) \
         ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch",
    )
    .and_then(|mut insert| insert.execute((group, epoch.0 as i64, now())))
    .map_err(sqlite(OPERATION))?;
    let mut places = Vec::new();
    for partition in 0..partitions {
        places.push(match place(tx, group, partition)? {
            Some(place) => place,
            None => put(tx, group, partition, start.offset(tx, partition)?, epoch)?,
        });
    }
    Ok(Registered { epoch, places })
}

impl Start {
    fn offset(self, conn: &Connection, partition: u16) -> Result<Offset> {
        let (begin, end) = range(conn, partition)?;
        Ok(match self {
            Self::Earliest => begin,
            Self::Latest => end,
        })
    }
}

/// The epoch of the last owner.
fn epoch(conn: &Connection, group: &str) -> Result<Option<Epoch>> {
    conn.prepare_cached("SELECT epoch FROM log_groups WHERE name = ?1")
        .and_then(|mut select| {
            let epoch = |row: &rusqlite::Row<'_>| Ok(Epoch(row.get::<_, i64>(0)? as u64));
            select.query_row([group], epoch).optional()
        })
        .map_err(sqlite(OPERATION))
}

fn place(conn: &Connection, group: &str, partition: u16) -> Result<Option<Place>> {
    conn.prepare_cached(
        "SELECT next, began, since FROM log_offsets WHERE grp = ?1 AND partition = ?2",
    )
    .and_then(|mut select| {
        let place = |row: &rusqlite::Row<'_>| {
            let (next, began, since): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Place {
                committed: Offset(next as u64),
                began: Offset(began as u64),
                since: Epoch(since as u64),
            })
        };
        select.query_row((group, partition), place).optional()
    })
    .map_err(sqlite(OPERATION))
}

fn committed(conn: &Connection, group: &str, partition: u16) -> Result<Option<Offset>> {
    Ok(place(conn, group, partition)?.map(|place| place.committed))
}

fn set(tx: &Connection, group: &str, partition: u16, next: Offset) -> Result<()> {
    tx.prepare_cached("UPDATE log_offsets SET next = ?3 WHERE grp = ?1 AND partition = ?2")
        .and_then(|mut update| update.execute((group, partition, next.0 as i64)))
        .map_err(sqlite(OPERATION))?;
    Ok(())
}

/// Makes `group` begin at `at`, whatever it or a sink had done before `since`.
fn put(tx: &Connection, group: &str, partition: u16, at: Offset, since: Epoch) -> Result<Place> {
    tx.prepare_cached(
        "INSERT INTO log_offsets VALUES (?1, ?2, ?3, ?3, ?4) ON CONFLICT (grp, partition) \
         DO UPDATE SET next = excluded.next, began = excluded.began, since = excluded.since",
    )
    .and_then(|mut insert| insert.execute((group, partition, at.0 as i64, since.0 as i64)))
    .map_err(sqlite(OPERATION))?;
    Ok(Place {
        committed: at,
        began: at,
        since,
    })
}

/// Makes the group's commits what the owner of `epoch` starts from, back or forth: lag
/// is then what the sink has to get, and retention leaves it there.
pub(super) fn go_on(tx: &Connection, group: &str, epoch: Epoch, from: &[Offset]) -> Result<()> {
    owned(tx, group, epoch)?;
    for (partition, &next) in (0..).zip(from) {
        let (_, end) = range(tx, partition)?;
        if next > end {
            return Err(retention::beyond(next, end).with("group", group));
        }
        set(tx, group, partition, next)?;
    }
    Ok(())
}

/// Refuses the owner of an epoch that is over.
fn owned(tx: &Connection, group: &str, by: Epoch) -> Result<()> {
    if epoch(tx, group)? == Some(by) {
        return Ok(());
    }
    let message = "the group has another owner by now";
    Err(Error::fenced(OPERATION, message).with("group", group))
}

/// Commits `offsets` for the owner of `epoch`. Never goes back: what is committed may
/// be trimmed.
pub(super) fn commit(
    tx: &Connection,
    group: &str,
    epoch: Epoch,
    offsets: &[(u16, Offset)],
) -> Result<()> {
    owned(tx, group, epoch)?;
    for &(partition, next) in offsets {
        let (_, end) = range(tx, partition)?;
        if next > end {
            let message = format!("a commit of {next}, beyond the end of the log at {end}");
            return Err(Error::bug(OPERATION, message).with("group", group));
        }
        if committed(tx, group, partition)?.is_none_or(|before| before < next) {
            set(tx, group, partition, next)?;
        }
    }
    Ok(())
}

fn unknown(group: &str) -> Error {
    Error::config(OPERATION, "the log has no such group").with("group", group)
}

impl Log {
    /// The registered groups in the order of their names.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub async fn groups(&self) -> Result<Vec<GroupInfo>> {
        let partitions = self.0.partitions.clone();
        let read = move |conn: &Connection| {
            let names = || -> rusqlite::Result<Vec<(String, i64)>> {
                conn.prepare_cached(
                    "SELECT name, epoch FROM log_groups WHERE EXISTS \
                     (SELECT 1 FROM log_offsets WHERE grp = name) ORDER BY name",
                )?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
            };
            let info = |(name, epoch): (String, i64)| {
                let mut done = Checkpoint::default();
                for (number, partition) in (0..).zip(&partitions) {
                    if let Some(next) = committed(conn, &name, number)? {
                        done.set(partition.clone(), next);
                    }
                }
                Ok(GroupInfo {
                    name,
                    epoch: Epoch(epoch as u64),
                    committed: done,
                })
            };
            names()
                .map_err(sqlite(OPERATION))?
                .into_iter()
                .map(info)
                .collect()
        };
        self.0.readers.run(read).await
    }

    /// How far `group` is behind in each partition.
    ///
    /// # Errors
    ///
    /// `Config` if there is no such group; else when the file cannot be read.
    pub async fn lag(&self, group: &str) -> Result<Vec<Lag>> {
        let partitions = self.0.partitions.clone();
        let group = group.to_owned();
        let read = move |conn: &Connection| {
            let now = now();
            let lag = |(number, partition): (u16, Partition)| {
                let next = committed(conn, &group, number)?.ok_or_else(|| unknown(&group))?;
                let (_, end) = range(conn, number)?;
                let oldest: Option<i64> = conn
                    .prepare_cached(
                        "SELECT appended_at FROM log_chunks WHERE partition = ?1 AND next > ?2 \
                         ORDER BY base LIMIT 1",
                    )
                    .and_then(|mut select| {
                        let at = |row: &rusqlite::Row<'_>| row.get(0);
                        select.query_row((number, next.0 as i64), at).optional()
                    })
                    .map_err(sqlite(OPERATION))?;
                Ok(Lag {
                    partition,
                    documents: end.0.saturating_sub(next.0),
                    oldest: oldest
                        .map(|at| Duration::from_micros(now.saturating_sub(at).max(0) as u64)),
                })
            };
            (0..).zip(partitions).map(lag).collect()
        };
        self.0.readers.run(read).await
    }

    /// Makes `group` go on from `to`; partitions it does not name stay as they are. In
    /// those that it names, checkpoints that a sink has kept for the group no longer count,
    /// and a sink that has none is given everything from `to` on.
    ///
    /// # Errors
    ///
    /// `Config` if there is no such group, if it is being read, or if an offset of `to`
    /// is not in the log.
    ///
    /// # Cancel safety
    ///
    /// Dropped half-way, the group is moved as a whole or not at all.
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
    /// log.source("store").start(None).await?;
    /// log.seek("store", &log.ends().await?).await?; // skips everything that is there
    /// assert!(log.lag("store").await?.iter().all(|lag| lag.documents == 0));
    /// log.seek("store", &log.begins().await?).await?;
    /// assert_eq!(log.lag("store").await?.iter().map(|lag| lag.documents).sum::<u64>(), 3);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn seek(&self, group: &str, to: &Checkpoint) -> Result<()> {
        let to = self.numbered(to)?;
        self.move_group(group, move |tx, group, since| {
            for (partition, next) in to {
                let (begin, end) = range(tx, partition)?;
                if next < begin {
                    return Err(retention::gap(next, begin).with("group", group));
                }
                if next > end {
                    let message = format!("cannot seek to {next}: the log ends at {end}");
                    return Err(Error::config(OPERATION, message).with("group", group));
                }
                put(tx, group, partition, next, since)?;
            }
            Ok(())
        })
        .await
    }

    /// Makes `group` go on from the start or the end of every partition. Checkpoints
    /// that a sink has kept for the group no longer count. [`Start`] has an example.
    ///
    /// # Errors
    ///
    /// `Config` if there is no such group, or if it is being read.
    ///
    /// # Cancel safety
    ///
    /// Dropped half-way, the group is moved as a whole or not at all.
    pub async fn reset(&self, group: &str, to: Start) -> Result<()> {
        let partitions = self.0.partitions.len() as u16;
        self.move_group(group, move |tx, group, since| {
            (0..partitions).try_for_each(|partition| {
                put(tx, group, partition, to.offset(tx, partition)?, since).map(drop)
            })
        })
        .await
    }

    async fn move_group(
        &self,
        group: &str,
        work: impl FnOnce(&Connection, &str, Epoch) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        let lock = GroupLock::take(&self.0.path, group)?;
        let group = group.to_owned();
        // The job has the lock, for it runs to its end even if this is dropped.
        let job = move |tx: &Connection| {
            let last = epoch(tx, &group)?.ok_or_else(|| unknown(&group))?;
            if committed(tx, &group, 0)?.is_none() {
                return Err(unknown(&group));
            }
            let moved = Epoch(last.0 + 1);
            work(tx, &group, moved)?;
            tx.execute(
                "UPDATE log_groups SET epoch = ?2 WHERE name = ?1",
                (&group, moved.0 as i64),
            )
            .map_err(sqlite(OPERATION))?;
            Ok(lock)
        };
        self.0.writer.run(job).await.map(drop)
    }

    /// Removes `group`, which then holds nothing back from being trimmed. Says whether
    /// there was one.
    ///
    /// # Errors
    ///
    /// `Config` if the group is being read; else when the file cannot be written.
    ///
    /// # Cancel safety
    ///
    /// Dropped half-way, the group is removed or it is not.
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
    /// log.source("retired").start(None).await?;
    /// assert!(log.remove_group("retired").await?);
    /// assert!(log.groups().await?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn remove_group(&self, group: &str) -> Result<bool> {
        let lock = GroupLock::take(&self.0.path, group)?;
        let group = group.to_owned();
        let job = move |tx: &Connection| {
            let remove = || {
                // The row stays, so that epochs never go back and checkpoints which a
                // sink has kept for the group are overruled if the name is used again.
                tx.execute(
                    "UPDATE log_groups SET epoch = epoch + 1 WHERE name = ?1",
                    [&group],
                )?;
                tx.execute("DELETE FROM log_offsets WHERE grp = ?1", [&group])
            };
            remove()
                .map(|removed| (removed > 0, lock))
                .map_err(sqlite(OPERATION))
        };
        self.0.writer.run(job).await.map(|(removed, _)| removed)
    }
}
