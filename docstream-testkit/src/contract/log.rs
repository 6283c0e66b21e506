//! The contract of a log: a sink at one end, a source for each group at the other.
//!
//! The log in memory under contract; one of your own takes its place:
//!
//! ```
//! use std::sync::Arc;
//!
//! use docstream_core::memory::{MemoryLog, MemorySource};
//! use docstream_core::{Checkpoint, Raw, Sink};
//! use docstream_testkit::contract::{self, LogUnderTest};
//!
//! struct Ends(MemoryLog);
//!
//! impl LogUnderTest for Ends {
//!     type Sink = Arc<dyn Sink<Raw>>;
//!     type Source = MemorySource<Raw>;
//!
//!     async fn sink(&self) -> Self::Sink {
//!         Arc::new(self.0.sink::<Raw>())
//!     }
//!
//!     async fn source(&self, group: &str) -> Self::Source {
//!         self.0.source(group)
//!     }
//!
//!     async fn ends(&self) -> Checkpoint {
//!         self.0.stream().ends()
//!     }
//!
//!     async fn lag(&self, group: &str) -> u64 {
//!         self.0.lag(group)
//!     }
//!
//!     async fn seek(&self, group: &str, checkpoint: &Checkpoint) {
//!         self.0.stream().seek(group, checkpoint);
//!     }
//!
//!     async fn trim(&self) {
//!         self.0.trim();
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let two_partitions = async || Ends(MemoryLog::new("log", 2));
//! contract::log::all(two_partitions).await; // in a `#[tokio::test]`
//! # }
//! ```
//!
//! A log is a source and a sink, too: put it under [their](super::source)
//! [contracts](super::idempotent_sink) as well.

use std::collections::HashMap;
use std::sync::Arc;

use docstream_core::{
    Batch, Checkpoint, ContentHash, DocId, Epoch, Headers, Incoming, Offset, Partition, Raw, Sink,
    Source, SourceId, Write, WriteReport,
};

use super::kept::Kept;
use super::must;
use super::read::{Got, Seen, after, assert_same, by_partition, checkpoint, read, seen};

/// A log under test: nothing reads or writes it but the suite. The page of the
/// [module](self) implements it.
pub trait LogUnderTest {
    /// The end that takes documents; their original bytes are their payload.
    type Sink: Sink<Raw>;
    /// The end that gives them.
    type Source: Source<Doc = Raw>;

    /// Opens the end that takes documents, as a new process would.
    fn sink(&self) -> impl Future<Output = Self::Sink>;

    /// Opens the end that gives them, for `group`, as a new process would.
    fn source(&self, group: &str) -> impl Future<Output = Self::Source>;

    /// The offset after the last record of each partition; there are two at least.
    fn ends(&self) -> impl Future<Output = Checkpoint>;

    /// How many records `group` has still to read.
    fn lag(&self, group: &str) -> impl Future<Output = u64>;

    /// Makes `group` go on at `checkpoint`, forwards or backwards.
    fn seek(&self, group: &str, checkpoint: &Checkpoint) -> impl Future<Output = ()>;

    /// Removes all that may be removed at once: what every group has committed.
    fn trim(&self) -> impl Future<Output = ()>;
}

const WANT: docstream_core::Demand = docstream_core::Demand::new(7, 1 << 20);
const RECORDS: usize = 60;
const KEYS: u64 = 5;

/// Runs every check of the suite, each on what `make` makes: an empty log.
///
/// # Panics
///
/// If the log breaks its contract; the message says how.
pub async fn all<U: LogUnderTest>(make: impl AsyncFn() -> U) {
    appends_come_back_as_they_were(&make().await).await;
    a_key_stays_in_order(&make().await).await;
    ends_are_the_next_to_write(&make().await).await;
    groups_are_independent(&make().await).await;
    a_group_can_be_moved(&make().await).await;
    a_new_sink_gets_all_since_the_group_was_moved(&make().await).await;
    retention_stops_at_the_slowest_group(&make().await).await;
}

/// The records `from..to`, of which every fifth has no key.
fn work(from: u64, to: u64) -> Write<Raw> {
    let source = SourceId::new("default", "contract", &[]);
    let entry = Partition::new("contract:entry");
    let mut builder = Batch::<Raw>::builder(entry, Epoch(1), Offset(from));
    for number in from..to {
        let (raw, key) = (raw(number), key(number));
        let mut headers = Vec::new();
        Headers::put(&mut headers, "number", &number.to_be_bytes());
        let incoming = Incoming {
            hash: Some(ContentHash::of_bytes(&number.to_be_bytes())),
            key: &key,
            headers: &headers,
            ..Incoming::new(source.doc(number), Offset(number), &raw)
        };
        builder.push(incoming, Raw::Bytes);
    }
    Write::all(builder.finish())
}

