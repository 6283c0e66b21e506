//! Where documents go.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::{Advance, Batch, Checkpoints, Demand, Error, RecordRef, Rejection, Result};

/// Writes documents.
///
/// A sink is shared by several tasks; writes of one partition never overlap.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use async_trait::async_trait;
/// use docstream_core::memory::MemoryStream;
/// use docstream_core::{Pipeline, Result, Sink, Write, WriteReport};
///
/// #[derive(Default)]
/// struct Sum(AtomicU64);
///
/// #[async_trait]
/// impl Sink<u64> for Sum {
///     async fn write(&self, work: Write<u64>) -> Result<WriteReport> {
///         let sum = work.records().map(|(_, record)| *record.doc()).sum();
///         self.0.fetch_add(sum, Ordering::Relaxed);
///         Ok(WriteReport::written(work.len()))
///     }
///
///     async fn check(&self) -> Result<()> {
///         Ok(())
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let numbers = MemoryStream::documents("numbers", [[7, 8]])?;
/// let sum = Arc::new(Sum::default());
/// Pipeline::from(numbers.source()).halt_on_reject().into_sink(sum.clone()).run().await?;
/// assert_eq!(sum.0.load(Ordering::Relaxed), 15);
/// # Ok(())
/// # }
/// ```
#[async_trait]
pub trait Sink<T: Send + Sync + 'static>: Send + Sync + 'static {
    /// Writes the documents of `work` and says what became of each.
    ///
    /// `Ok` means durable in the sink's sense. `Err` means that no outcome is known
    /// for any of them; the runner repeats the write with the same ids or stops, as
    /// the error says. Documents are independent: the fault of one is an
    /// [`Outcome::Rejected`] in the report and keeps no other from being written.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future, as the deadline does, loses no data: `work` is owned and
    /// the runner keeps its own copy; the write may still happen.
    async fn write(&self, work: Write<T>) -> Result<WriteReport>;

    /// Whether the sink would take a known-good document now: the canary that tells
    /// "the document is bad" from "the sink is away". It stores nothing, and may be
    /// dropped at the deadline.
    async fn check(&self) -> Result<()>;

    /// The size of batch the sink likes best.
    fn hint(&self) -> Demand {
        Demand::default()
    }

    /// The checkpoints the sink keeps with its rows, if it does.
    fn checkpoints(&self) -> Option<Arc<dyn Checkpoints>> {
        None
    }

    /// Finishes what is buffered and lets go. Called when nothing is written any more,
    /// and dropped half-way once the drain deadline is over: what a write was answered
    /// with `Ok` must not depend on it.
    async fn close(&self) -> Result<()> {
        Ok(())
    }
}

/// A sink that stores a document once under its id however often it is written:
/// the same id with the same content hash is [`Outcome::Duplicate`], with another
/// hash the document is rejected as `id_conflict` and the first version stays.
///
/// A marker whose contract the testkit proves; only through it does a pipeline
/// reach [`Guarantee::EffectivelyOnce`](crate::pipeline::Guarantee::EffectivelyOnce).
///
/// ```
/// use std::collections::{HashMap, hash_map::Entry};
/// use std::sync::{Mutex, PoisonError};
///
/// use async_trait::async_trait;
/// use docstream_core::{Code, ContentHash, DocId, Fault, Rejection, Stage};
/// use docstream_core::{IdempotentSink, Outcome, Result, Sink, Write, WriteReport};
///
/// #[derive(Default)]
/// struct Seen(Mutex<HashMap<DocId, ContentHash>>);
///
/// #[async_trait]
/// impl Sink<u64> for Seen {
///     async fn write(&self, work: Write<u64>) -> Result<WriteReport> {
///         let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
///         let mut report = WriteReport::default();
///         for (index, record) in work.records() {
///             match seen.entry(record.id()) {
///                 Entry::Vacant(free) => {
///                     free.insert(record.hash());
///                     report.written += 1;
///                 }
///                 Entry::Occupied(taken) if *taken.get() == record.hash() => {
///                     report.others.push((index, Outcome::Duplicate));
///                 }
///                 Entry::Occupied(_) => {
///                     let fault = Fault::document(Code::IdConflict, "the id is taken");
///                     let rejection = Rejection::new(Stage::Sink, fault);
///                     report.others.push((index, Outcome::Rejected(rejection)));
///                 }
///             }
///         }
///         Ok(report)
///     }
///
///     async fn check(&self) -> Result<()> {
///         Ok(())
///     }
/// }
///
/// impl IdempotentSink<u64> for Seen {}
/// # use docstream_core::{Demand, Next, Source, memory::MemoryStream};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> docstream_core::Result<()> {
/// # let numbers = MemoryStream::documents("numbers", [[7, 8]])?;
/// # let Next::Batch(batch) = numbers.source().next(Demand::default()).await? else { unreachable!() };
///
/// let (seen, work) = (Seen::default(), Write::all(batch));
/// assert_eq!(seen.write(work.only([0])).await?.written, 1);
/// assert_eq!(seen.write(work).await?.others, [(0, Outcome::Duplicate)]);
/// # Ok(())
/// # }
/// ```
pub trait IdempotentSink<T: Send + Sync + 'static>: Sink<T> {}

