//! The one fixed algorithm: admit, transform, write, bury, settle, commit.

use std::collections::HashMap;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{JoinError, JoinSet};

use super::builder::{Builder, Rejects, Settings, Undecided};
use super::delivery::{Context, Tally};
use super::ledger::{Ledger, Ticket};
use super::summary::{Cause, Ended, Guarantee, Stopped, Summary};
use crate::batch::transform_panicked;
use crate::observer::Event;
use crate::{
    Batch, Checkpoint, Committer, Demand, Error, Next, Partition, Release, Result, Sink, Source,
    Transform, crash_point,
};

/// A source, a transform and a sink, ready to run.
#[must_use = "a pipeline does nothing until it is run"]
pub struct Pipeline<S, X, K> {
    pub(super) source: S,
    pub(super) transform: X,
    pub(super) sink: K,
    pub(super) rejects: Rejects,
    pub(super) settings: Settings,
    pub(super) guarantee: Guarantee,
}

impl<S, X, K> fmt::Debug for Pipeline<S, X, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline")
            .field("guarantee", &self.guarantee)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Pipeline<(), (), ()> {
    /// Starts putting a pipeline together at its source.
    #[expect(
        clippy::should_implement_trait,
        reason = "`Pipeline::from(source)` is how it reads"
    )]
    pub fn from<S: Source>(source: S) -> Builder<S, crate::Identity, Undecided> {
        Builder::new(source)
    }
}

