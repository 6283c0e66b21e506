//! Reading as a consumer group.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use docstream_core::{
    Batch, Checkpoint, Checkpoints, Committer, Demand, Epoch, Error, Next, Offset, Raw, Result,
    Source,
};
use tokio::sync::watch;

use super::groups::Registered;
use super::lock::GroupLock;
use super::read::{Ahead, Piece, chunks, damaged};
use super::{Log, groups, retention};

/// How long a source waits before it looks for documents that another process appended.
const POLL: Duration = Duration::from_millis(100);
/// How many times the demanded documents are read ahead, as long as they are no more
/// bytes than are demanded; over all partitions, but a chunk for each.
const AHEAD: usize = 4;

/// Where a new group starts, or a group is reset to.
///
/// ```
/// use docstream_core::Source;
/// use docstream_sqlite::{Log, LogOptions, Start};
/// # use docstream_core::{Pipeline, memory::MemoryStream};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let log = Log::open(folder.path().join("log.db"), LogOptions::default())?;
/// # let three = MemoryStream::bytes("orders", [["1", "2", "3"]]);
/// # Pipeline::from(three.source()).halt_on_reject().into_idempotent_sink(log.clone()).run().await?;
/// let mut tail = log.source("tail").start_at(Start::Latest);
/// tail.start(None).await?; // new here, so it has nothing of the three documents to read
/// assert!(log.lag("tail").await?.iter().all(|lag| lag.documents == 0));
/// drop(tail);
///
/// log.reset("tail", Start::Earliest).await?;
/// assert_eq!(log.lag("tail").await?.iter().map(|lag| lag.documents).sum::<u64>(), 3);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// At the oldest document.
    #[default]
    Earliest,
    /// After the newest document.
    Latest,
}

/// Reads a log as a consumer group; made by [`Log::source`].
///
/// Each group reads everything:
///
/// ```
/// use docstream_core::memory::AppendSink;
/// use docstream_sqlite::{Log, LogOptions};
/// # use docstream_core::{Pipeline, memory::MemoryStream};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let log = Log::open(folder.path().join("log.db"), LogOptions::default())?;
/// # let three = MemoryStream::bytes("orders", [["1", "2", "3"]]);
/// # Pipeline::from(three.source()).halt_on_reject().into_idempotent_sink(log.clone()).run().await?;
/// for group in ["billing", "search"] {
///     let sink = AppendSink::new();
///     Pipeline::from(log.source(group).until(log.ends().await?))
///         .halt_on_reject()
///         .into_sink(sink.clone())
///         .run()
///         .await?;
///     assert_eq!(sink.len(), 3);
/// }
/// # Ok(())
/// # }
/// ```
///
/// A group has one reader at a time:
///
/// ```
/// use docstream_core::{Class, Source};
/// use docstream_sqlite::{Log, LogOptions};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let log = Log::open(folder.path().join("log.db"), LogOptions::default())?;
/// let (mut first, mut second) = (log.source("billing"), log.source("billing"));
/// first.start(None).await?;
/// let refused = second.start(None).await.unwrap_err();
/// assert_eq!(refused.class(), Class::Config); // and says which process reads
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct LogSource {
    log: Log,
    group: Arc<str>,
    until: Option<Checkpoint>,
    start_at: Start,
    appended: watch::Receiver<()>,
    owned: Option<Owned>,
    committer: Arc<LogCommitter>,
}

/// What a source that has started holds.
#[derive(Debug)]
struct Owned {
    epoch: Epoch,
    partitions: Vec<Ahead>,
    /// The number of the partition whose turn it is.
    turn: usize,
    #[expect(dead_code, reason = "held, not used")]
    lock: GroupLock,
}

