use std::collections::BTreeMap;
use std::sync::Arc;

use docstream_core::{
    Advance, Batch, Class, Code, Demand, Epoch, Extent, Headers, Incoming, Next, Offset, Outcome,
    Partition, Raw, Sink, Source, SourceId, Write,
};
use proptest::prelude::*;

use super::*;
use crate::log::Resend;

#[tokio::test]
async fn what_is_appended_is_read_in_the_order_of_its_key() {
    let (dir, count) = (dir(), 2_500);
    let log = open(&dir, LogOptions::default().partitions(3));
    for from in (0..count).step_by(500) {
        let report = append(&log, batch(1, from..from + 500)).await;
        assert_eq!(report, WriteReport::written(500));
    }
    let mut source = drained(&log, "g").await;
    let mut last: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
    let mut seen = 0;
    while let Next::Batch(batch) = source.next(Demand::new(300, 1 << 20)).await.unwrap() {
        assert!(batch.len() <= 300);
        for record in batch.records() {
            let position = record.id().position();
            assert_eq!(record.raw(), format!("document {position}").as_bytes());
            assert_eq!(record.hash(), ContentHash::of_bytes(record.raw()));
            assert!(
                last.insert(record.key().to_vec(), position)
                    .is_none_or(|l| l < position)
            );
            seen += 1;
        }
    }
    assert_eq!(seen, count);
}

#[tokio::test]
async fn documents_of_one_key_share_a_partition() {
    let dir = dir();
    let log = open(&dir, LogOptions::default().partitions(4));
    append(&log, batch(1, 0..200)).await;
    let mut homes: BTreeMap<Vec<u8>, Partition> = BTreeMap::new();
    let mut source = drained(&log, "g").await;
    while let Next::Batch(batch) = source.next(Demand::default()).await.unwrap() {
        let partition = &batch.extent().partition;
        for record in batch.records() {
            let home = homes
                .entry(record.key().to_vec())
                .or_insert_with(|| partition.clone());
            assert_eq!(home, partition);
        }
    }
    assert_eq!(homes.len(), 7);
}

#[tokio::test]
async fn headers_and_attempt_come_along() {
    let dir = dir();
    let log = open(&dir, LogOptions::default().partitions(1));
    let mut headers = Vec::new();
    Headers::put(&mut headers, "traceparent", b"00-abc");
    let mut builder = Batch::builder(Partition::new("memory:in"), Epoch(1), Offset(0));
    let id = SourceId::from_bytes([1; 16]).doc(5);
    let incoming = Incoming {
        headers: &headers,
        attempt: 3,
        ..Incoming::new(id, Offset(9), b"{}")
    };
    builder.push(incoming, Raw::Bytes);
    append(&log, builder.finish()).await;
    let mut source = drained(&log, "g").await;
    let Next::Batch(batch) = source.next(Demand::default()).await.unwrap() else {
        panic!("no batch");
    };
    let record = batch.record(0).unwrap();
    assert_eq!((record.id(), record.attempt()), (id, 3));
    assert_eq!(
        record.headers().next(),
        Some(("traceparent", &b"00-abc"[..]))
    );
}

#[tokio::test]
async fn the_same_document_again_is_a_duplicate_and_another_of_its_id_a_conflict() {
    let dir = dir();
    let log = open(&dir, LogOptions::default());
    append(&log, batch(1, 0..10)).await;
    let text = |position: u64, text: &str| (1, position, text.to_owned());
    let second = [
        text(3, "document 3"),
        text(4, "something else"),
        text(20, "new"),
        text(20, "new"),
        text(20, "newer"),
    ];
    let report = append(&log, batch_of(second)).await;
    assert_eq!(report.written, 1);
    let mut others: Vec<_> = report
        .others
        .iter()
        .map(|(index, outcome)| match outcome {
            Outcome::Rejected(rejection) => (*index, Some(rejection.code())),
            other => {
                assert_eq!(*other, Outcome::Duplicate);
                (*index, None)
            }
        })
        .collect();
    others.sort_by_key(|(index, _)| *index);
    let conflict = Some(Code::IdConflict);
    assert_eq!(others, [(0, None), (1, conflict), (3, None), (4, conflict)]);
    assert_eq!(log.size().await.unwrap().documents, 11);
}

