//! Files that were read before, so that one that grew is known again.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::hashing::Hash;
use super::{Encoding, atomic, trouble};
use crate::{Error, Result};

const OPERATION: &str = "keep the registry of files";

/// The versions of files that were read, kept in a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Registry {
    path: Option<PathBuf>,
    files: Vec<Version>,
}

/// A file as it was once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    /// The hash of its first version: the identity of the source.
    #[serde(with = "hex")]
    pub(crate) identity: Hash,
    /// Decompressed bytes.
    pub(crate) length: u64,
    /// The hash of that many bytes.
    #[serde(with = "hex")]
    pub(crate) hash: Hash,
    /// Its records.
    pub(crate) records: u64,
    /// Whether a line end closed the last of them. One that is open may change when
    /// the file grows.
    pub(crate) closed: bool,
    /// The encoding that its content told; `None` if it is ASCII, which says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) encoding: Option<Encoding>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    files: Vec<Version>,
}

impl Registry {
    /// The registry at `path`; an empty one that is kept nowhere without a path.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        let bad = |error: Error| error.with("path", path.display());
        let files = match atomic::read(path).map_err(|error| bad(trouble(OPERATION, &error)))? {
            None => Vec::new(),
            Some(bytes) => match serde_json::from_slice(&bytes) {
                Ok(Stored { version: 1, files }) => files,
                Ok(_) => {
                    let message = "it was written by a newer version of docstream";
                    return Err(bad(Error::config(OPERATION, message)));
                }
                Err(error) => return Err(bad(Error::config(OPERATION, damaged(&error)))),
            },
        };
        Ok(Self {
            path: Some(path.to_owned()),
            files,
        })
    }

    /// The lengths at which a hash may tell a file that grew.
    pub(crate) fn lengths(&self) -> Vec<u64> {
        self.files.iter().map(|file| file.length).collect()
    }

    /// The version that a file is, or has grown from. `hash` is of its whole
    /// `length`, `passed` are the hashes at the known lengths.
    ///
    /// Only the newest version of a source grows: two files with the same beginning
    /// are two sources. One without records is the beginning of any file with that
    /// header, so it tells nothing.
    pub(crate) fn find(&self, length: u64, hash: Hash, passed: &[(u64, Hash)]) -> Option<&Version> {
        let same = |file: &&Version| file.length == length && file.hash == hash;
        self.files.iter().find(same).or_else(|| {
            self.files
                .iter()
                .filter(|file| file.length < length && passed.contains(&(file.length, file.hash)))
                .filter(|file| file.records > 0 && self.is_newest(file))
                .max_by_key(|file| file.length)
        })
    }

    /// The numbers of records of earlier versions whose last record was open.
    pub(crate) fn open_ends(&self, identity: Hash, length: u64) -> Vec<u64> {
        self.files
            .iter()
            .filter(|file| file.identity == identity && file.length < length && !file.closed)
            .map(|file| file.records)
            .collect()
    }

    fn is_newest(&self, version: &Version) -> bool {
        let newer =
            |file: &Version| file.identity == version.identity && file.length > version.length;
        !self.files.iter().any(newer)
    }

    /// Adds versions, durably, to what the file holds by now.
    pub(crate) fn add(&mut self, versions: Vec<Version>) -> Result<()> {
        if versions.iter().all(|version| self.files.contains(version)) {
            return Ok(());
        }
        let Some(path) = self.path.clone() else {
            self.put(versions);
            return Ok(());
        };
        let failed = |error| trouble(OPERATION, &error).with("path", path.display());
        let _lock = atomic::lock(&path).map_err(failed)?;
        *self = Self::open(Some(&path))?;
        self.put(versions);
        let stored = Stored {
            version: 1,
            files: self.files.clone(),
        };
        let bytes = serde_json::to_vec_pretty(&stored)
            .map_err(|error| Error::bug(OPERATION, error.to_string()))?;
        atomic::replace(&path, &bytes).map_err(failed)
    }

    fn put(&mut self, versions: Vec<Version>) {
        for version in versions {
            if !self.files.contains(&version) {
                self.files.push(version);
            }
        }
    }
}

