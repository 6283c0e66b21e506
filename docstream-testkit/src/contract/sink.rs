//! The contract of a [`Sink`].
//!
//! A sink of one's own, and the test that puts it under contract:
//!
//! ```
//! use std::sync::{Arc, Mutex};
//!
//! use async_trait::async_trait;
//! use docstream_core::{Batch, Raw, Result, Sink, Write, WriteReport};
//! use docstream_testkit::contract::{self, SinkUnderTest, Stored};
//!
//! /// Keeps lines of text.
//! #[derive(Clone, Default)]
//! struct Lines(Arc<Mutex<Vec<String>>>);
//!
//! #[async_trait]
//! impl Sink<Raw> for Lines {
//!     async fn write(&self, work: Write<Raw>) -> Result<WriteReport> {
//!         let lines = work.records().map(|(_, record)| String::from_utf8_lossy(record.raw()).into());
//!         self.0.lock().unwrap().extend(lines);
//!         Ok(WriteReport::written(work.len()))
//!     }
//!
//!     async fn check(&self) -> Result<()> {
//!         Ok(()) // a sink that can fail writes a good document and takes it back
//!     }
//! }
//!
//! impl SinkUnderTest for Lines {
//!     type Doc = Raw;
//!     type Sink = Lines;
//!
//!     async fn open(&self) -> Lines {
//!         self.clone() // a sink of a file or a database opens it again
//!     }
//!
//!     fn raw(&self, number: u64) -> Vec<u8> {
//!         number.to_string().into_bytes()
//!     }
//!
//!     async fn parse(&self, batch: Batch<Raw>) -> Batch<Raw> {
//!         batch // a sink of parsed documents parses them here
//!     }
//!
//!     async fn stored(&self) -> Vec<Stored> {
//!         let lines = self.0.lock().unwrap();
//!         let stored = |line: &String| Stored { id: None, number: line.parse().unwrap() };
//!         lines.iter().map(stored).collect()
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! contract::sink::all(async || Lines::default()).await; // in a `#[tokio::test]`
//! # }
//! ```

use docstream_core::{Batch, DocId, Raw, Sink, Write, WriteReport};

use super::stretch::{sane, write};
use super::{answer, cut, must};

/// A sink under test, which can be opened again and looked into. The page of the
/// [module](self) implements it.
pub trait SinkUnderTest {
    /// The document type of the suite: any that can be told apart by a number.
    type Doc: Send + Sync + 'static;
    /// The sink.
    type Sink: Sink<Self::Doc>;

    /// Opens the sink over what is there, as a new process would.
    fn open(&self) -> impl Future<Output = Self::Sink>;

    /// The original bytes of a document with the content `number`: the same for the
    /// same number, others for another.
    fn raw(&self, number: u64) -> Vec<u8>;

    /// Parses records whose bytes [`raw`](Self::raw) made; none may be rejected.
    fn parse(&self, batch: Batch<Raw>) -> impl Future<Output = Batch<Self::Doc>>;

    /// Everything that is stored, in any order, read apart from the sink.
    fn stored(&self) -> impl Future<Output = Vec<Stored>>;
}

/// A document found in a store; [`SinkUnderTest::stored`] gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stored {
    /// Its id, if the sink keeps ids.
    pub id: Option<DocId>,
    /// The number that its content was made of.
    pub number: u64,
}

/// Runs every check of the suite, each on what `make` makes: an empty sink.
///
/// # Panics
///
/// If the sink breaks its contract; the message says how.
pub async fn all<U: SinkUnderTest>(make: impl AsyncFn() -> U) {
    what_was_written_is_there(&make().await).await;
    only_the_picked_is_written(&make().await).await;
    nothing_is_work_too(&make().await).await;
    partitions_side_by_side(&make().await).await;
    dropping_a_write_loses_nothing(&make).await;
    it_opens_again(&make().await).await;
}

/// Writes and checks that the report adds up.
pub(super) async fn written<T: Send + Sync + 'static, S: Sink<T>>(
    sink: &S,
    work: &Write<T>,
) -> WriteReport {
    let report = must("sink: write", sink.write(work.clone())).await;
    if let Err(error) = report.check(work) {
        panic!("sink: the report does not add up: {error}");
    }
    report
}

/// The numbers of what is stored, sorted.
pub(super) async fn numbers<U: SinkUnderTest>(under_test: &U) -> Vec<u64> {
    let mut numbers: Vec<_> = under_test
        .stored()
        .await
        .iter()
        .map(|doc| doc.number)
        .collect();
    numbers.sort_unstable();
    numbers
}

