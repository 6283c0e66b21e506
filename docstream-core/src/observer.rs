//! What a pipeline tells while it runs.

use std::sync::Arc;
use std::time::Duration;

use crate::{Checkpoint, Code, Error, Partition};

/// Hears what a pipeline does, for metrics, progress and logs.
///
/// Called from the pipeline's own tasks: it must be quick and must not block.
pub trait Observer: Send + Sync + 'static {
    /// Something happened.
    fn on(&self, event: &Event<'_>);
}

impl<O: Observer + ?Sized> Observer for Arc<O> {
    fn on(&self, event: &Event<'_>) {
        O::on(self, event);
    }
}

/// The observer that does nothing.
impl Observer for () {
    fn on(&self, _: &Event<'_>) {}
}

/// Something that happened in a pipeline. Events and their fields may grow.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A batch was read and admitted.
    #[non_exhaustive]
    Read {
        /// Where from.
        partition: &'a Partition,
        /// Documents in it.
        documents: u32,
        /// Size of its arenas.
        bytes: usize,
    },
    /// A batch is done: every document of it stored, buried or filtered.
    #[non_exhaustive]
    Settled {
        /// Where from.
        partition: &'a Partition,
        /// Documents newly written.
        written: u32,
        /// Documents the sink had before.
        duplicates: u32,
        /// Documents rejected.
        rejected: u32,
        /// Documents filtered out.
        filtered: u32,
        /// From admission to now.
        took: Duration,
    },
    /// A document was rejected.
    #[non_exhaustive]
    Rejected {
        /// Where from.
        partition: &'a Partition,
        /// The code of its first fault.
        code: Code,
    },
    /// Something failed and will be tried again.
    #[non_exhaustive]
    Retry {
        /// The failure.
        error: &'a Error,
        /// Tries so far.
        attempt: u32,
        /// The wait before the next try.
        wait: Duration,
    },
    /// The same thing has failed for so long that nothing moves: readiness is gone.
    #[non_exhaustive]
    Stalled {
        /// The failure.
        error: &'a Error,
        /// For how long.
        since: Duration,
    },
    /// Progress was committed.
    #[non_exhaustive]
    Committed {
        /// What was committed.
        checkpoint: &'a Checkpoint,
    },
}
