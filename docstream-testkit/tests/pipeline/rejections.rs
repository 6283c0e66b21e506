//! Documents' own faults, and filters: what is buried, and what is committed.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use docstream_core::memory::{MemoryDeadLetters, MemorySink, Step};
use docstream_core::pipeline::Cause;
use docstream_core::{Class, Code, Event, Offset, Pipeline, retain, try_map};
use docstream_testkit::faulty::{Faulty, On, Picky, Trouble, When};

use crate::{DOCUMENTS, Watch, assert_all_committed, audit, never, numbers, odd_one, quick, run};

/// Pitfall 2: two of three are rejected, by transform and sink; after a stop and a
/// restart all are accounted for, once.
#[tokio::test(start_paused = true)]
async fn rejected_documents_are_all_accounted_for_after_a_restart() {
    let (stream, store, dead) = (numbers(), MemorySink::new(), MemoryDeadLetters::new());
    let picky = || {
        Picky::rejecting(store.clone(), |record| {
            (record.doc() % 3 == 1).then(|| odd_one(Code::RefusedByStore))
        })
    };
    let third: fn(u64) -> bool = |number| number % 3 == 0;
    let stop = vec![
        Step::Go,
        Step::Go,
        Step::Go,
        Step::Fail(docstream_core::Error::bug("read", "stop")),
    ];
    let source = stream.source().batch(20).script(stop);
    let stopped = run(source, third, dead.clone(), picky())
        .await
        .expect_err("the script stops it");
    assert!(matches!(stopped.cause, Cause::Error(_)));
    let rest = run(stream.source().batch(20), third, dead.clone(), picky())
        .await
        .expect("it ends");
    let before = stopped.summary;
    assert_eq!(before.read, 60);
    assert_eq!(before.read + rest.read, DOCUMENTS);
    assert_eq!(before.rejected + rest.rejected, DOCUMENTS / 3 * 2);
    let refused = before.rejections[&Code::RefusedByStore] + rest.rejections[&Code::RefusedByStore];
    assert_eq!(refused, DOCUMENTS / 3);
    assert_eq!(dead.len() as u64, DOCUMENTS / 3 * 2);
    audit(&stream, &store, &dead);
    assert_all_committed(&stream, &store);
}

/// I6 and I8: a poison document at the start or at the end of each partition is
/// buried, and the offsets go past it; a second run reads nothing.
#[tokio::test(start_paused = true)]
async fn i6_i8_poison_at_the_edges_of_a_partition_advances_the_offset() {
    for is_bad in [
        (|n| n < 3) as fn(u64) -> bool,
        |n| n >= DOCUMENTS - 3,
        |_| true,
    ] {
        let (stream, store, dead) = (numbers(), MemorySink::new(), MemoryDeadLetters::new());
        run(
            stream.source().batch(20),
            is_bad,
            dead.clone(),
            store.clone(),
        )
        .await
        .expect("it ends");
        audit(&stream, &store, &dead);
        assert_all_committed(&stream, &store);
        let buried = dead.len();
        let again = run(stream.source(), is_bad, dead.clone(), store.clone()).await;
        assert_eq!(
            (again.expect("it ends").read, dead.len()),
            (0, buried),
            "buried again"
        );
    }
}

/// I7: batches that are filtered out entirely advance the offsets.
#[tokio::test(start_paused = true)]
async fn i7_batches_filtered_entirely_advance_the_offsets() {
    let (stream, store) = (numbers(), MemorySink::new());
    let summary = Pipeline::from(stream.source().batch(20))
        .transform(retain(|number: &u64| *number < 3))
        .halt_on_reject()
        .into_idempotent_sink(store.clone())
        .run()
        .await
        .expect("it ends");
    assert_eq!((summary.written, summary.filtered), (3, DOCUMENTS - 3));
    assert_eq!(summary.checkpoint, stream.ends());
    assert_all_committed(&stream, &store);
}

