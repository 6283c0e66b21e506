//! From a transformed batch to a settled one: bury, write, repeat, bisect, advance.

use std::sync::Arc;

use super::retry::Backoff;
use super::settings::{Rejects, Settings};
use super::summary::Cause;
use crate::observer::Event;
use crate::{
    Advance, Batch, Class, Code, Error, Fault, Outcome, Rejected, Rejection, Result, Sink, Stage,
    Write, WriteReport, crash_point,
};

/// How often a single document that fails for an unknown reason is tried while the
/// sink takes others, before it is rejected.
const SUSPECT_TRIES: u32 = 3;

/// What every batch of a pipeline needs.
pub(super) struct Context<K> {
    pub(super) sink: K,
    pub(super) rejects: Rejects,
    pub(super) settings: Settings,
    pub(super) group: Arc<str>,
    /// Whether the sink keeps checkpoints with its rows.
    pub(super) advances: bool,
}

/// What became of the documents of one batch.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) read: u32,
    pub(super) written: u32,
    pub(super) duplicates: u32,
    pub(super) filtered: u32,
    pub(super) retries: u32,
    pub(super) rejections: Vec<Rejection>,
}

impl<K> Context<K> {
    pub(super) fn backoff(&self) -> Backoff<'_> {
        Backoff::new(&self.settings)
    }

    /// Brings every document of `batch` to its end. `Ok` settles the batch.
    pub(super) async fn deliver<T>(&self, batch: Batch<T>) -> Result<Tally, Cause>
    where
        T: Send + Sync + 'static,
        K: Sink<T>,
    {
        let mut tally = Tally {
            read: batch.read(),
            filtered: batch.filtered(),
            ..Tally::default()
        };
        if batch.rejected_len() > 0 {
            self.reject(batch.rejected(&self.group), &mut tally).await?;
        }
        let batch = Arc::new(batch);
        let advance = self.advances.then(|| {
            Arc::new(Advance {
                group: Arc::clone(&self.group),
                extent: batch.extent().clone(),
            })
        });
        let mut round = Round {
            refused: Vec::new(),
            advanced: advance.is_none(),
        };
        if !batch.is_empty() {
            let all = Write::all(Arc::clone(&batch)).advancing(advance.clone());
            self.write_all(all, &mut round, &mut tally)
                .await
                .map_err(Cause::Error)?;
        }
        if !round.refused.is_empty() {
            round.refused.sort_by_key(|(index, _)| *index);
            let dead = round.refused.drain(..);
            let dead = dead.filter_map(|(i, why)| batch.bury(i as usize, why, &self.group));
            self.reject(dead.collect(), &mut tally).await?;
        }
        if !round.advanced {
            let nothing = Write::all(Arc::clone(&batch)).only([]).advancing(advance);
            self.write_all(nothing, &mut round, &mut tally)
                .await
                .map_err(Cause::Error)?;
        }
        crash_point("sink_done_before_complete");
        Ok(tally)
    }

    /// Does with rejected documents what was decided.
    async fn reject(&self, dead: Vec<Rejected>, tally: &mut Tally) -> Result<(), Cause> {
        for rejected in &dead {
            let code = rejected.rejection.code();
            self.settings.observer.on(&Event::Rejected {
                partition: &rejected.partition,
                code,
            });
        }
        match &self.rejects {
            Rejects::Discard => {}
            Rejects::Halt => {
                if let Some(first) = dead.into_iter().next() {
                    return Err(Cause::Rejected(Box::new(first)));
                }
                return Ok(());
            }
            Rejects::Bury(dead_letters) => {
                crash_point("dlq_before_bury");
                let mut backoff = self.backoff();
                while let Err(error) = self
                    .in_time("bury rejected documents", dead_letters.bury(&dead))
                    .await
                {
                    backoff.wait(error).await.map_err(Cause::Error)?;
                }
                tally.retries += backoff.attempts();
                crash_point("dlq_buried_before_complete");
            }
        }
        tally
            .rejections
            .extend(dead.into_iter().map(|rejected| rejected.rejection));
        Ok(())
    }

    /// Writes until the outcome of every document is known.
    async fn write_all<T>(&self, work: Write<T>, round: &mut Round, tally: &mut Tally) -> Result<()>
    where
        T: Send + Sync + 'static,
        K: Sink<T>,
    {
        let mut pending = vec![work];
        let mut patience = self.backoff();
        while let Some(work) = pending.pop() {
            let mut backoff = self.backoff();
            let report = loop {
                match self.write_once(work.clone()).await {
                    Ok(report) => break report,
                    Err(error) if error.class() == Class::Suspect && work.len() > 1 => {
                        // One of the documents may be the cause: halve until it stands alone.
                        let indexes: Vec<u32> = work.indexes().collect();
                        let (left, right) = indexes.split_at(indexes.len() / 2);
                        pending
                            .extend([work.only(right), work.only(left)].map(|w| w.advancing(None)));
                        tally.retries += 1;
                        break WriteReport::default();
                    }
                    Err(error)
                        if error.class() == Class::Suspect
                            && work.len() == 1
                            && backoff.attempts() + 1 >= SUSPECT_TRIES
                            && self
                                .in_time("check the sink", self.sink.check())
                                .await
                                .is_ok() =>
                    {
                        let others = work
                            .indexes()
                            .map(|i| (i, Outcome::Rejected(refused_by_store())));
                        break WriteReport {
                            written: 0,
                            others: others.collect(),
                        };
                    }
                    Err(error) => backoff.wait(error).await?,
                }
            };
            tally.retries += backoff.attempts();
            let unknown = Self::note(report, &work, round, tally);
            if !unknown.is_empty() {
                let message = "the outcome of some documents is unknown";
                patience
                    .wait(Error::unknown("write to the sink", message))
                    .await?;
                tally.retries += 1;
                pending.push(work.only(unknown).advancing(None));
            }
        }
        Ok(())
    }

    /// Takes a report into account; gives the documents whose outcome is unknown.
    fn note<T>(
        report: WriteReport,
        work: &Write<T>,
        round: &mut Round,
        tally: &mut Tally,
    ) -> Vec<u32> {
        if report.written == 0 && report.others.is_empty() && !work.is_empty() {
            // The write was halved; its parts are pending.
            return Vec::new();
        }
        round.advanced |= work.advance().is_some() && report.is_complete();
        tally.written += report.written;
        let mut unknown = Vec::new();
        for (index, outcome) in report.others {
            match outcome {
                Outcome::Duplicate => tally.duplicates += 1,
                Outcome::Rejected(rejection) => round.refused.push((index, rejection)),
                Outcome::Unknown => unknown.push(index),
            }
        }
        unknown
    }

    async fn write_once<T>(&self, work: Write<T>) -> Result<WriteReport>
    where
        T: Send + Sync + 'static,
        K: Sink<T>,
    {
        crash_point("before_sink");
        let report = self
            .in_time("write to the sink", self.sink.write(work.clone()))
            .await?;
        report.check(&work)?;
        Ok(report)
    }

    /// Gives `work` until the deadline; after that its outcome is unknown.
    pub(super) async fn in_time<U>(
        &self,
        operation: &'static str,
        work: impl Future<Output = Result<U>>,
    ) -> Result<U> {
        let deadline = self.settings.deadline;
        match tokio::time::timeout(deadline, work).await {
            Ok(result) => result,
            Err(_) => Err(Error::unknown(operation, "no answer before the deadline")
                .with("deadline", format!("{deadline:?}"))),
        }
    }
}

/// What the writes of one batch have come to so far.
struct Round {
    refused: Vec<(u32, Rejection)>,
    advanced: bool,
}

#[cold]
fn refused_by_store() -> Rejection {
    let message = "the store refuses this document and takes others";
    Rejection::new(Stage::Sink, Fault::document(Code::RefusedByStore, message))
}