impl<S, X, K> Pipeline<S, X, K>
where
    S: Source,
    X: Transform<S::Doc>,
    K: Sink<X::Out>,
{
    /// What the pipeline promises.
    pub fn guarantee(&self) -> Guarantee {
        self.guarantee
    }

    /// Runs until the source ends.
    ///
    /// # Errors
    ///
    /// [`Stopped`], when going on needs a person.
    pub async fn run(self) -> Result<Summary, Stopped> {
        self.run_until(std::future::pending()).await
    }

    /// Runs until the source ends or `shutdown` does; then finishes what is in flight
    /// and commits.
    ///
    /// Dropping the future stops everything at once; nothing that was not settled is
    /// committed, so a later run goes on safely.
    ///
    /// # Errors
    ///
    /// [`Stopped`], when going on needs a person.
    pub async fn run_until(
        self,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<Summary, Stopped> {
        let demand = self.settings.demand.unwrap_or_else(|| self.sink.hint());
        let checkpoints = self.sink.checkpoints();
        let (settings, rejects) = (self.settings, self.rejects);
        let context = Context {
            sink: self.sink,
            rejects,
            group: self.source.group(),
            advances: checkpoints.is_some(),
            settings: settings.clone(),
        };
        let (stop, stopping) = watch::channel(false);
        let (batches, inbox) = mpsc::channel(1);
        let committer = self.source.committer();
        let mut reader = JoinSet::new();
        let mut run = Run {
            work: Arc::new(Work {
                transform: self.transform,
                context,
            }),
            committer,
            ledger: Ledger::default(),
            tails: HashMap::new(),
            tasks: JoinSet::new(),
            commits: JoinSet::new(),
            inbox: Some(inbox),
            leaving: None,
            unsettled_since_commit: 0,
            summary: Summary::default(),
            stop,
        };
        let mut source = self.source;
        let task_settings = settings.clone();
        reader.spawn(async move {
            let start = async {
                let mut backoff =
                    super::retry::Backoff::new(task_settings.retry, &*task_settings.observer);
                while let Err(error) = source.start(checkpoints.clone()).await {
                    backoff.wait(error).await?;
                }
                Ok(())
            };
            let mut stopped = stopping.clone();
            let started = tokio::select! {
                started = start => started,
                () = asked_to_stop(&mut stopped) => return source,
            };
            match started {
                Ok(()) => read(&mut source, demand, &batches, stopping, &task_settings).await,
                // The run has ended if nobody listens.
                Err(error) => drop(batches.send(Err(error)).await),
            }
            source
        });
        let cause = run.drive(pin!(shutdown)).await;
        let cause = run.finish(cause).await;
        // The reader has been told to stop; wait for it so that the source is closed.
        let closing = async {
            let source = match reader.join_next().await {
                Some(Ok(mut source)) => source.close().await,
                // Also when nobody was listening any more: a panic is never passed over.
                Some(Err(error)) => Err(source_panicked().caused_by(error)),
                None => Ok(()),
            };
            source.and(run.work.context.sink.close().await)
        };
        let closed = match tokio::time::timeout(settings.drain, closing).await {
            Ok(closed) => closed,
            Err(_) => Err(Error::unknown(
                "close the pipeline",
                "no answer before the drain deadline",
            )),
        };
        let Run {
            mut summary,
            ledger,
            ..
        } = run;
        summary.checkpoint = ledger.checkpoint();
        match (cause, closed) {
            (Some(cause), _) => Err(Stopped { cause, summary }),
            (None, Err(error)) => Err(Stopped {
                cause: Cause::Error(error),
                summary,
            }),
            (None, Ok(())) => Ok(summary),
        }
    }
}

fn source_panicked() -> Error {
    Error::bug("read the source", "the source panicked")
}

async fn asked_to_stop(stopping: &mut watch::Receiver<bool>) {
    // An error means that the run is gone, which is a reason to stop too.
    let _ = stopping.wait_for(|stop| *stop).await;
}

/// The source's own task: nothing races `next` but the wish to stop.
async fn read<S: Source>(
    source: &mut S,
    demand: Demand,
    batches: &mpsc::Sender<Result<Next<S::Doc>>>,
    mut stopping: watch::Receiver<bool>,
    settings: &Settings,
) {
    let mut backoff = super::retry::Backoff::new(settings.retry, &*settings.observer);
    loop {
        let next = tokio::select! {
            biased;
            () = asked_to_stop(&mut stopping) => return,
            next = source.next(demand) => next,
        };
        let next = match next {
            Ok(Next::Idle) => continue,
            Ok(next) => {
                backoff = super::retry::Backoff::new(settings.retry, &*settings.observer);
                Ok(next)
            }
            Err(error) => tokio::select! {
                () = asked_to_stop(&mut stopping) => return,
                waited = backoff.wait(error) => match waited {
                    Ok(()) => continue,
                    Err(error) => Err(error),
                },
            },
        };
        crash_point("polled");
        let last = matches!(next, Ok(Next::End) | Err(_));
        if batches.send(next).await.is_err() || last {
            return;
        }
    }
}

/// What a batch goes through; shared by the tasks.
struct Work<X, K> {
    transform: X,
    context: Context<K>,
}

impl<X, K> Work<X, K> {
    async fn transform<In>(&self, batch: Batch<In>) -> Result<Batch<X::Out>>
    where
        In: Clone + Send + Sync + 'static,
        X: Transform<In>,
    {
        let mut input = batch;
        let mut backoff = self.context.backoff();
        loop {
            match self.apply(input.copy()).await {
                Some(Ok(output)) => {
                    let same = output.extent() == input.extent() && output.read() == input.read();
                    if same && output.adds_up() {
                        return Ok(output);
                    }
                    return Err(Error::bug(
                        "transform a batch",
                        "the transform gave another batch back",
                    )
                    .with("partition", &input.extent().partition));
                }
                Some(Err(error)) => backoff.wait(error).await?,
                None => input = self.reject_guilty(input).await?,
            }
        }
    }

    /// `None` if the transform panicked.
    async fn apply<In>(&self, batch: Batch<In>) -> Option<Result<Batch<X::Out>>>
    where
        In: Send + Sync + 'static,
        X: Transform<In>,
    {
        AssertUnwindSafe(self.transform.apply(batch))
            .catch_unwind()
            .await
            .ok()
    }

    /// Finds out document by document on which of them the transform panics.
    async fn reject_guilty<In>(&self, input: Batch<In>) -> Result<Batch<In>>
    where
        In: Clone + Send + Sync + 'static,
        X: Transform<In>,
    {
        let mut guilty = Vec::with_capacity(input.len());
        for index in 0..input.len() {
            let panicked = match input.single(index) {
                Some(single) => self.apply(single).await.is_none(),
                None => false,
            };
            guilty.push(panicked.then(transform_panicked));
        }
        if guilty.iter().all(Option::is_none) {
            return Err(Error::bug(
                "transform a batch",
                "the transform panicked on a batch, though on none of its documents alone",
            )
            .with("partition", &input.extent().partition)
            .with("from", input.extent().from));
        }
        Ok(input.reject(guilty))
    }
}

type Finished = (Ticket, Instant, Result<Tally, Option<Cause>>);

/// A run under way; the only owner of the ledger.
struct Run<D, X, K> {
    work: Arc<Work<X, K>>,
    committer: Arc<dyn Committer>,
    ledger: Ledger,
    /// For each partition, what ends when its latest batch is settled.
    tails: HashMap<Partition, oneshot::Receiver<()>>,
    tasks: JoinSet<Finished>,
    commits: JoinSet<(Checkpoint, Result<()>)>,
    inbox: Option<mpsc::Receiver<Result<Next<D>>>>,
    leaving: Option<(Vec<Partition>, Release)>,
    unsettled_since_commit: u64,
    summary: Summary,
    stop: watch::Sender<bool>,
}

impl<D, X, K> Run<D, X, K>
where
    D: Clone + Send + Sync + 'static,
    X: Transform<D>,
    K: Sink<X::Out>,
{
    /// Runs until the end, the shutdown, or a cause to stop.
    async fn drive(
        &mut self,
        mut shutdown: std::pin::Pin<&mut (impl Future<Output = ()> + Send)>,
    ) -> Option<Cause> {
        let settings = self.work.context.settings.clone();
        let mut tick = tokio::time::interval(settings.commit_every.max(Duration::from_millis(1)));
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            if self.leaving.is_some()
                && let Some(cause) = self.let_go_if_drained().await
            {
                return Some(cause);
            }
            let room = self.tasks.len() < settings.in_flight && self.leaving.is_none();
            tokio::select! {
                biased;
                () = &mut shutdown => {
                    self.summary.ended = Ended::Shutdown;
                    return None;
                }
                Some(done) = self.tasks.join_next() => {
                    if let Some(cause) = self.settle(done) {
                        return Some(cause);
                    }
                    if self.unsettled_since_commit >= settings.commit_documents {
                        self.start_commit();
                    }
                }
                Some(done) = self.commits.join_next() => {
                    if let Some(cause) = self.note_commit(done) {
                        return Some(cause);
                    }
                }
                _ = tick.tick() => self.start_commit(),
                next = receive(&mut self.inbox), if room => match next {
                    Some(Ok(Next::Batch(batch))) => {
                        if let Err(error) = self.admit(batch) {
                            return Some(Cause::Error(error));
                        }
                    }
                    Some(Ok(Next::Lost(partitions, release))) => self.leaving = Some((partitions, release)),
                    Some(Ok(Next::Idle)) => {}
                    Some(Err(error)) => return Some(Cause::Error(error)),
                    Some(Ok(Next::End)) => {
                        self.inbox = None;
                        if self.tasks.is_empty() {
                            return None;
                        }
                    }
                    None => return Some(Cause::Error(source_panicked())),
                },
                else => return None,
            }
            if self.inbox.is_none() && self.tasks.is_empty() {
                return None;
            }
        }
    }

    fn admit(&mut self, mut batch: Batch<D>) -> Result<()> {
        let missing = || {
            Error::bug(
                "admit a batch",
                "the source gave a batch without its receipt",
            )
        };
        let ticket = self
            .ledger
            .admit(batch.take_receipt().ok_or_else(missing)?)?;
        self.work.context.settings.observer.on(&Event::Read {
            partition: ticket.partition(),
            documents: batch.read(),
            bytes: batch.bytes(),
        });
        let (done, tail) = oneshot::channel();
        let before = self.tails.insert(ticket.partition().clone(), tail);
        let work = Arc::clone(&self.work);
        self.tasks.spawn(async move {
            let admitted = Instant::now();
            let result = async {
                let batch = work
                    .transform(batch)
                    .await
                    .map_err(|error| Some(Cause::Error(error)))?;
                crash_point("transformed");
                if let Some(before) = before {
                    // In order within a partition. If the batch before was given up, this
                    // one must not pass it: it is given up too, without a cause of its own.
                    before.await.map_err(|_| None)?;
                }
                work.context.deliver(batch).await.map_err(Some)
            }
            .await;
            if result.is_ok() {
                // Nobody waits behind the last batch of a partition.
                let _ = done.send(());
            }
            (ticket, admitted, result)
        });
        Ok(())
    }

    fn settle(&mut self, done: Result<Finished, JoinError>) -> Option<Cause> {
        let (ticket, admitted, result) = match done {
            Ok(finished) => finished,
            Err(error) if error.is_cancelled() => return None,
            Err(error) => {
                let bug = Error::bug("write to the sink", "the sink panicked").caused_by(error);
                return Some(Cause::Error(bug));
            }
        };
        let tally = match result {
            Ok(tally) => tally,
            Err(cause) => return cause,
        };
        if !self.ledger.settle(&ticket) {
            // The partition has another owner, who will deliver these documents again.
            return None;
        }
        self.unsettled_since_commit += u64::from(tally.read);
        let rejected = tally.rejections.len() as u32;
        self.work.context.settings.observer.on(&Event::Settled {
            partition: ticket.partition(),
            written: tally.written,
            duplicates: tally.duplicates,
            rejected,
            filtered: tally.filtered,
            took: admitted.elapsed(),
        });
        let summary = &mut self.summary;
        summary.read += u64::from(tally.read);
        summary.written += u64::from(tally.written);
        summary.duplicates += u64::from(tally.duplicates);
        summary.filtered += u64::from(tally.filtered);
        summary.rejected += u64::from(rejected);
        summary.retries += u64::from(tally.retries);
        for rejection in &tally.rejections {
            *summary.rejections.entry(rejection.code()).or_default() += 1;
            for fault in rejection.faults() {
                *summary
                    .faults
                    .entry((fault.pointer.clone().into_owned(), fault.code))
                    .or_default() += 1;
            }
        }
        None
    }

    /// Commits what has moved, unless a commit is under way: the next one takes it along.
    fn start_commit(&mut self) {
        let checkpoint = self.ledger.uncommitted();
        if checkpoint.is_empty() || !self.commits.is_empty() {
            return;
        }
        self.unsettled_since_commit = 0;
        let (committer, work) = (Arc::clone(&self.committer), Arc::clone(&self.work));
        self.commits.spawn(async move {
            crash_point("before_commit");
            let commit = committer.commit(&checkpoint);
            let result = work
                .context
                .in_time("commit progress to the source", commit)
                .await;
            crash_point("after_commit");
            (checkpoint, result)
        });
    }

    fn note_commit(&mut self, done: Result<(Checkpoint, Result<()>), JoinError>) -> Option<Cause> {
        match done {
            Ok((checkpoint, Ok(()))) => {
                self.ledger.committed(&checkpoint);
                self.work.context.settings.observer.on(&Event::Committed {
                    checkpoint: &checkpoint,
                });
                None
            }
            Ok((_, Err(error))) if error.recovery() == crate::Recovery::Stop => {
                Some(Cause::Error(error))
            }
            Ok((_, Err(error))) => {
                // The watermark is still uncommitted, so the next tick commits it.
                tracing::warn!(%error, "a commit failed and will be repeated");
                self.summary.retries += 1;
                None
            }
            Err(error) if error.is_cancelled() => None,
            Err(error) => Some(Cause::Error(
                Error::bug("commit", "the committer panicked").caused_by(error),
            )),
        }
    }

    /// Commits and lets go of the partitions that are leaving, once nothing of them is in flight.
    async fn let_go_if_drained(&mut self) -> Option<Cause> {
        let (partitions, _) = self.leaving.as_ref()?;
        if partitions
            .iter()
            .any(|partition| self.ledger.in_flight(partition) > 0)
        {
            return None;
        }
        let (partitions, release) = self.leaving.take()?;
        let cause = self.commit_now().await;
        for partition in &partitions {
            self.ledger.forget(partition);
            self.tails.remove(partition);
        }
        release.done();
        cause
    }

    /// Commits everything that has moved and waits for it, within the drain deadline.
    async fn commit_now(&mut self) -> Option<Cause> {
        let deadline = self.work.context.settings.drain;
        let commit = async {
            let mut pause = Duration::ZERO;
            loop {
                while let Some(done) = self.commits.join_next().await {
                    if let Some(cause) = self.note_commit(done) {
                        return Some(cause);
                    }
                }
                if self.ledger.uncommitted().is_empty() {
                    return None;
                }
                tokio::time::sleep(pause).await;
                pause = Duration::from_millis(50);
                self.start_commit();
            }
        };
        match tokio::time::timeout(deadline, commit).await {
            Ok(cause) => cause,
            Err(_) => Some(Cause::Error(Error::unknown(
                "commit",
                "no answer before the drain deadline",
            ))),
        }
    }

    /// Stops the source, finishes what is in flight, commits what is settled.
    async fn finish(&mut self, cause: Option<Cause>) -> Option<Cause> {
        // The reader may have ended already.
        let _ = self.stop.send(true);
        self.inbox = None;
        let deadline = self.work.context.settings.drain;
        let mut first = cause;
        let drain = async {
            while let Some(done) = self.tasks.join_next().await {
                let cause = self.settle(done);
                if first.is_none() {
                    first = cause;
                }
            }
        };
        if tokio::time::timeout(deadline, drain).await.is_err() {
            self.tasks.shutdown().await;
            first = first.or(Some(Cause::DrainDeadline));
        }
        let uncommitted = self.commit_now().await;
        first.or(uncommitted)
    }
}

/// The next thing from the source; never ready once the source has ended.
async fn receive<T>(inbox: &mut Option<mpsc::Receiver<T>>) -> Option<T> {
    match inbox {
        Some(inbox) => inbox.recv().await,
        None => std::future::pending().await,
    }
}