/// I3: while the dead letters are away nothing beyond the poison is committed; then
/// it goes on, and each is buried once.
#[tokio::test(start_paused = true)]
async fn i3_without_dead_letters_nothing_is_committed_beyond_the_poison() {
    let (stream, store, dead) = (numbers(), MemorySink::new(), MemoryDeadLetters::new());
    let letters =
        Faulty::new(dead.clone(), 3).on(On::Bury, Trouble::Fail(Class::Transient), When::First(40));
    let fired = letters.fired();
    let (buried, poison) = (dead.clone(), stream.partitions()[1].clone());
    let observer = Watch(move |event: &Event<'_>| {
        if let Event::Committed { checkpoint, .. } = event {
            let reached = checkpoint.get(&poison).unwrap_or_default();
            assert!(
                reached <= Offset(40) || !buried.is_empty(),
                "committed beyond the poison"
            );
        }
    });
    Pipeline::from(stream.source().batch(20))
        .transform(try_map(|number: u64| match number {
            // The document at offset 50 of partition 1.
            151 => Err(odd_one(Code::OutOfRange)),
            _ => Ok(number),
        }))
        .dead_letters(letters)
        .retry(quick())
        .commit_every(Duration::from_millis(10), 20)
        .observer(observer)
        .into_idempotent_sink(store.clone())
        .run()
        .await
        .expect("it waits");
    assert_eq!((fired.failures(), dead.len()), (40, 1));
    audit(&stream, &store, &dead);
    assert_all_committed(&stream, &store);
}

/// A8: a transform that panics on 1 of 500 documents rejects these and no others.
#[tokio::test(start_paused = true)]
async fn a8_a_panic_in_a_transform_rejects_that_document() {
    let (stream, store, dead) = (numbers(), MemorySink::new(), MemoryDeadLetters::new());
    let summary = Pipeline::from(stream.source().batch(20))
        .transform(try_map(|number: u64| {
            assert!(number % 500 != 499, "planted");
            Ok(number)
        }))
        .dead_letters(dead.clone())
        .into_idempotent_sink(store.clone())
        .run()
        .await
        .expect("it ends");
    assert_eq!(
        summary.rejections,
        BTreeMap::from([(Code::TransformFailed, 1)])
    );
    assert_eq!(dead.buried()[0].raw, b"499");
    audit(&stream, &store, &dead);
    assert_all_committed(&stream, &store);
}

/// Suspect errors are bisected to the guilty document; all others are stored.
#[tokio::test(start_paused = true)]
async fn a_suspect_batch_is_bisected_to_the_guilty_document() {
    let (stream, store, dead) = (numbers(), MemorySink::new(), MemoryDeadLetters::new());
    let sink = Picky::choking_on(store.clone(), |record| {
        matches!(record.doc(), 0 | 77 | 78 | 599)
    });
    let choked = sink.turned_down();
    let summary = run(stream.source().batch(50), never, dead.clone(), sink)
        .await
        .expect("it ends");
    assert!(choked.load(Ordering::Relaxed) > 4, "vacuous");
    assert_eq!(
        summary.rejections,
        BTreeMap::from([(Code::RefusedByStore, 4)])
    );
    let mut guilty: Vec<_> = dead.buried().into_iter().map(|dead| dead.raw).collect();
    guilty.sort();
    assert_eq!(guilty, [&b"0"[..], b"599", b"77", b"78"]);
    audit(&stream, &store, &dead);
    assert_all_committed(&stream, &store);
}

/// Halting stops before the rejected document is committed, and says which it was.
#[tokio::test(start_paused = true)]
async fn halting_on_a_rejected_document_does_not_commit_it() {
    let (stream, store) = (numbers(), MemorySink::new());
    let stopped = Pipeline::from(stream.source().batch(20))
        .transform(try_map(|number: u64| match number {
            151 => Err(odd_one(Code::OutOfRange)),
            _ => Ok(number),
        }))
        .halt_on_reject()
        .into_idempotent_sink(store.clone())
        .run()
        .await
        .expect_err("it halts");
    let Cause::Rejected(dead) = &stopped.cause else {
        panic!("{stopped}")
    };
    assert_eq!((dead.offset, &dead.raw[..]), (Offset(50), &b"151"[..]));
    let reached = stream.committed("default").get(&stream.partitions()[1]);
    assert!(
        reached.unwrap_or_default() <= Offset(40),
        "committed beyond the document"
    );
}
