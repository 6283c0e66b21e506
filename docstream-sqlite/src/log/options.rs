//! How a log is opened.

use std::time::Duration;

use crate::Durability;

/// Settings of a [`Log`](super::Log).
///
/// ```
/// use std::time::Duration;
///
/// use docstream_sqlite::{Log, LogOptions};
///
/// # let folder = tempfile::tempdir()?;
/// let options = LogOptions::default()
///     .partitions(4)
///     .max_document_bytes(1 << 20)
///     .max_bytes(10 << 30)
///     .retain_bytes(5 << 30)
///     .retain_age(Duration::from_secs(7 * 24 * 60 * 60));
/// let log = Log::open(folder.path().join("log.db"), options)?;
/// assert_eq!(log.partitions().len(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct LogOptions {
    pub(crate) partitions: Option<u16>,
    pub(crate) max_bytes: Option<u64>,
    pub(crate) max_document_bytes: usize,
    pub(crate) retain_bytes: Option<u64>,
    pub(crate) retain_age: Option<Duration>,
    pub(crate) durability: Durability,
}

impl Default for LogOptions {
    /// What the file has, else 2 partitions; no limit on the log, 16 MiB for a document;
    /// nothing is trimmed; [`Durability::Full`].
    fn default() -> Self {
        Self {
            partitions: None,
            max_bytes: None,
            max_document_bytes: 16 << 20,
            retain_bytes: None,
            retain_age: None,
            durability: Durability::Full,
        }
    }
}

impl LogOptions {
    /// The number of partitions, fixed when the log is made: opening a log that has
    /// another number is an error.
    pub fn partitions(mut self, partitions: u16) -> Self {
        self.partitions = Some(partitions);
        self
    }

    /// How many bytes of documents the log holds at most. A full log trims what is no
    /// longer retained, and else refuses appends with a `Transient` error until
    /// something is trimmed.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// How large a single document may be; a larger one is rejected as `too_large`.
    pub fn max_document_bytes(mut self, bytes: usize) -> Self {
        self.max_document_bytes = bytes;
        self
    }

    /// Trims the oldest documents beyond this many bytes, but none that a registered
    /// group has not committed, and none at all as long as no group is registered.
    pub fn retain_bytes(mut self, bytes: u64) -> Self {
        self.retain_bytes = Some(bytes);
        self
    }

    /// Trims documents older than this, with the same exceptions as
    /// [`retain_bytes`](Self::retain_bytes).
    pub fn retain_age(mut self, age: Duration) -> Self {
        self.retain_age = Some(age);
        self
    }

    /// When an append counts as done.
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }
}
