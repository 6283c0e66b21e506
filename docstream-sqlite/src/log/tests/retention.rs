use std::time::Duration;

use docstream_core::{Class, Demand, Source};
use proptest::prelude::*;

use super::*;

#[tokio::test]
async fn a_trim_stops_at_what_a_group_has_not_committed() {
    let dir = dir();
    let log = open(&dir, LogOptions::default());
    append(&log, batch(1, 0..50)).await;
    let source = drained(&log, "slow").await;
    let ends = log.ends().await.unwrap();
    append(&log, batch(1, 50..100)).await;
    let all = log.ends().await.unwrap();
    log.trim(&all).await.unwrap();
    assert_eq!(log.size().await.unwrap().documents, 100);
    source.committer().commit(&ends).await.unwrap();
    assert_eq!(log.trim(&all).await.unwrap(), ends);
    assert_eq!(log.size().await.unwrap().documents, 50);
    drop(source);
    assert!(log.remove_group("slow").await.unwrap());
    assert_eq!(log.trim(&all).await.unwrap(), all);
    assert_eq!(log.size().await.unwrap(), crate::LogSize::default());
}

#[tokio::test]
async fn offsets_are_never_used_again_and_trimmed_ids_are_forgotten() {
    let dir = dir();
    let log = open(&dir, LogOptions::default());
    append(&log, batch(1, 0..50)).await;
    let ends = log.ends().await.unwrap();
    let ids = |log: &Log| -> u32 {
        let conn = rusqlite::Connection::open(log.path()).unwrap();
        conn.query_row(
            "SELECT count(*) FROM log_ids WHERE positions IS NULL",
            [],
            |row| row.get(0),
        )
        .unwrap()
    };
    assert_eq!(ids(&log), 1, "one row for the whole append");
    log.trim(&ends).await.unwrap();
    assert_eq!(ids(&log), 0);
    drop(log);
    let log = open(&dir, LogOptions::default());
    assert_eq!(log.begins().await.unwrap(), ends);
    assert_eq!(append(&log, batch(1, 0..50)).await.written, 50);
    for (partition, begin) in log.begins().await.unwrap().iter() {
        assert_eq!(Some(begin), ends.get(partition));
    }
}

#[tokio::test]
async fn retention_by_size_keeps_the_newest_and_what_is_not_committed() {
    let dir = dir();
    let log = open(
        &dir,
        LogOptions::default().partitions(1).retain_bytes(5_000),
    );
    let mut source = log.source("g");
    source.start(None).await.unwrap();
    for from in (0..1_000).step_by(50) {
        append(&log, batch(1, from..from + 50)).await;
    }
    assert_eq!(log.size().await.unwrap().documents, 1_000);
    source
        .committer()
        .commit(&log.ends().await.unwrap())
        .await
        .unwrap();
    let size = log.size().await.unwrap();
    assert!(size.bytes <= 5_000 && size.documents > 0, "{size:?}");
    let newest = append(&log, batch(1, 999..1_000)).await;
    assert!(newest.is_complete() && newest.written == 0);
}

#[tokio::test]
async fn retention_by_size_takes_from_the_partition_that_has_something_to_give() {
    let dir = dir();
    let options = LogOptions::default().partitions(3).retain_bytes(5_000);
    let log = open(&dir, options);
    let mut source = log.source("g");
    source.start(None).await.unwrap();
    for from in (0..1_000).step_by(50) {
        // Of one key, so of one partition.
        append(&log, batch(1, (from..from + 50).map(|n| n * 7))).await;
    }
    let ends = log.ends().await.unwrap();
    source.committer().commit(&ends).await.unwrap();
    let size = log.size().await.unwrap();
    assert!(size.bytes <= 5_000 && size.documents > 0, "{size:?}");
}

#[tokio::test]
async fn a_full_log_trims_what_is_too_old_before_it_refuses() {
    let dir = dir();
    let age = Duration::from_secs(3_600);
    let options = LogOptions::default().max_bytes(2_000).retain_age(age);
    let log = open(&dir, options);
    let mut source = log.source("g");
    source.start(None).await.unwrap();
    append(&log, batch(1, 0..20)).await;
    let work = Write::all(batch(1, 20..60));
    let error = log.write(work.clone()).await.unwrap_err();
    assert_eq!(error.class(), Class::Transient, "{error}");
    let ends = log.ends().await.unwrap();
    source.committer().commit(&ends).await.unwrap();
    let conn = rusqlite::Connection::open(log.path()).unwrap();
    conn.execute("UPDATE log_chunks SET appended_at = 0", [])
        .unwrap();
    assert_eq!(log.write(work.clone()).await.unwrap().written, 40);
    assert_eq!(log.begins().await.unwrap(), ends);
    // The ids of what came are remembered, although every chunk before them went.
    let again = log.write(work).await.unwrap();
    assert!(again.written == 0 && again.is_complete(), "{again:?}");
}