#[tokio::test]
async fn a_second_load_of_everything_appends_nothing() {
    let dir = dir();
    let log = open(&dir, LogOptions::default());
    for round in 0..2 {
        for from in (0..1_000).step_by(100) {
            let report = append(&log, batch(1, from..from + 100)).await;
            assert_eq!(report.written, if round == 0 { 100 } else { 0 });
            assert!(report.is_complete());
        }
    }
    assert_eq!(log.size().await.unwrap().documents, 1_000);
}

#[tokio::test]
async fn a_document_that_is_too_large_is_rejected_alone() {
    let dir = dir();
    let log = open(&dir, LogOptions::default().max_document_bytes(20));
    let documents = [(1, 0, "x".repeat(21)), (1, 1, "x".repeat(20))];
    let report = append(&log, batch_of(documents)).await;
    assert_eq!(report.written, 1);
    let [(0, Outcome::Rejected(rejection))] = &report.others[..] else {
        panic!("{report:?}");
    };
    assert_eq!(rejection.code(), Code::TooLarge);
}

fn advance(from: u64, to: u64) -> Option<Arc<Advance>> {
    Some(Arc::new(Advance {
        group: "loader".into(),
        extent: Extent {
            partition: Partition::new("file:a"),
            epoch: Epoch(1),
            from: Offset(from),
            to: Offset(to),
        },
    }))
}

async fn stands(log: &Log) -> Option<u64> {
    let checkpoints = Sink::<Raw>::checkpoints(log).unwrap();
    let found = checkpoints.load("loader", &Partition::new("file:a")).await;
    found.unwrap().map(|(next, _)| next.0)
}

#[tokio::test]
async fn a_checkpoint_moves_with_its_documents_or_not_at_all() {
    let dir = dir();
    let log = open(&dir, LogOptions::default());
    let work = Write::all(batch(1, 0..5)).advancing(advance(0, 5));
    log.write(work.clone()).await.unwrap();
    assert_eq!(stands(&log).await, Some(5));

    // The same again, as after an answer that was lost: nothing moves.
    let again = log.write(work).await.unwrap();
    assert!(again.written == 0 && again.is_complete(), "{again:?}");
    assert_eq!(stands(&log).await, Some(5));

    // A zombie's new documents are not stored either.
    let zombie = Write::all(batch(2, 0..5)).advancing(advance(0, 7));
    assert_eq!(log.write(zombie).await.unwrap_err().class(), Class::Fenced);
    assert_eq!(log.size().await.unwrap().documents, 5);

    // A write with a rejected document leaves the checkpoint where it is.
    let conflict = Write::all(batch_of([(1, 0, "other".to_owned())])).advancing(advance(5, 6));
    assert!(!log.write(conflict).await.unwrap().is_complete());
    assert_eq!(stands(&log).await, Some(5));

    // No document at all is work too.
    let empty = Write::all(batch(1, [])).advancing(advance(5, 9));
    log.write(empty).await.unwrap();
    assert_eq!(stands(&log).await, Some(9));
}

#[tokio::test]
async fn a_dead_letter_is_appended_again_under_its_id() {
    let dir = dir();
    let log = open(&dir, LogOptions::default().partitions(1));
    append(&log, batch(1, 0..3)).await;
    let id = SourceId::from_bytes([1; 16]).doc(1);
    let resend = Resend {
        id,
        raw: b"mended",
        key: b"k",
        attempt: 2,
    };
    log.append_again(&[resend]).await.unwrap();
    let mut source = drained(&log, "g").await;
    let Next::Batch(batch) = source.next(Demand::default()).await.unwrap() else {
        panic!("no batch");
    };
    let last = batch.record(3).unwrap();
    assert_eq!((last.id(), last.attempt()), (id, 2));
    assert_eq!((last.raw(), last.key()), (&b"mended"[..], &b"k"[..]));
}

/// A document of source 1 that has been rejected once.
fn resent(position: u64, text: &str) -> Batch<Raw> {
    let id = SourceId::from_bytes([1; 16]).doc(position);
    let incoming = Incoming {
        attempt: 1,
        ..Incoming::new(id, Offset(0), text.as_bytes())
    };
    let mut builder = Batch::builder(Partition::new("memory:rejects"), Epoch(1), Offset(0));
    builder.push(incoming, Raw::Bytes);
    builder.finish()
}

