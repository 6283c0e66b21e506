//! Sinks that fail on purpose.

use std::future::pending;
use std::sync::Arc;

use async_trait::async_trait;
use docstream_core::{
    Checkpoints, Demand, IdempotentSink, Outcome, Result, Sink, Write, WriteReport,
};

use super::{Faulty, On, Trouble, lost, planned};

const WRITE: &str = "write to a faulty sink";
const CHECK: &str = "check a faulty sink";

impl<S> Faulty<S> {
    async fn troubled_write<T>(&self, work: Write<T>) -> Result<WriteReport>
    where
        T: Send + Sync + 'static,
        S: Sink<T>,
    {
        match self.rules.call(On::Write) {
            None => self.inner.write(work).await,
            Some(Trouble::Fail(class)) => Err(planned(class, WRITE)),
            Some(Trouble::Delay(longest)) => {
                self.rules.wait(longest).await;
                self.inner.write(work).await
            }
            Some(Trouble::DelayAnswer(longest)) => {
                let report = self.inner.write(work).await;
                self.rules.wait(longest).await;
                report
            }
            Some(Trouble::Repeat) => {
                let first = self.inner.write(work.clone()).await;
                self.inner.write(work).await?;
                first
            }
            Some(Trouble::LoseAnswer) => {
                self.inner.write(work).await?;
                Err(lost(WRITE))
            }
            Some(Trouble::NeverAnswer) => {
                self.inner.write(work).await?;
                pending().await
            }
            Some(Trouble::Hang) => pending().await,
            Some(Trouble::Partial) => self.write_half(&work).await,
        }
    }

    async fn write_half<T>(&self, work: &Write<T>) -> Result<WriteReport>
    where
        T: Send + Sync + 'static,
        S: Sink<T>,
    {
        let even: Vec<u32> = work.indexes().step_by(2).collect();
        let odd = work.indexes().skip(1).step_by(2);
        // The write is not complete, so no checkpoint may move with it.
        let mut report = self.inner.write(work.only(even).advancing(None)).await?;
        report
            .others
            .extend(odd.map(|index| (index, Outcome::Unknown)));
        if work.len() < 2 {
            // Nothing was left out, so nothing would be told from a whole write.
            return Err(lost(WRITE));
        }
        Ok(report)
    }

    async fn troubled_check<T>(&self) -> Result<()>
    where
        T: Send + Sync + 'static,
        S: Sink<T>,
    {
        match self.rules.call(On::Check) {
            Some(Trouble::Fail(class)) => Err(planned(class, CHECK)),
            Some(Trouble::LoseAnswer) => Err(lost(CHECK)),
            Some(Trouble::Hang | Trouble::NeverAnswer) => pending().await,
            Some(Trouble::Delay(longest) | Trouble::DelayAnswer(longest)) => {
                self.rules.wait(longest).await;
                self.inner.check().await
            }
            None | Some(Trouble::Repeat | Trouble::Partial) => self.inner.check().await,
        }
    }
}

#[async_trait]
impl<T: Send + Sync + 'static, S: Sink<T>> Sink<T> for Faulty<S> {
    async fn write(&self, work: Write<T>) -> Result<WriteReport> {
        self.troubled_write(work).await
    }

    async fn check(&self) -> Result<()> {
        self.troubled_check().await
    }

    fn hint(&self) -> Demand {
        self.inner.hint()
    }

    fn checkpoints(&self) -> Option<Arc<dyn Checkpoints>> {
        self.inner.checkpoints()
    }

    async fn close(&self) -> Result<()> {
        self.inner.close().await
    }
}

impl<T: Send + Sync + 'static, S: IdempotentSink<T>> IdempotentSink<T> for Faulty<S> {}
