//! Sources with one bug each.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use docstream_core::memory::{MemorySource, MemoryStream};
use docstream_core::{
    Batch, Checkpoint, Checkpoints, Committer, Demand, Epoch, Incoming, Next, Offset, Partition,
    Raw, Result, Source, SourceId,
};
use docstream_testkit::contract::{self, SourceUnderTest};

use crate::under_test::{Stream, stream};
use crate::{all_caught, must_fail};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Bug {
    CommitPastAFailure,
    DropIsSuccess,
    CommitsTheLastDone,
    CommitsOneTooFar,
    CommitIsNotDone,
    CommitForgetsOtherPartitions,
    LosesOnCancellation,
    RepeatsOnCancellation,
    IdsAreNew,
    IdFromContent,
    SkipsAnOffset,
    IgnoresDemand,
    StartsOver,
    IgnoresTheSink,
    CommitCountsForANewSink,
    ChangesBytes,
}

#[test]
fn every_planted_bug_of_a_source_is_caught() {
    let bugs = [
        (Bug::CommitPastAFailure, "go on exactly"),
        (Bug::DropIsSuccess, "reading counted as success"),
        (Bug::CommitsTheLastDone, "go on exactly"),
        (Bug::CommitsOneTooFar, "go on exactly"),
        (Bug::CommitIsNotDone, "go on exactly"),
        (Bug::CommitForgetsOtherPartitions, "go on exactly"),
        (Bug::LosesOnCancellation, "dropping `next`"),
        (Bug::RepeatsOnCancellation, "dropping `next`"),
        (Bug::IdsAreNew, "is another one"),
        (Bug::IdFromContent, "two documents have the id"),
        (Bug::SkipsAnOffset, "does not begin where"),
        (Bug::IgnoresDemand, "was asked for"),
        (Bug::StartsOver, "never ends"),
        (Bug::IgnoresTheSink, "go on exactly"),
        (Bug::CommitCountsForANewSink, "had nothing"),
        (Bug::ChangesBytes, "is another one"),
    ];
    all_caught(bugs.map(|(bug, promise)| {
        must_fail(&format!("{bug:?}"), promise, async {
            contract::source::all(async || Buggy {
                stream: Stream(stream()),
                bug,
            })
            .await;
        })
    }));
}

struct Buggy {
    stream: Stream,
    bug: Bug,
}

impl SourceUnderTest for Buggy {
    type Source = BuggySource;

    async fn open(&self) -> BuggySource {
        BuggySource {
            inner: self.stream.open().await,
            stream: self.stream.0.clone(),
            bug: self.bug,
            read: Arc::default(),
            unfinished: None,
            again: None,
            salt: self.stream.0.commits().len() as u64 + rand(),
        }
    }

    fn documents(&self) -> usize {
        self.stream.documents()
    }
}

