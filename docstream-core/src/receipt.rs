//! What a pipeline owes to its source, as data.

use std::sync::Arc;

use crate::{Offset, Partition};

/// Counts the owners of a partition: every assignment to a worker has a higher
/// epoch than the one before, so that what a former owner still does can be told
/// from what the present one does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Epoch(pub u64);

/// The stretch of a partition that a batch was read from. `to` is exclusive: the
/// next offset to read. Offsets in between may be missing (compaction, trims), but
/// the extents of an epoch chain: each begins where the one before ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The partition.
    pub partition: Partition,
    /// The owner's epoch.
    pub epoch: Epoch,
    /// The first offset.
    pub from: Offset,
    /// The next offset to read.
    pub to: Offset,
}

/// The debt of a batch: rides on it from the source to the runner, which settles
/// it once every document of the batch is stored or buried.
///
/// It cannot be copied, and dropping it commits nothing: silence never counts as
/// success.
#[must_use = "a receipt that is dropped commits nothing"]
#[derive(Debug)]
pub struct Receipt(Extent);

impl Receipt {
    pub(crate) fn new(extent: Extent) -> Self {
        Self(extent)
    }

    /// The stretch it stands for.
    pub fn extent(&self) -> &Extent {
        &self.0
    }
}

/// Asks a sink that keeps checkpoints to move one, in the transaction of the rows
/// that come with it.
///
/// It rides only on the write after which everything before `to` in the partition
/// is stored or buried. The sink applies it only if **every** document of that
/// write was written or is a duplicate, and compares before it sets:
///
/// - no checkpoint yet, or one of a lower epoch: set `to`;
/// - one of the same epoch: set `to` if it stands at `from`, nothing if it stands at
///   `to` already (the answer to an earlier try was lost);
/// - otherwise the write fails with [`Error::fenced`](crate::Error::fenced), and none of its rows is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advance {
    /// The consumer group that the checkpoint belongs to.
    pub group: Arc<str>,
    /// The stretch that is done.
    pub extent: Extent,
}
