//! Where batches come from.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::oneshot;

use crate::{Batch, Checkpoint, Epoch, Offset, Partition, Result};

/// Gives batches of documents, partition by partition in order, and takes
/// confirmed commits of how far each partition is done.
///
/// A source is read by one task. Positions are *next to read* everywhere.
#[async_trait]
pub trait Source: Send + 'static {
    /// The document type: [`Raw`](crate::Raw) unless the source parses itself.
    /// Cloned once a batch, so that a transform which fails loses nothing.
    type Doc: Clone + Send + Sync + 'static;

    /// The consumer group whose progress the source keeps.
    fn group(&self) -> Arc<str> {
        Arc::from("default")
    }

    /// Called once before the first [`next`](Self::next). `stored` are the
    /// checkpoints that the sink keeps with its rows, if it keeps any: they are the
    /// truth, and the source starts from them rather than from its own commits.
    async fn start(&mut self, stored: Option<Arc<dyn Checkpoints>>) -> Result<()> {
        let _ = stored;
        Ok(())
    }

    /// Waits for the next batch, of about `want` at most.
    ///
    /// Cancel safe: dropping the future loses nothing; what it had read comes with
    /// the next call.
    async fn next(&mut self, want: Demand) -> Result<Next<Self::Doc>>;

    /// Takes the commits; usable while [`next`](Self::next) waits.
    fn committer(&self) -> Arc<dyn Committer>;

    /// Lets go of whatever the source holds. Called after the last commit.
    async fn close(&mut self) -> Result<()> {
        Ok(())
    }
}

/// How much a pipeline wants in one batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Demand {
    /// Documents at most.
    pub documents: usize,
    /// Bytes at most, though a single larger document comes alone.
    pub bytes: usize,
}

impl Demand {
    /// At most `documents`, of at most `bytes` in all.
    pub const fn new(documents: usize, bytes: usize) -> Self {
        Self { documents, bytes }
    }
}

impl Default for Demand {
    /// 1,000 documents, 4 MiB.
    fn default() -> Self {
        Self::new(1_000, 4 << 20)
    }
}

/// What a source has next.
#[derive(Debug)]
#[non_exhaustive]
pub enum Next<T> {
    /// Documents.
    Batch(Batch<T>),
    /// These partitions go to another worker. Their batches in flight are finished
    /// and committed, then the runner lets go through the [`Release`].
    Lost(Vec<Partition>, Release),
    /// Nothing now; ask again. A source waits a moment itself before it says so.
    Idle,
    /// Nothing any more.
    End,
}

/// Tells a source that partitions it is about to lose are drained and committed.
/// Dropping it tells the same: the source must not wait for ever.
#[derive(Debug)]
pub struct Release(oneshot::Sender<()>);

impl Release {
    /// A release, and the future that ends once it is used or dropped.
    pub fn new() -> (Self, impl Future<Output = ()> + Send + 'static) {
        let (sender, receiver) = oneshot::channel();
        (Self(sender), async move {
            // An error means that the release was dropped, which releases too.
            let _ = receiver.await;
        })
    }

    /// Lets go.
    pub fn done(self) {
        // The source may have stopped waiting; then there is nobody to tell.
        let _ = self.0.send(());
    }
}

/// Takes commits of a source.
#[async_trait]
pub trait Committer: Send + Sync + 'static {
    /// Makes `checkpoint` the place from which the group goes on after a restart.
    /// `Ok` means confirmed, not sent. Partitions it does not name stay as they are.
    ///
    /// Cancel safe: a commit that was cut off may or may not have happened, and is
    /// harmless to repeat.
    async fn commit(&self, checkpoint: &Checkpoint) -> Result<()>;
}

/// Checkpoints that a sink keeps with its rows.
#[async_trait]
pub trait Checkpoints: Send + Sync + 'static {
    /// The next offset that `group` has to read of `partition`, with the epoch of
    /// the owner that set it; `None` if the sink has none.
    async fn load(&self, group: &str, partition: &Partition) -> Result<Option<(Offset, Epoch)>>;
}
