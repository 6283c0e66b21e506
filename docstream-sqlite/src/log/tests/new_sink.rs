//! A sink that keeps checkpoints and has none of the group: another store, or one that
//! was removed.

use std::sync::Arc;

use async_trait::async_trait;
use docstream_core::{Checkpoints, Class, Result, Source};

use super::*;
use crate::Start;

/// The checkpoints of a sink that has got nothing.
struct Nothing;

#[async_trait]
impl Checkpoints for Nothing {
    async fn load(&self, _: &str, _: &Partition) -> Result<Option<(Offset, Epoch)>> {
        Ok(None)
    }
}

/// What `group` gives to a sink that has got nothing, all of which is then committed.
async fn given(log: &Log, group: &str) -> Result<BTreeSet<u64>> {
    let mut source = log.source(group).until(log.ends().await?);
    source.start(Some(Arc::new(Nothing))).await?;
    let (seen, _) = drain(&mut source).await;
    source.committer().commit(&log.ends().await?).await?;
    Ok(seen)
}

async fn lag(log: &Log, group: &str) -> u64 {
    let lag = log.lag(group).await.unwrap();
    lag.iter().map(|lag| lag.documents).sum()
}

#[tokio::test]
async fn it_gets_everything_however_much_the_group_has_committed() {
    let dir = dir();
    let log = open(&dir, LogOptions::default());
    append(&log, batch(1, 0..100)).await;
    for _ in 0..3 {
        assert_eq!(given(&log, "g").await.unwrap(), (0..100).collect());
        assert_eq!(lag(&log, "g").await, 0);
    }
    // One that keeps no checkpoints goes on after the commit.
    let mut source = drained(&log, "g").await;
    assert!(drain(&mut source).await.0.is_empty());
}

#[tokio::test]
async fn it_gets_what_came_after_the_group_that_began_at_the_end() {
    let dir = dir();
    let log = open(&dir, LogOptions::default());
    append(&log, batch(1, 0..100)).await;
    let mut source = log.source("g").start_at(Start::Latest);
    source.start(Some(Arc::new(Nothing))).await.unwrap();
    drop(source);
    append(&log, batch(1, 100..110)).await;
    for _ in 0..2 {
        assert_eq!(given(&log, "g").await.unwrap(), (100..110).collect());
    }
    log.trim(&log.ends().await.unwrap()).await.unwrap();
    append(&log, batch(1, 110..120)).await;
    let error = given(&log, "g").await.unwrap_err();
    assert_eq!(error.class(), Class::Config, "{error}");
}

#[tokio::test]
async fn it_gets_what_came_after_the_last_seek_or_reset() {
    let dir = dir();
    let log = open(&dir, LogOptions::default().partitions(1));
    append(&log, batch(1, 0..100)).await;
    assert_eq!(given(&log, "g").await.unwrap().len(), 100);
    let to = |offset| {
        let partition = log.partitions()[0].clone();
        [(partition, Offset(offset))].into_iter().collect()
    };
    log.seek("g", &to(40)).await.unwrap();
    for _ in 0..2 {
        assert_eq!(given(&log, "g").await.unwrap(), (40..100).collect());
    }
    log.reset("g", Start::Latest).await.unwrap();
    assert!(given(&log, "g").await.unwrap().is_empty());
    log.reset("g", Start::Earliest).await.unwrap();
    assert_eq!(given(&log, "g").await.unwrap().len(), 100);
    assert!(log.remove_group("g").await.unwrap());
    let mut source = log.source("g").start_at(Start::Latest);
    source.start(None).await.unwrap();
    drop(source);
    assert!(given(&log, "g").await.unwrap().is_empty());
}

/// Every partition has a checkpoint, and one of them was moved.
#[tokio::test]
async fn a_seek_overrules_the_checkpoints_of_the_partitions_it_names() {
    struct AtTheEnd(Checkpoint);

    #[async_trait]
    impl Checkpoints for AtTheEnd {
        async fn load(&self, _: &str, part: &Partition) -> Result<Option<(Offset, Epoch)>> {
            Ok(self.0.get(part).map(|next| (next, Epoch(1))))
        }
    }
    let dir = dir();
    let log = open(&dir, LogOptions::default().partitions(2));
    append(&log, batch(1, 0..100)).await;
    assert_eq!(given(&log, "g").await.unwrap().len(), 100);
    let moved = log.partitions()[0].clone();
    let to = [(moved.clone(), Offset(0))].into_iter().collect();
    log.seek("g", &to).await.unwrap();
    let ends = log.ends().await.unwrap();
    let mut source = log.source("g").until(ends.clone());
    source
        .start(Some(Arc::new(AtTheEnd(ends.clone()))))
        .await
        .unwrap();
    let (seen, done) = drain(&mut source).await;
    assert_eq!(seen.len() as u64, ends.get(&moved).unwrap().0);
    assert_eq!(done.iter().count(), 1);
}

#[tokio::test]
async fn it_is_refused_with_the_words_when_documents_were_trimmed_that_it_never_got() {
    let dir = dir();
    let log = open(&dir, LogOptions::default().partitions(1));
    append(&log, batch(1, 0..50)).await;
    assert_eq!(given(&log, "billing").await.unwrap().len(), 50);
    append(&log, batch(1, 50..60)).await;
    let begins = log.trim(&log.ends().await.unwrap()).await.unwrap();
    assert_eq!(begins.get(&log.partitions()[0]), Some(Offset(50)));

    let error = given(&log, "billing").await.unwrap_err();
    assert_eq!(error.class(), Class::Config);
    let text = error.to_string();
    let partition = log.partitions()[0].to_string();
    for words in [
        "group: billing",
        &partition,
        "began at offset 0",
        "is at 50",
        "Log::reset",
        "Log::seek",
        "backup",
    ] {
        assert!(text.contains(words), "no {words} in: {text}");
    }
    // Neither is anything committed or lost by asking.
    assert_eq!(lag(&log, "billing").await, 10);
    log.reset("billing", Start::Earliest).await.unwrap();
    assert_eq!(given(&log, "billing").await.unwrap(), (50..60).collect());
}

#[tokio::test]
async fn retention_leaves_it_what_it_has_yet_to_get() {
    let dir = dir();
    let log = open(&dir, LogOptions::default().partitions(1));
    append(&log, batch(1, 0..100)).await;
    given(&log, "g").await.unwrap();
    let mut source = log.source("g").until(log.ends().await.unwrap());
    source.start(Some(Arc::new(Nothing))).await.unwrap();
    assert_eq!(lag(&log, "g").await, 100);
    log.trim(&log.ends().await.unwrap()).await.unwrap();
    assert_eq!(drain(&mut source).await.0.len(), 100);
}
