//! Reads a memory stream.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::MemoryStream;
use crate::{
    Batch, Checkpoint, Checkpoints, Committer, Demand, Epoch, Error, Incoming, Next, Offset,
    Partition, Release, Result, Source,
};

/// A source over a [`MemoryStream`]: its partitions in turn, each in order.
///
/// ```
/// use docstream_core::memory::MemoryStream;
/// use docstream_core::{Demand, Next, Source};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let stream = MemoryStream::bytes("orders", [["a", "b", "c"]]);
/// let mut source = stream.source().batch(2);
/// source.start(None).await?;
/// let Next::Batch(batch) = source.next(Demand::default()).await? else { unreachable!() };
/// assert_eq!(batch.len(), 2);
/// # Ok::<(), docstream_core::Error>(())
/// # }).unwrap();
/// ```
///
/// What was committed stays with the stream, so a second source goes on where the first one
/// stopped; [`group`](Self::group) reads it again for somebody else, and
/// [`script`](Self::script) makes it fail at a given call.
pub struct MemorySource<T> {
    stream: MemoryStream<T>,
    group: Arc<str>,
    epoch: Epoch,
    positions: BTreeMap<Partition, Offset>,
    turn: usize,
    batch: usize,
    tail: bool,
    script: VecDeque<Step>,
    losing: Option<(Vec<Partition>, Released)>,
}

type Released = Pin<Box<dyn Future<Output = ()> + Send + Sync>>;

/// What one call of [`next`](Source::next) does in a script.
///
/// ```
/// use docstream_core::memory::{MemorySink, MemoryStream, Step};
/// use docstream_core::{Error, Pipeline};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let outage = Error::transient("read the stream", "the broker is away");
/// let numbers = MemoryStream::documents("numbers", [[7, 8]])?;
/// let source = numbers.source().batch(1).script([Step::Go, Step::Fail(outage)]);
/// let sink = MemorySink::new();
/// Pipeline::from(source).halt_on_reject().into_idempotent_sink(sink.clone()).run().await?;
/// assert_eq!(sink.docs(), [7, 8]); // the outage cost a wait and no document
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Step {
    /// What it would do without a script.
    Go,
    /// Has nothing now.
    Idle,
    /// Fails.
    Fail(Error),
    /// Loses the partitions of these numbers to another worker. The next call waits
    /// until the runner has let go of them.
    Lost(Vec<usize>),
}

