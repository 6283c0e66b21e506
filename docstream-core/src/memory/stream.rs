//! What a memory source reads.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde::Serialize;

use super::{MemorySource, lock};
use crate::{
    Checkpoint, ContentHash, DocId, Epoch, Error, Offset, Partition, Raw, Result, SourceId,
};

/// Partitions of documents in memory, and how far each consumer group has
/// committed. Clones share both; [`source`](Self::source) reads them.
///
/// ```
/// use docstream_core::memory::MemoryStream;
///
/// let numbers = MemoryStream::documents("numbers", [vec![1, 2, 3], vec![4]])?;
/// assert_eq!((numbers.partitions().len(), numbers.len()), (2, 4));
/// # Ok::<(), docstream_core::Error>(())
/// ```
#[derive(Debug)]
pub struct MemoryStream<T>(Arc<Mutex<State<T>>>);

impl<T> Clone for MemoryStream<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// A document as a [`MemoryStream`] holds it.
///
/// ```
/// use docstream_core::memory::{Entry, MemoryStream};
/// use docstream_core::{Offset, SourceId};
///
/// let id = SourceId::new("default", "request", &[b"order-17"]).doc(0);
/// let (key, headers) = (b"GB".to_vec(), Vec::new());
/// let entry = Entry { doc: 17, id, hash: None, raw: b"17".to_vec(), key, headers, attempt: 0 };
///
/// let stream = MemoryStream::empty("orders", 1);
/// assert_eq!(stream.append(0, entry), Some(Offset(0)));
/// assert_eq!(stream.ids()[0].2, id);
/// ```
#[derive(Clone, Debug)]
pub struct Entry<T> {
    /// The document.
    pub doc: T,
    /// Who it is.
    pub id: DocId,
    /// What it holds, if a hash was made where it entered.
    pub hash: Option<ContentHash>,
    /// The original bytes.
    pub raw: Vec<u8>,
    /// The partition key; empty for none.
    pub key: Vec<u8>,
    /// Headers as [`Headers`](crate::Headers) keeps them; empty for none.
    pub headers: Vec<u8>,
    /// How many times it was rejected before.
    pub attempt: u32,
}

#[derive(Debug)]
pub(super) struct State<T> {
    pub(super) partitions: Vec<Stretch<T>>,
    pub(super) committed: BTreeMap<Arc<str>, Checkpoint>,
    /// Where each group was put: where it first read, or by the last seek.
    pub(super) began: BTreeMap<Arc<str>, Checkpoint>,
    pub(super) commits: Vec<Checkpoint>,
    pub(super) released: Vec<Partition>,
    pub(super) epoch: Epoch,
}

/// One partition: its entries by offset, with holes where there are none.
#[derive(Debug)]
pub(super) struct Stretch<T> {
    pub(super) name: Partition,
    pub(super) source: SourceId,
    pub(super) entries: BTreeMap<Offset, Arc<Entry<T>>>,
    /// Before which documents were trimmed.
    pub(super) begin: Offset,
    pub(super) end: Offset,
}

impl<T> MemoryStream<T> {
    /// A stream of `partitions` empty partitions, called `memory:<name>/<number>`.
    pub fn empty(name: &str, partitions: usize) -> Self {
        let stretch = |number: usize| Stretch {
            name: Partition::new(format!("memory:{name}/{number}")),
            source: SourceId::new(
                "default",
                "memory",
                &[name.as_bytes(), &number.to_be_bytes()],
            ),
            entries: BTreeMap::new(),
            begin: Offset::ZERO,
            end: Offset::ZERO,
        };
        Self(Arc::new(Mutex::new(State {
            partitions: (0..partitions).map(stretch).collect(),
            committed: BTreeMap::new(),
            began: BTreeMap::new(),
            commits: Vec::new(),
            released: Vec::new(),
            epoch: Epoch(0),
        })))
    }

    /// The names of the partitions.
    pub fn partitions(&self) -> Vec<Partition> {
        let state = lock(&self.0);
        state
            .partitions
            .iter()
            .map(|part| part.name.clone())
            .collect()
    }