#[tokio::test]
async fn a_document_refused_after_the_log_comes_back_as_it_was_or_mended() {
    let dir = dir();
    let log = open(&dir, LogOptions::default().partitions(1));
    append(&log, batch(1, 0..3)).await;
    let mut source = drained(&log, "g").await;
    let (_, done) = drain(&mut source).await;
    source.committer().commit(&done).await.unwrap();
    drop(source);
    for text in ["document 1", "mended"] {
        let report = append(&log, resent(1, text)).await;
        assert_eq!(report, WriteReport::written(1), "{text}");
        // Each reaches the store, which tells by the id whether it has the document.
        let mut source = drained(&log, "g").await;
        let Next::Batch(batch) = source.next(Demand::default()).await.unwrap() else {
            panic!("no batch");
        };
        let record = batch.record(0).unwrap();
        assert_eq!((batch.len(), record.attempt()), (1, 1));
        assert_eq!(record.raw(), text.as_bytes());
        let done = log.ends().await.unwrap();
        source.committer().commit(&done).await.unwrap();
    }
    // What comes from its own source again is still known.
    let report = append(&log, batch(1, 0..3)).await;
    assert!(report.written == 0 && report.is_complete(), "{report:?}");
}

#[tokio::test]
async fn a_document_refused_before_the_log_is_remembered_once_it_comes_back() {
    let dir = dir();
    let log = open(&dir, LogOptions::default());
    assert_eq!(append(&log, resent(7, "document 7")).await.written, 1);
    let report = append(&log, batch(1, 6..9)).await;
    assert_eq!(report.written, 2);
    assert_eq!(report.others, [(1, Outcome::Duplicate)]);
}

#[tokio::test]
async fn a_document_that_is_twice_among_the_resent_goes_in_once() {
    let dir = dir();
    let log = open(&dir, LogOptions::default());
    append(&log, batch(1, 0..3)).await;
    let mut builder = Batch::builder(Partition::new("memory:rejects"), Epoch(1), Offset(0));
    for (position, offset) in [1, 8, 1, 8].into_iter().zip(0..) {
        let id = SourceId::from_bytes([1; 16]).doc(position);
        let incoming = Incoming {
            attempt: 1,
            ..Incoming::new(id, Offset(offset), b"mended")
        };
        builder.push(incoming, Raw::Bytes);
    }
    let report = append(&log, builder.finish()).await;
    assert_eq!(report.written, 2);
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(log.size().await.unwrap().documents, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_one_of_many_appenders_gets_the_answer_to_its_own_question() {
    let dir = dir();
    let log = open(&dir, LogOptions::default());
    let mut tasks = tokio::task::JoinSet::new();
    for source in 0..100u8 {
        let log = log.clone();
        tasks.spawn(async move {
            // Each document is sent by two tasks; one of them gets it in.
            let report = append(&log, batch(source / 2, [0, 1, 2])).await;
            assert!(report.is_complete());
            report.written
        });
    }
    let written: u32 = tasks.join_all().await.into_iter().sum();
    assert_eq!(written, 150);
    assert_eq!(log.size().await.unwrap().documents, 150);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_log_is_a_map_from_ids_to_their_first_content(
        appends in proptest::collection::vec(
            proptest::collection::vec((0..3u8, 0..30u64, 0..2u8), 0..20), 1..8),
        partitions in 1..4u16,
        documents in 1..7usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let dir = dir();
            let log = open(&dir, LogOptions::default().partitions(partitions));
            let mut model: BTreeMap<(u8, u64), String> = BTreeMap::new();
            for documents in appends {
                let mut written = 0;
                for (source, position, version) in &documents {
                    let text = format!("{position} v{version}");
                    model.entry((*source, *position)).or_insert_with(|| { written += 1; text });
                }
                let documents = documents.into_iter()
                    .map(|(source, position, version)| (source, position, format!("{position} v{version}")));
                let report = append(&log, batch_of(documents)).await;
                assert_eq!(report.written, written);
            }
            drop(log);
            let log = open(&dir, LogOptions::default());
            let mut read = BTreeMap::new();
            let mut source = drained(&log, "g").await;
            while let Next::Batch(batch) = source.next(Demand::new(documents, 1 << 20)).await.unwrap() {
                for record in batch.records() {
                    let key = (record.id().source().as_bytes()[0], record.id().position());
                    read.insert(key, String::from_utf8(record.raw().to_vec()).unwrap());
                }
            }
            assert_eq!(read, model);
        });
    }
}
