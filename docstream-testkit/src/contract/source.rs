//! The contract of a [`Source`].
//!
//! A source of one's own, and the test that puts it under contract:
//!
//! ```
//! use std::sync::{Arc, Mutex};
//!
//! use async_trait::async_trait;
//! use docstream_core::{
//!     Batch, Checkpoint, Checkpoints, Committer, Demand, Epoch, Incoming, Next, Offset, Partition,
//!     Raw, Result, Source, SourceId,
//! };
//! use docstream_testkit::contract::{self, SourceUnderTest};
//!
//! /// Lines of text, and how far they are done.
//! #[derive(Clone, Default)]
//! struct Lines {
//!     lines: Arc<Vec<String>>,
//!     done: Arc<Mutex<Checkpoint>>,
//!     next: u64,
//! }
//!
//! fn partition() -> Partition {
//!     Partition::new("lines:0")
//! }
//!
//! #[async_trait]
//! impl Source for Lines {
//!     type Doc = Raw;
//!
//!     fn group(&self) -> Arc<str> {
//!         "default".into()
//!     }
//!
//!     async fn start(&mut self, stored: Option<Arc<dyn Checkpoints>>) -> Result<()> {
//!         let next = match stored {
//!             // What the sink has kept wins; one that has nothing gets everything.
//!             Some(stored) => stored.load("default", &partition()).await?.map(|(next, _)| next),
//!             None => self.done.lock().unwrap().get(&partition()),
//!         };
//!         self.next = next.unwrap_or_default().0;
//!         Ok(())
//!     }
//!
//!     async fn next(&mut self, want: Demand) -> Result<Next<Raw>> {
//!         let id = SourceId::new("default", "lines", &[]);
//!         let mut batch = Batch::builder(partition(), Epoch(1), Offset(self.next));
//!         for line in &self.lines[self.next as usize..] {
//!             let full = batch.bytes() + line.len() > want.bytes;
//!             if batch.len() == want.documents || (full && !batch.is_empty()) {
//!                 break;
//!             }
//!             let at = Offset(self.next);
//!             batch.push(Incoming::new(id.doc(at.0), at, line.as_bytes()), Raw::Bytes);
//!             self.next += 1;
//!         }
//!         Ok(match batch.len() {
//!             0 => Next::End,
//!             _ => Next::Batch(batch.finish()),
//!         })
//!     }
//!
//!     fn committer(&self) -> Arc<dyn Committer> {
//!         Arc::new(Done(Arc::clone(&self.done)))
//!     }
//! }
//!
//! struct Done(Arc<Mutex<Checkpoint>>);
//!
//! #[async_trait]
//! impl Committer for Done {
//!     async fn commit(&self, checkpoint: &Checkpoint) -> Result<()> {
//!         let mut done = self.0.lock().unwrap();
//!         checkpoint.iter().for_each(|(partition, next)| done.set(partition.clone(), next));
//!         Ok(())
//!     }
//! }
//!
//! impl SourceUnderTest for Lines {
//!     type Source = Lines;
//!
//!     async fn open(&self) -> Lines {
//!         self.clone()
//!     }
//!
//!     fn documents(&self) -> usize {
//!         self.lines.len()
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! contract::source::all(async || Lines { // in a `#[tokio::test]`
//!     lines: Arc::new((0..40).map(|n| format!("line {n}")).collect()),
//!     ..Lines::default()
//! })
//! .await;
//! # }
//! ```

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use docstream_core::{Checkpoint, Demand, Epoch, Next, Offset, Partition, Source};

use super::kept::Kept;
use super::must;
use super::read::{Got, Seen, after, assert_same, by_partition, checkpoint, name, read, seen};

/// A source under test: a stream that nobody else reads or adds to, which can be
/// opened again. The page of the [module](self) implements it.
pub trait SourceUnderTest {
    /// The source.
    type Source: Source;

    /// Opens the stream for the same consumer group, as a new process would. The one
    /// opened before is gone by then.
    fn open(&self) -> impl Future<Output = Self::Source>;

    /// How many documents the stream holds: 30 at least, better in several partitions.
    fn documents(&self) -> usize;

    /// Whether a stream that was read and committed to its end is read again from its
    /// start by the next run, as a file is.
    fn starts_over(&self) -> bool {
        false
    }
}

/// Small enough for many batches.
const WANT: Demand = Demand::new(7, 1 << 20);
/// Never ready within it, so never cut.
const WHOLE: usize = 0;

/// Runs every check of the suite, each on what `make` makes: a new stream of which
/// nothing is committed.
///
/// # Panics
///
/// If the source breaks its contract; the message says how.
pub async fn all<U: SourceUnderTest>(make: impl AsyncFn() -> U) {
    everything_comes_in_order(&make().await).await;
    uncommitted_comes_again(&make().await).await;
    ids_are_stable(&make().await).await;
    demand_is_respected(&make().await).await;
    the_end_is_stable(&make().await).await;
    a_commit_is_where_it_goes_on(&make).await;
    a_commit_reaches_no_further_than_it_says(&make().await).await;
    commits_may_repeat_and_never_skip(&make().await).await;
    dropping_next_loses_nothing(&make).await;
    stored_checkpoints_win(&make().await).await;
    a_sink_with_nothing_gets_everything(&make().await).await;
}

async fn open<U: SourceUnderTest>(under_test: &U) -> U::Source {
    let mut source = under_test.open().await;
    must("source: start", source.start(None)).await;
    source
}

async fn read_all<U: SourceUnderTest>(under_test: &U) -> Vec<Got> {
    let mut source = open(under_test).await;
    let got = read(&mut source, WANT, under_test.documents(), WHOLE).await;
    must("source: close", source.close()).await;
    got
}

/// Offsets rise, extents chain without gap or overlap (a hole in the stream is inside
/// one of them), and `to` is the next to read.
pub async fn everything_comes_in_order<U: SourceUnderTest>(under_test: &U) {
    let got = read_all(under_test).await;
    let mut ends: HashMap<&Partition, (Offset, Epoch)> = HashMap::new();
    let mut ids = HashSet::new();
    for Got { extent, seen } in &got {
        let mut at = extent.from;
        if let Some((end, epoch)) = ends.get(&extent.partition) {
            assert_eq!(
                extent.from, *end,
                "source: {extent:?} does not begin where the batch before it ended"
            );
            assert_eq!(
                extent.epoch, *epoch,
                "source: the epoch changed while it was open"
            );
        }
        for document in seen {
            let offset = document.offset;
            assert!(
                offset >= at,
                "source: offset {offset} came where {at} or more was due in {extent:?}"
            );
            assert!(
                offset < extent.to,
                "source: `to` is the next to read, and offset {offset} is in {extent:?}"
            );
            assert!(
                ids.insert(document.id),
                "source: two documents have the id {}",
                document.id
            );
            at = offset.next();
        }
        ends.insert(&extent.partition, (extent.to, extent.epoch));
    }
    assert_eq!(
        ids.len(),
        under_test.documents(),
        "source: not every document came"
    );
}

/// A document that is read again is the same document: id, hash, key and bytes.
pub async fn ids_are_stable<U: SourceUnderTest>(under_test: &U) {
    let first = by_partition(seen(&read_all(under_test).await));
    let second = by_partition(seen(&read_all(under_test).await));
    assert_same(
        &second,
        &first,
        "source: a document that was read again is another one",
    );
}

/// A batch has no more than was asked for.
pub async fn demand_is_respected<U: SourceUnderTest>(under_test: &U) {
    let all = seen(&read_all(under_test).await);
    let longest = all.iter().map(|seen| seen.raw.len()).max().unwrap_or(0);
    for want in [
        Demand::new(1, 1 << 20),
        Demand::new(3, 1 << 20),
        Demand::new(100, longest * 2),
        Demand::new(100, 1),
    ] {
        let mut source = open(under_test).await;
        let got = read(&mut source, want, under_test.documents(), WHOLE).await;
        must("source: close", source.close()).await;
        for Got { seen, .. } in &got {
            let bytes: usize = seen.iter().map(|seen| seen.raw.len()).sum();
            assert!(
                seen.len() <= want.documents && (bytes <= want.bytes || seen.len() == 1),
                "source: {} documents of {bytes} bytes came where {want:?} was asked for",
                seen.len()
            );
        }
        assert_eq!(
            seen(&got).len(),
            all.len(),
            "source: {want:?} loses documents"
        );
    }
}

/// Once it ended it stays ended.
pub async fn the_end_is_stable<U: SourceUnderTest>(under_test: &U) {
    let mut source = open(under_test).await;
    read(&mut source, WANT, under_test.documents(), WHOLE).await;
    for _ in 0..3 {
        let next = must("source: next at the end", source.next(WANT)).await;
        assert!(
            matches!(next, Next::End | Next::Idle),
            "source: {} came after everything had been read",
            name(&next)
        );
    }
}

/// What was read but not committed is given again.
pub async fn uncommitted_comes_again<U: SourceUnderTest>(under_test: &U) {
    let mut source = open(under_test).await;
    must("source: next", source.next(WANT)).await;
    must("source: next", source.next(WANT)).await;
    drop(source);
    let all = seen(&read_all(under_test).await);
    assert_eq!(
        all.len(),
        under_test.documents(),
        "source: reading counted as success"
    );
}

/// After a commit of what came in the first batches, a new source goes on exactly there.
pub async fn a_commit_is_where_it_goes_on<U: SourceUnderTest>(make: impl AsyncFn() -> U) {
    for batches in [1, 2, usize::MAX] {
        let under_test = make().await;
        let all = seen(&read_all(&under_test).await);
        let mut source = open(&under_test).await;
        let got = read(&mut source, WANT, under_test.documents(), WHOLE).await;
        let done = checkpoint(&got[..batches.min(got.len())]);
        must("source: commit", source.committer().commit(&done)).await;
        must("source: close", source.close()).await;
        drop(source);
        let mut expected = after(&all, &done);
        if expected.is_empty() && under_test.starts_over() {
            expected = by_partition(all);
        }
        let mut source = open(&under_test).await;
        let rest = read(&mut source, WANT, expected.len(), WHOLE).await;
        went_on(&rest, &expected, &done);
    }
}

/// A commit of the first batch commits neither what was read after it nor other partitions.
pub async fn a_commit_reaches_no_further_than_it_says<U: SourceUnderTest>(under_test: &U) {
    let all = seen(&read_all(under_test).await);
    let mut source = open(under_test).await;
    let committer = source.committer();
    let got = read(&mut source, WANT, under_test.documents(), WHOLE).await;
    // A committer is good for more than one commit, and while the source is in use.
    for batches in [1, 2, 3] {
        let done = checkpoint(&got[..batches.min(got.len())]);
        let (next, commit) = tokio::join!(source.next(WANT), committer.commit(&done));
        must("source: next beside a commit", async { next }).await;
        must("source: commit beside next", async { commit }).await;
    }
    drop((source, committer));
    let done = checkpoint(&got[..3.min(got.len())]);
    let expected = after(&all, &done);
    let rest = read(&mut open(under_test).await, WANT, expected.len(), WHOLE).await;
    went_on(&rest, &expected, &done);
}

/// A commit may be repeated, late or early. Whatever a lower one does, nothing that
/// comes after the highest is skipped, and nothing before the lowest comes again.
pub async fn commits_may_repeat_and_never_skip<U: SourceUnderTest>(under_test: &U) {
    let all = seen(&read_all(under_test).await);
    let mut source = open(under_test).await;
    let got = read(&mut source, WANT, under_test.documents(), WHOLE).await;
    let committer = source.committer();
    let (low, high) = (checkpoint(&got[..1]), checkpoint(&got[..got.len() / 2]));
    for done in [&low, &low, &high, &high, &low] {
        must("source: commit", committer.commit(done)).await;
    }
    drop((source, committer));
    let rest = seen(
        &read(
            &mut open(under_test).await,
            WANT,
            after(&all, &high).len(),
            WHOLE,
        )
        .await,
    );
    let rest = by_partition(rest);
    let allowed = after(&all, &low);
    assert!(
        after(&all, &high).iter().all(|due| rest.contains(due)),
        "source: documents after the highest commit were skipped"
    );
    assert!(
        rest.iter().all(|seen| allowed.contains(seen)),
        "source: documents before the lowest commit came again"
    );
}

/// However often `next` is dropped half-way, everything comes, once and in order.
pub async fn dropping_next_loses_nothing<U: SourceUnderTest>(make: impl AsyncFn() -> U) {
    for polls in [1, 2, 3, 5, 8] {
        let under_test = make().await;
        let expected = by_partition(seen(&read_all(&under_test).await));
        let mut source = open(&under_test).await;
        let got = read(&mut source, WANT, under_test.documents(), polls).await;
        let what = format!("source: dropping `next` after {polls} polls changed what came");
        assert_same(&by_partition(seen(&got)), &expected, &what);
    }
}

/// Checkpoints that the sink keeps win over the source's own commits; of partitions
/// that it has none of it gets everything.
pub async fn stored_checkpoints_win<U: SourceUnderTest>(under_test: &U) {
    let all = seen(&read_all(under_test).await);
    let mut source = open(under_test).await;
    let got = read(&mut source, WANT, under_test.documents(), WHOLE).await;
    let (stored, committed) = (checkpoint(&got[..2.min(got.len())]), checkpoint(&got));
    must("source: commit", source.committer().commit(&committed)).await;
    must("source: close", source.close()).await;
    drop(source);
    let epoch = got[0].extent.epoch;
    let due = after(&all, &stored);
    let what = format!("source: it did not go on exactly at {stored:?}");
    let mut source = under_test.open().await;
    let kept = Arc::new(Kept { stored, epoch });
    must("source: start", source.start(Some(kept))).await;
    let rest = read(&mut source, WANT, due.len(), WHOLE).await;
    assert_same(&by_partition(seen(&rest)), &due, &what);
    for Got { extent, .. } in &rest {
        assert!(
            extent.epoch >= epoch,
            "source: {extent:?} is of an older owner than {epoch:?}"
        );
    }
}

/// Whatever was committed for another sink, one that keeps checkpoints and has none is
/// given everything.
pub async fn a_sink_with_nothing_gets_everything<U: SourceUnderTest>(under_test: &U) {
    let mut source = open(under_test).await;
    let got = read(&mut source, WANT, under_test.documents(), WHOLE).await;
    for done in [&got[..got.len() / 2], &got[..]] {
        must(
            "source: commit",
            source.committer().commit(&checkpoint(done)),
        )
        .await;
        must("source: close", source.close()).await;
        drop(source);
        source = under_test.open().await;
        let start = source.start(Some(Arc::new(Kept::nothing())));
        must("source: start for a sink that has nothing", start).await;
        let came = read(&mut source, WANT, under_test.documents(), WHOLE).await;
        assert_same(
            &by_partition(seen(&came)),
            &by_partition(seen(&got)),
            "source: a sink that had nothing did not get everything",
        );
    }
}

fn went_on(rest: &[Got], expected: &[Seen], from: &Checkpoint) {
    let what = format!("source: it did not go on exactly at {from:?}");
    assert_same(&by_partition(seen(rest)), expected, &what);
}
