//! What a pipeline tells while it runs.

use std::sync::Arc;
use std::time::Duration;

use crate::{Checkpoint, Code, Error, Partition};

/// Hears what a pipeline does, for metrics, progress and logs.
///
/// Called from the pipeline's own tasks: it must be quick and must not block.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use docstream_core::memory::{MemorySink, MemoryStream};
/// use docstream_core::{Event, Observer, Pipeline};
///
/// #[derive(Default)]
/// struct Settled(AtomicU64);
///
/// impl Observer for Settled {
///     fn on(&self, event: &Event<'_>) {
///         if let Event::Settled { written, .. } = event {
///             self.0.fetch_add(u64::from(*written), Ordering::Relaxed);
///         }
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let settled = Arc::new(Settled::default());
/// let numbers = MemoryStream::documents("numbers", [[7, 8]])?;
/// let pipeline = Pipeline::from(numbers.source()).halt_on_reject().observer(settled.clone());
/// pipeline.into_idempotent_sink(MemorySink::new()).run().await?;
/// assert_eq!(settled.0.load(Ordering::Relaxed), 2);
/// # Ok(())
/// # }
/// ```
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
///
/// ```
/// use std::sync::{Arc, Mutex};
///
/// use docstream_core::memory::{MemorySink, MemoryStream};
/// use docstream_core::{Event, Observer, ParseInvoices, Pipeline};
///
/// #[derive(Default)]
/// struct Log(Mutex<Vec<String>>);
///
/// impl Observer for Log {
///     fn on(&self, event: &Event<'_>) {
///         let line = match event {
///             Event::Rejected { partition, code, .. } => format!("{partition}: {code}"),
///             Event::Stalled { error, since, .. } => format!("stalled for {since:?}: {error}"),
///             _ => return,
///         };
///         self.0.lock().unwrap().push(line);
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let log = Arc::new(Log::default());
/// let orders = MemoryStream::bytes("orders", [["not JSON"]]);
/// Pipeline::from(orders.source())
///     .transform(ParseInvoices::default())
///     .discard_rejects()
///     .observer(log.clone())
///     .into_idempotent_sink(MemorySink::new())
///     .run()
///     .await?;
/// assert_eq!(*log.0.lock().unwrap(), ["memory:orders/0: malformed_json"]);
/// # Ok(())
/// # }
/// ```
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
        /// Size of its arenas, in bytes.
        bytes: usize,
    },
    /// A batch is done: every document of it stored, buried (or discarded, if that was
    /// decided) or filtered.
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