impl Log {
    /// A source that reads the log as `group`. Each group reads everything and has
    /// offsets of its own; one source of a group may run at a time. [`LogSource`] has an
    /// example.
    pub fn source(&self, group: impl Into<Arc<str>>) -> LogSource {
        let group = group.into();
        LogSource {
            committer: Arc::new(LogCommitter {
                log: self.clone(),
                group: Arc::clone(&group),
                epoch: watch::Sender::new(None),
            }),
            log: self.clone(),
            group,
            until: None,
            start_at: Start::Earliest,
            appended: self.0.appended.subscribe(),
            owned: None,
        }
    }
}

impl LogSource {
    /// Ends once these offsets are reached, such as [`Log::ends`] gave them. Partitions
    /// that are not named are not read. Without it the source waits for ever.
    #[must_use]
    pub fn until(mut self, checkpoint: Checkpoint) -> Self {
        self.until = Some(checkpoint);
        self
    }

    /// Where to start if the group is new.
    #[must_use]
    pub fn start_at(mut self, start: Start) -> Self {
        self.start_at = start;
        self
    }

    /// The offset of partition `number` at which this source stops.
    fn stop(&self, number: usize) -> u64 {
        let Some(until) = &self.until else {
            return u64::MAX;
        };
        let partition = self.log.0.partitions.get(number);
        partition
            .and_then(|p| until.get(p))
            .map_or(0, |offset| offset.0)
    }

    /// A batch of what was read ahead, of the partition whose turn it is.
    fn take(&mut self, want: Demand) -> Result<Option<Batch<Raw>>> {
        let count = self.log.0.partitions.len();
        for _ in 0..count {
            let Some(turn) = self.owned.as_ref().map(|owned| owned.turn) else {
                return Ok(None);
            };
            let stop = self.stop(turn);
            let Some(owned) = &mut self.owned else {
                return Ok(None);
            };
            owned.turn = (turn + 1) % count;
            let ahead = &mut owned.partitions[turn];
            let partition = self.log.0.partitions[turn].clone();
            let mut batch = Batch::builder(partition, owned.epoch, Offset(ahead.offset));
            let (documents, bytes) = ahead.estimate(want);
            batch.reserve(documents, bytes);
            ahead
                .fill(&mut batch, want, stop)
                .map_err(|(base, corrupt)| damaged(corrupt, &self.log.0.path, turn as u16, base))?;
            if !batch.is_empty() {
                return Ok(Some(batch.finish()));
            }
        }
        Ok(None)
    }

    /// Reads ahead in the partitions that have nothing left; says whether there was
    /// something. Cancel safe: what was read is kept only once it is complete.
    async fn read_ahead(&mut self, want: Demand) -> Result<bool> {
        let Some(owned) = &self.owned else {
            return Ok(false);
        };
        let hungry: Vec<(usize, u64)> = (0..)
            .zip(&owned.partitions)
            .filter(|(number, ahead)| ahead.pieces.is_empty() && ahead.offset < self.stop(*number))
            .map(|(number, ahead)| (number, ahead.to_read()))
            .collect();
        if hungry.is_empty() {
            return Ok(false);
        }
        let want = share(&owned.partitions, want, hungry.len());
        let log = self.log.clone();
        let read = move |conn: &rusqlite::Connection| {
            hungry
                .into_iter()
                .map(|(number, from)| {
                    let path = &log.0.path;
                    Ok((number, chunks(conn, path, number as u16, from, want)?))
                })
                .collect::<Result<Vec<(usize, VecDeque<Piece>)>>>()
        };
        let read = self
            .log
            .0
            .readers
            .run(read)
            .await
            .map_err(|e| e.with("group", &self.group))?;
        let mut some = false;
        if let Some(owned) = &mut self.owned {
            for (number, pieces) in read {
                some |= !pieces.is_empty();
                owned.partitions[number].pieces.extend(pieces);
            }
        }
        Ok(some)
    }

