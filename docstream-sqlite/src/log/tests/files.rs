use std::ops::ControlFlow;

use docstream_core::{Class, Demand, Sink, Source, Write};

use super::*;

#[tokio::test]
async fn a_log_is_the_same_after_it_was_opened_again() {
    let dir = dir();
    let log = open(&dir, LogOptions::default().partitions(3));
    append(&log, batch(1, 0..50)).await;
    let (id, ends) = (log.id(), log.ends().await.unwrap());
    drop(log);
    let log = open(&dir, LogOptions::default());
    assert_eq!((log.id(), log.partitions().len()), (id, 3));
    assert_eq!(log.ends().await.unwrap(), ends);
    assert!(append(&log, batch(1, 0..50)).await.is_complete());
    assert_eq!(log.ends().await.unwrap(), ends);
}

#[test]
fn the_number_of_partitions_is_fixed() {
    let dir = dir();
    assert_eq!(open(&dir, LogOptions::default()).partitions().len(), 2);
    let path = dir.path().join("log.db");
    let error = Log::open(&path, LogOptions::default().partitions(3)).unwrap_err();
    assert_eq!(error.class(), Class::Config);
    assert!(error.to_string().contains("2 partitions"), "{error}");
    let none = Log::open(dir.path().join("b.db"), LogOptions::default().partitions(0));
    assert_eq!(none.unwrap_err().class(), Class::Config);
}

#[test]
fn a_log_of_a_newer_version_is_refused() {
    let dir = dir();
    let log = open(&dir, LogOptions::default());
    let path = log.path().to_owned();
    drop(log);
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute(
        "UPDATE docstream_meta SET version = 99 WHERE component = 'log'",
        [],
    )
    .unwrap();
    let error = Log::open(&path, LogOptions::default()).unwrap_err();
    assert_eq!(error.class(), Class::Config);
    assert!(error.to_string().contains("version 99"), "{error}");
}

#[tokio::test]
async fn a_full_log_refuses_appends_until_there_is_room() {
    let dir = dir();
    let log = open(&dir, LogOptions::default().max_bytes(2_000));
    append(&log, batch(1, 0..20)).await;
    let work = Write::all(batch(1, 20..60));
    let error = log.write(work.clone()).await.unwrap_err();
    assert_eq!(error.class(), Class::Transient);
    assert!(error.to_string().contains("full"), "{error}");
    // A duplicate needs no room.
    assert!(append(&log, batch(1, 0..20)).await.is_complete());
    let ends = log.ends().await.unwrap();
    log.trim(&ends).await.unwrap();
    assert_eq!(log.write(work).await.unwrap().written, 40);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_handles_append_to_one_file_and_see_the_documents_of_each_other() {
    let dir = dir();
    let (one, two) = (
        open(&dir, LogOptions::default()),
        open(&dir, LogOptions::default()),
    );
    let load = |log: Log, source: u8| async move {
        for from in (0..200).step_by(10) {
            append(&log, batch(source, from..from + 10)).await;
        }
    };
    tokio::join!(
        tokio::spawn(load(one.clone(), 1)),
        tokio::spawn(load(two.clone(), 2))
    )
    .0
    .unwrap();
    assert_eq!(one.size().await.unwrap().documents, 400);
    assert!(append(&one, batch(2, 0..200)).await.is_complete());
}

#[tokio::test]
async fn a_reader_notices_what_another_process_appends() {
    let dir = dir();
    let (one, two) = (
        open(&dir, LogOptions::default()),
        open(&dir, LogOptions::default()),
    );
    let mut source = one.source("g");
    source.start(None).await.unwrap();
    assert!(matches!(
        source.next(Demand::default()).await,
        Ok(Next::Idle)
    ));
    append(&two, batch(1, [7])).await;
    let next = source.next(Demand::default()).await;
    assert!(matches!(next, Ok(Next::Batch(_))), "{next:?}");
}

#[tokio::test]
async fn a_damaged_chunk_is_an_error_that_says_where_and_is_never_skipped() {
    let dir = dir();
    let log = open(&dir, LogOptions::default().partitions(1));
    append(&log, batch(1, 0..10)).await;
    append(&log, batch(1, 10..20)).await;
    let conn = rusqlite::Connection::open(log.path()).unwrap();
    let sql = "UPDATE log_chunks SET records = \
               CAST(substr(records, 1, 60) || x'ff' || substr(records, 62) AS BLOB) WHERE base = 10";
    assert_eq!(conn.execute(sql, []).unwrap(), 1);
    let mut source = drained(&log, "g").await;
    let good = source.next(Demand::default()).await.unwrap();
    assert!(matches!(good, Next::Batch(batch) if batch.len() == 10));
    for _ in 0..2 {
        let error = source.next(Demand::default()).await.unwrap_err();
        assert_eq!(error.class(), Class::Config);
        let text = error.to_string();
        assert!(
            text.contains("log.db") && text.contains("base offset: 10"),
            "{text}"
        );
    }
    assert!(log.scan_ids(|_| ControlFlow::Continue(())).is_err());
}

#[tokio::test]
async fn a_scan_shows_every_document_and_where_it_came_from() {
    let dir = dir();
    let log = open(&dir, LogOptions::default());
    append(&log, batch(1, 100..150)).await;
    let mut seen = BTreeSet::new();
    log.scan_ids(|entry| {
        assert_eq!(entry.origin, "memory:in");
        assert_eq!(entry.origin_offset.0 + 100, entry.id.position());
        assert!(entry.hash.is_some());
        seen.insert(entry.id.position());
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(seen, (100..150).collect());
    let mut shown = 0;
    log.scan_ids(|_| {
        shown += 1;
        ControlFlow::Break(())
    })
    .unwrap();
    assert_eq!(shown, 1);
}