fn raw(number: u64) -> Vec<u8> {
    match number % 4 {
        0 => format!("{{\"number\":{number}}}").into_bytes(),
        1 => vec![0xff, 0, b'\n', number as u8],
        2 => Vec::new(),
        _ => vec![b'x'; number as usize * 50],
    }
}

fn key(number: u64) -> Vec<u8> {
    match number % KEYS {
        0 => Vec::new(),
        key => format!("key {key}").into_bytes(),
    }
}

async fn append<U: LogUnderTest>(under_test: &U, from: u64, to: u64) {
    let sink = under_test.sink().await;
    let report = must("log: append", sink.write(work(from, to))).await;
    assert_eq!(
        report,
        WriteReport::written((to - from) as usize),
        "log: not all were appended"
    );
    must("log: close", sink.close()).await;
}

/// What `group` reads until `total` have come.
async fn read_group<U: LogUnderTest>(
    under_test: &U,
    group: &str,
    total: usize,
) -> (U::Source, Vec<Got>) {
    let mut source = under_test.source(group).await;
    assert_eq!(
        &*source.group(),
        group,
        "log: the source is of another group"
    );
    must("log: start", source.start(None)).await;
    let got = read(&mut source, WANT, total, 0).await;
    (source, got)
}

/// Ids, hashes, keys, headers and bytes come back, each record once.
pub async fn appends_come_back_as_they_were<U: LogUnderTest>(under_test: &U) {
    append(under_test, 0, 25).await;
    append(under_test, 25, RECORDS as u64).await;
    let (_, got) = read_group(under_test, "readers", RECORDS).await;
    let mut found: Vec<Seen> = seen(&got);
    found.sort_by_key(|seen| seen.id.position());
    assert_eq!(
        found.len(),
        RECORDS,
        "log: another number of records came back"
    );
    let work = work(0, RECORDS as u64);
    for (seen, (_, record)) in found.iter().zip(work.records()) {
        let number = record.id().position();
        assert_eq!(
            seen.id,
            record.id(),
            "log: the id of record {number} changed"
        );
        assert!(
            seen.raw == record.raw(),
            "log: the bytes of record {number} changed"
        );
        assert_eq!(
            seen.key,
            record.key(),
            "log: the key of record {number} changed"
        );
        let headers = record.headers().as_bytes();
        assert_eq!(
            seen.headers, headers,
            "log: the headers of record {number} changed"
        );
        assert_eq!(
            seen.hash,
            Some(record.hash()),
            "log: the hash of record {number} changed"
        );
    }
}

/// Records of one key are in one partition, in the order they were appended.
pub async fn a_key_stays_in_order<U: LogUnderTest>(under_test: &U) {
    for round in 0..4 {
        append(under_test, round * 15, round * 15 + 15).await;
    }
    let (_, got) = read_group(under_test, "readers", RECORDS).await;
    let mut last: HashMap<Vec<u8>, (Partition, DocId)> = HashMap::new();
    for seen in by_partition(seen(&got))
        .into_iter()
        .filter(|seen| !seen.key.is_empty())
    {
        let key = String::from_utf8_lossy(&seen.key).into_owned();
        if let Some((partition, id)) = last.get(&seen.key) {
            assert_eq!(
                partition, &seen.partition,
                "log: {key} is in two partitions"
            );
            assert!(
                id < &seen.id,
                "log: {key} is out of order at offset {}",
                seen.offset
            );
        }
        last.insert(seen.key, (seen.partition, seen.id));
    }
    assert_eq!(last.len() as u64, KEYS - 1, "log: keys are missing");
}

/// The end of a partition is the offset after its last record.
pub async fn ends_are_the_next_to_write<U: LogUnderTest>(under_test: &U) {
    let empty = under_test.ends().await;
    assert!(
        empty.len() >= 2,
        "log: put a log of two partitions or more under test"
    );
    append(under_test, 0, RECORDS as u64).await;
    let ends = under_test.ends().await;
    let (_, got) = read_group(under_test, "readers", RECORDS).await;
    for (partition, next) in checkpoint(&got).iter() {
        assert_eq!(
            ends.get(partition),
            Some(next),
            "log: the end of {partition}"
        );
    }
    let grown: u64 = ends
        .iter()
        .map(|(partition, end)| end.0 - empty.get(partition).unwrap_or_default().0)
        .sum();
    assert!(
        grown >= RECORDS as u64,
        "log: the ends grew by {grown} for {RECORDS} records"
    );
}

