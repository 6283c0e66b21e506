//! Sinks that do not like every document.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use docstream_core::{
    Checkpoints, Demand, Error, IdempotentSink, Outcome, RecordRef, Rejection, Result, Sink, Write,
    WriteReport,
};

/// A sink that rejects documents, or that fails as a whole because of one and does
/// not say which.
///
/// Where it does not say which document it was, a pipeline finds out:
///
/// ```
/// use docstream_core::memory::{MemoryDeadLetters, MemorySink, MemoryStream};
/// use docstream_core::{Code, Pipeline};
/// use docstream_testkit::faulty::Picky;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (store, dead) = (MemorySink::new(), MemoryDeadLetters::new());
/// let sink = Picky::choking_on(store.clone(), |record| *record.doc() == 13);
/// let numbers = MemoryStream::documents("numbers", [[11, 12, 13, 14]])?;
/// let summary = Pipeline::from(numbers.source())
///     .dead_letters(dead.clone())
///     .into_idempotent_sink(sink)
///     .run()
///     .await?;
/// assert_eq!((summary.written, dead.buried()[0].raw.as_slice()), (3, &b"13"[..]));
/// assert_eq!(dead.buried()[0].rejection.code(), Code::RefusedByStore);
/// # Ok(())
/// # }
/// ```
pub struct Picky<S, T> {
    inner: S,
    judge: Box<Judge<T>>,
    turned_down: Arc<AtomicU64>,
}

type Judge<T> = dyn Fn(RecordRef<'_, T>) -> Verdict + Send + Sync;

enum Verdict {
    Fine,
    Reject(Rejection),
    Choke,
}

impl<S, T> Picky<S, T> {
    /// Rejects the documents that `judge` has a rejection for; the others reach `inner`.
    ///
    /// ```
    /// use docstream_core::memory::{MemorySink, MemoryStream};
    /// use docstream_core::{Code, Fault, Pipeline, Rejection, Stage};
    /// use docstream_testkit::faulty::Picky;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let odd = || Rejection::new(Stage::Sink, Fault::document(Code::OutOfRange, "must be even"));
    /// let sink = Picky::rejecting(MemorySink::new(), move |record| {
    ///     (record.doc() % 2 == 1).then(odd)
    /// });
    /// let turned_down = sink.turned_down();
    /// let numbers = MemoryStream::documents("numbers", [[1, 2, 3, 4]])?;
    /// let pipeline = Pipeline::from(numbers.source()).discard_rejects().into_idempotent_sink(sink);
    /// assert_eq!(pipeline.run().await?.rejections[&Code::OutOfRange], 2);
    /// assert_eq!(turned_down.load(std::sync::atomic::Ordering::Relaxed), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn rejecting(
        inner: S,
        judge: impl Fn(RecordRef<'_, T>) -> Option<Rejection> + Send + Sync + 'static,
    ) -> Self {
        Self::new(inner, move |record| {
            judge(record).map_or(Verdict::Fine, Verdict::Reject)
        })
    }

    /// Fails every write that holds a document for which `chokes` is true, with an
    /// error of [`Class::Suspect`](docstream_core::Class::Suspect), and does nothing of it.
    /// [`Picky`] has an example.
    pub fn choking_on(
        inner: S,
        chokes: impl Fn(RecordRef<'_, T>) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self::new(inner, move |record| {
            if chokes(record) {
                Verdict::Choke
            } else {
                Verdict::Fine
            }
        })
    }

    fn new(inner: S, judge: impl Fn(RecordRef<'_, T>) -> Verdict + Send + Sync + 'static) -> Self {
        Self {
            inner,
            judge: Box::new(judge),
            turned_down: Arc::default(),
        }
    }

    /// How many documents were rejected, or writes choked on; it goes on counting.
    pub fn turned_down(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.turned_down)
    }

    async fn judged(&self, work: Write<T>) -> Result<WriteReport>
    where
        T: Send + Sync + 'static,
        S: Sink<T>,
    {
        let (mut fine, mut rejected) = (Vec::new(), Vec::new());
        for (index, record) in work.records() {
            match (self.judge)(record) {
                Verdict::Fine => fine.push(index),
                Verdict::Reject(rejection) => rejected.push((index, Outcome::Rejected(rejection))),
                Verdict::Choke => {
                    self.turned_down.fetch_add(1, Ordering::Relaxed);
                    let message = "one of the documents is not liked, on purpose";
                    return Err(Error::suspect("write to a picky sink", message));
                }
            }
        }
        if rejected.is_empty() {
            return self.inner.write(work).await;
        }
        self.turned_down
            .fetch_add(rejected.len() as u64, Ordering::Relaxed);
        // The write is not complete, so no checkpoint may move with it.
        let mut report = self.inner.write(work.only(fine).advancing(None)).await?;
        report.others.append(&mut rejected);
        Ok(report)
    }
}

#[async_trait]
impl<T: Send + Sync + 'static, S: Sink<T>> Sink<T> for Picky<S, T> {
    async fn write(&self, work: Write<T>) -> Result<WriteReport> {
        self.judged(work).await
    }

    async fn check(&self) -> Result<()> {
        self.inner.check().await
    }

    fn hint(&self) -> Demand {
        self.inner.hint()
    }

    fn checkpoints(&self) -> Option<Arc<dyn Checkpoints>> {
        self.inner.checkpoints()
    }

    async fn close(&self) -> Result<()> {
        self.inner.close().await
    }
}

impl<T: Send + Sync + 'static, S: IdempotentSink<T>> IdempotentSink<T> for Picky<S, T> {}

impl<S: fmt::Debug, T> fmt::Debug for Picky<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Picky")
            .field("inner", &self.inner)
            .field("turned_down", &self.turned_down)
            .finish_non_exhaustive()
    }
}
