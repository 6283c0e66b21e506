//! Transforming a batch, and finding out which documents a transform panics on.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use super::delivery::Context;
use crate::batch::transform_panicked;
use crate::{Batch, Error, Result, Transform};

/// What a batch goes through; shared by the tasks.
pub(super) struct Work<X, K> {
    pub(super) transform: X,
    pub(super) context: Context<K>,
}

impl<X, K> Work<X, K> {
    pub(super) async fn transform<In>(&self, batch: Batch<In>) -> Result<Batch<X::Out>>
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
        let mut applying = pin!(self.transform.apply(batch));
        poll_fn(|context| {
            let polled = catch_unwind(AssertUnwindSafe(|| applying.as_mut().poll(context)));
            match polled {
                Ok(poll) => poll.map(Some),
                Err(_) => Poll::Ready(None),
            }
        })
        .await
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
