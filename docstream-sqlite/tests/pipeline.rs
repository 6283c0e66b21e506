//! Generated documents through the log into the store while endpoints fail, answer
//! late or not at all, and runs are dropped: the audit is clean every time.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the exemption for tests does not reach functions that tests share"
)]

mod bench;

use std::time::Duration;

use bench::{Bench, DOCUMENTS};
use docstream_core::{Class, InvoiceQueries, Money, Sink, Source};
use docstream_testkit::faulty::{Faulty, On, Trouble, When};

const MOMENT: Duration = Duration::from_millis(30);

/// What may go wrong again and again without stopping a run.
const TROUBLES: [(Trouble, When); 10] = [
    (Trouble::Fail(Class::Transient), When::Chance(0.4)),
    (Trouble::Fail(Class::Unknown), When::Every(2)),
    (Trouble::Fail(Class::Suspect), When::Every(4)),
    (Trouble::LoseAnswer, When::Chance(0.5)),
    (Trouble::NeverAnswer, When::Chance(0.2)),
    (Trouble::Hang, When::Chance(0.2)),
    (Trouble::Partial, When::Chance(0.5)),
    (Trouble::Repeat, When::Always),
    (Trouble::Delay(MOMENT), When::Always),
    (Trouble::DelayAnswer(MOMENT), When::Always),
];

#[tokio::test]
async fn without_trouble_the_totals_are_the_generators() {
    let bench = Bench::new();
    bench.ingest(bench.log.clone()).await.unwrap();
    let summary = bench
        .drain(bench.source(), bench.store.clone())
        .await
        .unwrap();
    bench.assert_clean().await;
    let expected = Bench::expected();
    assert_eq!(
        (summary.written, summary.rejected),
        (expected.valid, expected.rejected())
    );
    assert_eq!(summary.rejections, expected.rejections);
    let totals = bench.store.totals().await.unwrap();
    let money = |amount: i128| Money::from_ten_thousandths(amount as i64);
    assert_eq!(totals.lines, expected.valid);
    assert_eq!(
        (totals.net, totals.gross),
        (money(expected.net), money(expected.gross))
    );
    assert_eq!(totals.customers, expected.customers());
    assert_eq!(totals.cancelled_invoices, expected.cancelled_invoices());
}

#[tokio::test]
async fn a_log_in_trouble_takes_each_document_once() {
    for (trouble, when) in TROUBLES {
        let bench = Bench::new();
        let log = Faulty::new(bench.log.clone(), 1).on(On::Write, trouble, when);
        let fired = log.fired();
        let summary = bench.ingest(log).await;
        let summary = summary.unwrap_or_else(|stopped| panic!("{trouble:?}: {stopped}"));
        assert!(fired.total() > 0, "vacuous: {trouble:?} never happened");
        assert_eq!(
            summary.written + summary.duplicates,
            DOCUMENTS,
            "{trouble:?}"
        );
        bench
            .drain(bench.source(), bench.store.clone())
            .await
            .unwrap();
        bench.assert_clean().await;
    }
}

#[tokio::test]
async fn a_store_in_trouble_takes_each_document_once() {
    for (trouble, when) in TROUBLES {
        let bench = Bench::new();
        bench.ingest(bench.log.clone()).await.unwrap();
        let store = Faulty::new(bench.store.clone(), 2).on(On::Write, trouble, when);
        let fired = store.fired();
        let summary = bench.drain(bench.source(), store).await;
        summary.unwrap_or_else(|stopped| panic!("{trouble:?}: {stopped}"));
        assert!(fired.total() > 0, "vacuous: {trouble:?} never happened");
        bench.assert_clean().await;
    }
}

#[tokio::test]
async fn a_group_in_trouble_gives_each_document() {
    for (trouble, when) in TROUBLES {
        // A read that hangs is waited for: the source alone knows why.
        let reads = !matches!(trouble, Trouble::Hang | Trouble::NeverAnswer);
        let bench = Bench::new();
        bench.ingest(bench.log.clone()).await.unwrap();
        let mut source = Faulty::new(bench.source(), 3).on(On::Commit, trouble, when);
        if reads {
            source = source.on(On::Next, trouble, When::Chance(0.3));
        }
        let fired = source.fired();
        let summary = bench.drain(source, bench.store.clone()).await;
        summary.unwrap_or_else(|stopped| panic!("{trouble:?}: {stopped}"));
        assert!(
            fired.calls(On::Commit) > 0,
            "vacuous: nothing was committed"
        );
        bench.assert_clean().await;
    }
}

