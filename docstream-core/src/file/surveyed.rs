//! The bytes of a file as far as it was surveyed.

use std::io::{self, Read};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::hashing::Hash;
use super::{FileProgress, Survey};

/// Gives as many bytes as were surveyed, and an error in place of the end if they
/// are not the same.
pub(crate) struct AsSurveyed<R> {
    reader: R,
    left: u64,
    expected: Hash,
    damage: Option<String>,
    hash: Sha256,
    progress: Arc<FileProgress>,
}

impl<R> std::fmt::Debug for AsSurveyed<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AsSurveyed")
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

impl<R> AsSurveyed<R> {
    pub(crate) fn new(reader: R, survey: &Survey, progress: Arc<FileProgress>) -> Self {
        Self {
            reader,
            left: survey.bytes,
            expected: survey.sha256,
            damage: survey.damage.as_ref().map(|damage| damage.message.clone()),
            hash: Sha256::new(),
            progress,
        }
    }
}

impl<R> AsSurveyed<R> {
    fn end(&self) -> io::Result<usize> {
        if Hash::from(self.hash.clone().finalize()) != self.expected {
            return Err(io::Error::other(
                "the file changed while it was read: its hash is not the one of the survey",
            ));
        }
        match &self.damage {
            None => Ok(0),
            Some(message) => Err(io::Error::other(format!(
                "the file is cut off or corrupt here: {message}"
            ))),
        }
    }
}

impl<R: Read> Read for AsSurveyed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return self.end();
        }
        let most = buffer
            .len()
            .min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let count = self.reader.read(&mut buffer[..most])?;
        if count == 0 && !buffer.is_empty() {
            return Err(io::Error::other(
                "the file became shorter while it was read",
            ));
        }
        self.hash.update(&buffer[..count]);
        self.left -= count as u64;
        self.progress.add_bytes(count as u64);
        Ok(count)
    }
}
