//! The contract of an [`IdempotentSink`], with the checkpoints it may keep.
//!
//! A sink of one's own, keyed by id, and the test that puts it under contract. It keeps no
//! checkpoints, so that part of the suite has nothing to ask of it:
//!
//! ```
//! use std::collections::HashMap;
//! use std::sync::{Arc, Mutex};
//!
//! use async_trait::async_trait;
//! use docstream_core::{
//!     Batch, Code, ContentHash, DocId, Fault, IdempotentSink, Outcome, Raw, Rejection, Result, Sink,
//!     Stage, Write, WriteReport,
//! };
//! use docstream_testkit::contract::{self, SinkUnderTest, Stored};
//!
//! #[derive(Clone, Default)]
//! struct Shelf(Arc<Mutex<HashMap<DocId, (ContentHash, Vec<u8>)>>>);
//!
//! #[async_trait]
//! impl Sink<Raw> for Shelf {
//!     async fn write(&self, work: Write<Raw>) -> Result<WriteReport> {
//!         let mut shelf = self.0.lock().unwrap();
//!         let mut report = WriteReport::default();
//!         for (index, record) in work.records() {
//!             let outcome = match shelf.get(&record.id()) {
//!                 None => {
//!                     shelf.insert(record.id(), (record.hash(), record.raw().to_vec()));
//!                     report.written += 1;
//!                     continue;
//!                 }
//!                 Some((hash, _)) if *hash == record.hash() => Outcome::Duplicate,
//!                 Some(_) => {
//!                     let fault = Fault::document(Code::IdConflict, "the id has other content");
//!                     Outcome::Rejected(Rejection::new(Stage::Sink, fault))
//!                 }
//!             };
//!             report.others.push((index, outcome));
//!         }
//!         Ok(report)
//!     }
//!
//!     async fn check(&self) -> Result<()> {
//!         Ok(()) // a sink that can fail writes a good document and takes it back
//!     }
//! }
//!
//! impl IdempotentSink<Raw> for Shelf {}
//!
//! impl SinkUnderTest for Shelf {
//!     type Doc = Raw;
//!     type Sink = Shelf;
//!
//!     async fn open(&self) -> Shelf {
//!         self.clone()
//!     }
//!
//!     fn raw(&self, number: u64) -> Vec<u8> {
//!         number.to_string().into_bytes()
//!     }
//!
//!     async fn parse(&self, batch: Batch<Raw>) -> Batch<Raw> {
//!         batch
//!     }
//!
//!     async fn stored(&self) -> Vec<Stored> {
//!         let number = |raw: &[u8]| String::from_utf8_lossy(raw).parse().unwrap();
//!         let shelf = self.0.lock().unwrap();
//!         let stored = |(id, (_, raw)): (&DocId, &(_, Vec<u8>))| Stored {
//!             id: Some(*id),
//!             number: number(raw),
//!         };
//!         shelf.iter().map(stored).collect()
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! contract::idempotent_sink::all(async || Shelf::default()).await; // in a `#[tokio::test]`
//! # }
//! ```

mod checkpoints;
mod model;

use docstream_core::{Code, IdempotentSink, Outcome, Sink, Write, WriteReport};

pub use self::checkpoints::{
    a_checkpoint_moves_with_complete_rows_only, checkpoints_survive_reopening,
    only_the_owner_moves_a_checkpoint,
};
pub use self::model::random_interleavings;
use super::sink::written;
use super::stretch::{Doc, batch, extent, source, write};
use super::{SinkUnderTest, Stored, answer, cut, must};

