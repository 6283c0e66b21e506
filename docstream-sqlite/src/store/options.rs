//! Settings of a store.

use docstream_core::Demand;

use crate::Durability;

/// How a [`SqliteStore`](super::SqliteStore) is opened.
///
/// ```
/// use docstream_core::{Demand, Sink};
/// use docstream_sqlite::{Durability, InvoiceStore, StoreOptions};
///
/// # let folder = tempfile::tempdir()?;
/// let options = StoreOptions::default()
///     .batch(Demand::new(5_000, 4 << 20)) // documents and bytes, at most
///     .durability(Durability::Normal);
/// let store = InvoiceStore::open(folder.path().join("store.db"), options)?;
/// assert_eq!(store.hint().documents, 5_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreOptions {
    /// When a write counts as done.
    pub durability: Durability,
    /// The size of batch that a pipeline should write.
    pub batch: Demand,
}

impl Default for StoreOptions {
    /// Survives a power cut; batches of 1,000 documents.
    fn default() -> Self {
        Self {
            durability: Durability::Full,
            batch: Demand::default(),
        }
    }
}

impl StoreOptions {
    /// With this durability.
    #[must_use]
    pub const fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// With batches of this size.
    #[must_use]
    pub const fn batch(mut self, batch: Demand) -> Self {
        self.batch = batch;
        self
    }
}
