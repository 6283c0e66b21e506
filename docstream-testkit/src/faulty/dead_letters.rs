//! Dead letters that fail on purpose.

use std::future::pending;

use async_trait::async_trait;
use docstream_core::{DeadLetters, Rejected, Result};

use super::{Faulty, On, Trouble, lost, planned};

const BURY: &str = "bury in faulty dead letters";

impl<D: DeadLetters> Faulty<D> {
    async fn troubled_burial(&self, dead: &[Rejected]) -> Result<()> {
        match self.rules.call(On::Bury) {
            None => self.inner.bury(dead).await,
            Some(Trouble::Fail(class)) => Err(planned(class, BURY)),
            Some(Trouble::Delay(longest)) => {
                self.rules.wait(longest).await;
                self.inner.bury(dead).await
            }
            Some(Trouble::DelayAnswer(longest)) => {
                self.inner.bury(dead).await?;
                self.rules.wait(longest).await;
                Ok(())
            }
            Some(Trouble::Repeat) => {
                self.inner.bury(dead).await?;
                self.inner.bury(dead).await
            }
            Some(Trouble::LoseAnswer) => {
                self.inner.bury(dead).await?;
                Err(lost(BURY))
            }
            Some(Trouble::NeverAnswer) => {
                self.inner.bury(dead).await?;
                pending().await
            }
            Some(Trouble::Hang) => pending().await,
            Some(Trouble::Partial) => {
                // Half of it, which the caller cannot be told: a burial has no report.
                self.inner.bury(&dead[..dead.len() / 2]).await?;
                Err(lost(BURY))
            }
        }
    }
}

#[async_trait]
impl<D: DeadLetters> DeadLetters for Faulty<D> {
    async fn bury(&self, dead: &[Rejected]) -> Result<()> {
        self.troubled_burial(dead).await
    }
}
