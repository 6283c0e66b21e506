//! The one fixed algorithm: admit, transform, write, bury, settle, commit.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant as Deadline;

use super::delivery::Context;
use super::reader::{Reader, source_panicked};
use super::run::{Run, afterwards};
use super::settings::{Rejects, Settings};
use super::summary::{Cause, Guarantee, Stopped, Summary};
use super::work::Work;
use crate::{Error, Sink, Source, Transform};

/// A source, a transform and a sink, ready to run.
///
/// ```
/// use docstream_core::memory::{MemorySink, MemoryStream};
/// use docstream_core::pipeline::{Ended, Guarantee};
/// use docstream_core::{Pipeline, try_map};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let numbers = MemoryStream::documents("numbers", [[1, 2, 3]])?;
/// let sink = MemorySink::new();
/// let pipeline = Pipeline::from(numbers.source())
///     .transform(try_map(|number: i32| Ok(number * 10)))
///     .halt_on_reject()
///     .into_idempotent_sink(sink.clone());
/// assert_eq!(pipeline.guarantee(), Guarantee::EffectivelyOnce);
///
/// let summary = pipeline.run().await?;
/// assert_eq!((summary.written, summary.ended), (3, Ended::End));
/// assert_eq!(sink.docs(), [10, 20, 30]);
/// # Ok(())
/// # }
/// ```
#[must_use = "a pipeline does nothing until it is run"]
pub struct Pipeline<S, X, K> {
    pub(super) source: S,
    pub(super) transform: X,
    pub(super) sink: K,
    pub(super) rejects: Rejects,
    pub(super) settings: Settings,
    pub(super) guarantee: Guarantee,
}

impl<S, X, K> fmt::Debug for Pipeline<S, X, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline")
            .field("guarantee", &self.guarantee)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl<S, X, K> Pipeline<S, X, K>
where
    S: Source,
    X: Transform<S::Doc>,
    K: Sink<X::Out>,
{
    /// What the pipeline promises.
    pub fn guarantee(&self) -> Guarantee {
        self.guarantee
    }

    /// Runs until the source ends. Dropping the future does what it does to
    /// [`run_until`](Self::run_until).
    ///
    /// # Errors
    ///
    /// [`Stopped`], when going on needs a person.
    pub async fn run(self) -> Result<Summary, Stopped> {
        self.run_until(std::future::pending()).await
    }

    /// Runs until the source ends or `shutdown` does; then finishes what is in flight
    /// and commits.
    ///
    /// ```
    /// use docstream_core::Pipeline;
    /// use docstream_core::memory::{MemorySink, MemoryStream};
    /// use docstream_core::pipeline::Ended;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let numbers = MemoryStream::documents("numbers", [[7, 8]])?;
    /// let sink = MemorySink::new();
    /// let pipeline = Pipeline::from(numbers.source().tail()) // which never ends by itself
    ///     .halt_on_reject()
    ///     .into_idempotent_sink(sink.clone());
    /// let stored_all = async {
    ///     while sink.len() < 2 {
    ///         tokio::task::yield_now().await;
    ///     }
    /// };
    /// let summary = pipeline.run_until(stored_all).await?;
    /// assert_eq!((summary.written, summary.ended), (2, Ended::Shutdown));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops everything at once; nothing that was not settled is
    /// committed, so a later run goes on safely. Neither the source nor the sink is
    /// closed then.
    ///
    /// # Errors
    ///
    /// [`Stopped`], when going on needs a person.
    pub async fn run_until(
        self,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<Summary, Stopped> {
        let checkpoints = self.sink.checkpoints();
        let (batches, inbox) = mpsc::channel(1);
        let (committer, group) = (self.source.committer(), self.source.group());
        let (reader, stop) = Reader::new(
            self.source,
            self.settings.demand.unwrap_or_else(|| self.sink.hint()),
            checkpoints.clone(),
            self.settings.clone(),
        );
        let mut reading = JoinSet::new();
        reading.spawn(reader.run(batches));
        let context = Context {
            sink: self.sink,
            rejects: self.rejects,
            group,
            advances: checkpoints.is_some(),
            settings: self.settings,
        };
        let work = Arc::new(Work {
            transform: self.transform,
            context,
        });
        let mut run = Run::new(Arc::clone(&work), committer, inbox, stop);
        let cause = run.drive(pin!(shutdown)).await;
        let deadline = Deadline::now() + work.context.settings.drain;
        let cause = run.finish(cause, deadline).await;
        // The reader has been told to stop; wait for it so that the source is closed.
        let closing = async {
            let source = match reading.join_next().await {
                Some(Ok(mut source)) => source.close().await,
                // Also when nobody was listening any more: a panic is never passed over.
                Some(Err(error)) => Err(source_panicked().caused_by(error)),
                None => Ok(()),
            };
            source.and(work.context.sink.close().await)
        };
        let deadline = afterwards(deadline);
        let closed = match tokio::time::timeout_at(deadline, closing).await {
            Ok(closed) => closed,
            Err(_) => Err(Error::unknown(
                "close the pipeline",
                "no answer before the drain deadline",
            )),
        };
        let summary = run.into_summary();
        match (cause, closed) {
            (Some(cause), _) => Err(Stopped { cause, summary }),
            (None, Err(error)) => Err(Stopped {
                cause: Cause::Error(error),
                summary,
            }),
            (None, Ok(())) => Ok(summary),
        }
    }
}
