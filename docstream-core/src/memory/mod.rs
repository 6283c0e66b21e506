//! Endpoints in memory: for tests, for examples, and as the model that the contract
//! suites of `docstream-testkit` are checked against.
//!
//! Nothing here survives the process. What an endpoint stands on ([`MemoryStream`],
//! [`MemoryLog`]) or is itself ([`MemorySink`], [`AppendSink`], [`MemoryDeadLetters`])
//! is a handle: clones share what they hold, so that a test can look inside while
//! a pipeline owns the endpoint.

mod append_sink;
mod dead_letters;
mod log;
mod sink;
mod source;
mod stream;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use append_sink::AppendSink;
pub use dead_letters::MemoryDeadLetters;
pub use log::MemoryLog;
pub use sink::MemorySink;
pub use source::{MemorySource, Step};
pub use stream::{Entry, MemoryStream};

/// Locks also what a panicking test left locked: each change here is complete
/// before anything can panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
