//! Checkpoints that move in the transaction of the rows. A sink that keeps none
//! passes these checks.

use std::sync::Arc;

use docstream_core::{Advance, Checkpoints, Class, Epoch, Extent, Offset, Sink, Write};

use super::super::stretch::{Doc, batch, extent, load, partition};
use super::super::{SinkUnderTest, answer, must};
use super::{as_stored, counts, stored, written};

const GROUP: &str = "contract";

pub(super) fn advance(group: &str, extent: &Extent) -> Option<Arc<Advance>> {
    Some(Arc::new(Advance {
        group: group.into(),
        extent: extent.clone(),
    }))
}

/// A write of `docs` that advances over its extent.
async fn advancing<U: SinkUnderTest>(
    under_test: &U,
    extent: &Extent,
    docs: &[Doc],
) -> Write<U::Doc> {
    Write::all(batch(under_test, extent, docs).await).advancing(advance(GROUP, extent))
}

async fn open<U: SinkUnderTest>(under_test: &U) -> Option<(U::Sink, Arc<dyn Checkpoints>)> {
    let sink = under_test.open().await;
    let checkpoints = sink.checkpoints()?;
    Some((sink, checkpoints))
}

/// The checkpoint moves if, and only if, every document is stored; an empty write
/// carries it afterwards.
pub async fn a_checkpoint_moves_with_complete_rows_only<U: SinkUnderTest>(under_test: &U) {
    let Some((sink, checkpoints)) = open(under_test).await else {
        return;
    };
    let part = partition(0);
    assert_eq!(
        load(&*checkpoints, GROUP, &part).await,
        None,
        "sink: a new sink has no checkpoint"
    );
    let first = extent(0, 3, 0, 3);
    let work = advancing(
        under_test,
        &first,
        &[Doc::plain(0), Doc::plain(1), Doc::plain(2)],
    )
    .await;
    written(&sink, &work).await;
    let at = load(&*checkpoints, GROUP, &part).await;
    assert_eq!(
        at,
        Some((Offset(3), Epoch(3))),
        "sink: complete rows move the checkpoint to `to`"
    );

    let second = extent(0, 3, 3, 2);
    let work = advancing(
        under_test,
        &second,
        &[Doc { id: 1, number: 9 }, Doc::plain(3)],
    )
    .await;
    let report = written(&sink, &work).await;
    assert_eq!(
        counts(&report),
        (1, 0, 1),
        "sink: a document is kept back by no other's fault"
    );
    let still = load(&*checkpoints, GROUP, &part).await;
    assert_eq!(
        still, at,
        "sink: a rejected document must not move the checkpoint"
    );
    written(&sink, &work.only([])).await;
    let at = load(&*checkpoints, GROUP, &part).await;
    assert_eq!(
        at,
        Some((Offset(5), Epoch(3))),
        "sink: an empty write carries the checkpoint"
    );

    let third = extent(0, 3, 5, 2);
    let work = advancing(under_test, &third, &[Doc::plain(0), Doc::plain(3)]).await;
    written(&sink, &work.clone().advancing(None)).await;
    let still = load(&*checkpoints, GROUP, &part).await;
    assert_eq!(
        still, at,
        "sink: a write without an advance must not move the checkpoint"
    );
    written(&sink, &work).await;
    let at = load(&*checkpoints, GROUP, &part).await;
    assert_eq!(
        at,
        Some((Offset(7), Epoch(3))),
        "sink: duplicates count as stored"
    );
    written(&sink, &work).await;
    assert_eq!(
        load(&*checkpoints, GROUP, &part).await,
        at,
        "sink: a repeated advance changes nothing"
    );

    assert_eq!(
        load(&*checkpoints, "other", &part).await,
        None,
        "sink: groups share a checkpoint"
    );
    let other = load(&*checkpoints, GROUP, &partition(1)).await;
    assert_eq!(other, None, "sink: partitions share a checkpoint");
    must("sink: close", sink.close()).await;
}

/// A former owner, or one that is not where it thinks, is fenced and stores nothing;
/// a new owner takes over from wherever it starts.
pub async fn only_the_owner_moves_a_checkpoint<U: SinkUnderTest>(make: impl AsyncFn() -> U) {
    let stale = [
        ("an older epoch", extent(0, 4, 10, 2)),
        ("an older epoch that overlaps", extent(0, 4, 0, 2)),
        ("a gap", extent(0, 5, 11, 2)),
        ("a step back", extent(0, 5, 0, 2)),
        ("an overlap", extent(0, 5, 9, 2)),
    ];
    for (what, stale) in stale {
        let under_test = make().await;
        let Some((sink, checkpoints)) = open(&under_test).await else {
            return;
        };
        let docs: Vec<_> = (0..10).map(Doc::plain).collect();
        written(
            &sink,
            &advancing(&under_test, &extent(0, 5, 0, 10), &docs).await,
        )
        .await;
        let at = load(&*checkpoints, GROUP, &partition(0)).await;
        for docs in [&[Doc::plain(20), Doc::plain(21)][..], &[]] {
            let work = advancing(&under_test, &stale, docs).await;
            match answer("sink: write", sink.write(work)).await {
                Err(error) if error.class() == Class::Fenced => {}
                Err(error) => panic!("sink: {what} must be fenced, and is: {error}"),
                Ok(report) => panic!("sink: {what} must be fenced, and is done: {report:?}"),
            }
        }
        let still = load(&*checkpoints, GROUP, &partition(0)).await;
        assert_eq!(still, at, "sink: {what} moved the checkpoint");
        let expected = as_stored((0..10).map(Doc::plain));
        assert_eq!(
            stored(&under_test).await,
            expected,
            "sink: rows of a fenced write are stored"
        );

        let newer = extent(0, 6, stale.from.0, 2);
        let work = advancing(&under_test, &newer, &[Doc::plain(30), Doc::plain(31)]).await;
        written(&sink, &work).await;
        let at = load(&*checkpoints, GROUP, &partition(0)).await;
        assert_eq!(
            at,
            Some((newer.to, newer.epoch)),
            "sink: a higher epoch takes over"
        );
        must("sink: close", sink.close()).await;
    }
}

/// A checkpoint is as durable as the rows it came with.
pub async fn checkpoints_survive_reopening<U: SinkUnderTest>(under_test: &U) {
    let Some((sink, _)) = open(under_test).await else {
        return;
    };
    for part in 0..3 {
        let at = extent(part, part + 1, 0, 2);
        let docs = [Doc::plain(part * 2), Doc::plain(part * 2 + 1)];
        written(&sink, &advancing(under_test, &at, &docs).await).await;
    }
    must("sink: close", sink.close()).await;
    drop(sink);
    let Some((sink, checkpoints)) = open(under_test).await else {
        panic!("sink: it kept checkpoints before it was opened again")
    };
    for part in 0..3 {
        let at = load(&*checkpoints, GROUP, &partition(part)).await;
        assert_eq!(
            at,
            Some((Offset(2), Epoch(part + 1))),
            "sink: reopened, the checkpoint is another"
        );
    }
    must("sink: close", sink.close()).await;
}
