//! The pipeline under every kind of trouble: nothing lost, nothing doubled, nothing
//! that was never read, and no commit beyond what is done.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test may panic outside its own function, too"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use docstream_core::memory::{AppendSink, MemoryDeadLetters, MemorySink, MemoryStream, Step};
use docstream_core::pipeline::{Cause, Ended, RetryPolicy, Stopped, Summary};
use docstream_core::{
    Class, Code, DeadLetters, DocId, Event, Fault, IdempotentSink, Observer, Offset, Pipeline,
    Rejection, Result, Sink, Source, Stage, Write, WriteReport, retain, try_map,
};
use docstream_testkit::faulty::{Faulty, Fired, On, Picky, Trouble, When};

const DOCUMENTS: u64 = 600;
const DEADLINE: Duration = Duration::from_secs(2);

/// Three partitions of 200 numbers each.
fn numbers() -> MemoryStream<u64> {
    let part = |number: u64| (0..DOCUMENTS / 3).map(move |index| index * 3 + number);
    MemoryStream::documents("numbers", [part(0), part(1), part(2)]).expect("numbers are JSON")
}

fn odd_one(code: Code) -> Rejection {
    Rejection::new(
        Stage::Validate,
        Fault::document(code, "must be another number"),
    )
}

fn quick() -> RetryPolicy {
    RetryPolicy::default().waits(Duration::from_millis(5), Duration::from_millis(100))
}

/// Runs `source` into `sink`, rejecting the documents that `is_bad`.
async fn run(
    source: impl Source<Doc = u64>,
    is_bad: fn(u64) -> bool,
    dead_letters: impl DeadLetters,
    sink: impl IdempotentSink<u64>,
) -> Result<Summary, Stopped> {
    Pipeline::from(source)
        .transform(try_map(move |number: u64| match is_bad(number) {
            true => Err(odd_one(Code::OutOfRange)),
            false => Ok(number),
        }))
        .dead_letters(dead_letters)
        .retry(quick())
        .deadline(DEADLINE)
        .commit_every(Duration::from_millis(50), 50)
        .into_idempotent_sink(sink)
        .run()
        .await
}

/// Compares what was read with what is stored and buried, by id.
fn audit(stream: &MemoryStream<u64>, store: &MemorySink<u64>, dead: &MemoryDeadLetters) {
    let read: BTreeSet<DocId> = stream.ids().into_iter().map(|(.., id)| id).collect();
    let mut ends: BTreeMap<DocId, u32> = BTreeMap::new();
    let buried = dead.buried().into_iter().map(|dead| dead.id);
    for id in store.ids().into_iter().chain(buried) {
        *ends.entry(id).or_default() += 1;
    }
    let lost = read.iter().filter(|id| !ends.contains_key(id)).count();
    let doubled = ends.values().filter(|count| **count > 1).count();
    let phantom = ends.keys().filter(|id| !read.contains(id)).count();
    assert_eq!(
        (lost, doubled, phantom),
        (0, 0, 0),
        "lost, doubled, phantom"
    );
}

/// Every partition is committed to its end, in the source and in the sink.
fn assert_all_committed(stream: &MemoryStream<u64>, store: &MemorySink<u64>) {
    assert_eq!(
        stream.committed("default"),
        stream.ends(),
        "the source's commits"
    );
    for (partition, end) in stream.ends().iter() {
        let stored = store.checkpoint("default", partition);
        assert_eq!(
            stored.map(|(next, _)| next),
            Some(end),
            "the sink's checkpoint"
        );
    }
}

fn is_seventh(number: u64) -> bool {
    number.is_multiple_of(7)
}

fn never(_: u64) -> bool {
    false
}

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

/// Watches the commits while a run is under way.
struct Watch<F>(F);

