//! What a sink keeps, as a source is told.

use async_trait::async_trait;
use docstream_core::{Checkpoint, Checkpoints, Epoch, Offset, Partition, Result};

/// The checkpoints of a sink.
pub(super) struct Kept {
    pub(super) stored: Checkpoint,
    pub(super) epoch: Epoch,
}

impl Kept {
    /// Those of a sink that is new.
    pub(super) fn nothing() -> Self {
        Self {
            stored: Checkpoint::default(),
            epoch: Epoch(0),
        }
    }
}

#[async_trait]
impl Checkpoints for Kept {
    async fn load(&self, _: &str, partition: &Partition) -> Result<Option<(Offset, Epoch)>> {
        Ok(self.stored.get(partition).map(|next| (next, self.epoch)))
    }
}
