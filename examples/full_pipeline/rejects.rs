//! Where rejected documents go: to the store's dead letters, and to a file if one is named.

use std::collections::BTreeMap;
use std::path::Path;

use docstream::file::{FileDeadLetters, Layout};
use docstream::sqlite::{InvoiceStore, SqliteDeadLetters};
use docstream::{DeadLetters, Partition, Rejected, Result};

use crate::failure::Failure;

/// Buries in the store, and in the file too.
pub(crate) struct Burials {
    store: SqliteDeadLetters,
    file: Option<FileDeadLetters>,
}

impl Burials {
    /// Opens the rejects file, if one is named, beside the store's dead letters.
    pub(crate) fn open(
        store: &InvoiceStore,
        file: Option<&Path>,
        layouts: BTreeMap<Partition, Layout>,
    ) -> Result<Self, Failure> {
        let file = match file {
            Some(path) => Some(FileDeadLetters::open(path, layouts)?),
            None => None,
        };
        Ok(Self {
            store: store.dead_letters(),
            file,
        })
    }

    async fn both(&self, dead: &[Rejected]) -> Result<()> {
        self.store.bury(dead).await?;
        match &self.file {
            Some(file) => file.bury(dead).await,
            None => Ok(()),
        }
    }
}

#[async_trait::async_trait]
impl DeadLetters for Burials {
    async fn bury(&self, dead: &[Rejected]) -> Result<()> {
        self.both(dead).await
    }
}
