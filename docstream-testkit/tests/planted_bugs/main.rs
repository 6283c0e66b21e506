//! The suites bite: endpoints with one bug each, of which every one must fail the
//! suite, with a message that names the promise it breaks.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test may panic outside its own function, too"
)]

mod dead_letters;
mod log;
mod sink;
mod source;
#[path = "../under_test/mod.rs"]
mod under_test;

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `suite`, which must fail with a message that holds `promise`.
fn must_fail(bug: &str, promise: &str, suite: impl Future<Output = ()>) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let Err(panic) = catch_unwind(AssertUnwindSafe(|| runtime.block_on(suite))) else {
        return Err(format!("the suite did not catch {bug}"));
    };
    let message = panic.downcast_ref::<String>().cloned();
    let message = message
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_default();
    if message.contains(promise) {
        return Ok(());
    }
    Err(format!(
        "{bug} was caught for another reason than {promise:?}: {message}"
    ))
}

/// All the bugs that were not caught as they should be, at once.
fn all_caught(results: impl IntoIterator<Item = Result<(), String>>) {
    let missed: Vec<String> = results.into_iter().filter_map(Result::err).collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