/// What one group commits is nothing to another, and lag says what is left to read.
pub async fn groups_are_independent<U: LogUnderTest>(under_test: &U) {
    append(under_test, 0, RECORDS as u64).await;
    let total = RECORDS as u64;
    let (mut left, got) = read_group(under_test, "left", RECORDS).await;
    assert_eq!(
        under_test.lag("left").await,
        total,
        "log: lag counts reading as done"
    );
    let half = checkpoint(&got[..got.len() / 2]);
    must("log: commit", left.committer().commit(&half)).await;
    must("log: close", left.close()).await;
    drop(left);
    let due = after(&seen(&got), &half);
    assert_eq!(
        under_test.lag("left").await,
        due.len() as u64,
        "log: lag after a commit"
    );
    let (_, right) = read_group(under_test, "right", RECORDS).await;
    assert_eq!(
        seen(&right).len(),
        RECORDS,
        "log: a group's commit moved another group"
    );
    let (left, rest) = read_group(under_test, "left", due.len()).await;
    assert_same(
        &by_partition(seen(&rest)),
        &due,
        "log: the group went on elsewhere",
    );
    must(
        "log: commit",
        left.committer().commit(&under_test.ends().await),
    )
    .await;
    assert_eq!(
        under_test.lag("left").await,
        0,
        "log: lag once everything is done"
    );
    assert_eq!(
        under_test.lag("right").await,
        total,
        "log: lag of the other group"
    );
}

/// A group goes on where it was put, forwards or backwards.
pub async fn a_group_can_be_moved<U: LogUnderTest>(under_test: &U) {
    append(under_test, 0, RECORDS as u64).await;
    let (source, got) = read_group(under_test, "movers", RECORDS).await;
    let all = seen(&got);
    must("log: commit", source.committer().commit(&checkpoint(&got))).await;
    drop(source);
    let start: Checkpoint = got
        .iter()
        .rev()
        .map(|got| (got.extent.partition.clone(), got.extent.from))
        .collect();
    for to in [start, checkpoint(&got[..got.len() / 2]), checkpoint(&got)] {
        under_test.seek("movers", &to).await;
        let due = after(&all, &to);
        let (source, rest) = read_group(under_test, "movers", due.len()).await;
        drop(source);
        let what = format!("log: moved to {to:?}, it went on elsewhere");
        assert_same(&by_partition(seen(&rest)), &due, &what);
        assert_eq!(
            under_test.lag("movers").await,
            due.len() as u64,
            "log: lag after a move"
        );
    }
}

/// A sink that has nothing of a group is given everything from where the group was put,
/// whatever was committed for another sink.
pub async fn a_new_sink_gets_all_since_the_group_was_moved<U: LogUnderTest>(under_test: &U) {
    append(under_test, 0, RECORDS as u64).await;
    let (source, got) = read_group(under_test, "movers", RECORDS).await;
    let (all, ends) = (seen(&got), checkpoint(&got));
    must("log: commit", source.committer().commit(&ends)).await;
    drop(source);
    let to = checkpoint(&got[..got.len() / 2]);
    under_test.seek("movers", &to).await;
    let due = after(&all, &to);
    for _ in 0..2 {
        let mut source = under_test.source("movers").await;
        let start = source.start(Some(Arc::new(Kept::nothing())));
        must("log: start for a sink that has nothing", start).await;
        let rest = read(&mut source, WANT, due.len(), 0).await;
        assert_same(
            &by_partition(seen(&rest)),
            &due,
            "log: a sink that had nothing did not get all since the group was moved",
        );
        must("log: commit", source.committer().commit(&ends)).await;
        must("log: close", source.close()).await;
    }
}

/// What a group has not committed stays, however much others have.
pub async fn retention_stops_at_the_slowest_group<U: LogUnderTest>(under_test: &U) {
    append(under_test, 0, RECORDS as u64).await;
    let (slow, got) = read_group(under_test, "slow", RECORDS).await;
    let third = checkpoint(&got[..got.len() / 3]);
    must("log: commit", slow.committer().commit(&third)).await;
    drop(slow);
    let (fast, _) = read_group(under_test, "fast", RECORDS).await;
    must(
        "log: commit",
        fast.committer().commit(&under_test.ends().await),
    )
    .await;
    drop(fast);
    let ends = under_test.ends().await;
    under_test.trim().await;
    assert_eq!(
        under_test.ends().await,
        ends,
        "log: trimming moved the ends"
    );
    let due = after(&seen(&got), &third);
    let (_, rest) = read_group(under_test, "slow", due.len()).await;
    assert_same(
        &by_partition(seen(&rest)),
        &due,
        "log: trimming took what a group had not committed",
    );
    append(under_test, 100, 110).await;
    let (_, rest) = read_group(under_test, "fast", 10).await;
    assert_eq!(
        seen(&rest).len(),
        10,
        "log: a group that was done reads what is new"
    );
}
