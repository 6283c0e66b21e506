//! A source cut short.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{Checkpoints, Committer, Demand, Next, Result, Source};

/// A source of which only so many documents are read; see [`Take::new`].
///
/// ```
/// use docstream_core::memory::{MemorySink, MemoryStream};
/// use docstream_core::{Pipeline, Take};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let numbers = MemoryStream::documents("numbers", [[7, 8, 9]])?;
/// let sink = MemorySink::new();
/// for stored in [2, 3] {
///     let pipeline = Pipeline::from(Take::new(numbers.source(), 2)).halt_on_reject();
///     pipeline.into_idempotent_sink(sink.clone()).run().await?;
///     assert_eq!(sink.len(), stored);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Take<S> {
    source: S,
    left: u64,
}

impl<S: Source> Take<S> {
    /// At most `documents` of `source`, counted from where it starts, those that the
    /// source itself rejects included; then it ends. Run again, it goes on with the
    /// next ones.
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
        let Next::Batch(batch) = next else {
            return Ok(next);
        };
        // A source that reads ahead may give more than it was asked for.
        let batch = batch.first(documents);
        self.left = self.left.saturating_sub(u64::from(batch.read()));
        Ok(Next::Batch(batch))
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
    use crate::file::{FileOptions, FileSource};
    use crate::memory::{MemorySink, MemoryStream};
    use crate::{Demand, Next, Offset, Pipeline, Source, Take};

    #[tokio::test]
    async fn it_ends_there_and_goes_on_from_there() {
        let stream = MemoryStream::documents("numbers", [Vec::from_iter(0..10_u32)]).unwrap();
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

    #[tokio::test]
    async fn a_source_that_reads_ahead_is_cut_to_the_document() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("numbers.csv");
        let rows: String = (0..5_000).map(|number| format!("{number}\n")).collect();
        std::fs::write(&path, format!("number\n{rows}")).unwrap();
        let options = FileOptions::default().positions(folder.path().join("positions.json"));
        for first in [0, 1_500, 3_000] {
            let source = FileSource::open(&path, options.clone()).unwrap();
            let mut source = Take::new(source, 1_500);
            source.start(None).await.unwrap();
            let (mut read, mut to) = (0, Offset(first));
            while let Next::Batch(batch) = source.next(Demand::default()).await.unwrap() {
                assert_eq!(batch.extent().from, to);
                (read, to) = (read + batch.read(), batch.extent().to);
                let done = [(batch.extent().partition.clone(), to)];
                let committer = source.committer();
                committer.commit(&done.into_iter().collect()).await.unwrap();
            }
            assert_eq!((read, to), (1_500, Offset(first + 1_500)));
        }
    }
}
