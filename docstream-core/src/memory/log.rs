//! A log in memory.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::marker::PhantomData;

use async_trait::async_trait;

use super::{Entry, MemorySource, MemoryStream};
use crate::{Checkpoint, Offset, Payload, Raw, Result, Sink, Write, WriteReport};

/// A log in memory: a sink at one end, a source for each consumer group at the
/// other. Documents of one key stay in one partition, in order. Clones share it.
///
/// ```
/// use docstream_core::memory::MemoryLog;
///
/// use docstream_core::memory::{MemorySink, MemoryStream};
/// use docstream_core::{Pipeline, Take};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let log = MemoryLog::new("orders", 4);
/// let orders = MemoryStream::bytes("inbox", [["{}", "[]"]]);
/// Pipeline::from(orders.source()).halt_on_reject().into_sink(log.sink()).run().await?;
/// assert_eq!(log.lag("billing"), 2);
///
/// let source = Take::new(log.source("billing"), 2); // without it the run would wait for more
/// let pipeline = Pipeline::from(source).halt_on_reject();
/// pipeline.into_idempotent_sink(MemorySink::new()).run().await?;
/// assert_eq!((log.lag("billing"), log.lag("audit")), (0, 2));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct MemoryLog(MemoryStream<Raw>);

impl MemoryLog {
    /// An empty log of that many partitions, at least one.
    pub fn new(name: &str, partitions: usize) -> Self {
        Self(MemoryStream::empty(name, partitions.max(1)))
    }

    /// The end that takes documents.
    pub fn sink<T: Payload>(&self) -> impl Sink<T> + Clone + use<T> {
        LogSink {
            log: self.clone(),
            documents: PhantomData,
        }
    }

    /// The end that gives them, for the consumer group of that name. It waits for
    /// more at the end of the log.
    pub fn source(&self, group: &str) -> MemorySource<Raw> {
        self.0.source().group(group).tail()
    }

    /// The stream that holds the log.
    pub fn stream(&self) -> &MemoryStream<Raw> {
        &self.0
    }

    /// How many documents `group` has still to read and commit.
    pub fn lag(&self, group: &str) -> u64 {
        let committed = self.0.committed(group);
        let behind = |partition, offset| committed.get(partition).is_none_or(|next| offset >= next);
        let ids = self.0.ids();
        ids.iter()
            .filter(|(partition, offset, _)| behind(partition, *offset))
            .count() as u64
    }

    /// Forgets what every group has committed, and says how many documents that were.
    /// A group counts from its first commit on; without one nothing is forgotten.
    pub fn trim(&self) -> usize {
        let mut trimmed = 0;
        for partition in self.0.partitions() {
            let groups: Vec<Checkpoint> = self.0.state().committed.values().cloned().collect();
            let lowest = groups
                .iter()
                .map(|group| group.get(&partition).unwrap_or_default())
                .min();
            trimmed += self.0.trim(&partition, lowest.unwrap_or(Offset::ZERO));
        }
        trimmed
    }

    fn append<T: Payload>(&self, work: &Write<T>) -> WriteReport {
        for (_, record) in work.records() {
            let mut raw = Vec::new();
            T::write_payload(record, &mut raw);
            let key = T::key(record).to_vec();
            let id = record.id().to_bytes();
            let partition = self.place(if key.is_empty() { &id } else { &key });
            let (id, hash) = (record.id(), Some(record.hash()));
            let headers = record.headers().as_bytes().to_vec();
            let (doc, attempt) = (Raw::Bytes, record.attempt());
            self.0.append(
                partition,
                Entry {
                    doc,
                    id,
                    hash,
                    raw,
                    key,
                    headers,
                    attempt,
                },
            );
        }
        WriteReport::written(work.len())
    }

    fn place(&self, key: &[u8]) -> usize {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        (hasher.finish() % self.0.partitions().len().max(1) as u64) as usize
    }
}

struct LogSink<T> {
    log: MemoryLog,
    documents: PhantomData<fn(T)>,
}

impl<T> Clone for LogSink<T> {
    fn clone(&self) -> Self {
        Self {
            log: self.log.clone(),
            documents: PhantomData,
        }
    }
}

#[async_trait]
impl<T: Payload> Sink<T> for LogSink<T> {
    async fn write(&self, work: Write<T>) -> Result<WriteReport> {
        Ok(self.log.append(&work))
    }

    async fn check(&self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::memory::MemorySink;
    use crate::{Class, Source};

    use super::*;

    #[tokio::test]
    async fn a_new_sink_is_refused_what_was_trimmed_unless_the_group_is_new_too() {
        let log = MemoryLog::new("orders", 1);
        let partition = log.stream().partitions()[0].clone();
        log.stream().push(0, Raw::Bytes, "{}");
        let nothing = || Sink::<Raw>::checkpoints(&MemorySink::new());
        let mut source = log.source("billing");
        source.start(nothing()).await.unwrap();
        let done = log.stream().ends();
        source.committer().commit(&done).await.unwrap();
        source.start(nothing()).await.unwrap();
        assert_eq!(log.trim(), 1);

        let error = source.start(nothing()).await.unwrap_err();
        assert_eq!(error.class(), Class::Config);
        let text = error.to_string();
        for words in [
            "billing",
            partition.as_str(),
            "began at offset 0",
            "before 1",
            "seek",
        ] {
            assert!(text.contains(words), "no {words} in: {text}");
        }
        log.source("audit").start(nothing()).await.unwrap();
        log.stream().seek("billing", &done);
        source.start(nothing()).await.unwrap();
    }
}
