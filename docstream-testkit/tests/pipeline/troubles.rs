//! Endpoints that fail, answer late or not at all, or do half of it.

use std::sync::Arc;
use std::time::Duration;

use docstream_core::memory::{AppendSink, MemoryDeadLetters, MemorySink};
use docstream_core::{Class, Pipeline};
use docstream_testkit::faulty::{Faulty, Fired, On, Trouble, When};

use crate::{
    DEADLINE, DOCUMENTS, assert_all_committed, audit, is_seventh, never, numbers, quick, run,
};

/// Each trouble of a sink, and of what the audit has to show that it happened.
const SINK_TROUBLES: &[(Trouble, When)] = &[
    (Trouble::Fail(Class::Transient), When::Chance(0.3)),
    (Trouble::Fail(Class::Unknown), When::Every(2)),
    (Trouble::Fail(Class::Suspect), When::Chance(0.2)),
    (Trouble::Delay(Duration::from_millis(400)), When::Always),
    (
        Trouble::DelayAnswer(Duration::from_millis(400)),
        When::Always,
    ),
    (
        Trouble::DelayAnswer(Duration::from_secs(4)),
        When::Chance(0.5),
    ),
    (Trouble::Repeat, When::Always),
    (Trouble::LoseAnswer, When::Chance(0.4)),
    (Trouble::NeverAnswer, When::Chance(0.3)),
    (Trouble::Hang, When::Chance(0.3)),
    (Trouble::Partial, When::Chance(0.5)),
];