/// Runs every check of the suite and of [`contract::sink`](super::sink), each on what
/// `make` makes: an empty sink.
///
/// # Panics
///
/// If the sink breaks its contract; the message says how.
pub async fn all<U: SinkUnderTest>(make: impl AsyncFn() -> U)
where
    U::Sink: IdempotentSink<U::Doc>,
{
    super::sink::all(&make).await;
    twice_is_stored_once(&make().await).await;
    the_first_version_stays(&make().await).await;
    equal_content_under_two_ids_is_two_documents(&make().await).await;
    duplicates_inside_a_batch(&make().await).await;
    the_same_from_two_sides(&make().await).await;
    a_dropped_write_is_stored_once(&make).await;
    a_checkpoint_moves_with_complete_rows_only(&make().await).await;
    only_the_owner_moves_a_checkpoint(&make).await;
    checkpoints_survive_reopening(&make().await).await;
    for seed in 0..8 {
        random_interleavings(&make().await, seed).await;
    }
}

/// What is stored, sorted; every document must have an id.
async fn stored<U: SinkUnderTest>(under_test: &U) -> Vec<Stored> {
    let mut stored = under_test.stored().await;
    stored.sort_unstable();
    assert!(
        stored.iter().all(|doc| doc.id.is_some()),
        "an idempotent sink keeps ids"
    );
    stored
}

fn as_stored(docs: impl IntoIterator<Item = Doc>) -> Vec<Stored> {
    let at = |doc: Doc| Stored {
        id: Some(source().doc(doc.id)),
        number: doc.number,
    };
    let mut stored: Vec<_> = docs.into_iter().map(at).collect();
    stored.sort_unstable();
    stored
}

/// How many of each there are in a report: written, duplicates, `id_conflict`s.
fn counts(report: &WriteReport) -> (usize, usize, usize) {
    let duplicates = report
        .others
        .iter()
        .filter(|(_, outcome)| *outcome == Outcome::Duplicate);
    let conflict = |outcome: &Outcome| match outcome {
        Outcome::Rejected(rejection) => rejection.code() == Code::IdConflict,
        _ => false,
    };
    let conflicts = report
        .others
        .iter()
        .filter(|(_, outcome)| conflict(outcome));
    (
        report.written as usize,
        duplicates.count(),
        conflicts.count(),
    )
}

/// The same batch again, also after reopening, is all duplicates and stored once.
pub async fn twice_is_stored_once<U: SinkUnderTest>(under_test: &U) {
    let sink = under_test.open().await;
    let work = write(under_test, 0, 0..10).await;
    written(&sink, &work.only([2, 3])).await;
    let report = written(&sink, &work).await;
    assert_eq!(
        counts(&report),
        (8, 2, 0),
        "sink: two of ten were there (written, duplicates, conflicts)"
    );
    must("sink: close", sink.close()).await;
    drop(sink);
    let sink = under_test.open().await;
    let report = written(&sink, &work).await;
    assert_eq!(
        counts(&report),
        (0, 10, 0),
        "sink: all were there before it was opened again"
    );
    must("sink: close", sink.close()).await;
    let expected = as_stored((0..10).map(Doc::plain));
    assert_eq!(
        stored(under_test).await,
        expected,
        "sink: what is stored is not the documents that were written"
    );
}

/// The same id with other content is rejected, its neighbours are not, and the
/// version that was there stays.
pub async fn the_first_version_stays<U: SinkUnderTest>(under_test: &U) {
    let sink = under_test.open().await;
    written(&sink, &write(under_test, 0, [0, 1, 2, 3]).await).await;
    let other = |id| Doc {
        id,
        number: id + 100,
    };
    let docs = [
        other(1),
        Doc::plain(4),
        other(3),
        Doc::plain(2),
        Doc::plain(5),
    ];
    let work = Write::all(batch(under_test, &extent(0, 1, 4, docs.len()), &docs).await);
    let report = written(&sink, &work).await;
    assert_eq!(
        counts(&report),
        (2, 1, 2),
        "sink: two ids are taken by other content (written, duplicates, conflicts)"
    );
    let mut guilty: Vec<u32> = report
        .others
        .iter()
        .filter(|(_, outcome)| matches!(outcome, Outcome::Rejected(_)))
        .map(|(index, _)| *index)
        .collect();
    guilty.sort_unstable();
    assert_eq!(
        guilty,
        [0, 2],
        "sink: the report names other documents than the guilty"
    );
    must("sink: close", sink.close()).await;
    let expected = as_stored((0..6).map(Doc::plain));
    assert_eq!(
        stored(under_test).await,
        expected,
        "sink: the first version of a document stays"
    );
}

