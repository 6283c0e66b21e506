//! How a run ended.

use std::collections::BTreeMap;
use std::fmt;

use crate::{Checkpoint, Code, Error, Rejected};

/// What a pipeline promises about each document its source gives.
///
/// ```
/// use docstream_core::Pipeline;
/// use docstream_core::memory::{AppendSink, MemorySink, MemoryStream};
/// use docstream_core::pipeline::Guarantee;
///
/// let numbers = MemoryStream::documents("numbers", [[7, 8]])?;
/// let start = || Pipeline::from(numbers.source()).halt_on_reject();
/// let listed = start().into_sink(AppendSink::new());
/// let stored = start().into_idempotent_sink(MemorySink::new());
/// assert_eq!(listed.guarantee(), Guarantee::AtLeastOnce);
/// assert_eq!(stored.guarantee(), Guarantee::EffectivelyOnce);
/// # Ok::<(), docstream_core::Error>(())
/// ```
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
///
/// ```
/// use docstream_core::memory::{MemorySink, MemoryStream};
/// use docstream_core::{Code, ParseInvoices, Pipeline, Take};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let orders = MemoryStream::bytes("orders", [["not JSON", "", "{}"]]);
/// let sink = MemorySink::new();
/// let run = async |documents| {
///     Pipeline::from(Take::new(orders.source(), documents))
///         .transform(ParseInvoices::default())
///         .discard_rejects()
///         .into_idempotent_sink(sink.clone())
///         .run()
///         .await
/// };
/// let both = run(2).await?.then(run(9).await?);
/// assert_eq!((both.read, both.written, both.rejected), (3, 0, 3));
/// assert_eq!(both.rejections[&Code::Empty], 1);
/// assert_eq!(both.faults[&("/Quantity".to_owned(), Code::Missing)], 1); // one of five in `{}`
/// # Ok(())
/// # }
/// ```
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
    /// How often a write, a burial or a commit was tried again.
    pub retries: u64,
    /// How far each partition is done.
    pub checkpoint: Checkpoint,
    /// Why it ended.
    pub ended: Ended,
}

impl Summary {
    /// This run and a `later` one of the same pipeline as if they were one; see the
    /// example of [`Summary`].
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
///
/// ```
/// use docstream_core::Pipeline;
/// use docstream_core::memory::{MemorySink, MemoryStream};
/// use docstream_core::pipeline::Ended;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let numbers = MemoryStream::documents("numbers", [[7, 8]])?;
/// let pipeline = Pipeline::from(numbers.source().tail()).halt_on_reject();
/// let pipeline = pipeline.into_idempotent_sink(MemorySink::new());
/// let summary = pipeline.run_until(async {}).await?; // asked to stop before it began
/// assert_eq!((summary.ended, summary.read), (Ended::Shutdown, 0));
/// # Ok(())
/// # }
/// ```
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
///
/// ```
/// use docstream_core::memory::{MemorySink, MemoryStream};
/// use docstream_core::pipeline::Cause;
/// use docstream_core::{Offset, ParseInvoices, Pipeline};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let orders = MemoryStream::bytes("orders", [["not JSON"]]);
/// let pipeline = Pipeline::from(orders.source())
///     .transform(ParseInvoices::default())
///     .halt_on_reject()
///     .into_idempotent_sink(MemorySink::new());
/// let stopped = pipeline.run().await.unwrap_err();
/// assert!(matches!(&stopped.cause, Cause::Rejected(dead) if dead.raw == b"not JSON"));
/// let next = stopped.summary.checkpoint.get(&orders.partitions()[0]);
/// assert_eq!(next, Some(Offset(0))); // the next run reads it again
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Stopped {
    /// Why.
    pub cause: Cause,
    /// What was done until then.
    pub summary: Summary,
}

/// Why a run had to stop.
///
/// ```
/// use docstream_core::pipeline::Cause;
/// use docstream_core::{Class, Error};
///
/// /// What a service reports to whatever started it.
/// fn exit_code(cause: &Cause) -> u8 {
///     match cause {
///         Cause::Rejected(_) => 65, // the data
///         Cause::Error(error) if error.class() == Class::Config => 78, // the settings
///         _ => 75, // run it again
///     }
/// }
///
/// assert_eq!(exit_code(&Cause::Error(Error::config("open a file", "there is none"))), 78);
/// assert_eq!(exit_code(&Cause::DrainDeadline { trouble: None }), 75);
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Cause {
    /// Something that is no document's fault and that waiting does not mend.
    Error(Error),
    /// A document was rejected, and the pipeline was built to halt then.
    Rejected(Box<Rejected>),
    /// What was in flight could not be finished before the drain deadline.
    DrainDeadline {
        /// The error that it was waiting to see the end of, if it was.
        trouble: Option<String>,
    },
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
            Cause::DrainDeadline { trouble } => {
                f.write_str("what was in flight could not be finished before the drain deadline")?;
                match trouble {
                    Some(trouble) => write!(f, "; it was waiting, because: {trouble}"),
                    None => Ok(()),
                }
            }
        }
    }
}

impl std::error::Error for Stopped {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.cause {
            Cause::Error(error) => Some(error),
            Cause::Rejected(_) | Cause::DrainDeadline { .. } => None,
        }
    }
}