    /// Where the sink that keeps `stored` has to go on, which then counts as committed.
    async fn follow(
        &self,
        stored: &dyn Checkpoints,
        registered: &Registered,
    ) -> Result<Vec<Offset>> {
        let mut offsets = Vec::new();
        let mut new_to = Vec::new();
        for (number, place) in (0..).zip(&registered.places) {
            let partition = &self.log.0.partitions[usize::from(number)];
            let offset = match stored.load(&self.group, partition).await? {
                Some((next, epoch)) if epoch >= place.since => next,
                _ => {
                    new_to.push((number, place.began));
                    place.began
                }
            };
            offsets.push(offset);
        }
        let (log, group, epoch) = (self.log.clone(), Arc::clone(&self.group), registered.epoch);
        let go_on = move |tx: &rusqlite::Connection| {
            for (number, began) in new_to {
                let (begin, _) = retention::range(tx, number)?;
                if began < begin {
                    let partition = &log.0.partitions[usize::from(number)];
                    return Err(retention::never_got(began, begin)
                        .with("group", &group)
                        .with("partition", partition));
                }
            }
            groups::go_on(tx, &group, epoch, &offsets)?;
            retention::apply(tx, &log.0.options, 0)?;
            Ok(offsets)
        };
        self.log.0.writer.run(go_on).await
    }

    fn is_done(&self) -> bool {
        self.until.is_some()
            && self.owned.as_ref().is_some_and(|owned| {
                (0..)
                    .zip(&owned.partitions)
                    .all(|(number, ahead)| ahead.offset >= self.stop(number))
            })
    }
}

/// How much each of so many `hungry` partitions may read ahead, so that all of them
/// hold together about what is wanted.
fn share(partitions: &[Ahead], want: Demand, hungry: usize) -> Demand {
    let all = Demand::new(usize::MAX, usize::MAX);
    let (mut documents, mut bytes) = (want.documents.saturating_mul(AHEAD), want.bytes);
    for ahead in partitions {
        let (held, held_bytes) = ahead.estimate(all);
        documents = documents.saturating_sub(held);
        bytes = bytes.saturating_sub(held_bytes);
    }
    // Never nothing: each of them gets a chunk.
    Demand::new((documents / hungry).max(1), (bytes / hungry).max(1))
}

#[async_trait]
impl Source for LogSource {
    type Doc = Raw;

    fn group(&self) -> Arc<str> {
        Arc::clone(&self.group)
    }

    /// Registers the group, takes its lock and gives it a new epoch.
    ///
    /// With a sink that keeps checkpoints these alone say where to go on. Where it has
    /// none, or only one from before the group was moved by [`Log::seek`] or
    /// [`Log::reset`], it has got nothing: reading starts where the group began, which is
    /// where it was registered or last moved to, and never at its own commits.
    ///
    /// # Errors
    ///
    /// `Config` if another source of the group runs, or if retention has removed
    /// documents that the sink never got.
    async fn start(&mut self, stored: Option<Arc<dyn Checkpoints>>) -> Result<()> {
        self.owned = None;
        let lock = GroupLock::take(&self.log.0.path, &self.group)?;
        let (group, start_at) = (Arc::clone(&self.group), self.start_at);
        let partitions = &self.log.0.partitions;
        let count = partitions.len() as u16;
        // The job has the lock, for it runs to its end even if this is dropped.
        let register = move |tx: &rusqlite::Connection| {
            Ok((groups::register(tx, &group, count, start_at)?, lock))
        };
        let (registered, lock) = self.log.0.writer.run(register).await?;
        if let Some(until) = &self.until {
            self.log.numbered(until)?;
        }
        let epoch = registered.epoch;
        let offsets = match stored {
            None => registered.places.iter().map(|p| p.committed).collect(),
            Some(stored) => self.follow(&*stored, &registered).await?,
        };
        self.committer.epoch.send_replace(Some(epoch));
        let ahead = |offset: Offset| Ahead {
            offset: offset.0,
            pieces: VecDeque::new(),
        };
        self.owned = Some(Owned {
            epoch,
            partitions: offsets.into_iter().map(ahead).collect(),
            turn: 0,
            lock,
        });
        Ok(())
    }