#[async_trait]
impl<T: Send + Sync + 'static, S: Sink<T> + ?Sized> Sink<T> for Arc<S> {
    async fn write(&self, work: Write<T>) -> Result<WriteReport> {
        S::write(self, work).await
    }

    async fn check(&self) -> Result<()> {
        S::check(self).await
    }

    fn hint(&self) -> Demand {
        S::hint(self)
    }

    fn checkpoints(&self) -> Option<Arc<dyn Checkpoints>> {
        S::checkpoints(self)
    }

    async fn close(&self) -> Result<()> {
        S::close(self).await
    }
}

impl<T: Send + Sync + 'static, S: IdempotentSink<T> + ?Sized> IdempotentSink<T> for Arc<S> {}

/// One unit of work for a sink: documents of one batch, owned and cheap to clone.
/// Retry and bisection change what is picked, never the batch.
///
/// ```
/// use docstream_core::memory::MemoryStream;
/// use docstream_core::{Demand, Next, Source, Write};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> docstream_core::Result<()> {
/// let numbers = MemoryStream::documents("numbers", [[7, 8, 9]])?;
/// let Next::Batch(batch) = numbers.source().next(Demand::default()).await? else { unreachable!() };
/// let all = Write::all(batch);
/// let half = all.only([0, 2]);
/// let picked: Vec<_> = half.records().map(|(index, record)| (index, *record.doc())).collect();
/// assert_eq!(picked, [(0, 7), (2, 9)]);
/// assert_eq!((all.len(), half.len(), all.only([]).is_empty()), (3, 2, true));
/// # Ok(())
/// # }
/// ```
pub struct Write<T> {
    batch: Arc<Batch<T>>,
    pick: Option<Arc<[u32]>>,
    advance: Option<Arc<Advance>>,
}

impl<T> Clone for Write<T> {
    fn clone(&self) -> Self {
        Self {
            batch: Arc::clone(&self.batch),
            pick: self.pick.clone(),
            advance: self.advance.clone(),
        }
    }
}

impl<T> Write<T> {
    /// All documents of `batch`.
    pub fn all(batch: impl Into<Arc<Batch<T>>>) -> Self {
        Self {
            batch: batch.into(),
            pick: None,
            advance: None,
        }
    }

    /// Only the documents of the batch whose indexes are in `pick`, in its order.
    #[must_use]
    pub fn only(&self, pick: impl Into<Arc<[u32]>>) -> Self {
        Self {
            pick: Some(pick.into()),
            ..self.clone()
        }
    }

    /// With a checkpoint to move, or with none; see the example of [`Advance`].
    #[must_use]
    pub fn advancing(mut self, advance: Option<Arc<Advance>>) -> Self {
        self.advance = advance;
        self
    }

    /// The checkpoint to move if every document of this write is stored.
    pub fn advance(&self) -> Option<&Advance> {
        self.advance.as_deref()
    }

    /// The batch behind it.
    pub fn batch(&self) -> &Arc<Batch<T>> {
        &self.batch
    }

    /// How many documents to write. Zero is work too: it carries a checkpoint.
    pub fn len(&self) -> usize {
        self.pick
            .as_ref()
            .map_or(self.batch.len(), |pick| pick.len())
    }

