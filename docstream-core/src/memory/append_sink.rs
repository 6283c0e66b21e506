//! Keeps whatever it is given.

use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::lock;
use crate::{Batch, DocId, RecordRef, Result, Sink, Write, WriteReport};

/// A plain list: what is written twice is kept twice. An at-least-once sink, as a
/// file of lines is; not an [`IdempotentSink`](crate::IdempotentSink).
///
/// ```
/// use docstream_core::memory::{AppendSink, MemoryStream};
/// use docstream_core::{Offset, Pipeline};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let numbers = MemoryStream::documents("numbers", [[7, 8]])?;
/// let start = numbers.partitions().into_iter().map(|name| (name, Offset::ZERO)).collect();
/// let sink = AppendSink::new();
/// for _ in 0..2 {
///     Pipeline::from(numbers.source()).halt_on_reject().into_sink(sink.clone()).run().await?;
///     numbers.seek("default", &start); // as if the commit had been lost
/// }
/// assert_eq!(sink.docs(), [7, 8, 7, 8]);
/// # Ok(())
/// # }
/// ```
pub struct AppendSink<T>(Arc<Mutex<Vec<Kept<T>>>>);

type Kept<T> = (Arc<Batch<T>>, u32);

impl<T> AppendSink<T> {
    /// An empty list.
    pub fn new() -> Self {
        Self(Arc::default())
    }

    /// How many documents were written.
    pub fn len(&self) -> usize {
        lock(&self.0).len()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Calls `look` with each document, in the order they were written.
    pub fn for_each(&self, look: impl FnMut(RecordRef<'_, T>)) {
        let kept = lock(&self.0).clone();
        kept.iter()
            .filter_map(|(batch, index)| batch.record(*index as usize))
            .for_each(look);
    }

    /// The ids of the documents, in the order they were written.
    pub fn ids(&self) -> Vec<DocId> {
        let mut ids = Vec::new();
        self.for_each(|record| ids.push(record.id()));
        ids
    }

    /// Copies of the documents, in the order they were written.
    pub fn docs(&self) -> Vec<T>
    where
        T: Clone,
    {
        let mut docs = Vec::new();
        self.for_each(|record| docs.push(record.doc().clone()));
        docs
    }
}

#[async_trait]
impl<T: Send + Sync + 'static> Sink<T> for AppendSink<T> {
    async fn write(&self, work: Write<T>) -> Result<WriteReport> {
        let written = work
            .records()
            .map(|(index, _)| (Arc::clone(work.batch()), index));
        lock(&self.0).extend(written);
        Ok(WriteReport::written(work.len()))
    }

    async fn check(&self) -> Result<()> {
        Ok(())
    }
}

impl<T> Clone for AppendSink<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for AppendSink<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for AppendSink<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppendSink")
            .field("documents", &self.len())
            .finish_non_exhaustive()
    }
}
