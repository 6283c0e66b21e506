//! Logs with one bug each.

use std::sync::Arc;

use async_trait::async_trait;
use docstream_core::memory::{MemoryLog, MemorySource};
use docstream_core::{
    Batch, Checkpoint, Incoming, Offset, Raw, Result, Sink, Source, Write, WriteReport,
};
use docstream_testkit::contract::{self, LogUnderTest};

use crate::under_test::Log;
use crate::{all_caught, must_fail};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Bug {
    ForgetsKeys,
    ForgetsHashes,
    PlacesAtRandom,
    LosesTheLast,
    EndIsTheLast,
    LagIsShort,
    LagIgnoresCommits,
    SeekOnlyForwards,
    SeekIsACommit,
    TrimsWhatTheFastestRead,
}

#[test]
fn every_planted_bug_of_a_log_is_caught() {
    let bugs = [
        (Bug::ForgetsKeys, "the key of"),
        (Bug::ForgetsHashes, "the hash of"),
        (Bug::PlacesAtRandom, "is in two partitions"),
        (Bug::LosesTheLast, "nothing comes after"),
        (Bug::EndIsTheLast, "the end of"),
        (Bug::LagIsShort, "lag"),
        (Bug::LagIgnoresCommits, "lag after a commit"),
        (Bug::SeekOnlyForwards, "nothing comes after"),
        (Bug::SeekIsACommit, "since the group was moved"),
        (Bug::TrimsWhatTheFastestRead, "nothing comes after"),
    ];
    all_caught(bugs.map(|(bug, promise)| {
        let make = async || Buggy {
            log: Log(MemoryLog::new("log", 3)),
            bug,
        };
        must_fail(&format!("{bug:?}"), promise, contract::log::all(make))
    }));
}

struct Buggy {
    log: Log,
    bug: Bug,
}

impl LogUnderTest for Buggy {
    type Sink = BuggySink;
    type Source = MemorySource<Raw>;

    async fn sink(&self) -> BuggySink {
        BuggySink {
            inner: self.log.sink().await,
            log: self.log.0.clone(),
            bug: self.bug,
        }
    }

    async fn source(&self, group: &str) -> Self::Source {
        self.log.source(group).await
    }

    async fn ends(&self) -> Checkpoint {
        let off = u64::from(self.bug == Bug::EndIsTheLast);
        let ends = self.log.ends().await;
        ends.iter()
            .map(|(part, at)| (part.clone(), Offset(at.0.saturating_sub(off))))
            .collect()
    }

    async fn lag(&self, group: &str) -> u64 {
        match self.bug {
            Bug::LagIsShort => self.log.lag(group).await.saturating_sub(1),
            Bug::LagIgnoresCommits => self.log.0.stream().len() as u64,
            _ => self.log.lag(group).await,
        }
    }

    async fn seek(&self, group: &str, checkpoint: &Checkpoint) {
        let committed = self.log.0.stream().committed(group);
        let forwards = |part, at| committed.get(part).is_none_or(|old| at >= old);
        let forwards = checkpoint.iter().filter(|(part, at)| forwards(part, *at));
        let forwards: Checkpoint = forwards.map(|(part, at)| (part.clone(), at)).collect();
        if self.bug == Bug::SeekIsACommit {
            let committer = self.log.source(group).await.committer();
            return committer.commit(checkpoint).await.expect("a commit");
        }
        let only_forwards = self.bug == Bug::SeekOnlyForwards;
        self.log
            .seek(group, if only_forwards { &forwards } else { checkpoint })
            .await;
    }

    async fn trim(&self) {
        if self.bug == Bug::TrimsWhatTheFastestRead {
            for (partition, end) in self.log.0.stream().ends().iter() {
                self.log.0.stream().trim(partition, end);
            }
        }
        self.log.trim().await;
    }
}

struct BuggySink {
    inner: Arc<dyn Sink<Raw>>,
    log: MemoryLog,
    bug: Bug,
}

#[async_trait]
impl Sink<Raw> for BuggySink {
    async fn write(&self, work: Write<Raw>) -> Result<WriteReport> {
        let len = work.len();
        let extent = work.batch().extent().clone();
        let mut builder = Batch::builder(extent.partition, extent.epoch, extent.from);
        for (index, record) in work.records() {
            let key: &[u8] = if self.bug == Bug::ForgetsKeys {
                &[]
            } else {
                record.key()
            };
            let incoming = Incoming {
                hash: (self.bug != Bug::ForgetsHashes).then(|| record.hash()),
                key,
                headers: record.headers().as_bytes(),
                ..Incoming::new(record.id(), record.offset(), record.raw())
            };
            if self.bug == Bug::PlacesAtRandom {
                let entry = docstream_core::memory::Entry {
                    doc: Raw::Bytes,
                    id: record.id(),
                    hash: Some(record.hash()),
                    raw: record.raw().to_vec(),
                    key: key.to_vec(),
                    headers: record.headers().as_bytes().to_vec(),
                    attempt: 0,
                };
                self.log.stream().append(index as usize % 3, entry);
            } else if self.bug != Bug::LosesTheLast || index as usize + 1 < len {
                builder.push(incoming, Raw::Bytes);
            }
        }
        self.inner.write(Write::all(builder.finish())).await?;
        Ok(WriteReport::written(len))
    }

    async fn check(&self) -> Result<()> {
        Ok(())
    }
}