    /// Whether there is no document to write.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The indexes in the batch of the documents to write.
    pub fn indexes(&self) -> impl Iterator<Item = u32> + '_ {
        let all = if self.pick.is_none() {
            0..self.batch.len() as u32
        } else {
            0..0
        };
        all.chain(self.pick.iter().flat_map(|pick| pick.iter().copied()))
    }

    /// The documents to write with their indexes in the batch, which the report names.
    pub fn records(&self) -> impl Iterator<Item = (u32, RecordRef<'_, T>)> {
        self.indexes()
            .filter_map(|index| Some((index, self.batch.record(index as usize)?)))
    }
}

impl<T> fmt::Debug for Write<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Write")
            .field("extent", self.batch.extent())
            .field("documents", &self.len())
            .field("advance", &self.advance)
            .finish_non_exhaustive()
    }
}

/// What became of one document of a write.
///
/// ```
/// use docstream_core::{Code, Fault, Outcome, Rejection, Stage, WriteReport};
///
/// let why = Fault::document(Code::IdConflict, "the id is taken");
/// let report = WriteReport {
///     written: 998,
///     others: vec![
///         (4, Outcome::Duplicate),
///         (17, Outcome::Rejected(Rejection::new(Stage::Sink, why))),
///     ],
/// };
/// assert!(!report.is_complete()); // a checkpoint must not move with this write
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Stored before under the same id with the same content: success.
    Duplicate,
    /// The document's own fault: to the dead letters.
    Rejected(Rejection),
    /// Perhaps stored, perhaps not: the runner writes it again.
    Unknown,
}

/// What became of the documents of a write: how many were newly written, and the
/// others one by one. The two must add up to the write.
///
/// ```
/// use docstream_core::memory::MemoryStream;
/// use docstream_core::{Class, Demand, Next, Outcome, Source, Write, WriteReport};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> docstream_core::Result<()> {
/// let numbers = MemoryStream::documents("numbers", [[7, 8]])?;
/// let Next::Batch(batch) = numbers.source().next(Demand::default()).await? else { unreachable!() };
/// let work = Write::all(batch);
/// let report = WriteReport { written: 1, others: vec![(0, Outcome::Duplicate)] };
/// report.check(&work)?;
/// assert!(report.is_complete());
///
/// let short = WriteReport::written(1); // of two
/// assert_eq!(short.check(&work).unwrap_err().class(), Class::Bug);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteReport {
    /// Documents newly written.
    pub written: u32,
    /// The others, by their index in the batch.
    pub others: Vec<(u32, Outcome)>,
}

impl WriteReport {
    /// Everything newly written.
    pub fn written(documents: usize) -> Self {
        Self {
            written: documents as u32,
            others: Vec::new(),
        }
    }

    /// Whether every document is stored: written now or before. Only then may a
    /// sink have moved the checkpoint.
    pub fn is_complete(&self) -> bool {
        self.others
            .iter()
            .all(|(_, outcome)| *outcome == Outcome::Duplicate)
    }

    /// Checks that the report accounts for every document of `work` once.
    ///
    /// # Errors
    ///
    /// A [`Class::Bug`](crate::Class::Bug) error that says what does not add up.
    pub fn check<T>(&self, work: &Write<T>) -> Result<()> {
        let broken = |message: String| Err(Error::bug("check the report of a sink", message));
        let total = self.written as usize + self.others.len();
        if total != work.len() {
            return broken(format!("{total} outcomes for {} documents", work.len()));
        }
        if self.others.is_empty() {
            return Ok(());
        }
        let mut named: Vec<u32> = self.others.iter().map(|(index, _)| *index).collect();
        named.sort_unstable();
        if named.windows(2).any(|pair| pair[0] == pair[1]) {
            return broken("the same document twice".to_owned());
        }
        let mut asked: Vec<u32> = work.indexes().collect();
        asked.sort_unstable();
        match named
            .iter()
            .find(|index| asked.binary_search(index).is_err())
        {
            Some(index) => broken(format!(
                "an outcome for document {index}, which was not asked for"
            )),
            None => Ok(()),
        }
    }
}
