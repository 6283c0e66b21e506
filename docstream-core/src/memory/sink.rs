//! Stores documents in memory, once each.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::lock;
use crate::{
    Advance, Batch, Checkpoints, Code, ContentHash, DocId, Epoch, Error, Fault, IdempotentSink,
    Offset, Outcome, Partition, RecordRef, Rejection, Result, Sink, Stage, Write, WriteReport,
};

/// An idempotent store in memory, which keeps checkpoints with its documents.
/// Clones share what is stored, so it is open to a test while a pipeline writes.
///
/// ```
/// use docstream_core::memory::{MemorySink, MemoryStream};
/// use docstream_core::{Demand, Next, Sink, Source, Write};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let mut source = MemoryStream::documents("numbers", [[7, 7]])?.source();
/// let Next::Batch(batch) = source.next(Demand::default()).await? else { unreachable!() };
/// let sink = MemorySink::new();
/// let work = Write::all(batch);
/// assert_eq!(sink.write(work.clone()).await?.written, 2);
/// assert_eq!(sink.write(work).await?.written, 0); // both are duplicates
/// assert_eq!(sink.docs(), [7, 7]);
/// # Ok::<(), docstream_core::Error>(())
/// # }).unwrap();
/// ```
pub struct MemorySink<T>(Arc<Mutex<Store<T>>>);

struct Store<T> {
    /// In the order they were stored; each holds on to its batch for the arena.
    documents: Vec<(Arc<Batch<T>>, u32)>,
    known: HashMap<DocId, ContentHash>,
    checkpoints: HashMap<(Arc<str>, Partition), (Offset, Epoch)>,
}

impl<T> MemorySink<T> {
    /// An empty store.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Store {
            documents: Vec::new(),
            known: HashMap::new(),
            checkpoints: HashMap::new(),
        })))
    }

    /// How many documents are stored.
    pub fn len(&self) -> usize {
        lock(&self.0).documents.len()
    }

    /// Whether nothing is stored.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Calls `look` with each document, in the order they were stored.
    pub fn for_each(&self, look: impl FnMut(RecordRef<'_, T>)) {
        let documents = lock(&self.0).documents.clone();
        documents
            .iter()
            .filter_map(|(batch, index)| batch.record(*index as usize))
            .for_each(look);
    }

    /// The ids of the documents, in the order they were stored.
    pub fn ids(&self) -> Vec<DocId> {
        let mut ids = Vec::new();
        self.for_each(|record| ids.push(record.id()));
        ids
    }

    /// Copies of the documents, in the order they were stored.
    pub fn docs(&self) -> Vec<T>
    where
        T: Clone,
    {
        let mut docs = Vec::new();
        self.for_each(|record| docs.push(record.doc().clone()));
        docs
    }

    /// The next offset that `group` has to read of `partition`, with the epoch of
    /// the owner that set it.
    ///
    /// ```
    /// use docstream_core::memory::{MemorySink, MemoryStream};
    /// use docstream_core::{Offset, Pipeline};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let numbers = MemoryStream::documents("numbers", [[7, 8]])?;
    /// let sink = MemorySink::new();
    /// let pipeline = Pipeline::from(numbers.source()).halt_on_reject();
    /// pipeline.into_idempotent_sink(sink.clone()).run().await?;
    /// let stored = sink.checkpoint("default", &numbers.partitions()[0]);
    /// assert_eq!(stored.map(|(next, _epoch)| next), Some(Offset(2)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn checkpoint(&self, group: &str, partition: &Partition) -> Option<(Offset, Epoch)> {
        let key = (Arc::from(group), partition.clone());
        lock(&self.0).checkpoints.get(&key).copied()
    }
}

impl<T> Store<T> {
    fn write(&mut self, work: &Write<T>) -> Result<WriteReport> {
        if let Some(advance) = work.advance() {
            self.compare(advance)?;
        }
        let mut report = WriteReport::default();
        for (index, record) in work.records() {
            match self.known.get(&record.id()) {
                None => {
                    self.known.insert(record.id(), record.hash());
                    self.documents.push((Arc::clone(work.batch()), index));
                    report.written += 1;
                }
                Some(hash) if *hash == record.hash() => {
                    report.others.push((index, Outcome::Duplicate));
                }
                Some(_) => report
                    .others
                    .push((index, Outcome::Rejected(id_conflict()))),
            }
        }
        if let (Some(advance), true) = (work.advance(), report.is_complete()) {
            let Advance { group, extent } = advance;
            let key = (Arc::clone(group), extent.partition.clone());
            self.checkpoints.insert(key, (extent.to, extent.epoch));
        }
        Ok(report)
    }

    /// Whether the checkpoint may move as [`Advance`] says.
    fn compare(&self, Advance { group, extent }: &Advance) -> Result<()> {
        let key = (Arc::clone(group), extent.partition.clone());
        match self.checkpoints.get(&key) {
            None => Ok(()),
            Some((_, epoch)) if *epoch < extent.epoch => Ok(()),
            // At `to`: this very write was done before and its answer lost.
            Some((at, epoch))
                if *epoch == extent.epoch && [extent.from, extent.to].contains(at) =>
            {
                Ok(())
            }
            Some((at, epoch)) => {
                let message = "the checkpoint is not where this owner left it";
                Err(Error::fenced("move a checkpoint", message)
                    .with("partition", &extent.partition)
                    .with("epoch", extent.epoch.0)
                    .with("stored epoch", epoch.0)
                    .with("expected offset", extent.from)
                    .with("stored offset", at))
            }
        }
    }
}

fn id_conflict() -> Rejection {
    let message = "the id is taken by a document with other content";
    Rejection::new(Stage::Sink, Fault::document(Code::IdConflict, message))
}

#[async_trait]
impl<T: Send + Sync + 'static> Sink<T> for MemorySink<T> {
    async fn write(&self, work: Write<T>) -> Result<WriteReport> {
        lock(&self.0).write(&work)
    }

    async fn check(&self) -> Result<()> {
        Ok(())
    }

    fn checkpoints(&self) -> Option<Arc<dyn Checkpoints>> {
        Some(Arc::new(self.clone()))
    }
}

impl<T: Send + Sync + 'static> IdempotentSink<T> for MemorySink<T> {}

#[async_trait]
impl<T: Send + Sync + 'static> Checkpoints for MemorySink<T> {
    async fn load(&self, group: &str, partition: &Partition) -> Result<Option<(Offset, Epoch)>> {
        Ok(self.checkpoint(group, partition))
    }
}

impl<T> Clone for MemorySink<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for MemorySink<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for MemorySink<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let store = lock(&self.0);
        f.debug_struct("MemorySink")
            .field("documents", &store.documents.len())
            .field("checkpoints", &store.checkpoints)
            .finish_non_exhaustive()
    }
}
