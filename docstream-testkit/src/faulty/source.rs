//! Sources that fail on purpose, and their commits.

use std::future::pending;
use std::sync::Arc;

use async_trait::async_trait;
use docstream_core::{Checkpoint, Checkpoints, Committer, Demand, Next, Result, Source};

use super::rules::Rules;
use super::{Faulty, On, Trouble, lost, planned};

const NEXT: &str = "read a faulty source";
const COMMIT: &str = "commit to a faulty source";

impl<S: Source> Faulty<S> {
    /// As no document may be lost, `next` loses no answers: it fails before it reads.
    async fn troubled_next(&mut self, want: Demand) -> Result<Next<S::Doc>> {
        match self.rules.call(On::Next) {
            Some(Trouble::Fail(class)) => return Err(planned(class, NEXT)),
            Some(Trouble::LoseAnswer | Trouble::Partial) => return Err(lost(NEXT)),
            Some(Trouble::Hang | Trouble::NeverAnswer) => pending().await,
            Some(Trouble::Delay(longest) | Trouble::DelayAnswer(longest)) => {
                self.rules.wait(longest).await;
            }
            None | Some(Trouble::Repeat) => {}
        }
        self.inner.next(want).await
    }
}

#[async_trait]
impl<S: Source> Source for Faulty<S> {
    type Doc = S::Doc;

    fn group(&self) -> Arc<str> {
        self.inner.group()
    }

    async fn start(&mut self, stored: Option<Arc<dyn Checkpoints>>) -> Result<()> {
        self.inner.start(stored).await
    }

    async fn next(&mut self, want: Demand) -> Result<Next<S::Doc>> {
        self.troubled_next(want).await
    }

    fn committer(&self) -> Arc<dyn Committer> {
        Arc::new(FaultyCommitter {
            inner: self.inner.committer(),
            rules: Arc::clone(&self.rules),
        })
    }

    async fn close(&mut self) -> Result<()> {
        self.inner.close().await
    }
}

struct FaultyCommitter {
    inner: Arc<dyn Committer>,
    rules: Arc<Rules>,
}

impl FaultyCommitter {
    async fn troubled_commit(&self, checkpoint: &Checkpoint) -> Result<()> {
        match self.rules.call(On::Commit) {
            None | Some(Trouble::Partial) => self.inner.commit(checkpoint).await,
            Some(Trouble::Fail(class)) => Err(planned(class, COMMIT)),
            Some(Trouble::Delay(longest)) => {
                self.rules.wait(longest).await;
                self.inner.commit(checkpoint).await
            }
            Some(Trouble::DelayAnswer(longest)) => {
                self.inner.commit(checkpoint).await?;
                self.rules.wait(longest).await;
                Ok(())
            }
            Some(Trouble::Repeat) => {
                self.inner.commit(checkpoint).await?;
                self.inner.commit(checkpoint).await
            }
            Some(Trouble::LoseAnswer) => {
                self.inner.commit(checkpoint).await?;
                Err(lost(COMMIT))
            }
            Some(Trouble::NeverAnswer) => {
                self.inner.commit(checkpoint).await?;
                pending().await
            }
            Some(Trouble::Hang) => pending().await,
        }
    }
}

#[async_trait]
impl Committer for FaultyCommitter {
    async fn commit(&self, checkpoint: &Checkpoint) -> Result<()> {
        self.troubled_commit(checkpoint).await
    }
}