/// What to do about a registry that cannot be read.
fn damaged(error: &serde_json::Error) -> String {
    format!(
        "the file that knows which files were read is damaged ({error}): restore it from a backup, \
         or remove it, then a file that has grown since is read again from its start as a new source and stored once more"
    )
}

/// Hashes as hexadecimal text.
mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::Hash;

    pub(super) fn serialize<S: Serializer>(hash: &Hash, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&super::super::hashing::hex(hash))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Hash, D::Error> {
        let text = String::deserialize(from)?;
        let mut hash = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return Err(D::Error::custom("expected 64 hexadecimal digits"));
        }
        for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let digits = std::str::from_utf8(digits).map_err(D::Error::custom)?;
            *byte = u8::from_str_radix(digits, 16).map_err(D::Error::custom)?;
        }
        Ok(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(identity: u8, length: u64, hash: u8) -> Version {
        Version {
            identity: [identity; 32],
            length,
            hash: [hash; 32],
            records: length,
            closed: false,
            encoding: None,
        }
    }

    #[test]
    fn a_registry_is_kept_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("files.json");
        let mut registry = Registry::open(Some(&path)).unwrap();
        registry.add(vec![version(1, 10, 1)]).unwrap();
        let registry = Registry::open(Some(&path)).unwrap();
        assert_eq!(registry.find(10, [1; 32], &[]), Some(&version(1, 10, 1)));
    }

    #[test]
    fn a_registry_that_is_damaged_or_newer_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("files.json");
        for (content, words) in [
            (r#"{"version":2,"files":[]}"#, "newer version"),
            ("{", "restore it from a backup, or remove it"),
            ("", "read again from its start as a new source"),
        ] {
            std::fs::write(&path, content).unwrap();
            let error = Registry::open(Some(&path)).unwrap_err();
            assert_eq!(error.class(), crate::Class::Config);
            let message = error.to_string();
            assert!(message.contains(words), "{message}");
            assert!(message.contains("files.json"), "{message}");
        }
    }

    #[test]
    fn only_the_newest_version_grows() {
        let mut registry = Registry::default();
        registry
            .add(vec![version(1, 10, 1), version(1, 20, 2)])
            .unwrap();
        let fork = registry.find(30, [9; 32], &[(10, [1; 32]), (20, [8; 32])]);
        assert_eq!(fork, None, "same beginning, another end");
        let grown = registry.find(30, [9; 32], &[(10, [1; 32]), (20, [2; 32])]);
        assert_eq!(grown, Some(&version(1, 20, 2)));
        let old = registry.find(10, [1; 32], &[(10, [1; 32])]);
        assert_eq!(old, Some(&version(1, 10, 1)), "an old version again");
    }

    #[test]
    fn a_header_alone_does_not_grow() {
        let mut registry = Registry::default();
        let header = Version {
            records: 0,
            ..version(1, 10, 1)
        };
        registry.add(vec![header.clone()]).unwrap();
        assert_eq!(registry.find(30, [9; 32], &[(10, [1; 32])]), None);
        assert_eq!(registry.find(10, [1; 32], &[]), Some(&header));
    }

    #[test]
    fn what_another_process_has_added_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("files.json");
        let mut one = Registry::open(Some(&path)).unwrap();
        let mut other = Registry::open(Some(&path)).unwrap();
        one.add(vec![version(1, 10, 1)]).unwrap();
        other.add(vec![version(2, 20, 2)]).unwrap();
        let registry = Registry::open(Some(&path)).unwrap();
        assert!(registry.find(10, [1; 32], &[]).is_some());
        assert!(registry.find(20, [2; 32], &[]).is_some());
    }
}
