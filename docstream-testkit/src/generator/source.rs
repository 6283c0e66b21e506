//! The generator as a source of a pipeline.

use std::sync::Arc;

use async_trait::async_trait;
use docstream_core::{
    Batch, Checkpoints, Committer, Demand, Epoch, Incoming, Next, Offset, Partition, Raw, Result,
    Source, SourceId,
};

use super::Generator;

/// The first documents of a [`Generator`] as a [`Source`]: one partition, ids and
/// offsets by their number.
///
/// It keeps no progress of its own: with a sink that keeps checkpoints it goes on
/// where an interrupted run stopped, otherwise it starts over. After a finished run
/// it starts over too, so that every document is a duplicate.
///
/// ```
/// use docstream_core::memory::MemorySink;
/// use docstream_core::{ParseInvoices, Pipeline};
/// use docstream_testkit::generator::{Generator, GeneratorSource};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemorySink::new();
/// for (written, duplicates) in [(500, 0), (0, 500)] {
///     let summary = Pipeline::from(GeneratorSource::new(Generator::new(42), 500, "example"))
///         .transform(ParseInvoices::default())
///         .halt_on_reject()
///         .into_idempotent_sink(store.clone())
///         .run()
///         .await?;
///     assert_eq!((summary.written, summary.duplicates), (written, duplicates));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct GeneratorSource {
    generator: Generator,
    documents: u64,
    group: Arc<str>,
    partition: Partition,
    source: SourceId,
    epoch: Epoch,
    next: u64,
    buffer: Vec<u8>,
}

impl GeneratorSource {
    /// The first `documents` of `generator`, read as `group`.
    pub fn new(generator: Generator, documents: u64, group: &str) -> Self {
        let source = SourceId::new("default", "generator", &[generator.identity().as_bytes()]);
        Self {
            partition: Partition::new(format!("generator:{source}")),
            generator,
            documents,
            group: Arc::from(group),
            source,
            epoch: Epoch(1),
            next: 0,
            buffer: Vec::new(),
        }
    }

    /// The partition its documents are of.
    pub fn partition(&self) -> &Partition {
        &self.partition
    }
}

#[async_trait]
impl Source for GeneratorSource {
    type Doc = Raw;

    fn group(&self) -> Arc<str> {
        Arc::clone(&self.group)
    }

    async fn start(&mut self, stored: Option<Arc<dyn Checkpoints>>) -> Result<()> {
        let Some(stored) = stored else { return Ok(()) };
        if let Some((next, epoch)) = stored.load(&self.group, &self.partition).await? {
            self.epoch = Epoch(epoch.0 + 1);
            self.next = if next.0 >= self.documents { 0 } else { next.0 };
        }
        Ok(())
    }

    async fn next(&mut self, want: Demand) -> Result<Next<Raw>> {
        if self.next >= self.documents {
            return Ok(Next::End);
        }
        let mut batch = Batch::builder(self.partition.clone(), self.epoch, Offset(self.next));
        while self.next < self.documents && batch.len() < want.documents {
            self.buffer.clear();
            self.generator.write_json(self.next, &mut self.buffer);
            // The next batch makes it again.
            if !batch.is_empty() && batch.bytes() + self.buffer.len() > want.bytes {
                break;
            }
            let id = self.source.doc(self.next);
            batch.push(
                Incoming::new(id, Offset(self.next), &self.buffer),
                Raw::Bytes,
            );
            self.next += 1;
        }
        Ok(Next::Batch(batch.finish()))
    }

    fn committer(&self) -> Arc<dyn Committer> {
        Arc::new(())
    }
}