impl<T: Clone + Send + Sync + 'static> MemorySource<T> {
    pub(super) fn new(stream: MemoryStream<T>) -> Self {
        let mut state = stream.state();
        state.epoch.0 += 1;
        let epoch = state.epoch;
        drop(state);
        let mut source = Self {
            stream,
            group: Arc::from("default"),
            epoch,
            positions: BTreeMap::new(),
            turn: 0,
            batch: usize::MAX,
            tail: false,
            script: VecDeque::new(),
            losing: None,
        };
        source.rewind();
        source
    }

    /// For the consumer group of that name; `default` without. Each group reads the
    /// whole stream and commits for itself.
    ///
    /// ```
    /// use docstream_core::memory::{MemorySink, MemoryStream};
    /// use docstream_core::{Offset, Pipeline};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let numbers = MemoryStream::documents("numbers", [[7, 8]])?;
    /// let pipeline = Pipeline::from(numbers.source().group("billing")).halt_on_reject();
    /// pipeline.into_idempotent_sink(MemorySink::new()).run().await?;
    /// let partition = &numbers.partitions()[0];
    /// assert_eq!(numbers.committed("billing").get(partition), Some(Offset(2)));
    /// assert_eq!(numbers.committed("audit").get(partition), None);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn group(mut self, group: impl Into<Arc<str>>) -> Self {
        self.group = group.into();
        self.rewind();
        self
    }

    /// In batches of at most `documents`, even if more are wanted.
    #[must_use]
    pub fn batch(mut self, documents: usize) -> Self {
        self.batch = documents.max(1);
        self
    }

    /// Waits for more at the end of the stream instead of ending. The pipeline then runs
    /// until its shutdown; see [`Pipeline::run_until`](crate::Pipeline::run_until).
    #[must_use]
    pub fn tail(mut self) -> Self {
        self.tail = true;
        self
    }

    /// The first calls of [`next`](Source::next) do these steps, one a call; see the
    /// example of [`Step`].
    #[must_use]
    pub fn script(mut self, steps: impl IntoIterator<Item = Step>) -> Self {
        self.script.extend(steps);
        self
    }

    /// Goes to what the group committed.
    fn rewind(&mut self) {
        let committed = self.stream.committed(&self.group);
        for partition in self.stream.partitions() {
            let at = committed.get(&partition).unwrap_or_default();
            self.positions.insert(partition, at);
        }
    }

    /// Goes to what is stored, and where nothing is to where the group began.
    async fn load(&mut self, stored: &dyn Checkpoints) -> Result<()> {
        for partition in self.stream.partitions() {
            let at = match stored.load(&self.group, &partition).await? {
                Some((next, epoch)) => {
                    // The sink outlives the stream's count of owners.
                    self.epoch = self.epoch.max(Epoch(epoch.0 + 1));
                    next
                }
                None => self.began(&partition)?,
            };
            self.positions.insert(partition, at);
        }
        let mut state = self.stream.state();
        state.epoch = state.epoch.max(self.epoch);
        Ok(())
    }

    fn began(&self, partition: &Partition) -> Result<Offset> {
        let state = self.stream.state();
        let began = state.began.get(&self.group);
        let began = began.and_then(|began| began.get(partition));
        let mut stretches = state.partitions.iter();
        let begin = stretches.find(|stretch| stretch.name == *partition);
        let (began, begin) = (
            began.unwrap_or_default(),
            begin.map_or(Offset::ZERO, |s| s.begin),
        );
        if began < begin {
            let message = format!(
                "the sink has nothing of this group, which began at offset {began}, and \
                 documents before {begin} were trimmed; seek the group to go on without them"
            );
            return Err(Error::config("start a group", message)
                .with("group", &self.group)
                .with("partition", partition));
        }
        Ok(began)
    }

    async fn step(&mut self, want: Demand) -> Result<Next<T>> {
        if let Some((partitions, released)) = &mut self.losing {
            released.await;
            self.stream.state().released.append(partitions);
            self.losing = None;
        }
        match self.script.pop_front() {
            None | Some(Step::Go) => {}
            Some(Step::Idle) => return Ok(idle().await),
            Some(Step::Fail(error)) => return Err(error),
            Some(Step::Lost(numbers)) => return Ok(self.lose(&numbers)),
        }
        match self.read(want) {
            Some(batch) => Ok(Next::Batch(batch)),
            None if self.tail => Ok(idle().await),
            None => Ok(Next::End),
        }
    }

    fn lose(&mut self, numbers: &[usize]) -> Next<T> {
        let all = self.stream.partitions();
        let lost: Vec<_> = numbers
            .iter()
            .filter_map(|number| all.get(*number).cloned())
            .collect();
        for partition in &lost {
            self.positions.remove(partition);
        }
        let (release, released) = Release::new();
        self.losing = Some((lost.clone(), Box::pin(released)));
        Next::Lost(lost, release)
    }

    /// The next batch of the partition whose turn it is, or of the first after it
    /// that has one.
    fn read(&mut self, want: Demand) -> Option<Batch<T>> {
        let state = self.stream.state();
        let count = state.partitions.len();
        for number in (0..count).map(|step| (self.turn + step) % count) {
            let Some(stretch) = state.partitions.get(number) else {
                continue;
            };
            let Some(position) = self.positions.get_mut(&stretch.name) else {
                continue;
            };
            if *position >= stretch.end {
                continue;
            }
            let mut builder = Batch::builder(stretch.name.clone(), self.epoch, *position);
            for (offset, entry) in stretch.entries.range(*position..) {
                let bytes = builder.bytes() + entry.raw.len();
                let full = builder.len() >= want.documents.min(self.batch) || bytes > want.bytes;
                if full && !builder.is_empty() {
                    break;
                }
                let incoming = Incoming {
                    hash: entry.hash,
                    key: &entry.key,
                    headers: &entry.headers,
                    attempt: entry.attempt,
                    ..Incoming::new(entry.id, *offset, &entry.raw)
                };
                builder.push(incoming, entry.doc.clone());
            }
            if builder.is_empty() {
                // Only a hole is left; the next batch will begin with it.
                continue;
            }
            let batch = builder.finish();
            *position = batch.extent().to;
            self.turn = number + 1;
            return Some(batch);
        }
        None
    }
}

async fn idle<T>() -> Next<T> {
    tokio::time::sleep(Duration::from_millis(5)).await;
    Next::Idle
}

#[async_trait]
impl<T: Clone + Send + Sync + 'static> Source for MemorySource<T> {
    type Doc = T;

    fn group(&self) -> Arc<str> {
        Arc::clone(&self.group)
    }

    async fn start(&mut self, stored: Option<Arc<dyn Checkpoints>>) -> Result<()> {
        self.stream.state().register(&self.group);
        match stored {
            Some(stored) => self.load(&*stored).await,
            None => Ok(()),
        }
    }

    async fn next(&mut self, want: Demand) -> Result<Next<T>> {
        self.step(want).await
    }

    fn committer(&self) -> Arc<dyn Committer> {
        Arc::new(MemoryCommitter {
            stream: self.stream.clone(),
            group: Arc::clone(&self.group),
        })
    }
}

struct MemoryCommitter<T> {
    stream: MemoryStream<T>,
    group: Arc<str>,
}

#[async_trait]
impl<T: Send + Sync + 'static> Committer for MemoryCommitter<T> {
    async fn commit(&self, checkpoint: &Checkpoint) -> Result<()> {
        let mut state = self.stream.state();
        state.set_committed(&self.group, checkpoint);
        state.commits.push(checkpoint.clone());
        Ok(())
    }
}

impl<T> fmt::Debug for MemorySource<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemorySource")
            .field("group", &self.group)
            .field("epoch", &self.epoch)
            .field("positions", &self.positions)
            .finish_non_exhaustive()
    }
}