impl<F: Fn(&Event<'_>) + Send + Sync + 'static> Observer for Watch<F> {
    fn on(&self, event: &Event<'_>) {
        (self.0)(event);
    }
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

/// A sink that counts how much of the stream is ahead of it.
struct Slow {
    inner: AppendSink<u64>,
    writing: AtomicUsize,
    most: Arc<AtomicUsize>,
}

#[async_trait]
impl Sink<u64> for Slow {
    async fn write(&self, work: Write<u64>) -> Result<WriteReport> {
        let now = self.writing.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(now, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(500)).await;
        self.writing.fetch_sub(1, Ordering::Relaxed);
        self.inner.write(work).await
    }

    async fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// H6: a slow sink holds back the source: what is in flight is bounded, and memory with it.
#[tokio::test(start_paused = true)]
async fn h6_a_slow_sink_keeps_the_batches_in_flight_bounded() {
    const IN_FLIGHT: usize = 2;
    let stream = numbers();
    let (written, most) = (AppendSink::new(), Arc::new(AtomicUsize::new(0)));
    let sink = Slow {
        inner: written.clone(),
        writing: AtomicUsize::new(0),
        most: Arc::clone(&most),
    };
    let (ahead, most_ahead) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most_ahead);
    let source = Faulty::new(stream.source().batch(10), 1);
    let reads = source.fired();
    let (settled, read_ahead) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let furthest = Arc::clone(&read_ahead);
    let observer = Watch(move |event: &Event<'_>| match event {
        Event::Read { .. } => {
            seen.fetch_max(ahead.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            let asked = reads.calls(On::Next) as usize;
            furthest.fetch_max(asked - settled.load(Ordering::Relaxed), Ordering::Relaxed);
        }
        Event::Settled { .. } => {
            ahead.fetch_sub(1, Ordering::Relaxed);
            settled.fetch_add(1, Ordering::Relaxed);
        }
        _ => {}
    });
    Pipeline::from(source)
        .halt_on_reject()
        .in_flight(IN_FLIGHT)
        .deadline(DEADLINE)
        .observer(observer)
        .into_sink(sink)
        .run()
        .await
        .expect("it ends");
    assert_eq!(written.len() as u64, DOCUMENTS);
    assert_eq!(
        most.load(Ordering::Relaxed),
        IN_FLIGHT,
        "vacuous, or too many writes at once"
    );
    assert_eq!(
        most_ahead.load(Ordering::Relaxed),
        IN_FLIGHT,
        "batches in flight"
    );
    // One more waits in the channel, and one in the hand of the reader.
    assert!(
        read_ahead.load(Ordering::Relaxed) <= IN_FLIGHT + 3,
        "batches read ahead"
    );
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

/// A shutdown finishes and commits what is in flight; the next run goes on there.
#[tokio::test(start_paused = true)]
async fn a_shutdown_drains_and_the_next_run_goes_on() {
    let (stream, store, dead) = (numbers(), MemorySink::new(), MemoryDeadLetters::new());
    let sink = Faulty::new(store.clone(), 2).on(
        On::Write,
        Trouble::Delay(Duration::from_millis(300)),
        When::Always,
    );
    let summary = Pipeline::from(stream.source().batch(20).tail())
        .dead_letters(dead.clone())
        .into_idempotent_sink(sink)
        .run_until(tokio::time::sleep(Duration::from_millis(700)))
        .await
        .expect("a shutdown is no failure");
    assert_eq!(summary.ended, Ended::Shutdown);
    assert!(
        summary.read > 0 && summary.read < DOCUMENTS,
        "vacuous: {summary:?}"
    );
    assert_eq!(
        summary.written,
        store.len() as u64,
        "what was in flight is counted"
    );
    assert_eq!(
        stream.committed("default"),
        summary.checkpoint,
        "what was done is committed"
    );
    let rest = run(stream.source(), never, dead.clone(), store.clone())
        .await
        .expect("it ends");
    assert_eq!(
        (rest.read, rest.duplicates),
        (DOCUMENTS - summary.read, 0),
        "it goes on exactly"
    );
    audit(&stream, &store, &dead);
}

/// A drain that cannot end in time stops, commits only what is done, and loses nothing.
#[tokio::test(start_paused = true)]
async fn a_drain_that_takes_too_long_is_given_up_without_loss() {
    let (stream, store, dead) = (numbers(), MemorySink::new(), MemoryDeadLetters::new());
    let sink =
        Faulty::new(store.clone(), 2).on(On::Write, Trouble::Hang, When::Between(5, 1_000_000));
    let stopped = Pipeline::from(stream.source().batch(20))
        .dead_letters(dead.clone())
        .drain(Duration::from_secs(5))
        .into_idempotent_sink(sink)
        .run_until(tokio::time::sleep(Duration::from_secs(1)))
        .await
        .expect_err("it cannot drain");
    assert!(matches!(stopped.cause, Cause::DrainDeadline), "{stopped}");
    assert_eq!(stopped.summary.written, 100);
    run(stream.source(), never, dead.clone(), store.clone())
        .await
        .expect("it ends");
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

/// A sink of which another owner took the partition stops the pipeline at once.
#[tokio::test(start_paused = true)]
async fn a_fenced_write_stops_the_pipeline() {
    let (stream, store, dead) = (numbers(), MemorySink::new(), MemoryDeadLetters::new());
    let old = stream.source().batch(20);
    run(
        stream.source().batch(20),
        never,
        dead.clone(),
        store.clone(),
    )
    .await
    .expect("the new owner");
    stream.seek(
        "default",
        &stream
            .ends()
            .iter()
            .map(|(part, _)| (part.clone(), Offset(0)))
            .collect(),
    );
    let sink = NoCheckpointsToRead(store.clone());
    let stopped = run(old, never, dead.clone(), sink)
        .await
        .expect_err("the old owner");
    let Cause::Error(error) = &stopped.cause else {
        panic!("{stopped}")
    };
    assert_eq!(error.class(), Class::Fenced);
    audit(&stream, &store, &dead);
}

/// A sink whose checkpoints look empty to whoever starts, as to an owner that read
/// them before another one moved them.
struct NoCheckpointsToRead(MemorySink<u64>);

#[async_trait]
impl Sink<u64> for NoCheckpointsToRead {
    async fn write(&self, work: Write<u64>) -> Result<WriteReport> {
        self.0.write(work).await
    }

    async fn check(&self) -> Result<()> {
        Ok(())
    }

    fn checkpoints(&self) -> Option<Arc<dyn docstream_core::Checkpoints>> {
        MemorySink::<u64>::new().checkpoints()
    }
}

impl IdempotentSink<u64> for NoCheckpointsToRead {}

/// Partitions that go to another worker are drained, committed and then released;
/// the other worker goes on exactly there.
#[tokio::test(start_paused = true)]
async fn lost_partitions_are_drained_and_committed_before_they_are_released() {
    let (stream, store, dead) = (numbers(), MemorySink::new(), MemoryDeadLetters::new());
    let script = [
        Step::Go,
        Step::Go,
        Step::Go,
        Step::Go,
        Step::Lost(vec![0, 2]),
    ];
    let sink = Faulty::new(store.clone(), 4).on(
        On::Write,
        Trouble::Delay(Duration::from_millis(300)),
        When::Always,
    );
    let source = stream.source().batch(20).script(script);
    let summary = run(source, never, dead.clone(), sink)
        .await
        .expect("it ends");
    let parts = stream.partitions();
    assert_eq!(stream.released(), [parts[0].clone(), parts[2].clone()]);
    // Four batches went out in turn: partition 0 twice, the others once; then only 1.
    assert_eq!(summary.read, 200 + 40 + 20);
    let committed = stream.committed("default");
    assert_eq!(committed.get(&parts[0]), Some(Offset(40)));
    assert_eq!(committed.get(&parts[2]), Some(Offset(20)));
    let rest = run(stream.source(), never, dead.clone(), store.clone())
        .await
        .expect("it ends");
    assert_eq!((rest.read, rest.duplicates), (DOCUMENTS - summary.read, 0));
    audit(&stream, &store, &dead);
    assert_all_committed(&stream, &store);
}
