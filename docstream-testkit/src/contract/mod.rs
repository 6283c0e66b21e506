//! What each trait promises, as tests: one suite a trait, for whoever implements it.
//!
//! An endpoint is put under test by a small trait that says how to make it, open it
//! again and look inside; `all` then runs the suite and panics with a message that
//! says which promise is broken. Every check is a function of its own, too, and panics
//! in the same way.
//!
//! | you have | you call | you implement |
//! | --- | --- | --- |
//! | a [`Source`](docstream_core::Source) | [`source::all`] | [`SourceUnderTest`] |
//! | a [`Sink`](docstream_core::Sink), at least once | [`sink::all`] | [`SinkUnderTest`] |
//! | an [`IdempotentSink`](docstream_core::IdempotentSink) | [`idempotent_sink::all`] | [`SinkUnderTest`] |
//! | [`DeadLetters`](docstream_core::DeadLetters) | [`dead_letters::all`] | [`DeadLettersUnderTest`] |
//! | a log | [`log::all`] | [`LogUnderTest`] |
//! | [`InvoiceQueries`](docstream_core::InvoiceQueries) | [`invoice_queries::all`] | [`InvoicesUnderTest`] |
//!
//! The page of each suite has a whole example. The shortest, for a source that exists:
//!
//! ```
//! use docstream_core::memory::{MemorySource, MemoryStream};
//! use docstream_core::Raw;
//! use docstream_testkit::contract::{self, SourceUnderTest};
//!
//! struct Orders(MemoryStream<Raw>);
//!
//! impl SourceUnderTest for Orders {
//!     type Source = MemorySource<Raw>;
//!
//!     async fn open(&self) -> Self::Source {
//!         self.0.source()
//!     }
//!
//!     fn documents(&self) -> usize {
//!         self.0.len()
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! contract::source::all(async || {
//!     let records = |part: u8| (0..20).map(move |n| format!("{part}-{n}"));
//!     Orders(MemoryStream::bytes("orders", [records(0), records(1)]))
//! })
//! .await;
//! # });
//! ```
//!
//! Run the suites on a runtime whose clock runs: they give an endpoint 30 seconds for
//! each answer, which a paused clock would skip.

#![allow(
    clippy::panic,
    reason = "a broken contract fails the test that runs the suite"
)]

mod cut;
pub mod dead_letters;
pub mod idempotent_sink;
pub mod invoice_queries;
mod kept;
pub mod log;
mod read;
pub mod sink;
pub mod source;
mod stretch;

use std::time::Duration;

pub use cut::cut;
pub use dead_letters::DeadLettersUnderTest;
use docstream_core::Result;
pub use invoice_queries::InvoicesUnderTest;
pub use log::LogUnderTest;
pub use sink::{SinkUnderTest, Stored};
pub use source::SourceUnderTest;

const PATIENCE: Duration = Duration::from_secs(30);

/// The value of `work`, which must come in time and be no error.
async fn must<T>(what: &str, work: impl Future<Output = Result<T>>) -> T {
    match answer(what, work).await {
        Ok(value) => value,
        Err(error) => panic!("{what} failed: {error}"),
    }
}

/// The result of `work`, which must come in time.
async fn answer<T>(what: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(result) => result,
        Err(_) => panic!("{what} gave no answer within {PATIENCE:?}"),
    }
}
