//! Where batches come from.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::oneshot;

use crate::{Batch, Checkpoint, Epoch, Offset, Partition, Result};

/// Gives batches of documents, partition by partition in order, and takes
/// confirmed commits of how far each partition is done.
///
/// A source is read by one task. Positions are *next to read* everywhere.
///
/// ```
/// use std::sync::Arc;
///
/// use async_trait::async_trait;
/// use docstream_core::memory::MemorySink;
/// use docstream_core::{
///     Batch, Checkpoint, Committer, Demand, Epoch, Incoming, Next, Offset, Partition, Pipeline,
///     Result, Source, SourceId,
/// };
///
/// /// The numbers below `end`; always from 0, since nothing is remembered.
/// struct Count { next: u64, end: u64 }
///
/// #[async_trait]
/// impl Source for Count {
///     type Doc = u64;
///
///     async fn next(&mut self, want: Demand) -> Result<Next<u64>> {
///         if self.next == self.end {
///             return Ok(Next::End);
///         }
///         let id = SourceId::new("default", "count", &[]);
///         let mut batch = Batch::builder(Partition::new("count"), Epoch(1), Offset(self.next));
///         while self.next < self.end && batch.len() < want.documents {
///             let text = self.next.to_string();
///             let incoming = Incoming::new(id.doc(self.next), Offset(self.next), text.as_bytes());
///             batch.push(incoming, self.next);
///             self.next += 1;
///         }
///         Ok(Next::Batch(batch.finish()))
///     }
///
///     fn committer(&self) -> Arc<dyn Committer> {
///         Arc::new(Forget)
///     }
/// }
///
/// struct Forget;
///
/// #[async_trait]
/// impl Committer for Forget {
///     async fn commit(&self, _: &Checkpoint) -> Result<()> {
///         Ok(())
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let pipeline = Pipeline::from(Count { next: 0, end: 2_500 }).halt_on_reject();
/// let summary = pipeline.into_idempotent_sink(MemorySink::new()).run().await?;
/// assert_eq!(summary.written, 2_500);
/// # Ok(())
/// # }
/// ```
#[async_trait]
pub trait Source: Send + 'static {
    /// The document type: [`Raw`](crate::Raw) unless the source parses itself.
    /// Cloned once a batch, so that a transform which fails loses nothing.
    type Doc: Clone + Send + Sync + 'static;

    /// The consumer group whose progress the source keeps.
    fn group(&self) -> Arc<str> {
        Arc::from("default")
    }

    /// Called before the first [`next`](Self::next), and again after an error that says
    /// retry. `stored` are the checkpoints that the sink keeps with its rows, if it
    /// keeps any: they are the truth, and the source starts from them rather than from
    /// its own commits. A sink that keeps checkpoints and has none for a partition has
    /// got nothing of it: the source starts there where its group began, and if it no
    /// longer has what came since it fails with a `Config` error.
    ///
    /// # Cancel safety
    ///
    /// Dropped half-way only by a shutdown that has waited half of the drain deadline
    /// for it; [`close`](Self::close) then has to let go of whatever it took.
    async fn start(&mut self, stored: Option<Arc<dyn Checkpoints>>) -> Result<()> {
        let _ = stored;
        Ok(())
    }

    /// Waits for the next batch, of about `want` at most.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future must lose nothing: what it had read comes with the next call.
    ///
    /// # Errors
    ///
    /// One that says retry is met by the pipeline's retry policy with another call;
    /// any other ends the run. A record that cannot be read is no error but
    /// [refused](crate::BatchBuilder::refuse).
    async fn next(&mut self, want: Demand) -> Result<Next<Self::Doc>>;

    /// Takes the commits; usable while [`next`](Self::next) waits.
    fn committer(&self) -> Arc<dyn Committer>;

    /// Lets go of whatever the source holds. Called after the last commit, also where
    /// [`start`](Self::start) failed; dropped half-way once the drain deadline is over.
    async fn close(&mut self) -> Result<()> {
        Ok(())
    }
}

