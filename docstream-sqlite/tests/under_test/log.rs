//! The log, at both ends.

use docstream_core::{Batch, Checkpoint, Demand, Next, Raw, Sink, Source};
use docstream_sqlite::{Log, LogSource};
use docstream_testkit::contract::{LogUnderTest, SinkUnderTest, SourceUnderTest, Stored};

use super::{Place, number, numbers};

/// As a whole.
pub(crate) struct LogEnds(pub(crate) Place);

impl LogUnderTest for LogEnds {
    type Sink = Log;
    type Source = LogSource;

    async fn sink(&self) -> Log {
        self.0.log()
    }

    async fn source(&self, group: &str) -> LogSource {
        self.0.log().source(group)
    }

    async fn ends(&self) -> Checkpoint {
        self.0.log().ends().await.unwrap()
    }

    async fn lag(&self, group: &str) -> u64 {
        let lag = self.0.log().lag(group).await.unwrap();
        lag.iter().map(|lag| lag.documents).sum()
    }

    async fn seek(&self, group: &str, checkpoint: &Checkpoint) {
        self.0.log().seek(group, checkpoint).await.unwrap();
    }

    async fn trim(&self) {
        let log = self.0.log();
        let ends = log.ends().await.unwrap();
        log.trim(&ends).await.unwrap();
    }
}

/// As a source that ends.
pub(crate) struct LogStream(Place);

impl LogStream {
    const DOCUMENTS: u64 = 64;

    pub(crate) async fn filled(place: Place) -> Self {
        let log = place.log();
        for from in (0..Self::DOCUMENTS).step_by(16) {
            log.write(numbers(from, 16)).await.unwrap();
        }
        Self(place)
    }
}

impl SourceUnderTest for LogStream {
    type Source = LogSource;

    async fn open(&self) -> LogSource {
        let log = self.0.log();
        let ends = log.ends().await.unwrap();
        log.source("contract").until(ends)
    }

    fn documents(&self) -> usize {
        Self::DOCUMENTS as usize
    }
}

/// As a sink.
pub(crate) struct LogSink(pub(crate) Place);

impl SinkUnderTest for LogSink {
    type Doc = Raw;
    type Sink = Log;

    async fn open(&self) -> Log {
        self.0.log()
    }

    fn raw(&self, number: u64) -> Vec<u8> {
        number.to_string().into_bytes()
    }

    async fn parse(&self, batch: Batch<Raw>) -> Batch<Raw> {
        batch
    }

    async fn stored(&self) -> Vec<Stored> {
        let log = self.0.log();
        let ends = log.ends().await.unwrap();
        let mut source = log.source("look").until(ends);
        source.start(None).await.unwrap();
        let mut stored = Vec::new();
        loop {
            match source.next(Demand::default()).await.unwrap() {
                Next::Batch(batch) => stored.extend(batch.records().map(|record| Stored {
                    id: Some(record.id()),
                    number: number(record.raw()),
                })),
                Next::End => return stored,
                _ => {}
            }
        }
    }
}
