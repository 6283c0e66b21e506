//! Putting a pipeline together.

use std::sync::Arc;
use std::time::Duration;

use super::runner::Pipeline;
use super::settings::{Rejects, Settings};
use super::{Guarantee, RetryPolicy};
use crate::{Chain, DeadLetters, Demand, IdempotentSink, Observer, Sink, Source, Transform};

/// A pipeline in the making. `R` says whether it has been decided what happens to
/// rejected documents; there is no default, and without it there is no `into_sink`.
///
/// ```compile_fail
/// # use docstream_core::{Pipeline, Sink, Source};
/// # fn undecided<S: Source>(source: S, sink: impl Sink<S::Doc>) {
/// Pipeline::from(source).into_sink(sink); // rejected documents would go nowhere
/// # }
/// ```
///
/// Everything else has a default:
///
/// ```
/// use std::time::Duration;
///
/// use docstream_core::memory::{MemoryDeadLetters, MemorySink, MemoryStream};
/// use docstream_core::pipeline::RetryPolicy;
/// use docstream_core::{Demand, ParseInvoices, Pipeline};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let orders = MemoryStream::bytes("orders", [["{}"]]);
/// let waits = (Duration::from_millis(50), Duration::from_secs(5));
/// let summary = Pipeline::from(orders.source())
///     .transform(ParseInvoices::default())
///     .dead_letters(MemoryDeadLetters::new())
///     .batch(Demand::new(500, 1 << 20)) // at most 500 documents and 1 MiB
///     .in_flight(8)
///     .deadline(Duration::from_secs(5))
///     .retry(RetryPolicy::default().waits(waits.0, waits.1))
///     .into_idempotent_sink(MemorySink::new())
///     .run()
///     .await?;
/// assert_eq!((summary.read, summary.rejected), (1, 1));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a builder does nothing until a sink ends it and the pipeline is run"]
pub struct Builder<S, X, R> {
    source: S,
    transform: X,
    rejects: R,
    settings: Settings,
}

/// Nobody has said yet what happens to rejected documents.
///
/// ```
/// use docstream_core::pipeline::{Builder, Undecided};
/// use docstream_core::{Identity, Pipeline, Source};
///
/// /// The settings of this house; each service decides about its own rejects.
/// fn start<S: Source>(source: S) -> Builder<S, Identity, Undecided> {
///     Pipeline::from(source).in_flight(8)
/// }
///
/// # use docstream_core::memory::{MemorySink, MemoryStream};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let numbers = MemoryStream::documents("numbers", [[7, 8]])?;
/// let pipeline = start(numbers.source()).discard_rejects();
/// # assert_eq!(pipeline.into_idempotent_sink(MemorySink::new()).run().await?.written, 2);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Undecided;

/// What happens to rejected documents.
///
/// ```
/// use docstream_core::pipeline::{Builder, Decided};
/// use docstream_core::{Identity, Pipeline, Source};
///
/// fn strict<S: Source>(source: S) -> Builder<S, Identity, Decided> {
///     Pipeline::from(source).halt_on_reject()
/// }
///
/// # use docstream_core::memory::{MemorySink, MemoryStream};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let numbers = MemoryStream::documents("numbers", [[7, 8]])?;
/// let pipeline = strict(numbers.source()).into_idempotent_sink(MemorySink::new());
/// # assert_eq!(pipeline.run().await?.written, 2);
/// # Ok(())
/// # }
/// ```
pub struct Decided(pub(super) Rejects);

impl std::fmt::Debug for Decided {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Rejects::Bury(_) => "Decided(bury)",
            Rejects::Halt => "Decided(halt)",
            Rejects::Discard => "Decided(discard)",
        })
    }
}

impl Pipeline<(), (), ()> {
    /// Starts putting a pipeline together at its source.
    pub fn from<S: Source>(source: S) -> Builder<S, crate::Identity, Undecided> {
        Builder::new(source)
    }
}

impl<S: Source> Builder<S, crate::Identity, Undecided> {
    pub(super) fn new(source: S) -> Self {
        Self {
            source,
            transform: crate::Identity,
            rejects: Undecided,
            settings: Settings::default(),
        }
    }
}

