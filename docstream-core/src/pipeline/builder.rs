//! Putting a pipeline together.

use std::sync::Arc;
use std::time::Duration;

use super::runner::Pipeline;
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
#[derive(Debug)]
#[must_use = "a builder does nothing until a sink ends it and the pipeline is run"]
pub struct Builder<S, X, R> {
    source: S,
    transform: X,
    rejects: R,
    settings: Settings,
}

/// Nobody has said yet what happens to rejected documents.
#[derive(Clone, Copy, Debug)]
pub struct Undecided;

/// What happens to rejected documents.
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

pub(super) enum Rejects {
    Bury(Arc<dyn DeadLetters>),
    Halt,
    Discard,
}

/// Everything that has a default.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) retry: RetryPolicy,
    pub(super) in_flight: usize,
    pub(super) deadline: Duration,
    pub(super) commit_every: Duration,
    pub(super) commit_documents: u64,
    pub(super) drain: Duration,
    pub(super) demand: Option<Demand>,
    pub(super) observer: Arc<dyn Observer>,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("retry", &self.retry)
            .field("in_flight", &self.in_flight)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

impl<S: Source> Builder<S, crate::Identity, Undecided> {
    pub(super) fn new(source: S) -> Self {
        Self {
            source,
            transform: crate::Identity,
            rejects: Undecided,
            settings: Settings {
                retry: RetryPolicy::default(),
                in_flight: 4,
                deadline: Duration::from_secs(15),
                commit_every: Duration::from_secs(1),
                commit_documents: 5_000,
                drain: Duration::from_secs(20),
                demand: None,
                observer: Arc::new(()),
            },
        }
    }
}

impl<S: Source, X: Transform<S::Doc>, R> Builder<S, X, R> {
    /// Adds a transform after those that are there.
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
    /// done only once its burial is durable.
    pub fn dead_letters(self, dead_letters: impl DeadLetters) -> Builder<S, X, Decided> {
        self.decide(Rejects::Bury(Arc::new(dead_letters)))
    }

    /// Stops at the first rejected document, which is not committed.
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
    /// and it is repeated; 15 s by default.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.settings.deadline = deadline;
        self
    }

    /// How often progress is committed to the source: after `every` or after
    /// `documents`, whichever comes first; 1 s and 5,000 by default.
    pub fn commit_every(mut self, every: Duration, documents: u64) -> Self {
        self.settings.commit_every = every;
        self.settings.commit_documents = documents.max(1);
        self
    }

    /// How long a shutdown waits for what is in flight; 20 s by default.
    pub fn drain(mut self, deadline: Duration) -> Self {
        self.settings.drain = deadline;
        self
    }

    /// The size of a batch; by default what the sink likes best.
    pub fn batch(mut self, demand: Demand) -> Self {
        self.settings.demand = Some(demand);
        self
    }

    /// Tells `observer` what happens.
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
