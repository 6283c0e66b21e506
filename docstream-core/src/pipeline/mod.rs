//! The pipeline: one fixed algorithm between a source and a sink.
//!
//! For every batch, in this order: **admit** it to the ledger in read order,
//! **transform** it, **bury** what the transform rejected, **write** the rest with a
//! deadline, repeat what failed with backoff, bury what the sink rejected, **settle**
//! the batch, and **commit** the contiguous watermark. Transforms run side by side;
//! writes run side by side across partitions and in order within one.
//!
//! There is no order of layers to get wrong: retry, dead letters, deadlines and
//! commits are settings of this one algorithm.

mod builder;
mod delivery;
mod ledger;
mod reader;
mod retry;
mod run;
mod runner;
mod summary;
mod work;

pub use builder::{Builder, Decided, Undecided};
pub use retry::{OnConfig, RetryPolicy};
pub use runner::Pipeline;
pub use summary::{Cause, Ended, Guarantee, Stopped, Summary};
