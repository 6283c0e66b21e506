//! How far files are read, kept in a file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{atomic, trouble};
use crate::{Checkpoint, Committer, Epoch, Error, Offset, Partition, Result};

const OPERATION: &str = "keep the positions of files";

/// Where the readers of each group are, kept in a file if it has a path. Without
/// one commits do nothing: the sink keeps the checkpoints.
#[derive(Debug)]
pub(crate) struct Positions {
    path: Option<PathBuf>,
    group: Arc<str>,
    stored: Arc<Mutex<Stored>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Stored {
    version: u32,
    groups: BTreeMap<String, BTreeMap<String, Position>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Position {
    next: u64,
    epoch: u64,
}

impl Positions {
    pub(crate) fn open(path: Option<&Path>, group: Arc<str>) -> Result<Self> {
        let stored = match path {
            Some(path) => load(path).map_err(|error| error.with("path", path.display()))?,
            None => Stored::empty(),
        };
        Ok(Self {
            path: path.map(Path::to_owned),
            group,
            stored: Arc::new(Mutex::new(stored)),
        })
    }

    /// Where the group is in `partition`.
    pub(crate) fn get(&self, partition: &Partition) -> Option<(Offset, Epoch)> {
        let stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        let position = stored.groups.get(&*self.group)?.get(partition.as_str())?;
        Some((Offset(position.next), Epoch(position.epoch)))
    }

    /// Notes that `partition` is read in `epoch` from `from`; kept with the next commit.
    pub(crate) fn begin(&self, partition: &Partition, from: Offset, epoch: Epoch) {
        let mut stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        let position = stored.position(&self.group, partition);
        (position.next, position.epoch) = (from.0, epoch.0);
    }
}

impl Stored {
    fn empty() -> Self {
        Self {
            version: 1,
            groups: BTreeMap::new(),
        }
    }

    fn position(&mut self, group: &str, partition: &Partition) -> &mut Position {
        let group = self.groups.entry(group.to_owned()).or_default();
        group.entry(partition.as_str().to_owned()).or_default()
    }
}

fn load(path: &Path) -> Result<Stored> {
    let bytes = atomic::read(path).map_err(|error| trouble(OPERATION, &error))?;
    let Some(bytes) = bytes else {
        return Ok(Stored::empty());
    };
    let stored: Stored = serde_json::from_slice(&bytes)
        .map_err(|error| Error::config(OPERATION, error.to_string()))?;
    if stored.version != 1 {
        let message = "they were written by a newer version of docstream";
        return Err(Error::config(OPERATION, message));
    }
    Ok(stored)
}

#[async_trait]
impl Committer for Positions {
    async fn commit(&self, checkpoint: &Checkpoint) -> Result<()> {
        let Some(path) = self.path.clone() else {
            return Ok(());
        };
        let (group, checkpoint) = (Arc::clone(&self.group), checkpoint.clone());
        let stored = Arc::clone(&self.stored);
        let write = move || {
            // The lock is held while the file is written, so that an older state never
            // replaces a newer one.
            let mut stored = stored.lock().unwrap_or_else(PoisonError::into_inner);
            for (partition, next) in checkpoint.iter() {
                stored.position(&group, partition).next = next.0;
            }
            let bytes = serde_json::to_vec_pretty(&*stored)
                .map_err(|error| Error::bug(OPERATION, error.to_string()))?;
            atomic::replace(&path, &bytes)
                .map_err(|error| trouble(OPERATION, &error).with("path", path.display()))
        };
        super::blocking(OPERATION, write).await
    }
}