/// Another number in each call.
fn rand() -> u64 {
    static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

struct BuggySource {
    inner: MemorySource<Raw>,
    stream: MemoryStream<Raw>,
    bug: Bug,
    /// How far it was read.
    read: Arc<Mutex<Checkpoint>>,
    /// Read by a call that was cut off, and once more.
    unfinished: Option<Batch<Raw>>,
    again: Option<Batch<Raw>>,
    salt: u64,
}

impl BuggySource {
    async fn buggy_next(&mut self, want: Demand) -> Result<Next<Raw>> {
        if self.bug == Bug::DropIsSuccess {
            let read = self.read.lock().expect("not poisoned").clone();
            self.inner.committer().commit(&read).await?;
        }
        if let Some(batch) = self.again.take() {
            return Ok(Next::Batch(batch));
        }
        if let Some(batch) = self.unfinished.take() {
            self.again = Some(copy(&batch, |id, raw| (id, raw)));
            return Ok(Next::Batch(batch));
        }
        let want = if self.bug == Bug::IgnoresDemand {
            Demand::new(20, 1 << 20)
        } else {
            want
        };
        let next = self.inner.next(want).await?;
        let Next::Batch(mut batch) = next else {
            if self.bug == Bug::StartsOver {
                self.inner = crate::under_test::stream().source();
                return self.inner.next(want).await;
            }
            return Ok(next);
        };
        let extent = batch.extent().clone();
        self.read
            .lock()
            .expect("not poisoned")
            .set(extent.partition, extent.to);
        if self.bug == Bug::LosesOnCancellation {
            tokio::task::yield_now().await;
        }
        if self.bug == Bug::RepeatsOnCancellation {
            self.unfinished = Some(copy(&batch, |id, raw| (id, raw)));
            tokio::task::yield_now().await;
            self.unfinished = None;
        }
        let (salt, source) = (self.salt, SourceId::new("default", "bug", &[]));
        batch = match self.bug {
            Bug::IdsAreNew => copy(&batch, |id, raw| (id.child(salt), raw)),
            Bug::IdFromContent => copy(&batch, |_, raw| (source.doc(raw.len() as u64), raw)),
            Bug::ChangesBytes => copy(&batch, |id, _| (id, salt.to_string().into_bytes())),
            Bug::SkipsAnOffset => {
                let mut builder = Batch::builder(
                    batch.extent().partition.clone(),
                    batch.extent().epoch,
                    Offset(batch.extent().from.0 + 1),
                );
                for record in batch.records().skip(1) {
                    builder.push(
                        Incoming::new(record.id(), record.offset(), record.raw()),
                        Raw::Bytes,
                    );
                }
                builder.finish()
            }
            _ => batch,
        };
        Ok(Next::Batch(batch))
    }
}

fn copy(
    batch: &Batch<Raw>,
    change: impl Fn(docstream_core::DocId, Vec<u8>) -> (docstream_core::DocId, Vec<u8>),
) -> Batch<Raw> {
    let extent = batch.extent();
    let mut builder = Batch::builder(extent.partition.clone(), extent.epoch, extent.from);
    for record in batch.records() {
        let (id, raw) = change(record.id(), record.raw().to_vec());
        builder.push(Incoming::new(id, record.offset(), &raw), Raw::Bytes);
    }
    builder.finish()
}

#[async_trait]
impl Source for BuggySource {
    type Doc = Raw;

    async fn start(&mut self, stored: Option<Arc<dyn Checkpoints>>) -> Result<()> {
        let stored = stored.filter(|_| self.bug != Bug::IgnoresTheSink);
        let stored = match stored {
            Some(sink) if self.bug == Bug::CommitCountsForANewSink => {
                let committed = self.stream.committed("default");
                Some(Arc::new(OrCommitted { sink, committed }) as Arc<dyn Checkpoints>)
            }
            stored => stored,
        };
        self.inner.start(stored).await
    }

    async fn next(&mut self, want: Demand) -> Result<Next<Raw>> {
        self.buggy_next(want).await
    }

    fn committer(&self) -> Arc<dyn Committer> {
        Arc::new(BuggyCommitter {
            inner: self.inner.committer(),
            bug: self.bug,
            read: Arc::clone(&self.read),
        })
    }
}

/// Takes what the group has committed for what the sink has.
struct OrCommitted {
    sink: Arc<dyn Checkpoints>,
    committed: Checkpoint,
}

#[async_trait]
impl Checkpoints for OrCommitted {
    async fn load(&self, group: &str, partition: &Partition) -> Result<Option<(Offset, Epoch)>> {
        let found = self.sink.load(group, partition).await?;
        let committed = || Some((self.committed.get(partition)?, Epoch(0)));
        Ok(found.or_else(committed))
    }
}

struct BuggyCommitter {
    inner: Arc<dyn Committer>,
    bug: Bug,
    read: Arc<Mutex<Checkpoint>>,
}

#[async_trait]
impl Committer for BuggyCommitter {
    async fn commit(&self, checkpoint: &Checkpoint) -> Result<()> {
        let by = |change: fn(u64) -> u64| -> Checkpoint {
            checkpoint
                .iter()
                .map(|(part, at)| (part.clone(), Offset(change(at.0))))
                .collect()
        };
        let read = self.read.lock().expect("not poisoned").clone();
        match self.bug {
            Bug::CommitPastAFailure => self.inner.commit(&read).await,
            Bug::CommitsTheLastDone => self.inner.commit(&by(|at| at - 1)).await,
            Bug::CommitsOneTooFar => self.inner.commit(&by(|at| at + 1)).await,
            Bug::CommitIsNotDone => Ok(()),
            Bug::CommitForgetsOtherPartitions => {
                let zero = read
                    .iter()
                    .map(|(part, _)| (part.clone(), Offset::ZERO))
                    .collect();
                self.inner.commit(&zero).await?;
                let last = checkpoint.iter().last();
                let last = last
                    .map(|(part, at)| (part.clone(), at))
                    .into_iter()
                    .collect();
                self.inner.commit(&last).await
            }
            _ => self.inner.commit(checkpoint).await,
        }
    }
}
