//! Endpoints that fail on purpose: [`Faulty`] around any source, sink or dead
//! letters, with troubles that a script or a seed decides, and counts of what
//! happened, so that a test can tell that it tested something.
//!
//! ```
//! use docstream_core::memory::{MemorySink, MemoryStream};
//! use docstream_core::{Class, Demand, Next, Sink, Source, Write};
//! use docstream_testkit::faulty::{Faulty, On, Trouble, When};
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let mut source = MemoryStream::documents("numbers", [[1, 2]])?.source();
//! let Next::Batch(batch) = source.next(Demand::default()).await? else { unreachable!() };
//!
//! let store = MemorySink::new();
//! let sink = Faulty::new(store.clone(), 42).on(On::Write, Trouble::LoseAnswer, When::First(1));
//! let fired = sink.fired();
//! let work = Write::all(batch);
//! let error = sink.write(work.clone()).await.unwrap_err();
//! assert_eq!((error.class(), store.len()), (Class::Unknown, 2)); // done, and nobody knows
//! assert_eq!(sink.write(work).await?.written, 0); // both are duplicates
//! assert_eq!(fired.lost_answers(), 1);
//! # Ok::<(), docstream_core::Error>(())
//! # }).unwrap();
//! ```

mod dead_letters;
mod fired;
mod picky;
mod rules;
mod sink;
mod source;

use std::sync::Arc;

use docstream_core::{Class, Error};

pub use fired::Fired;
pub use picky::Picky;
use rules::Rules;
pub use rules::{On, Trouble, When};

/// An endpoint that fails on purpose. It is a source, sink or dead letters if what
/// it wraps is one; a sink that fails because of what a document is, is [`Picky`].
///
/// ```
/// use docstream_core::memory::{MemorySink, MemoryStream};
/// use docstream_core::{Class, Pipeline};
/// use docstream_testkit::faulty::{Faulty, On, Trouble, When};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemorySink::new();
/// let sink = Faulty::new(store.clone(), 42)
///     .on(On::Write, Trouble::Fail(Class::Transient), When::First(2))
///     .on(On::Write, Trouble::LoseAnswer, When::Between(2, 3));
/// let fired = sink.fired();
///
/// let numbers = MemoryStream::documents("numbers", [[1, 2, 3]])?;
/// let pipeline = Pipeline::from(numbers.source()).halt_on_reject().into_idempotent_sink(sink);
/// assert_eq!(pipeline.run().await?.retries, 3);
/// assert_eq!((fired.failures(), fired.lost_answers()), (2, 1));
/// assert_eq!(store.len(), 3); // each once
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Faulty<E> {
    inner: E,
    rules: Arc<Rules>,
}

impl<E> Faulty<E> {
    /// A wrapper without troubles yet; `seed` decides where chance does.
    pub fn new(inner: E, seed: u64) -> Self {
        Self {
            inner,
            rules: Arc::new(Rules::seeded(seed)),
        }
    }

    /// Adds a trouble for one operation. Of several, the first that is due happens.
    #[must_use]
    pub fn on(self, operation: On, trouble: Trouble, when: When) -> Self {
        self.rules.add(operation, trouble, when);
        self
    }

    /// The counts of what happened so far, which go on counting.
    pub fn fired(&self) -> Arc<Fired> {
        self.rules.fired()
    }

    /// What is wrapped.
    pub fn inner(&self) -> &E {
        &self.inner
    }
}

fn planned(class: Class, operation: &'static str) -> Error {
    Error::new(class, operation, "failed on purpose")
}

fn lost(operation: &'static str) -> Error {
    Error::unknown(operation, "the answer was lost on purpose")
}