/// Errors that no retry mends stop the run; the next one goes on.
#[tokio::test]
async fn a_run_that_was_stopped_is_gone_on_with() {
    for class in [Class::Config, Class::Fenced, Class::Bug] {
        let bench = Bench::new();
        bench.ingest(bench.log.clone()).await.unwrap();
        let fails = Faulty::new(bench.store.clone(), 4).on(
            On::Write,
            Trouble::Fail(class),
            When::Between(2, 3),
        );
        let stopped = bench.drain(bench.source(), fails).await.unwrap_err();
        assert!(stopped.to_string().contains("on purpose"), "{stopped}");
        let before = bench.store.count().await.unwrap();
        let rest = bench
            .drain(bench.source(), bench.store.clone())
            .await
            .unwrap();
        assert!(
            rest.written > 0 && before > 0,
            "vacuous: {before} were stored before"
        );
        bench.assert_clean().await;
    }
}

/// Runs that are dropped at any moment, again and again until one ends by itself.
#[tokio::test]
async fn dropped_runs_lose_and_double_nothing() {
    let bench = Bench::new();
    let mut dropped = 0;
    let slow = |inner, seed| {
        Faulty::new(inner, seed).on(On::Write, Trouble::DelayAnswer(MOMENT), When::Always)
    };
    loop {
        let log = Faulty::new(bench.log.clone(), dropped).on(
            On::Write,
            Trouble::Delay(MOMENT),
            When::Always,
        );
        let moment = Duration::from_millis(40 + dropped * 17);
        match tokio::time::timeout(moment, bench.ingest(log)).await {
            Err(_) => dropped += 1,
            Ok(ended) => break drop(ended.unwrap()),
        }
    }
    let into_log = dropped;
    loop {
        let moment = Duration::from_millis(40 + (dropped - into_log) * 17);
        let run = bench.drain(bench.source(), slow(bench.store.clone(), dropped));
        match tokio::time::timeout(moment, run).await {
            Err(_) => dropped += 1,
            Ok(ended) => break drop(ended.unwrap()),
        }
    }
    assert!(
        into_log > 1 && dropped > into_log + 1,
        "vacuous: {into_log} of {dropped}"
    );
    bench.assert_clean().await;
}

/// A run that died between the store's checkpoint and the group's commit: the group
/// is brought up to the store when the next one starts, though there is nothing to read.
#[tokio::test]
async fn a_group_is_brought_up_to_the_stores_checkpoint_at_start() {
    let bench = Bench::new();
    bench.ingest(bench.log.clone()).await.unwrap();
    let away = Faulty::new(bench.source(), 5).on(On::Commit, Trouble::Hang, When::Always);
    let run = bench.drain(away, bench.store.clone());
    let settled = async {
        let due = Bench::expected().valid;
        while bench.store.count().await.unwrap() < due || !bench.store_is_at_the_end().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        ended = run => panic!("it cannot commit: {ended:?}"),
        () = settled => {}
    }
    assert_eq!(
        bench.lag().await,
        DOCUMENTS,
        "vacuous: something was committed"
    );
    let mut source = bench.source();
    let checkpoints = Sink::checkpoints(&bench.store);
    source.start(checkpoints).await.unwrap();
    assert_eq!(bench.lag().await, 0);
    source.close().await.unwrap();
    bench.assert_clean().await;
}

/// The store keeps the checkpoint of a group that is removed: a group of the same name
/// later on neither goes on from it nor is fenced by it.
#[tokio::test]
async fn a_group_that_was_removed_may_come_back_and_reads_everything() {
    let bench = Bench::new();
    bench.ingest(bench.log.clone()).await.unwrap();
    // Epochs 1 to 3, the last of which moves the checkpoint.
    for _ in 1..3 {
        let mut source = bench.source();
        source.start(Sink::checkpoints(&bench.store)).await.unwrap();
        source.close().await.unwrap();
    }
    let run = async || {
        let source = bench.source();
        bench.drain(source, bench.store.clone()).await.unwrap()
    };
    let valid = Bench::expected().valid;
    assert_eq!(run().await.written, valid);
    assert!(bench.log.remove_group("store").await.unwrap());
    assert!(bench.log.groups().await.unwrap().is_empty());
    let again = run().await;
    assert_eq!((again.written, again.duplicates), (0, valid));
    bench.assert_clean().await;
}

/// One reader of a group at a time, whichever handle or process it is of: the second
/// is told the group.
#[tokio::test]
async fn two_pipelines_cannot_read_as_one_group() {
    let bench = Bench::new();
    bench.ingest(bench.log.clone()).await.unwrap();
    let mut owner = bench.source();
    owner.start(None).await.unwrap();
    let other = bench.log_again().source("store");
    let stopped = bench.drain(other, bench.store.clone()).await.unwrap_err();
    let told = stopped.to_string();
    assert!(
        told.contains("\"store\"") && told.contains("being read"),
        "{told}"
    );
    assert_eq!(bench.store.count().await.unwrap(), 0);
    owner.close().await.unwrap();
    bench
        .drain(bench.source(), bench.store.clone())
        .await
        .unwrap();
    bench.assert_clean().await;
}
