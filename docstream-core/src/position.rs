//! Where in a stream: partitions, offsets and checkpoints.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A stream of records in order, by a name that is its identity.
///
/// The name holds what makes it *this* stream and no other of the same name:
/// `file:<hash>`, `sqlite:<log id>/3`, `kafka:<cluster>/<topic id>/3`. A stream
/// that is deleted and made again has another name. Cheap to clone.
///
/// ```
/// use docstream_core::Partition;
///
/// assert_eq!(Partition::new("memory:orders/0").as_str(), "memory:orders/0");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Partition(Arc<str>);

impl Partition {
    /// The partition of that name.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Partition({})", self.0)
    }
}

/// A position in a partition. As a place to go on from it is always the *next*
/// record to read, never the last one done.
///
/// ```
/// use docstream_core::Offset;
///
/// let done = Offset(16); // the last record that was done
/// let resume = done.next(); // what a checkpoint holds
/// assert_eq!(resume, Offset(17));
/// assert!(Offset::ZERO < resume);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Offset(pub u64);

impl Offset {
    /// The start of a partition.
    pub const ZERO: Self = Self(0);

    /// The position after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How far each partition is done: the next offset to read of each.
///
/// ```
/// use docstream_core::{Checkpoint, Offset, Partition};
///
/// let mut checkpoint = Checkpoint::default();
/// checkpoint.set(Partition::new("memory:orders/0"), Offset(17));
/// assert_eq!(checkpoint.get(&Partition::new("memory:orders/0")), Some(Offset(17)));
/// assert_eq!(checkpoint.get(&Partition::new("memory:orders/1")), None); // unknown, not 0
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Checkpoint(BTreeMap<Partition, Offset>);

impl Checkpoint {
    /// The next offset to read of `partition`, if it is known.
    pub fn get(&self, partition: &Partition) -> Option<Offset> {
        self.0.get(partition).copied()
    }

    /// Notes the next offset to read of `partition`.
    pub fn set(&mut self, partition: Partition, next: Offset) {
        self.0.insert(partition, next);
    }

    /// Every partition with its next offset, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&Partition, Offset)> {
        self.0.iter().map(|(partition, next)| (partition, *next))
    }

    /// Whether no partition is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many partitions are known.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl FromIterator<(Partition, Offset)> for Checkpoint {
    fn from_iter<I: IntoIterator<Item = (Partition, Offset)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.0.iter().map(|(p, o)| (p.as_str(), o.0)))
            .finish()
    }
}
