//! Whether a file is still as it was.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use super::Survey;
use super::compression::decompress;
use super::hashing::Hash;
use crate::{Error, Result};

const OPERATION: &str = "read a file";

/// What the file system says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    inode: Option<u64>,
}

impl Stamp {
    pub(crate) fn of(about: &Metadata) -> Self {
        Self {
            length: about.len(),
            modified: about.modified().ok(),
            inode: inode(about),
        }
    }

    /// Whether a file that is read may go from `self` to `now`: it is as it was, or
    /// has grown.
    pub(crate) fn may_become(self, now: Self) -> bool {
        self == now || (self.inode == now.inode && self.length < now.length)
    }
}

#[cfg(unix)]
fn inode(about: &Metadata) -> Option<u64> {
    Some(std::os::unix::fs::MetadataExt::ino(about))
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> Option<u64> {
    None
}

/// Tells whether a file is the one that was surveyed, before its documents go on.
#[derive(Debug)]
pub(crate) struct Watch {
    file: File,
    stamp: Stamp,
}

impl Watch {
    /// Watches `file`, which is to be read as `survey` says. One that looks different
    /// now is read once more for its hash: it may have grown, or only been touched.
    pub(crate) fn new(file: File, survey: &Survey) -> Result<Self> {
        let stamp = Stamp::of(&file.metadata().map_err(|error| failed(&error))?);
        if stamp != survey.stamp {
            let again = File::open(&survey.path).map_err(|error| failed(&error))?;
            let (_, bytes) = decompress(again)?;
            let (length, hash) = hash(bytes.take(survey.bytes)).map_err(|error| failed(&error))?;
            if length < survey.bytes {
                let message = "the file became shorter after it was surveyed; survey it again";
                return Err(Error::config(OPERATION, message));
            }
            if hash != survey.sha256 {
                let message = "the file changed after it was surveyed; survey it again";
                return Err(Error::config(OPERATION, message));
            }
        }
        Ok(Self { file, stamp })
    }

    /// Whether it is still so. `given` documents of it went on since it was opened.
    pub(crate) fn check(&mut self, given: u64) -> Result<()> {
        let now = Stamp::of(&self.file.metadata().map_err(|error| failed(&error))?);
        if !self.stamp.may_become(now) {
            let message = format!(
                "the file changed while it was read: {given} of its documents that went on before may be of another version"
            );
            return Err(Error::config(OPERATION, message));
        }
        self.stamp = now;
        Ok(())
    }
}

fn failed(error: &io::Error) -> Error {
    super::trouble(OPERATION, error)
}

fn hash(mut bytes: impl Read) -> io::Result<(u64, Hash)> {
    let mut hash = Sha256::new();
    let mut block = vec![0; 256 * 1024];
    let mut length = 0;
    loop {
        match bytes.read(&mut block) {
            Ok(0) => return Ok((length, hash.finalize().into())),
            Ok(count) => {
                hash.update(&block[..count]);
                length += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