#[tokio::test(start_paused = true)]
async fn every_trouble_of_a_sink_leaves_each_document_stored_once() {
    for (trouble, when) in SINK_TROUBLES {
        for seed in 0..3 {
            let (stream, store, dead) = (numbers(), MemorySink::new(), MemoryDeadLetters::new());
            let sink = Faulty::new(store.clone(), seed).on(On::Write, *trouble, *when);
            let fired = sink.fired();
            let summary = run(stream.source().batch(20), is_seventh, dead.clone(), sink).await;
            let summary = summary.unwrap_or_else(|stopped| panic!("{trouble:?}: {stopped}"));
            assert!(fired.total() > 0, "vacuous: {trouble:?} never happened");
            audit(&stream, &store, &dead);
            assert_all_committed(&stream, &store);
            assert_eq!(summary.read, DOCUMENTS, "{trouble:?}");
            let sum = summary.written + summary.duplicates + summary.rejected + summary.filtered;
            assert_eq!(sum, summary.read, "{trouble:?}: {summary:?}");
            assert_eq!(
                dead.len(),
                (0..DOCUMENTS).filter(|n| is_seventh(*n)).count()
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_trouble_of_a_source_leaves_each_document_stored_once() {
    let lost = [
        Trouble::LoseAnswer,
        Trouble::Repeat,
        Trouble::Fail(Class::Transient),
    ];
    let late = [
        Trouble::DelayAnswer(Duration::from_millis(300)),
        Trouble::Delay(Duration::from_millis(300)),
    ];
    for trouble in lost.into_iter().chain(late) {
        let (stream, store, dead) = (numbers(), MemorySink::new(), MemoryDeadLetters::new());
        let source = Faulty::new(stream.source().batch(20), 1)
            .on(On::Next, trouble, When::Chance(0.3))
            .on(On::Commit, trouble, When::Chance(0.5));
        let fired = source.fired();
        let summary = run(source, is_seventh, dead.clone(), store.clone()).await;
        let summary = summary.unwrap_or_else(|stopped| panic!("{trouble:?}: {stopped}"));
        assert!(fired.total() > 0, "vacuous: {trouble:?} never happened");
        assert_eq!(summary.read, DOCUMENTS);
        audit(&stream, &store, &dead);
        assert_all_committed(&stream, &store);
    }
}

#[tokio::test(start_paused = true)]
async fn every_trouble_of_dead_letters_buries_each_once() {
    for trouble in [
        Trouble::Fail(Class::Transient),
        Trouble::LoseAnswer,
        Trouble::NeverAnswer,
        Trouble::Hang,
        Trouble::Partial,
        Trouble::Repeat,
    ] {
        let (stream, store, dead) = (numbers(), MemorySink::new(), MemoryDeadLetters::new());
        let letters = Faulty::new(dead.clone(), 5).on(On::Bury, trouble, When::Chance(0.5));
        let fired = letters.fired();
        let summary = run(
            stream.source().batch(20),
            is_seventh,
            letters,
            store.clone(),
        )
        .await;
        summary.unwrap_or_else(|stopped| panic!("{trouble:?}: {stopped}"));
        assert!(fired.total() > 0, "vacuous: {trouble:?} never happened");
        audit(&stream, &store, &dead);
        assert_all_committed(&stream, &store);
    }
}

/// Killed at random moments and run again until it ends: the exact counts.
#[tokio::test(start_paused = true)]
async fn dropped_at_any_moment_it_goes_on_without_loss() {
    let (stream, store, dead) = (numbers(), MemorySink::new(), MemoryDeadLetters::new());
    let mut runs = 0;
    loop {
        let sink = Faulty::new(store.clone(), runs).on(
            On::Write,
            Trouble::DelayAnswer(Duration::from_millis(80)),
            When::Always,
        );
        let running = run(stream.source().batch(20), is_seventh, dead.clone(), sink);
        let moment = Duration::from_millis(20 + runs * 13 % 90);
        match tokio::time::timeout(moment, running).await {
            Err(_) => runs += 1,
            Ok(ended) => break drop(ended.expect("it ends by itself")),
        }
        assert!(runs < 1_000, "it never gets on");
    }
    assert!(runs >= 3, "vacuous: it was dropped {runs} times");
    audit(&stream, &store, &dead);
    // The source's own commit may be behind: the sink's checkpoint is the truth.
    for (partition, end) in stream.ends().iter() {
        let stored = store.checkpoint("default", partition);
        assert_eq!(
            stored.map(|(next, _)| next),
            Some(end),
            "the sink's checkpoint"
        );
    }
}

/// Pitfall 4: an outage of the sink, however long, dead-letters nothing.
#[tokio::test(start_paused = true)]
async fn an_outage_never_dead_letters() {
    for class in [Class::Transient, Class::Unknown, Class::Suspect] {
        let (stream, store, dead) = (numbers(), MemorySink::new(), MemoryDeadLetters::new());
        let away = When::Between(3, 60);
        let sink = Faulty::new(store.clone(), 1)
            .on(On::Write, Trouble::Fail(class), away)
            .on(On::Check, Trouble::Fail(class), When::First(60));
        let fired = sink.fired();
        let summary = run(stream.source().batch(20), never, dead.clone(), sink).await;
        assert_eq!(summary.expect("it waits").rejected, 0, "{class:?}");
        assert!(fired.failures() >= 57, "vacuous: {fired:?}");
        assert!(
            dead.is_empty(),
            "{class:?}: an outage is no document's fault"
        );
        audit(&stream, &store, &dead);
    }
}

/// An unknown outcome is repeated with the same ids: in a plain list they come again,
/// and nothing else does.
#[tokio::test(start_paused = true)]
async fn an_unknown_outcome_is_repeated_with_the_same_ids() {
    let stream = numbers();
    let list = AppendSink::new();
    let sink = Faulty::new(list.clone(), 9).on(On::Write, Trouble::LoseAnswer, When::First(3));
    let fired: Arc<Fired> = sink.fired();
    let summary = Pipeline::from(stream.source().batch(20))
        .halt_on_reject()
        .retry(quick())
        .into_sink(sink)
        .run()
        .await
        .expect("it ends");
    assert_eq!((fired.lost_answers(), summary.retries), (3, 3));
    let mut ids = list.ids();
    assert_eq!(
        ids.len() as u64,
        DOCUMENTS + 60,
        "three batches of 20 came twice"
    );
    ids.sort_unstable();
    ids.dedup();
    let mut expected: Vec<_> = stream.ids().into_iter().map(|(.., id)| id).collect();
    expected.sort_unstable();
    assert_eq!(ids, expected);
}

/// A commit that never answers ends at its deadline and holds back none that follows,
/// also while the run goes on.
#[tokio::test(start_paused = true)]
async fn a_commit_that_never_answers_does_not_block_later_ones() {
    let (stream, store, dead) = (numbers(), MemorySink::new(), MemoryDeadLetters::new());
    let source = Faulty::new(stream.source().batch(20).tail(), 1).on(
        On::Commit,
        Trouble::Hang,
        When::First(1),
    );
    let fired = source.fired();
    let later = stream.clone();
    let while_it_runs = async move {
        tokio::time::sleep(DEADLINE * 10).await;
        assert_eq!(
            later.committed("default"),
            later.ends(),
            "commits are held back"
        );
    };
    let summary = Pipeline::from(source)
        .dead_letters(dead.clone())
        .retry(quick())
        .deadline(DEADLINE)
        .commit_every(Duration::from_millis(50), 50)
        .into_idempotent_sink(store.clone())
        .run_until(while_it_runs)
        .await
        .expect("it ends when it is asked to");
    assert_eq!((summary.written, fired.hangs()), (DOCUMENTS, 1), "vacuous");
    audit(&stream, &store, &dead);
    assert_all_committed(&stream, &store);
}
