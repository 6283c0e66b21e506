//! The pipeline under every kind of trouble: nothing lost, nothing doubled, nothing
//! that was never read, and no commit beyond what is done.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test may panic outside its own function, too"
)]

mod flow;
mod rejections;
mod troubles;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use docstream_core::memory::{MemoryDeadLetters, MemorySink, MemoryStream};
use docstream_core::pipeline::{RetryPolicy, Stopped, Summary};
use docstream_core::{
    Code, DeadLetters, DocId, Event, Fault, IdempotentSink, Observer, Pipeline, Rejection, Result,
    Source, Stage, try_map,
};

const DOCUMENTS: u64 = 600;

const DEADLINE: Duration = Duration::from_secs(2);

/// Three partitions of 200 numbers each.
fn numbers() -> MemoryStream<u64> {
    let part = |number: u64| (0..DOCUMENTS / 3).map(move |index| index * 3 + number);
    MemoryStream::documents("numbers", [part(0), part(1), part(2)]).expect("numbers are JSON")
}

fn odd_one(code: Code) -> Rejection {
    Rejection::new(
        Stage::Validate,
        Fault::document(code, "must be another number"),
    )
}

fn quick() -> RetryPolicy {
    RetryPolicy::default().waits(Duration::from_millis(5), Duration::from_millis(100))
}

/// Runs `source` into `sink`, rejecting the documents that `is_bad`.
async fn run(
    source: impl Source<Doc = u64>,
    is_bad: fn(u64) -> bool,
    dead_letters: impl DeadLetters,
    sink: impl IdempotentSink<u64>,
) -> Result<Summary, Stopped> {
    Pipeline::from(source)
        .transform(try_map(move |number: u64| match is_bad(number) {
            true => Err(odd_one(Code::OutOfRange)),
            false => Ok(number),
        }))
        .dead_letters(dead_letters)
        .retry(quick())
        .deadline(DEADLINE)
        .commit_every(Duration::from_millis(50), 50)
        .into_idempotent_sink(sink)
        .run()
        .await
}

/// Compares what was read with what is stored and buried, by id.
fn audit(stream: &MemoryStream<u64>, store: &MemorySink<u64>, dead: &MemoryDeadLetters) {
    let read: BTreeSet<DocId> = stream.ids().into_iter().map(|(.., id)| id).collect();
    let mut ends: BTreeMap<DocId, u32> = BTreeMap::new();
    let buried = dead.buried().into_iter().map(|dead| dead.id);
    for id in store.ids().into_iter().chain(buried) {
        *ends.entry(id).or_default() += 1;
    }
    let lost = read.iter().filter(|id| !ends.contains_key(id)).count();
    let doubled = ends.values().filter(|count| **count > 1).count();
    let phantom = ends.keys().filter(|id| !read.contains(id)).count();
    assert_eq!(
        (lost, doubled, phantom),
        (0, 0, 0),
        "lost, doubled, phantom"
    );
}

/// Every partition is committed to its end, in the source and in the sink.
fn assert_all_committed(stream: &MemoryStream<u64>, store: &MemorySink<u64>) {
    assert_eq!(
        stream.committed("default"),
        stream.ends(),
        "the source's commits"
    );
    for (partition, end) in stream.ends().iter() {
        let stored = store.checkpoint("default", partition);
        assert_eq!(
            stored.map(|(next, _)| next),
            Some(end),
            "the sink's checkpoint"
        );
    }
}

fn is_seventh(number: u64) -> bool {
    number.is_multiple_of(7)
}

fn never(_: u64) -> bool {
    false
}

/// Watches the commits while a run is under way.
struct Watch<F>(F);

impl<F: Fn(&Event<'_>) + Send + Sync + 'static> Observer for Watch<F> {
    fn on(&self, event: &Event<'_>) {
        (self.0)(event);
    }
}