/// What was reported as written can be read back, and nothing else is there.
pub async fn what_was_written_is_there<U: SinkUnderTest>(under_test: &U) {
    let sink = under_test.open().await;
    must("sink: check", sink.check()).await;
    assert!(
        sane(sink.hint()),
        "sink: the batch it likes best has no room"
    );
    let work = write(under_test, 0, 0..20).await;
    let report = written(&sink, &work).await;
    assert_eq!(
        report,
        WriteReport::written(20),
        "sink: new documents were not newly written"
    );
    must("sink: close", sink.close()).await;
    let expected: Vec<u64> = (0..20).collect();
    assert_eq!(
        numbers(under_test).await,
        expected,
        "sink: what is stored is not what was written"
    );
}

/// [`Write::only`] is exactly what is written.
pub async fn only_the_picked_is_written<U: SinkUnderTest>(under_test: &U) {
    let sink = under_test.open().await;
    let work = write(under_test, 0, 0..10).await;
    let report = written(&sink, &work.only([1, 3, 8])).await;
    assert_eq!(report.written, 3, "sink: three documents were picked");
    let report = written(&sink, &work.only([9, 0])).await;
    assert_eq!(report.written, 2, "sink: two documents were picked");
    must("sink: close", sink.close()).await;
    assert_eq!(
        numbers(under_test).await,
        [0, 1, 3, 8, 9],
        "sink: not exactly the picked is there"
    );
}

/// A write of no document is done, and writes none.
pub async fn nothing_is_work_too<U: SinkUnderTest>(under_test: &U) {
    let sink = under_test.open().await;
    let work = write(under_test, 0, 0..3).await;
    let none = written(&sink, &work.only([])).await;
    assert_eq!(
        none,
        WriteReport::default(),
        "sink: an empty write has an empty report"
    );
    let none = written(&sink, &write(under_test, 0, []).await).await;
    assert_eq!(
        none,
        WriteReport::default(),
        "sink: an empty batch has an empty report"
    );
    must("sink: close", sink.close()).await;
    assert!(
        under_test.stored().await.is_empty(),
        "sink: an empty write wrote something"
    );
}

/// Writes of several partitions at once do not disturb each other.
pub async fn partitions_side_by_side<U: SinkUnderTest>(under_test: &U) {
    let sink = under_test.open().await;
    for round in 0..5 {
        let at = |part: u64| (round * 4 + part) * 10;
        let works = [
            write(under_test, 0, at(0)..at(1)).await,
            write(under_test, 1, at(1)..at(2)).await,
            write(under_test, 2, at(2)..at(3)).await,
            write(under_test, 3, at(3)..at(4)).await,
        ];
        let (a, b, c, d) = tokio::join!(
            written(&sink, &works[0]),
            written(&sink, &works[1]),
            written(&sink, &works[2]),
            written(&sink, &works[3]),
        );
        for report in [a, b, c, d] {
            assert_eq!(
                report.written, 10,
                "sink: a write beside others was not complete"
            );
        }
    }
    must("sink: close", sink.close()).await;
    let expected: Vec<u64> = (0..200).collect();
    assert_eq!(
        numbers(under_test).await,
        expected,
        "sink: writes side by side disturb each other"
    );
}

/// A write that was dropped half-way may have happened; written again, nothing is missing.
pub async fn dropping_a_write_loses_nothing<U: SinkUnderTest>(make: impl AsyncFn() -> U) {
    for polls in [1, 2, 3, 5] {
        let under_test = make().await;
        let sink = under_test.open().await;
        let work = write(&under_test, 0, 0..10).await;
        // Whatever came of it, the caller does not hear of it.
        let _ = cut(polls, answer("sink: write", sink.write(work.clone()))).await;
        written(&sink, &work).await;
        must("sink: close", sink.close()).await;
        let mut there = numbers(&under_test).await;
        there.dedup();
        let expected: Vec<u64> = (0..10).collect();
        assert_eq!(
            there, expected,
            "sink: a write that was repeated after {polls} polls lost something"
        );
    }
}

/// What was written before it was closed is there after it was opened again, and
/// stays when more is written.
pub async fn it_opens_again<U: SinkUnderTest>(under_test: &U) {
    for round in 0..3 {
        let sink = under_test.open().await;
        written(&sink, &write(under_test, 0, round * 5..round * 5 + 5).await).await;
        must("sink: close", sink.close()).await;
        drop(sink);
        let expected: Vec<u64> = (0..round * 5 + 5).collect();
        assert_eq!(
            numbers(under_test).await,
            expected,
            "sink: opening it again changed what is stored"
        );
    }
}
