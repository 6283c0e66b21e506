//! The source's own task: nothing races `next` but the wish to stop.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::retry::Backoff;
use super::settings::Settings;
use crate::{Checkpoints, Demand, Error, Next, Result, Source, crash_point};

pub(super) struct Reader<S> {
    source: S,
    demand: Demand,
    checkpoints: Option<Arc<dyn Checkpoints>>,
    settings: Settings,
    stopping: watch::Receiver<bool>,
}

impl<S: Source> Reader<S> {
    /// A reader, and what stops it.
    pub(super) fn new(
        source: S,
        demand: Demand,
        checkpoints: Option<Arc<dyn Checkpoints>>,
        settings: Settings,
    ) -> (Self, watch::Sender<bool>) {
        let (stop, stopping) = watch::channel(false);
        (
            Self {
                source,
                demand,
                checkpoints,
                settings,
                stopping,
            },
            stop,
        )
    }

    /// Starts the source and reads until it ends, fails for good, or is to stop; gives
    /// it back to be closed.
    pub(super) async fn run(mut self, batches: mpsc::Sender<Result<Next<S::Doc>>>) -> S {
        let mut stopping = self.stopping.clone();
        match self.start().await {
            Ok(true) => {
                tokio::select! {
                    biased;
                    // An error means that the run is gone, which is a reason to stop too.
                    _ = stopping.wait_for(|stop| *stop) => {}
                    () = self.read(&batches) => {}
                }
            }
            Ok(false) => {}
            // The run has ended if nobody listens.
            Err(error) => drop(batches.send(Err(error)).await),
        }
        self.source
    }

    /// Whether the source has started; if not, it was asked to stop before.
    ///
    /// A start under way is given half of the drain deadline: cut off in the middle it
    /// may hold what the next run needs, such as the lock of a group.
    async fn start(&mut self) -> Result<bool> {
        let settings = self.settings.clone();
        let mut backoff = Backoff::new(&settings);
        let mut stopping = self.stopping.clone();
        loop {
            let mut asked = self.stopping.clone();
            let too_late = async {
                let _ = asked.wait_for(|stop| *stop).await;
                tokio::time::sleep(settings.drain / 2).await;
            };
            let error = tokio::select! {
                biased;
                started = self.source.start(self.checkpoints.clone()) => match started {
                    Ok(()) => return Ok(true),
                    Err(error) => error,
                },
                () = too_late => return Ok(false),
            };
            tokio::select! {
                biased;
                _ = stopping.wait_for(|stop| *stop) => return Ok(false),
                waited = backoff.wait(error) => waited?,
            }
        }
    }

    async fn read(&mut self, batches: &mpsc::Sender<Result<Next<S::Doc>>>) {
        let settings = self.settings.clone();
        let backoff = || Backoff::new(&settings);
        let mut trouble = backoff();
        loop {
            let next = match self.source.next(self.demand).await {
                Ok(Next::Idle) => continue,
                Ok(next) => {
                    trouble = backoff();
                    Ok(next)
                }
                Err(error) => match trouble.wait(error).await {
                    Ok(()) => continue,
                    Err(error) => Err(error),
                },
            };
            crash_point("polled");
            let last = matches!(next, Ok(Next::End) | Err(_));
            if batches.send(next).await.is_err() || last {
                return;
            }
        }
    }
}

pub(super) fn source_panicked() -> Error {
    Error::bug("read the source", "the source panicked")
}
