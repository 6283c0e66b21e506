//! What a pipeline owes to its source, as data.

use std::sync::Arc;

use crate::{Offset, Partition};

/// Counts the owners of a partition: every assignment to a worker has a higher
/// epoch than the one before, so that what a former owner still does can be told
/// from what the present one does.
///
/// ```
/// use docstream_core::memory::MemoryStream;
/// use docstream_core::{Demand, Next, Source};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> docstream_core::Result<()> {
/// let numbers = MemoryStream::documents("numbers", [[7, 8]])?;
/// let (mut former, mut present) = (numbers.source(), numbers.source());
/// let (Next::Batch(old), Next::Batch(new)) =
///     (former.next(Demand::default()).await?, present.next(Demand::default()).await?)
/// else {
///     unreachable!()
/// };
/// assert!(old.extent().epoch < new.extent().epoch);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Epoch(pub u64);

/// The stretch of a partition that a batch was read from. `to` is exclusive: the
/// next offset to read. Offsets in between may be missing (compaction, trims), but
/// the extents of an epoch chain: each begins where the one before ended.
///
/// ```
/// use docstream_core::{Batch, Epoch, Incoming, Offset, Partition, SourceId};
///
/// let id = SourceId::new("default", "example", &[]).doc(0);
/// let mut batch = Batch::builder(Partition::new("memory:example"), Epoch(1), Offset(17));
/// batch.push(Incoming::new(id, Offset(17), b"7"), 7);
/// batch.skip_to(Offset(20)); // compaction left a hole
/// let batch = batch.finish();
/// assert_eq!((batch.extent().from, batch.extent().to), (Offset(17), Offset(20)));
/// ```
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
///
/// ```
/// use docstream_core::{Batch, Epoch, Offset, Partition};
///
/// let partition = Partition::new("memory:example");
/// let mut batch: Batch<u32> = Batch::builder(partition, Epoch(1), Offset(17)).finish();
/// let receipt = batch.take_receipt();
/// assert_eq!(receipt.map(|receipt| receipt.extent().from), Some(Offset(17)));
/// assert!(batch.take_receipt().is_none()); // there is one
/// ```
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
/// - otherwise the write fails with [`Error::fenced`](crate::Error::fenced), and none of
///   its rows is stored.
///
/// ```
/// use std::sync::Arc;
///
/// use docstream_core::memory::{MemorySink, MemoryStream};
/// use docstream_core::{Advance, Class, Demand, Next, Sink, Source, Write};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> docstream_core::Result<()> {
/// let numbers = MemoryStream::documents("numbers", [[7, 8]])?;
/// let Next::Batch(batch) = numbers.source().next(Demand::default()).await? else { unreachable!() };
/// let mut extent = batch.extent().clone();
/// let advance = |extent| Some(Arc::new(Advance { group: "default".into(), extent }));
/// let work = Write::all(batch);
/// let sink = MemorySink::new();
/// assert_eq!(sink.write(work.clone().advancing(advance(extent.clone()))).await?.written, 2);
///
/// extent.epoch.0 -= 1; // a former owner, who does not know that there is another
/// let late = sink.write(work.advancing(advance(extent))).await;
/// assert_eq!(late.unwrap_err().class(), Class::Fenced);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advance {
    /// The consumer group that the checkpoint belongs to.
    pub group: Arc<str>,
    /// The stretch that is done.
    pub extent: Extent,
}
