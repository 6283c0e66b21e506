//! Backpressure, shutdown, and partitions that change hands.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use docstream_core::memory::{AppendSink, MemoryDeadLetters, MemorySink, Step};
use docstream_core::pipeline::{Cause, Ended};
use docstream_core::{
    Class, Event, IdempotentSink, Offset, Pipeline, Result, Sink, Write, WriteReport,
};
use docstream_testkit::faulty::{Faulty, On, Trouble, When};

use crate::{DEADLINE, DOCUMENTS, Watch, assert_all_committed, audit, never, numbers, run};

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
    assert!(
        matches!(stopped.cause, Cause::DrainDeadline { .. }),
        "{stopped}"
    );
    assert_eq!(stopped.summary.written, 100);
    run(stream.source(), never, dead.clone(), store.clone())
        .await
        .expect("it ends");
    audit(&stream, &store, &dead);
    assert_all_committed(&stream, &store);
}

/// A stop during an outage says what the outage was, and takes no longer than it may.
#[tokio::test(start_paused = true)]
async fn a_drain_during_an_outage_says_what_it_waited_for() {
    let (stream, store, dead) = (numbers(), MemorySink::new(), MemoryDeadLetters::new());
    let always = When::Between(5, 1_000_000);
    let sink = Faulty::new(store.clone(), 2).on(On::Write, Trouble::Fail(Class::Transient), always);
    let asked = tokio::time::Instant::now() + Duration::from_secs(60);
    let stopped = Pipeline::from(stream.source().batch(20))
        .dead_letters(dead.clone())
        .drain(Duration::from_secs(5))
        .into_idempotent_sink(sink)
        .run_until(tokio::time::sleep_until(asked))
        .await
        .expect_err("it cannot drain");
    let Cause::DrainDeadline {
        trouble: Some(trouble),
    } = &stopped.cause
    else {
        panic!("{stopped}");
    };
    assert!(stopped.to_string().ends_with(trouble.as_str()), "{stopped}");
    let took = tokio::time::Instant::now() - asked;
    assert!(took <= Duration::from_secs(7), "{took:?}");
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

/// A source that takes its time to start, and notes that it has.
struct LateStart(docstream_core::memory::MemorySource<u64>, Arc<AtomicUsize>);

#[async_trait]
impl docstream_core::Source for LateStart {
    type Doc = u64;

    async fn start(&mut self, stored: Option<Arc<dyn docstream_core::Checkpoints>>) -> Result<()> {
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.start(stored).await
    }

    async fn next(&mut self, want: docstream_core::Demand) -> Result<docstream_core::Next<u64>> {
        self.0.next(want).await
    }

    fn committer(&self) -> Arc<dyn docstream_core::Committer> {
        self.0.committer()
    }
}

/// A start that was cut off could hold the lock that the next run needs.
#[tokio::test(start_paused = true)]
async fn a_start_under_way_is_finished_before_a_shutdown() {
    let started = Arc::new(AtomicUsize::new(0));
    let source = LateStart(numbers().source(), Arc::clone(&started));
    let pipeline = Pipeline::from(source).halt_on_reject();
    let summary = pipeline
        .into_idempotent_sink(MemorySink::new())
        .run_until(std::future::ready(()))
        .await
        .unwrap();
    assert_eq!(
        (summary.ended, started.load(Ordering::Relaxed)),
        (Ended::Shutdown, 1)
    );
}