    async fn next(&mut self, want: Demand) -> Result<Next<Raw>> {
        if self.owned.is_none() {
            return Err(Error::bug("read the log", "next was called before start"));
        }
        // Twice: what is there, and after a wait what has come meanwhile.
        for last in [false, true] {
            // Marked before the look, so that an append in between ends the wait.
            self.appended.borrow_and_update();
            if let Some(batch) = self.take(want)? {
                return Ok(Next::Batch(batch));
            }
            if self.is_done() {
                return Ok(Next::End);
            }
            if self.read_ahead(want).await?
                && let Some(batch) = self.take(want)?
            {
                return Ok(Next::Batch(batch));
            }
            if !last {
                // Either there is something new, or it is time to look by oneself.
                let _ = tokio::time::timeout(POLL, self.appended.changed()).await;
            }
        }
        Ok(Next::Idle)
    }

    fn committer(&self) -> Arc<dyn Committer> {
        Arc::clone(&self.committer) as Arc<dyn Committer>
    }

    async fn close(&mut self) -> Result<()> {
        self.owned = None;
        Ok(())
    }
}

/// Keeps the offsets of a group in the log.
#[derive(Debug)]
struct LogCommitter {
    log: Log,
    group: Arc<str>,
    /// That of the owner, once the source has started.
    epoch: watch::Sender<Option<Epoch>>,
}

#[async_trait]
impl Committer for LogCommitter {
    async fn commit(&self, checkpoint: &Checkpoint) -> Result<()> {
        let operation = "commit the offsets of a group";
        let Some(epoch) = *self.epoch.borrow() else {
            return Err(Error::bug(operation, "the source has not started"));
        };
        let offsets = self.log.numbered(checkpoint)?;
        let (group, options) = (Arc::clone(&self.group), self.log.0.options);
        let job = move |tx: &rusqlite::Connection| {
            groups::commit(tx, &group, epoch, &offsets)?;
            retention::apply(tx, &options, 0)
        };
        self.log.0.writer.run(job).await
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::log::LogOptions;
    use crate::log::tests::{append, batch, dir, drain, drained, open};

    #[tokio::test]
    async fn hungry_partitions_share_what_is_read_ahead() {
        let (dir, partitions) = (dir(), 7);
        let log = open(&dir, LogOptions::default().partitions(partitions));
        let chunk = 70;
        for from in (0..4_200).step_by(chunk) {
            append(&log, batch(1, from..from + chunk as u64)).await;
        }
        let mut source = drained(&log, "g").await;
        let want = Demand::new(100, 1 << 20);
        let most = want.documents * AHEAD + usize::from(partitions) * chunk;
        let mut documents = 0;
        while let Next::Batch(batch) = source.next(want).await.unwrap() {
            documents += batch.len();
            let held = source.owned.as_ref().unwrap().partitions.iter();
            let all = Demand::new(usize::MAX, usize::MAX);
            let held: usize = held.map(|ahead| ahead.estimate(all).0).sum();
            assert!(held <= most, "{held} of at most {most}");
        }
        assert_eq!(documents, 4_200);
        assert!(drain(&mut source).await.0.is_empty());
    }

    #[tokio::test]
    async fn a_start_that_is_dropped_keeps_the_lock_until_its_job_is_done() {
        let dir = dir();
        let log = open(&dir, LogOptions::default());
        let (go_on, wait) = std::sync::mpsc::channel();
        let busy = log.0.writer.run(move |_| {
            wait.recv().unwrap();
            Ok(())
        });
        let mut busy = std::pin::pin!(busy);
        assert!((&mut busy).now_or_never().is_none());
        assert!(log.source("g").start(None).now_or_never().is_none());
        assert!(GroupLock::take(log.path(), "g").is_err(), "the job waits");
        go_on.send(()).unwrap();
        busy.await.unwrap();
        log.0.writer.run(|_| Ok(())).await.unwrap();
        GroupLock::take(log.path(), "g").unwrap();
    }
}
