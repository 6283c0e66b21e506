//! The pipeline: one fixed algorithm between a source and a sink.
//!
//! For every batch, in this order: **admit** it to the ledger in read order,
//! **transform** it, **bury** what the transform rejected, **write** the rest with a
//! deadline, repeat what failed with backoff, bury what the sink rejected, **settle**
//! the batch, and **commit** the contiguous watermark. Transforms run side by side;
//! writes run side by side across partitions and in order within one.
//!
//! There is no order of layers to get wrong: retry, dead letters, deadlines and
//! commits are settings of this one algorithm, and all of them are methods of
//! [`Builder`]. [`Pipeline::from`] starts one:
//!
//! ```
//! use docstream_core::Pipeline;
//! use docstream_core::memory::{MemorySink, MemoryStream};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let numbers = MemoryStream::documents("numbers", [[7, 8]])?;
//! let sink = MemorySink::new();
//! for written in [2, 0] {
//!     let pipeline = Pipeline::from(numbers.source()).halt_on_reject();
//!     let summary = pipeline.into_idempotent_sink(sink.clone()).run().await?;
//!     assert_eq!(summary.written, written); // the second run finds nothing left to read
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A run ends with a [`Summary`], or as [`Stopped`] with the [`Cause`] that needs a
//! person; run again, it goes on where it stopped.

mod builder;
mod delivery;
mod ledger;
mod reader;
mod retry;
mod run;
mod runner;
mod settings;
mod summary;
mod work;

pub use builder::{Builder, Decided, Undecided};
pub use retry::{OnConfig, RetryPolicy};
pub use runner::Pipeline;
pub use summary::{Cause, Ended, Guarantee, Stopped, Summary};
