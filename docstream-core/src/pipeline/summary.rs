//! How a run ended.

use std::collections::BTreeMap;
use std::fmt;

use crate::{Checkpoint, Code, Error, Rejected};

/// What a pipeline promises about each document its source gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Guarantee {
    /// Written at least once; after a failure perhaps more than once.
    AtLeastOnce,
    /// Written perhaps more than once, kept once: the sink is an
    /// [`IdempotentSink`](crate::IdempotentSink).
    EffectivelyOnce,
}

/// What a run did. `read = written + duplicates + rejected + filtered` once it ended
/// by itself, as long as no transform makes several documents of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Documents read and settled.
    pub read: u64,
    /// Documents newly written.
    pub written: u64,
    /// Documents the sink had before.
    pub duplicates: u64,
    /// Documents rejected.
    pub rejected: u64,
    /// Documents filtered out.
    pub filtered: u64,
    /// Rejected documents by the code of their first fault.
    pub rejections: BTreeMap<Code, u64>,
    /// Rejected documents' faults by pointer and code: all of them, so that they may
    /// be more than the documents.
    pub faults: BTreeMap<(String, Code), u64>,
    /// How often something was tried again.
    pub retries: u64,
    /// How far each partition is done.
    pub checkpoint: Checkpoint,
    /// Why it ended.
    pub ended: Ended,
}

impl Summary {
    /// This run and a `later` one of the same pipeline as if they were one.
    #[must_use]
    pub fn then(mut self, later: Self) -> Self {
        self.read += later.read;
        self.written += later.written;
        self.duplicates += later.duplicates;
        self.rejected += later.rejected;
        self.filtered += later.filtered;
        self.retries += later.retries;
        for (code, count) in later.rejections {
            *self.rejections.entry(code).or_default() += count;
        }
        for (fault, count) in later.faults {
            *self.faults.entry(fault).or_default() += count;
        }
        for (partition, next) in later.checkpoint.iter() {
            self.checkpoint.set(partition.clone(), next);
        }
        self.ended = later.ended;
        self
    }
}

/// Why a run ended well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ended {
    /// The source has no more.
    #[default]
    End,
    /// It was asked to, and finished what was in flight.
    Shutdown,
}

/// A run that had to stop. Run again, it goes on where it stopped: nothing that was
/// not settled is committed.
#[derive(Debug)]
#[non_exhaustive]
pub struct Stopped {
    /// Why.
    pub cause: Cause,
    /// What was done until then.
    pub summary: Summary,
}

/// Why a run had to stop.
#[derive(Debug)]
#[non_exhaustive]
pub enum Cause {
    /// Something that is no document's fault and that waiting does not mend.
    Error(Error),
    /// A document was rejected, and the pipeline was built to halt then.
    Rejected(Box<Rejected>),
    /// What was in flight could not be finished before the drain deadline.
    DrainDeadline,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Error(error) => write!(f, "{error}"),
            Cause::Rejected(dead) => write!(
                f,
                "document {} at offset {} of {} was rejected: {}",
                dead.id, dead.offset, dead.partition, dead.rejection
            ),
            Cause::DrainDeadline => {
                f.write_str("what was in flight could not be finished before the drain deadline")
            }
        }
    }
}

impl std::error::Error for Stopped {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.cause {
            Cause::Error(error) => Some(error),
            Cause::Rejected(_) | Cause::DrainDeadline => None,
        }
    }
}