#[tokio::test]
async fn a_full_log_makes_room_for_what_comes_where_it_may_hold_no_more_than_it_retains() {
    let dir = dir();
    let options = LogOptions::default().partitions(1);
    let log = open(&dir, options.max_bytes(2_000).retain_bytes(2_000));
    let mut source = log.source("g");
    source.start(None).await.unwrap();
    for from in (0..200).step_by(10) {
        append(&log, batch(1, from..from + 10)).await;
        let ends = log.ends().await.unwrap();
        source.committer().commit(&ends).await.unwrap();
    }
    let size = log.size().await.unwrap();
    assert!(size.bytes <= 2_000 && size.documents > 10, "{size:?}");
}

#[tokio::test]
async fn retention_by_age_takes_what_is_old_and_committed() {
    let dir = dir();
    let log = open(
        &dir,
        LogOptions::default().retain_age(Duration::from_secs(3_600)),
    );
    let mut source = log.source("g");
    source.start(None).await.unwrap();
    append(&log, batch(1, 0..50)).await;
    let old = log.ends().await.unwrap();
    append(&log, batch(1, 50..60)).await;
    let conn = rusqlite::Connection::open(log.path()).unwrap();
    for (number, (_, next)) in (0..2).zip(old.iter()) {
        conn.execute(
            "UPDATE log_chunks SET appended_at = 0 WHERE partition = ?1 AND next <= ?2",
            (number, next.0 as i64),
        )
        .unwrap();
    }
    source
        .committer()
        .commit(&log.ends().await.unwrap())
        .await
        .unwrap();
    assert_eq!(log.begins().await.unwrap(), old);
}

#[tokio::test]
async fn a_group_before_the_start_of_the_log_is_told_how_much_it_misses() {
    let dir = dir();
    let log = open(&dir, LogOptions::default().partitions(1));
    append(&log, batch(1, 0..50)).await;
    append(&log, batch(1, 50..60)).await;
    let source = drained(&log, "g").await;
    let partition = log.partitions()[0].clone();
    drop(source);
    let conn = rusqlite::Connection::open(log.path()).unwrap();
    conn.execute("DELETE FROM log_chunks WHERE base = 0", [])
        .unwrap();
    let mut source = drained(&log, "g").await;
    let error = source.next(Demand::default()).await.unwrap_err();
    assert_eq!(error.class(), Class::Config);
    assert!(
        error.to_string().contains("50 documents are missing"),
        "{error}"
    );
    drop(source);
    let to = |offset| [(partition.clone(), Offset(offset))].into_iter().collect();
    assert_eq!(
        log.seek("g", &to(10)).await.unwrap_err().class(),
        Class::Config
    );
    assert_eq!(
        log.seek("g", &to(61)).await.unwrap_err().class(),
        Class::Config
    );
    log.seek("g", &to(50)).await.unwrap();
    let mut source = drained(&log, "g").await;
    assert_eq!(drain(&mut source).await.0, (50..60).collect());
}

#[derive(Clone, Debug)]
enum Step {
    Append(u8),
    Commit(bool, u64),
    Trim(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (1..20u8).prop_map(Step::Append),
        (any::<bool>(), 0..60u64).prop_map(|(group, to)| Step::Commit(group, to)),
        (0..80u64).prop_map(Step::Trim),
    ];
    proptest::collection::vec(step, 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn no_trim_takes_what_a_group_has_not_committed_and_no_offset_comes_twice(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let dir = dir();
            let log = open(&dir, LogOptions::default().partitions(1));
            let partition = log.partitions()[0].clone();
            let at = |offset: u64| [(partition.clone(), Offset(offset))].into_iter().collect::<Checkpoint>();
            let sources = [drained(&log, "a").await, drained(&log, "b").await];
            let (mut end, mut committed) = (0, [0, 0]);
            for step in steps {
                match step {
                    Step::Append(count) => {
                        append(&log, batch(1, end..end + u64::from(count))).await;
                        end += u64::from(count);
                    }
                    Step::Commit(group, to) => {
                        let (group, to) = (usize::from(group), to.min(end));
                        sources[group].committer().commit(&at(to)).await.unwrap();
                        committed[group] = committed[group].max(to);
                    }
                    Step::Trim(upto) => {
                        log.trim(&at(upto)).await.unwrap();
                    }
                }
                let begin = log.begins().await.unwrap().get(&partition).unwrap().0;
                assert!(begin <= committed[0].min(committed[1]));
                assert_eq!(log.ends().await.unwrap(), at(end));
            }
        });
    }
}
