//! The endpoints in memory, put under test.
#![allow(dead_code, reason = "each test file uses some of these")]
#![allow(
    clippy::expect_used,
    reason = "a test may panic outside its own function, too"
)]

use std::sync::Arc;

use docstream_core::memory::{
    AppendSink, MemoryDeadLetters, MemoryLog, MemorySink, MemorySource, MemoryStream,
};
use docstream_core::{Batch, Checkpoint, DocId, Raw, RecordRef, Rejected, Sink};
use docstream_testkit::contract::{
    DeadLettersUnderTest, LogUnderTest, SinkUnderTest, SourceUnderTest, Stored,
};

pub(crate) struct Stream(pub(crate) MemoryStream<Raw>);

/// Two partitions of 30 documents, with holes.
pub(crate) fn stream() -> MemoryStream<Raw> {
    let stream = MemoryStream::empty("orders", 2);
    for number in 0..60_u64 {
        let partition = (number % 2) as usize;
        if number % 9 == 0 {
            stream.skip(partition, number % 4);
        }
        stream.push(partition, Raw::Bytes, number.to_string());
    }
    stream
}

impl SourceUnderTest for Stream {
    type Source = MemorySource<Raw>;

    async fn open(&self) -> Self::Source {
        self.0.source()
    }

    fn documents(&self) -> usize {
        self.0.len()
    }
}

/// A sink that can be looked into: what a handle stores, behind whatever `wrap` does.
pub(crate) struct Store<H, W> {
    pub(crate) handle: H,
    pub(crate) wrap: W,
}

pub(crate) trait Look {
    fn look(&self, look: &mut dyn FnMut(RecordRef<'_, Raw>));
    const IDS: bool;
}

impl Look for MemorySink<Raw> {
    const IDS: bool = true;

    fn look(&self, look: &mut dyn FnMut(RecordRef<'_, Raw>)) {
        self.for_each(look);
    }
}

impl Look for AppendSink<Raw> {
    const IDS: bool = false;

    fn look(&self, look: &mut dyn FnMut(RecordRef<'_, Raw>)) {
        self.for_each(look);
    }
}

impl<H, S, W> SinkUnderTest for Store<H, W>
where
    H: Look + Clone,
    S: Sink<Raw>,
    W: Fn(H) -> S,
{
    type Doc = Raw;
    type Sink = S;

    async fn open(&self) -> S {
        (self.wrap)(self.handle.clone())
    }

    fn raw(&self, number: u64) -> Vec<u8> {
        number.to_string().into_bytes()
    }

    async fn parse(&self, batch: Batch<Raw>) -> Batch<Raw> {
        batch
    }

    async fn stored(&self) -> Vec<Stored> {
        let mut stored = Vec::new();
        self.handle
            .look(&mut |record| stored.push(found::<H>(record.id(), record.raw())));
        stored
    }
}

fn found<H: Look>(id: DocId, raw: &[u8]) -> Stored {
    let number = std::str::from_utf8(raw)
        .ok()
        .and_then(|text| text.parse().ok());
    Stored {
        id: H::IDS.then_some(id),
        number: number.expect("the suite wrote a number"),
    }
}

pub(crate) fn store() -> Store<MemorySink<Raw>, impl Fn(MemorySink<Raw>) -> MemorySink<Raw>> {
    store_behind(|sink| sink)
}

pub(crate) fn store_behind<S, W: Fn(MemorySink<Raw>) -> S>(wrap: W) -> Store<MemorySink<Raw>, W> {
    Store {
        handle: MemorySink::new(),
        wrap,
    }
}

pub(crate) struct Buried<W> {
    pub(crate) handle: MemoryDeadLetters,
    pub(crate) wrap: W,
}

impl<D, W> DeadLettersUnderTest for Buried<W>
where
    D: docstream_core::DeadLetters,
    W: Fn(MemoryDeadLetters) -> D,
{
    type DeadLetters = D;

    async fn open(&self) -> D {
        (self.wrap)(self.handle.clone())
    }

    async fn buried(&self) -> Vec<Rejected> {
        self.handle.buried()
    }
}

pub(crate) struct Log(pub(crate) MemoryLog);

impl LogUnderTest for Log {
    type Sink = Arc<dyn Sink<Raw>>;
    type Source = MemorySource<Raw>;

    async fn sink(&self) -> Self::Sink {
        Arc::new(self.0.sink::<Raw>())
    }

    async fn source(&self, group: &str) -> Self::Source {
        self.0.source(group)
    }

    async fn ends(&self) -> Checkpoint {
        self.0.stream().ends()
    }

    async fn lag(&self, group: &str) -> u64 {
        self.0.lag(group)
    }

    async fn seek(&self, group: &str, checkpoint: &Checkpoint) {
        self.0.stream().seek(group, checkpoint);
    }

    async fn trim(&self) {
        self.0.trim();
    }
}