impl<S: Source, X: Transform<S::Doc>, R> Builder<S, X, R> {
    /// Adds a transform after those that are there.
    ///
    /// ```
    /// use docstream_core::memory::{MemorySink, MemoryStream};
    /// use docstream_core::{Pipeline, retain, try_map};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let numbers = MemoryStream::documents("numbers", [[1, 2, 3]])?;
    /// let sink = MemorySink::new();
    /// let summary = Pipeline::from(numbers.source())
    ///     .transform(retain(|number: &i32| number % 2 == 1))
    ///     .transform(try_map(|number: i32| Ok(format!("number {number}"))))
    ///     .halt_on_reject()
    ///     .into_idempotent_sink(sink.clone())
    ///     .run()
    ///     .await?;
    /// assert_eq!(sink.docs(), ["number 1", "number 3"]);
    /// assert_eq!(summary.filtered, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn transform<T: Transform<X::Out>>(self, next: T) -> Builder<S, Chain<X, T, X::Out>, R> {
        let Self {
            source,
            transform,
            rejects,
            settings,
        } = self;
        Builder {
            source,
            transform: Chain::new(transform, next),
            rejects,
            settings,
        }
    }

    /// Buries rejected documents in `dead_letters` and goes on. A document counts as
    /// done only once its burial is durable. See the example of
    /// [`MemoryDeadLetters`](crate::memory::MemoryDeadLetters).
    pub fn dead_letters(self, dead_letters: impl DeadLetters) -> Builder<S, X, Decided> {
        self.decide(Rejects::Bury(Arc::new(dead_letters)))
    }

    /// Stops at the first rejected document, which is not committed. See the example of
    /// [`Stopped`](super::Stopped).
    pub fn halt_on_reject(self) -> Builder<S, X, Decided> {
        self.decide(Rejects::Halt)
    }

    /// Counts rejected documents and throws them away.
    pub fn discard_rejects(self) -> Builder<S, X, Decided> {
        self.decide(Rejects::Discard)
    }

    fn decide(self, rejects: Rejects) -> Builder<S, X, Decided> {
        let Self {
            source,
            transform,
            settings,
            ..
        } = self;
        Builder {
            source,
            transform,
            rejects: Decided(rejects),
            settings,
        }
    }

    /// How failures are repeated.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings.retry = policy;
        self
    }

    /// How many batches may be in flight at once, over all partitions; 4 by default,
    /// 1 at least. With the size of a batch it bounds the memory.
    pub fn in_flight(mut self, batches: usize) -> Self {
        self.settings.in_flight = batches.max(1);
        self
    }

    /// How long one write to the sink may take before its outcome counts as unknown
    /// and it is repeated; 15 s by default. A burial, a commit and a
    /// [check](Sink::check) of the sink may take as long each.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.settings.deadline = deadline;
        self
    }

    /// How often progress is committed to the source: after `every` or after
    /// `documents`, whichever comes first; 1 s and 5,000 by default. What was not
    /// committed when the process dies is read again.
    pub fn commit_every(mut self, every: Duration, documents: u64) -> Self {
        self.settings.commit_every = every;
        self.settings.commit_documents = documents.max(1);
        self
    }

    /// How long the end of a run may take: what is in flight is finished, progress is
    /// committed, source and sink are closed; 20 s by default. If what is in flight takes
    /// all of it, a second each is added for the commit and the closing.
    pub fn drain(mut self, deadline: Duration) -> Self {
        self.settings.drain = deadline;
        self
    }

    /// The size of a batch; by default what the sink likes best ([`Sink::hint`]).
    pub fn batch(mut self, demand: Demand) -> Self {
        self.settings.demand = Some(demand);
        self
    }

    /// Tells `observer` what happens; see the example of [`Observer`].
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.settings.observer = Arc::new(observer);
        self
    }
}

impl<S: Source, X: Transform<S::Doc>> Builder<S, X, Decided> {
    /// Ends the pipeline in a sink that may keep a document twice after a failure.
    pub fn into_sink<K: Sink<X::Out>>(self, sink: K) -> Pipeline<S, X, K> {
        self.finish(sink, Guarantee::AtLeastOnce)
    }

    /// Ends the pipeline in a sink that keeps a document once: the only way to
    /// [`Guarantee::EffectivelyOnce`].
    pub fn into_idempotent_sink<K: IdempotentSink<X::Out>>(self, sink: K) -> Pipeline<S, X, K> {
        self.finish(sink, Guarantee::EffectivelyOnce)
    }

    fn finish<K: Sink<X::Out>>(self, sink: K, guarantee: Guarantee) -> Pipeline<S, X, K> {
        let Self {
            source,
            transform,
            rejects,
            settings,
        } = self;
        Pipeline {
            source,
            transform,
            sink,
            rejects: rejects.0,
            settings,
            guarantee,
        }
    }
}