/// Two documents of equal content are two: an id is not made from content.
pub async fn equal_content_under_two_ids_is_two_documents<U: SinkUnderTest>(under_test: &U) {
    let sink = under_test.open().await;
    let docs = [
        Doc { id: 0, number: 7 },
        Doc { id: 1, number: 7 },
        Doc { id: 2, number: 7 },
    ];
    let work = Write::all(batch(under_test, &extent(0, 1, 0, 3), &docs).await);
    let report = written(&sink, &work).await;
    assert_eq!(
        counts(&report),
        (3, 0, 0),
        "sink: equal content is no duplicate"
    );
    must("sink: close", sink.close()).await;
    assert_eq!(
        stored(under_test).await,
        as_stored(docs),
        "sink: equal documents were merged"
    );
}

/// Duplicates and conflicts inside one batch: the first of an id is the one that counts.
pub async fn duplicates_inside_a_batch<U: SinkUnderTest>(under_test: &U) {
    let sink = under_test.open().await;
    let other = Doc { id: 0, number: 100 };
    let docs = [
        Doc::plain(0),
        Doc::plain(1),
        Doc::plain(0),
        other,
        Doc::plain(2),
    ];
    let work = Write::all(batch(under_test, &extent(0, 1, 0, docs.len()), &docs).await);
    let report = written(&sink, &work).await;
    assert_eq!(
        counts(&report),
        (3, 1, 1),
        "sink: an id comes three times in one batch (written, duplicates, conflicts)"
    );
    must("sink: close", sink.close()).await;
    let expected = as_stored((0..3).map(Doc::plain));
    assert_eq!(
        stored(under_test).await,
        expected,
        "sink: the first of an id in a batch counts"
    );
}

/// The same documents written side by side are stored once.
pub async fn the_same_from_two_sides<U: SinkUnderTest>(under_test: &U) {
    let sink = under_test.open().await;
    for round in 0..5 {
        let numbers = round * 10..round * 10 + 10;
        let (left, right) = (
            write(under_test, 0, numbers.clone()).await,
            write(under_test, 1, numbers.rev()).await,
        );
        let (left, right) = tokio::join!(written(&sink, &left), written(&sink, &right));
        let (left, right) = (counts(&left), counts(&right));
        assert_eq!(
            (left.0 + right.0, left.1 + right.1, left.2 + right.2),
            (10, 10, 0),
            "sink: the same ten from two sides (written, duplicates, conflicts)"
        );
    }
    must("sink: close", sink.close()).await;
    assert_eq!(
        stored(under_test).await,
        as_stored((0..50).map(Doc::plain)),
        "sink: stored twice"
    );
}

/// A write that was dropped half-way and repeated is stored exactly once.
pub async fn a_dropped_write_is_stored_once<U: SinkUnderTest>(make: impl AsyncFn() -> U) {
    for polls in [1, 2, 3, 5] {
        let under_test = make().await;
        let sink = under_test.open().await;
        let work = write(&under_test, 0, 0..10).await;
        // Whatever came of it, the caller does not hear of it.
        let _ = cut(polls, answer("sink: write", sink.write(work.clone()))).await;
        let report = written(&sink, &work).await;
        assert!(
            report.is_complete(),
            "sink: a repeated write is written or a duplicate"
        );
        must("sink: close", sink.close()).await;
        let expected = as_stored((0..10).map(Doc::plain));
        assert_eq!(
            stored(&under_test).await,
            expected,
            "sink: dropped after {polls} polls"
        );
    }
}