    /// How many documents it holds.
    pub fn len(&self) -> usize {
        let state = lock(&self.0);
        state.partitions.iter().map(|part| part.entries.len()).sum()
    }

    /// Whether it holds no document.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends `doc`, with `raw` as its original bytes, to a partition by its number
    /// and gives its offset; `None` if there is no such partition.
    ///
    /// ```
    /// use docstream_core::{Offset, Raw, memory::MemoryStream};
    ///
    /// let orders = MemoryStream::empty("orders", 1);
    /// assert_eq!(orders.push(0, Raw::Bytes, "{}"), Some(Offset(0)));
    /// assert_eq!(orders.push(1, Raw::Bytes, "{}"), None);
    /// ```
    pub fn push(&self, partition: usize, doc: T, raw: impl Into<Vec<u8>>) -> Option<Offset> {
        let mut state = lock(&self.0);
        let stretch = state.partitions.get_mut(partition)?;
        let id = stretch.source.doc(stretch.end.0);
        Some(stretch.append(Entry {
            doc,
            id,
            hash: None,
            raw: raw.into(),
            key: Vec::new(),
            headers: Vec::new(),
            attempt: 0,
        }))
    }

    /// Appends an entry with an id of its own, as [`push`](Self::push) does; see the
    /// example of [`Entry`].
    pub fn append(&self, partition: usize, entry: Entry<T>) -> Option<Offset> {
        let mut state = lock(&self.0);
        Some(state.partitions.get_mut(partition)?.append(entry))
    }

    /// Leaves a hole of `offsets` at the end of a partition, as compaction does.
    pub fn skip(&self, partition: usize, offsets: u64) {
        if let Some(stretch) = lock(&self.0).partitions.get_mut(partition) {
            stretch.end.0 += offsets;
        }
    }

    /// Forgets the documents of `partition` before `until`, and says how many they were.
    ///
    /// ```
    /// use docstream_core::{Offset, memory::MemoryStream};
    ///
    /// let numbers = MemoryStream::documents("numbers", [[7, 8, 9]])?;
    /// assert_eq!(numbers.trim(&numbers.partitions()[0], Offset(2)), 2);
    /// assert_eq!(numbers.ids()[0].1, Offset(2)); // the 9 keeps its offset
    /// # Ok::<(), docstream_core::Error>(())
    /// ```
    pub fn trim(&self, partition: &Partition, until: Offset) -> usize {
        let mut state = lock(&self.0);
        let found = state
            .partitions
            .iter_mut()
            .find(|part| part.name == *partition);
        found.map_or(0, |stretch| {
            let kept = stretch.entries.split_off(&until);
            let trimmed = std::mem::replace(&mut stretch.entries, kept);
            if let Some((last, _)) = trimmed.last_key_value() {
                stretch.begin = last.next();
            }
            trimmed.len()
        })
    }

    /// Every document's id with its partition and offset, in order.
    pub fn ids(&self) -> Vec<(Partition, Offset, DocId)> {
        let state = lock(&self.0);
        let entries = |part: &Stretch<T>| {
            let ids = part.entries.iter();
            ids.map(|(offset, entry)| (part.name.clone(), *offset, entry.id))
                .collect::<Vec<_>>()
        };
        state.partitions.iter().flat_map(entries).collect()
    }

    /// The offset at which each partition will take its next document.
    pub fn ends(&self) -> Checkpoint {
        let state = lock(&self.0);
        state
            .partitions
            .iter()
            .map(|part| (part.name.clone(), part.end))
            .collect()
    }

    /// How far `group` has committed.
    pub fn committed(&self, group: &str) -> Checkpoint {
        lock(&self.0)
            .committed
            .get(group)
            .cloned()
            .unwrap_or_default()
    }

    /// Every commit that was confirmed, of all groups, oldest first.
    pub fn commits(&self) -> Vec<Checkpoint> {
        lock(&self.0).commits.clone()
    }

    /// The partitions that the runner let go of after a [`Step::Lost`](super::Step::Lost).
    pub fn released(&self) -> Vec<Partition> {
        lock(&self.0).released.clone()
    }

