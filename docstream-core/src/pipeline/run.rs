//! A run under way: admit, settle, commit.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant as Deadline;

use super::delivery::Tally;
use super::ledger::{Ledger, Ticket};
use super::reader::source_panicked;
use super::summary::{Cause, Ended, Summary};
use super::work::Work;
use crate::observer::Event;
use crate::{
    Batch, Checkpoint, Committer, Error, Next, Partition, Release, Result, Sink, Transform,
    crash_point,
};

type Finished = (Ticket, Instant, Result<Tally, Option<Cause>>);

/// A run under way; the only owner of the ledger.
pub(super) struct Run<D, X, K> {
    work: Arc<Work<X, K>>,
    committer: Arc<dyn Committer>,
    ledger: Ledger,
    /// For each partition, what ends when its latest batch is settled.
    tails: HashMap<Partition, oneshot::Receiver<()>>,
    tasks: JoinSet<Finished>,
    commits: JoinSet<(Checkpoint, Result<()>)>,
    inbox: Option<mpsc::Receiver<Result<Next<D>>>>,
    leaving: Option<(Vec<Partition>, Release)>,
    settled_since_commit: u64,
    summary: Summary,
    stop: watch::Sender<bool>,
}

impl<D, X, K> Run<D, X, K>
where
    D: Clone + Send + Sync + 'static,
    X: Transform<D>,
    K: Sink<X::Out>,
{
    pub(super) fn new(
        work: Arc<Work<X, K>>,
        committer: Arc<dyn Committer>,
        inbox: mpsc::Receiver<Result<Next<D>>>,
        stop: watch::Sender<bool>,
    ) -> Self {
        Self {
            work,
            committer,
            ledger: Ledger::default(),
            tails: HashMap::new(),
            tasks: JoinSet::new(),
            commits: JoinSet::new(),
            inbox: Some(inbox),
            leaving: None,
            settled_since_commit: 0,
            summary: Summary::default(),
            stop,
        }
    }

    pub(super) fn into_summary(self) -> Summary {
        Summary {
            checkpoint: self.ledger.checkpoint(),
            ..self.summary
        }
    }

    /// Runs until the end, the shutdown, or a cause to stop.
    pub(super) async fn drive(
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
                    if self.settled_since_commit >= settings.commit_documents {
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
        self.settled_since_commit += u64::from(tally.read);
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
        self.settled_since_commit = 0;
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
        let deadline = Deadline::now() + self.work.context.settings.drain;
        let cause = self.commit_now(deadline).await;
        for partition in &partitions {
            self.ledger.forget(partition);
            self.tails.remove(partition);
        }
        release.done();
        cause
    }

    /// Commits everything that has moved and waits for it until `deadline`.
    async fn commit_now(&mut self, deadline: Deadline) -> Option<Cause> {
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
        match tokio::time::timeout_at(deadline, commit).await {
            Ok(cause) => cause,
            Err(_) => Some(Cause::Error(Error::unknown(
                "commit",
                "no answer before the drain deadline",
            ))),
        }
    }

    /// Stops the source, finishes what is in flight until `deadline`, and commits what is settled.
    pub(super) async fn finish(
        &mut self,
        cause: Option<Cause>,
        deadline: Deadline,
    ) -> Option<Cause> {
        // The reader may have ended already.
        let _ = self.stop.send(true);
        self.inbox = None;
        let mut first = cause;
        let drain = async {
            while let Some(done) = self.tasks.join_next().await {
                let cause = self.settle(done);
                if first.is_none() {
                    first = cause;
                }
            }
        };
        if tokio::time::timeout_at(deadline, drain).await.is_err() {
            let trouble = self.work.context.settings.trouble.get();
            self.tasks.shutdown().await;
            first = first.or(Some(Cause::DrainDeadline { trouble }));
        }
        let uncommitted = self.commit_now(afterwards(deadline)).await;
        first.or(uncommitted)
    }
}

/// How long the last commit, and then the closing, may take: a second at least, for what was
/// in flight may have used up the drain deadline.
pub(super) fn afterwards(deadline: Deadline) -> Deadline {
    deadline.max(Deadline::now() + Duration::from_secs(1))
}

/// The next thing from the source; never ready once the source has ended.
async fn receive<T>(inbox: &mut Option<mpsc::Receiver<T>>) -> Option<T> {
    match inbox {
        Some(inbox) => inbox.recv().await,
        None => std::future::pending().await,
    }
}