/// How much a pipeline wants in one batch.
///
/// ```
/// use docstream_core::Demand;
///
/// let small = Demand::new(100, 64 << 10); // at most 100 documents and 64 KiB
/// assert!(small.documents < Demand::default().documents);
/// ```
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
///
/// ```
/// use docstream_core::memory::MemoryStream;
/// use docstream_core::{Demand, Next, Source};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> docstream_core::Result<()> {
/// let numbers = MemoryStream::documents("numbers", [[7, 8, 9]])?;
/// let mut source = numbers.source().batch(2);
/// source.start(None).await?;
/// let mut sizes = Vec::new();
/// loop {
///     match source.next(Demand::default()).await? {
///         Next::Batch(batch) => sizes.push(batch.len()),
///         Next::Lost(_, release) => release.done(),
///         Next::End => break,
///         _ => {} // `Idle`: ask again
///     }
/// }
/// assert_eq!(sizes, [2, 1]);
/// # Ok(())
/// # }
/// ```
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
///
/// ```
/// use docstream_core::Release;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> docstream_core::Result<()> {
/// let (release, released) = Release::new();
/// let runner = tokio::spawn(async move { release.done() }); // drained and committed
/// released.await; // now the source gives the partition up
/// # drop(runner);
/// # Ok(())
/// # }
/// ```
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
///
/// ```
/// use docstream_core::memory::MemoryStream;
/// use docstream_core::{Checkpoint, Offset, Source};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> docstream_core::Result<()> {
/// let numbers = MemoryStream::documents("numbers", [[7, 8]])?;
/// let partition = numbers.partitions()[0].clone();
/// let mut checkpoint = Checkpoint::default();
/// checkpoint.set(partition.clone(), Offset(1));
///
/// numbers.source().committer().commit(&checkpoint).await?;
/// assert_eq!(numbers.committed("default").get(&partition), Some(Offset(1)));
/// # Ok(())
/// # }
/// ```
#[async_trait]
pub trait Committer: Send + Sync + 'static {
    /// Makes `checkpoint` the place from which the group goes on after a restart.
    /// `Ok` means confirmed, not sent. Partitions it does not name stay as they are.
    ///
    /// # Cancel safety
    ///
    /// A commit that was cut off, as at the deadline, may or may not have happened, and
    /// must be harmless to repeat.
    ///
    /// # Errors
    ///
    /// One that says retry costs nothing but time: the place, or a later one, is
    /// committed again soon. Any other ends the run.
    async fn commit(&self, checkpoint: &Checkpoint) -> Result<()>;
}

/// Takes commits and keeps nothing, for a source that always begins anew, or that only
/// goes on from a checkpoint of the sink.
#[async_trait]
impl Committer for () {
    async fn commit(&self, _: &Checkpoint) -> Result<()> {
        Ok(())
    }
}

/// Checkpoints that a sink keeps with its rows.
///
/// ```
/// use docstream_core::memory::{MemorySink, MemoryStream};
/// use docstream_core::{Offset, Pipeline, Sink};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let numbers = MemoryStream::documents("numbers", [[7, 8]])?;
/// let sink = MemorySink::new();
/// let pipeline = Pipeline::from(numbers.source()).halt_on_reject();
/// pipeline.into_idempotent_sink(sink.clone()).run().await?;
///
/// let stored = sink.checkpoints().ok_or("the sink keeps none")?;
/// let place = stored.load("default", &numbers.partitions()[0]).await?;
/// assert_eq!(place.map(|(next, _epoch)| next), Some(Offset(2)));
/// # Ok(())
/// # }
/// ```
#[async_trait]
pub trait Checkpoints: Send + Sync + 'static {
    /// The next offset that `group` has to read of `partition`, with the epoch of
    /// the owner that set it; `None` if the sink has none. It only reads, so that
    /// dropping the future changes nothing.
    async fn load(&self, group: &str, partition: &Partition) -> Result<Option<(Offset, Epoch)>>;
}
