//! What a log promises, through its public face.

mod appends;
mod files;
mod groups;
mod new_sink;
mod retention;

use std::collections::BTreeSet;

use docstream_core::{
    Batch, Checkpoint, ContentHash, Demand, Epoch, Incoming, Next, Offset, Partition, Raw, Sink,
    Source, SourceId, Write, WriteReport,
};
use tempfile::TempDir;

use super::{Log, LogOptions, LogSource};

pub(super) fn open(dir: &TempDir, options: LogOptions) -> Log {
    Log::open(dir.path().join("log.db"), options).unwrap()
}

pub(super) fn dir() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Documents of one source whose payload and key are made from their position.
pub(super) fn batch(source: u8, positions: impl IntoIterator<Item = u64>) -> Batch<Raw> {
    batch_of(
        positions
            .into_iter()
            .map(|position| (source, position, format!("document {position}"))),
    )
}

pub(super) fn batch_of(documents: impl IntoIterator<Item = (u8, u64, String)>) -> Batch<Raw> {
    let mut builder = Batch::builder(Partition::new("memory:in"), Epoch(1), Offset(0));
    for ((source, position, text), offset) in documents.into_iter().zip(0..) {
        let id = SourceId::from_bytes([source; 16]).doc(position);
        let key = format!("{}", position % 7);
        let incoming = Incoming {
            hash: Some(ContentHash::of_bytes(text.as_bytes())),
            key: key.as_bytes(),
            ..Incoming::new(id, Offset(offset), text.as_bytes())
        };
        builder.push(incoming, Raw::Bytes);
    }
    builder.finish()
}

pub(super) async fn append(log: &Log, batch: Batch<Raw>) -> WriteReport {
    let work = Write::all(batch);
    let report = log.write(work.clone()).await.unwrap();
    report.check(&work).unwrap();
    report
}

pub(super) async fn drained(log: &Log, group: &str) -> LogSource {
    let mut source = log.source(group).until(log.ends().await.unwrap());
    source.start(None).await.unwrap();
    source
}

/// Everything that is left for `source`, as positions, and what to commit.
pub(super) async fn drain(source: &mut LogSource) -> (BTreeSet<u64>, Checkpoint) {
    let mut seen = BTreeSet::new();
    let mut done = Checkpoint::default();
    loop {
        match source.next(Demand::default()).await.unwrap() {
            Next::Batch(batch) => {
                for record in batch.records() {
                    assert!(seen.insert(record.id().position()), "twice");
                }
                done.set(batch.extent().partition.clone(), batch.extent().to);
            }
            Next::End => return (seen, done),
            other => assert!(matches!(other, Next::Idle), "{other:?}"),
        }
    }
}
