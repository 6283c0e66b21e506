//! Batches for sinks under test.

use docstream_core::{
    Batch, Checkpoints, Demand, Epoch, Extent, Incoming, Offset, Partition, Raw, SourceId, Write,
};

use super::SinkUnderTest;

/// A document of a batch to be: the position that its id is made of, and the number
/// that its content is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Doc {
    pub(super) id: u64,
    pub(super) number: u64,
}

impl Doc {
    /// The document whose id and content go together.
    pub(super) const fn plain(number: u64) -> Self {
        Self { id: number, number }
    }
}

/// Where all documents of the suites entered.
pub(super) fn source() -> SourceId {
    SourceId::new("default", "contract", &[])
}

pub(super) fn partition(number: u64) -> Partition {
    Partition::new(format!("contract:{number}"))
}

pub(super) fn extent(part: u64, epoch: u64, from: u64, documents: usize) -> Extent {
    Extent {
        partition: partition(part),
        epoch: Epoch(epoch),
        from: Offset(from),
        to: Offset(from + documents as u64),
    }
}

/// A batch of `docs`, parsed, that covers `extent` from its start.
pub(super) async fn batch<U: SinkUnderTest>(
    under_test: &U,
    extent: &Extent,
    docs: &[Doc],
) -> Batch<U::Doc> {
    let mut builder = Batch::<Raw>::builder(extent.partition.clone(), extent.epoch, extent.from);
    for (doc, offset) in docs.iter().zip(extent.from.0..) {
        let raw = under_test.raw(doc.number);
        builder.push(
            Incoming::new(source().doc(doc.id), Offset(offset), &raw),
            Raw::Bytes,
        );
    }
    builder.skip_to(extent.to);
    let parsed = under_test.parse(builder.finish()).await;
    assert_eq!(
        parsed.len(),
        docs.len(),
        "the sink under test must parse all documents that it makes itself"
    );
    parsed
}

/// A write of all the documents of the numbers, at the start of partition `part`.
pub(super) async fn write<U: SinkUnderTest>(
    under_test: &U,
    part: u64,
    numbers: impl IntoIterator<Item = u64>,
) -> Write<U::Doc> {
    let docs: Vec<_> = numbers.into_iter().map(Doc::plain).collect();
    Write::all(batch(under_test, &extent(part, 1, 0, docs.len()), &docs).await)
}

/// What `sink` has as the checkpoint, if it keeps any.
pub(super) async fn load(
    checkpoints: &dyn Checkpoints,
    group: &str,
    partition: &Partition,
) -> Option<(Offset, Epoch)> {
    super::must(
        "sink: load a checkpoint",
        checkpoints.load(group, partition),
    )
    .await
}

/// The size of batch a sink likes must have room for something.
pub(super) fn sane(hint: Demand) -> bool {
    hint.documents > 0 && hint.bytes > 0
}
