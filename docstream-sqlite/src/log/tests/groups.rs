use std::sync::Arc;

use async_trait::async_trait;
use docstream_core::{Checkpoints, Class, Demand, Result, Source};
use futures_util::FutureExt;

use super::*;
use crate::Start;

#[tokio::test]
async fn two_groups_each_read_everything() {
    let dir = dir();
    let log = open(&dir, LogOptions::default());
    append(&log, batch(1, 0..300)).await;
    for group in ["a", "b"] {
        let mut source = drained(&log, group).await;
        assert_eq!(drain(&mut source).await.0.len(), 300);
    }
    let groups = log.groups().await.unwrap();
    assert_eq!(
        groups.iter().map(|group| &*group.name).collect::<Vec<_>>(),
        ["a", "b"]
    );
}

#[tokio::test]
async fn a_group_goes_on_after_what_it_committed_and_repeats_what_it_did_not() {
    let dir = dir();
    let log = open(&dir, LogOptions::default());
    append(&log, batch(1, 0..100)).await;
    let mut source = drained(&log, "g").await;
    let (_, done) = drain(&mut source).await;
    drop(source);

    let mut again = drained(&log, "g").await;
    assert_eq!(drain(&mut again).await.0.len(), 100);
    again.committer().commit(&done).await.unwrap();
    again.close().await.unwrap();
    assert_eq!(
        log.lag("g")
            .await
            .unwrap()
            .iter()
            .map(|lag| lag.documents)
            .sum::<u64>(),
        0
    );

    append(&log, batch(1, 100..110)).await;
    let lag = log.lag("g").await.unwrap();
    assert_eq!(lag.iter().map(|lag| lag.documents).sum::<u64>(), 10);
    assert!(lag.iter().any(|lag| lag.oldest.is_some()));
    let mut rest = drained(&log, "g").await;
    assert_eq!(drain(&mut rest).await.0, (100..110).collect());
}

#[tokio::test]
async fn a_commit_never_goes_back_nor_past_the_end() {
    let dir = dir();
    let log = open(&dir, LogOptions::default());
    append(&log, batch(1, 0..20)).await;
    let source = drained(&log, "g").await;
    let committer = source.committer();
    let (ends, partition) = (log.ends().await.unwrap(), log.partitions()[0].clone());
    committer.commit(&ends).await.unwrap();
    let one = |offset| [(partition.clone(), Offset(offset))].into_iter().collect();
    committer.commit(&one(0)).await.unwrap();
    assert_eq!(log.groups().await.unwrap()[0].committed, ends);
    let error = committer.commit(&one(1_000)).await.unwrap_err();
    assert_eq!(error.class(), Class::Bug);
}

#[tokio::test]
async fn a_second_owner_is_refused_and_a_former_one_is_fenced() {
    let dir = dir();
    let log = open(&dir, LogOptions::default());
    let other = open(&dir, LogOptions::default());
    append(&log, batch(1, 0..20)).await;
    let mut first = drained(&log, "g").await;
    let former = first.committer();
    let error = other.source("g").start(None).await.unwrap_err();
    assert_eq!(error.class(), Class::Config);
    assert!(error.to_string().contains("\"g\""), "{error}");
    assert_eq!(
        log.reset("g", Start::Latest).await.unwrap_err().class(),
        Class::Config
    );

    first.close().await.unwrap();
    let mut second = other.source("g");
    second.start(None).await.unwrap();
    let ends = log.ends().await.unwrap();
    assert_eq!(
        former.commit(&ends).await.unwrap_err().class(),
        Class::Fenced
    );
    second.committer().commit(&ends).await.unwrap();
}

#[tokio::test]
async fn a_new_group_may_start_at_the_end() {
    let dir = dir();
    let log = open(&dir, LogOptions::default());
    append(&log, batch(1, 0..20)).await;
    let mut source = log.source("g").start_at(Start::Latest);
    source.start(None).await.unwrap();
    append(&log, batch(1, 20..21)).await;
    let Next::Batch(batch) = source.next(Demand::default()).await.unwrap() else {
        panic!("no batch");
    };
    assert_eq!(batch.record(0).unwrap().id().position(), 20);
}

