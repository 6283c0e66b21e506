//! What the runner needs to work on a batch again.

use std::sync::Arc;

use super::Batch;
use crate::Rejection;

impl<T: Clone> Batch<T> {
    /// The single document at `index` as a batch of its own without a receipt,
    /// sharing the arena.
    pub(crate) fn single(&self, index: usize) -> Option<Self> {
        let record = self.records.get(index)?.clone();
        Some(Self {
            extent: self.extent.clone(),
            receipt: None,
            raw: Arc::clone(&self.raw),
            texts: Arc::clone(&self.texts),
            records: vec![record],
            refused: Vec::new(),
            read: 1,
            kept: 1,
            filtered: 0,
        })
    }

    /// A copy without a receipt, sharing the arena: what the runner keeps while a
    /// transform works on the batch.
    pub(crate) fn copy(&self) -> Self {
        Self {
            extent: self.extent.clone(),
            receipt: None,
            raw: Arc::clone(&self.raw),
            texts: Arc::clone(&self.texts),
            records: self.records.clone(),
            refused: self.refused.clone(),
            read: self.read,
            kept: self.kept,
            filtered: self.filtered,
        }
    }

    /// The batch with the documents that `guilty` has a rejection for rejected.
    pub(crate) fn reject(mut self, mut guilty: Vec<Option<Rejection>>) -> Self {
        let records = std::mem::take(&mut self.records);
        guilty.resize(records.len(), None);
        for (record, rejection) in records.into_iter().zip(guilty) {
            match rejection {
                None => self.records.push(record),
                Some(rejection) => self.refuse(record.split().0, rejection),
            }
        }
        self
    }
}