    /// Makes `group` go on at `checkpoint`, forwards or backwards. Partitions it does
    /// not name stay as they are; so does a source made before.
    ///
    /// ```
    /// use docstream_core::{Offset, memory::MemoryStream};
    ///
    /// let numbers = MemoryStream::documents("numbers", [[7, 8, 9]])?;
    /// let partition = numbers.partitions()[0].clone();
    /// numbers.seek("billing", &[(partition.clone(), Offset(2))].into_iter().collect());
    /// assert_eq!(numbers.committed("billing").get(&partition), Some(Offset(2)));
    /// # Ok::<(), docstream_core::Error>(())
    /// ```
    pub fn seek(&self, group: &str, checkpoint: &Checkpoint) {
        let mut state = lock(&self.0);
        state.set_committed(group, checkpoint);
        let began = state.began.entry(Arc::from(group)).or_default();
        for (partition, at) in checkpoint.iter() {
            began.set(partition.clone(), at);
        }
    }

    pub(super) fn state(&self) -> std::sync::MutexGuard<'_, State<T>> {
        lock(&self.0)
    }
}

impl<T: Clone + Send + Sync + 'static> MemoryStream<T> {
    /// A source over the stream: each is a new owner, with a higher epoch than the
    /// one before, which goes on where its group has committed.
    pub fn source(&self) -> MemorySource<T> {
        MemorySource::new(self.clone())
    }
}

impl<T: Serialize> MemoryStream<T> {
    /// A stream of documents, a list for each partition; their JSON is their
    /// original bytes.
    ///
    /// # Errors
    ///
    /// A [`Class::Config`](crate::Class::Config) error for a document that cannot be
    /// written as JSON.
    pub fn documents<P>(name: &str, partitions: P) -> Result<Self>
    where
        P: IntoIterator<Item: IntoIterator<Item = T>>,
    {
        let partitions: Vec<_> = partitions.into_iter().collect();
        let stream = Self::empty(name, partitions.len());
        for (number, docs) in partitions.into_iter().enumerate() {
            for doc in docs {
                let raw = serde_json::to_vec(&doc).map_err(|error| {
                    Error::config("write a document as JSON", error.to_string())
                })?;
                stream.push(number, doc, raw);
            }
        }
        Ok(stream)
    }
}

impl MemoryStream<Raw> {
    /// A stream of records that nobody has parsed, a list for each partition.
    ///
    /// ```
    /// use docstream_core::memory::MemoryStream;
    ///
    /// let stream = MemoryStream::bytes("orders", [["{\"a\":1}", "not JSON"]]);
    /// assert_eq!(stream.len(), 2);
    /// ```
    pub fn bytes<P, B>(name: &str, partitions: P) -> Self
    where
        P: IntoIterator<Item: IntoIterator<Item = B>>,
        B: Into<Vec<u8>>,
    {
        let partitions: Vec<_> = partitions.into_iter().collect();
        let stream = Self::empty(name, partitions.len());
        for (number, records) in partitions.into_iter().enumerate() {
            for raw in records {
                stream.push(number, Raw::Bytes, raw);
            }
        }
        stream
    }
}

impl<T> State<T> {
    /// Notes where `group` begins in the partitions that it has not begun.
    pub(super) fn register(&mut self, group: &str) {
        let began = self.began.entry(Arc::from(group)).or_default();
        for stretch in &self.partitions {
            if began.get(&stretch.name).is_none() {
                began.set(stretch.name.clone(), stretch.begin);
            }
        }
    }

    pub(super) fn set_committed(&mut self, group: &str, checkpoint: &Checkpoint) {
        let committed = self.committed.entry(Arc::from(group)).or_default();
        for (partition, next) in checkpoint.iter() {
            committed.set(partition.clone(), next);
        }
    }
}

impl<T> Stretch<T> {
    fn append(&mut self, entry: Entry<T>) -> Offset {
        let offset = self.end;
        self.entries.insert(offset, Arc::new(entry));
        self.end = offset.next();
        offset
    }
}