#[tokio::test]
async fn a_waiting_reader_is_woken_by_an_append_and_loses_nothing_when_dropped() {
    let dir = dir();
    let log = open(&dir, LogOptions::default());
    let mut source = log.source("g");
    source.start(None).await.unwrap();
    for position in 0..20 {
        // Polled once and then dropped in the middle of its wait.
        assert!(source.next(Demand::default()).now_or_never().is_none());
        append(&log, batch(1, [position])).await;
        let next = source.next(Demand::default()).await.unwrap();
        let Next::Batch(batch) = next else {
            panic!("{next:?}");
        };
        assert_eq!(batch.record(0).unwrap().id().position(), position);
    }
}

#[tokio::test]
async fn the_demand_bounds_a_batch_though_a_single_larger_document_comes_alone() {
    let dir = dir();
    let log = open(&dir, LogOptions::default().partitions(1));
    let sizes = [10, 10, 500, 10];
    append(
        &log,
        batch_of(
            (0..)
                .zip(sizes)
                .map(|(position, size)| (1, position, "x".repeat(size))),
        ),
    )
    .await;
    let mut source = drained(&log, "g").await;
    let mut lens = Vec::new();
    while let Next::Batch(batch) = source.next(Demand::new(10, 30)).await.unwrap() {
        lens.push(batch.len());
    }
    assert_eq!(lens, [2, 1, 1]);
}

/// A sink's checkpoints: one offset and epoch for every partition.
struct Stored(u64, u64);

#[async_trait]
impl Checkpoints for Stored {
    async fn load(&self, _: &str, _: &Partition) -> Result<Option<(Offset, Epoch)>> {
        Ok(Some((Offset(self.0), Epoch(self.1))))
    }
}

async fn first_offset(source: &mut LogSource) -> u64 {
    match source.next(Demand::default()).await.unwrap() {
        Next::Batch(batch) => batch.extent().from.0,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_sinks_checkpoint_counts_until_the_group_is_moved() {
    let dir = dir();
    let log = open(&dir, LogOptions::default().partitions(1));
    append(&log, batch(1, 0..20)).await;
    let mut source = log.source("g");
    source.start(Some(Arc::new(Stored(12, 1)))).await.unwrap();
    assert_eq!(first_offset(&mut source).await, 12);
    source.close().await.unwrap();

    let to = [(log.partitions()[0].clone(), Offset(5))]
        .into_iter()
        .collect();
    log.seek("g", &to).await.unwrap();
    source.start(Some(Arc::new(Stored(12, 1)))).await.unwrap();
    assert_eq!(first_offset(&mut source).await, 5);
    source.close().await.unwrap();

    // What the owner after the seek has stored counts again.
    source.start(Some(Arc::new(Stored(8, 3)))).await.unwrap();
    assert_eq!(first_offset(&mut source).await, 8);
    source.close().await.unwrap();

    log.reset("g", Start::Earliest).await.unwrap();
    source.start(Some(Arc::new(Stored(8, 3)))).await.unwrap();
    assert_eq!(first_offset(&mut source).await, 0);
}

#[tokio::test]
async fn an_unknown_group_and_a_foreign_partition_are_named_errors() {
    let dir = dir();
    let log = open(&dir, LogOptions::default());
    let nothing = Checkpoint::default();
    for error in [
        log.lag("nobody").await.unwrap_err(),
        log.seek("nobody", &nothing).await.unwrap_err(),
        log.reset("nobody", Start::Latest).await.unwrap_err(),
    ] {
        assert_eq!(error.class(), Class::Config);
        assert!(error.to_string().contains("nobody"), "{error}");
    }
    assert!(!log.remove_group("nobody").await.unwrap());
    let foreign = [(Partition::new("sqlite:x/0"), Offset(0))]
        .into_iter()
        .collect();
    let mut source = log.source("g").until(foreign);
    assert_eq!(source.start(None).await.unwrap_err().class(), Class::Config);
}
