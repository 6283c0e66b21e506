//! Files that only grow, by whole entries.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use memchr::{memchr_iter, memrchr};

use super::{atomic, trouble};
use crate::Result;

/// A file to which entries are appended durably. What a crash left of an entry is
/// cut off when the file is opened again.
#[derive(Debug)]
pub(crate) struct AppendFile {
    path: PathBuf,
    file: File,
    length: u64,
}

/// Where the last entry that is whole ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entries {
    /// Each line is an entry.
    Lines,
    /// Each row of CSV is an entry: line ends in quotes do not end it.
    Rows,
}

impl AppendFile {
    /// Opens the file at `path`, or makes it.
    pub(crate) fn open(path: &Path, entries: Entries) -> io::Result<Self> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        atomic::sync_folder_of(path)?;
        let length = whole_length(&file, entries)?;
        file.set_len(length)?;
        file.seek(SeekFrom::Start(length))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            length,
        })
    }

    /// The bytes of whole entries.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Appends `bytes`, whole entries, and makes them durable. After an error none
    /// of them is there.
    pub(crate) fn append(&mut self, operation: &'static str, bytes: &[u8]) -> Result<()> {
        let written = self
            .file
            .write_all(bytes)
            .and_then(|()| self.file.sync_data());
        match written {
            Ok(()) => {
                self.length += bytes.len() as u64;
                Ok(())
            }
            Err(error) => {
                // If that fails too, the tail is cut off at the next append or opening.
                let _ = self.file.set_len(self.length);
                let _ = self.file.seek(SeekFrom::Start(self.length));
                Err(trouble(operation, &error).with("path", self.path.display()))
            }
        }
    }
}

fn whole_length(file: &File, entries: Entries) -> io::Result<u64> {
    let mut reader = BufReader::with_capacity(256 * 1024, file);
    let (mut length, mut whole, mut quoted) = (0, 0, false);
    loop {
        let bytes = reader.fill_buf()?;
        if bytes.is_empty() {
            return Ok(whole);
        }
        match entries {
            Entries::Lines => {
                if let Some(end) = memrchr(b'\n', bytes) {
                    whole = length + end as u64 + 1;
                }
            }
            Entries::Rows => {
                let mut start = 0;
                for end in memchr_iter(b'\n', bytes) {
                    quoted ^= memchr_iter(b'"', &bytes[start..end]).count() % 2 == 1;
                    start = end;
                    if !quoted {
                        whole = length + end as u64 + 1;
                    }
                }
                quoted ^= memchr_iter(b'"', &bytes[start..]).count() % 2 == 1;
            }
        }
        let count = bytes.len();
        length += count as u64;
        reader.consume(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reopened(content: &str, entries: Entries) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, content).unwrap();
        let mut file = AppendFile::open(&path, entries).unwrap();
        file.append("test", b"new\n").unwrap();
        assert_eq!(file.length(), std::fs::metadata(&path).unwrap().len());
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn a_torn_tail_is_cut_off() {
        assert_eq!(reopened("", Entries::Lines), "new\n");
        assert_eq!(reopened("one\n", Entries::Lines), "one\nnew\n");
        assert_eq!(reopened("one\ntw", Entries::Lines), "one\nnew\n");
        assert_eq!(
            reopened("a\n\"x\ny\"\n\"x\ny", Entries::Rows),
            "a\n\"x\ny\"\nnew\n"
        );
    }
}
