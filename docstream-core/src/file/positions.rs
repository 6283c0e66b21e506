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
    stored: Stored,
    /// Where the partitions are that are read here.
    here: Arc<Mutex<BTreeMap<Partition, Position>>>,
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
            stored,
            here: Arc::default(),
        })
    }

    /// Where the group is in `partition`.
    pub(crate) fn get(&self, partition: &Partition) -> Option<(Offset, Epoch)> {
        let here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        let stored = || {
            self.stored
                .groups
                .get(&*self.group)?
                .get(partition.as_str())
        };
        let position = here.get(partition).or_else(stored)?;
        Some((Offset(position.next), Epoch(position.epoch)))
    }

    /// Notes that `partition` is read in `epoch` from `from`; kept with the next commit.
    pub(crate) fn begin(&self, partition: &Partition, from: Offset, epoch: Epoch) {
        let mut here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        let (next, epoch) = (from.0, epoch.0);
        here.insert(partition.clone(), Position { next, epoch });
    }
}

impl Stored {
    fn empty() -> Self {
        Self {
            version: 1,
            groups: BTreeMap::new(),
        }
    }
}

fn load(path: &Path) -> Result<Stored> {
    let bytes = atomic::read(path).map_err(|error| trouble(OPERATION, &error))?;
    let Some(bytes) = bytes else {
        return Ok(Stored::empty());
    };
    let stored: Stored = serde_json::from_slice(&bytes)
        .map_err(|error| Error::config(OPERATION, damaged(&error)))?;
    if stored.version != 1 {
        let message = "it was written by a newer version of docstream";
        return Err(Error::config(OPERATION, message));
    }
    Ok(stored)
}

/// What to do about positions that cannot be read.
fn damaged(error: &serde_json::Error) -> String {
    format!(
        "the file that knows how far files were read is damaged ({error}): restore it from a backup, \
         or remove it, then documents are read again from the start; an idempotent sink stores them once"
    )
}

#[async_trait]
impl Committer for Positions {
    async fn commit(&self, checkpoint: &Checkpoint) -> Result<()> {
        let Some(path) = self.path.clone() else {
            return Ok(());
        };
        let (group, checkpoint) = (Arc::clone(&self.group), checkpoint.clone());
        let here = Arc::clone(&self.here);
        let write = move || {
            // The mutex is held while the file is written, so that an older state never
            // replaces a newer one.
            let mut here = here.lock().unwrap_or_else(PoisonError::into_inner);
            for (partition, next) in checkpoint.iter() {
                here.entry(partition.clone()).or_default().next = next.0;
            }
            keep(&path, &group, &here).map_err(|error| error.with("path", path.display()))
        };
        super::blocking(OPERATION, write).await
    }
}

/// Puts the positions of `here` into the file; others may have put theirs there.
fn keep(path: &Path, group: &str, here: &BTreeMap<Partition, Position>) -> Result<()> {
    let failed = |error| trouble(OPERATION, &error);
    let _lock = atomic::lock(path).map_err(failed)?;
    let mut stored = load(path)?;
    let positions = stored.groups.entry(group.to_owned()).or_default();
    for (partition, position) in here {
        positions.insert(partition.as_str().to_owned(), *position);
    }
    let bytes = serde_json::to_vec_pretty(&stored)
        .map_err(|error| Error::bug(OPERATION, error.to_string()))?;
    atomic::replace(path, &bytes).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_that_are_damaged_say_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("positions.json");
        std::fs::write(&path, "{\"version\":").unwrap();
        let error = Positions::open(Some(&path), Arc::from("main")).unwrap_err();
        assert_eq!(error.class(), crate::Class::Config);
        let message = error.to_string();
        for words in ["restore it", "remove it", "read again", "positions.json"] {
            assert!(message.contains(words), "{message}");
        }
    }

    #[tokio::test]
    async fn what_another_process_has_committed_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("positions.json");
        let open = || Positions::open(Some(&path), Arc::from("main")).unwrap();
        let (one, other) = (open(), open());
        let partition = |name: &str| Partition::new(name);
        for (positions, name, next) in [(&one, "file:1", 3), (&other, "file:2", 5)] {
            positions.begin(&partition(name), Offset(0), Epoch(1));
            let to = [(partition(name), Offset(next))];
            positions.commit(&to.into_iter().collect()).await.unwrap();
        }
        let after = open();
        for (name, next) in [("file:1", 3), ("file:2", 5)] {
            let expected = Some((Offset(next), Epoch(1)));
            assert_eq!(after.get(&partition(name)), expected);
        }
    }
}
