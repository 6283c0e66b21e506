//! A source cut short.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{Checkpoints, Committer, Demand, Next, Result, Source};

/// A source of which only so many documents are read; see [`Take::new`].
#[derive(Clone, Debug)]
pub struct Take<S> {
    source: S,
    left: u64,
}

impl<S: Source> Take<S> {
    /// At most `documents` of `source`, counted from where it starts; then it ends.
    /// Run again, it goes on with the next ones.
    pub fn new(source: S, documents: u64) -> Self {
        Self {
            source,
            left: documents,
        }
    }

    async fn read(&mut self, want: Demand) -> Result<Next<S::Doc>> {
        if self.left == 0 {
            return Ok(Next::End);
        }
        let documents = usize::try_from(self.left).unwrap_or(usize::MAX);
        let want = Demand::new(want.documents.min(documents), want.bytes);
        let next = self.source.next(want).await?;
        if let Next::Batch(batch) = &next {
            self.left = self.left.saturating_sub(u64::from(batch.read()));
        }
        Ok(next)
    }
}

#[async_trait]
impl<S: Source> Source for Take<S> {
    type Doc = S::Doc;

    fn group(&self) -> Arc<str> {
        self.source.group()
    }

    async fn start(&mut self, stored: Option<Arc<dyn Checkpoints>>) -> Result<()> {
        self.source.start(stored).await
    }

    async fn next(&mut self, want: Demand) -> Result<Next<S::Doc>> {
        self.read(want).await
    }

    fn committer(&self) -> Arc<dyn Committer> {
        self.source.committer()
    }

    async fn close(&mut self) -> Result<()> {
        self.source.close().await
    }
}

#[cfg(test)]
mod tests {
    use crate::memory::{MemorySink, MemoryStream};
    use crate::{Pipeline, Take};

    #[tokio::test]
    async fn it_ends_there_and_goes_on_from_there() {
        let stream = MemoryStream::documents("numbers", [0..10_u32]).unwrap();
        let sink = MemorySink::new();
        for expected in [4, 8, 10, 10] {
            let source = Take::new(stream.source().batch(3), 4);
            let pipeline = Pipeline::from(source).halt_on_reject();
            pipeline
                .into_idempotent_sink(sink.clone())
                .run()
                .await
                .unwrap();
            assert_eq!(sink.len(), expected);
        }
    }
}
