//! Files that only grow, by whole entries.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::tail::{Entries, Tail};
use super::{atomic, trouble};
use crate::{Error, Result};

/// A file to which entries are appended durably, by one process at a time. What a
/// crash left of an entry is cut off when the file is opened again.
#[derive(Debug)]
pub(crate) struct AppendFile {
    path: PathBuf,
    file: File,
    length: u64,
    /// Whether there may be something behind `length`.
    torn: bool,
}

impl AppendFile {
    /// Opens the file at `path`, or makes it.
    ///
    /// # Errors
    ///
    /// Another process has it open, it is no regular file, it holds something else, or
    /// it ends in something that is not ours to cut off.
    pub(crate) fn open(
        operation: &'static str,
        path: &Path,
        entries: &Entries<'_>,
    ) -> Result<Self> {
        let at = |error: Error| error.with("path", path.display());
        let failed = |error: io::Error| at(trouble(operation, &error));
        // A device may have no end, and a pipe keeps nothing.
        if fs::metadata(path).is_ok_and(|about| !about.is_file()) {
            let message = "expected a regular file, or a path where there is none yet";
            return Err(at(Error::config(operation, message)));
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let message = "somebody else is writing to the file; choose another file";
                return Err(at(Error::config(operation, message)));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        atomic::sync_folder_of(path).map_err(failed)?;
        let length = match entries.tail(&mut file).map_err(failed)? {
            Tail::None(length) => length,
            Tail::Torn(length) => {
                file.set_len(length).map_err(failed)?;
                length
            }
            Tail::Unended(length) => {
                file.seek(SeekFrom::Start(length)).map_err(failed)?;
                file.write_all(b"\n").map_err(failed)?;
                file.sync_data().map_err(failed)?;
                length + 1
            }
            Tail::Foreign(message) => return Err(at(Error::config(operation, message))),
        };
        file.seek(SeekFrom::Start(length)).map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            file,
            length,
            torn: false,
        })
    }

    /// The bytes of whole entries.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Appends `bytes`, whole entries, and makes them durable. After an error none
    /// of them is there.
    pub(crate) fn append(&mut self, operation: &'static str, bytes: &[u8]) -> Result<()> {
        let written = self.write(bytes);
        if written.is_ok() {
            self.length += bytes.len() as u64;
            return Ok(());
        }
        // If that fails too, the tail is cut off at the next append or opening.
        self.torn = true;
        let _ = self.cut();
        written.map_err(|error| trouble(operation, &error).with("path", self.path.display()))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.cut()?;
        self.file.write_all(bytes)?;
        self.file.sync_data()
    }

    /// Cuts off what an append that failed has left.
    fn cut(&mut self) -> io::Result<()> {
        if self.torn {
            self.file.set_len(self.length)?;
            self.file.seek(SeekFrom::Start(self.length))?;
            self.torn = false;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: Entries<'_> = Entries::Rows { header: b"a\n" };

    fn reopened(content: &str, entries: &Entries<'_>) -> Result<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, content).unwrap();
        let opened = AppendFile::open("test", &path, entries);
        let Ok(mut file) = opened else {
            assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
            return Err(opened.unwrap_err());
        };
        file.append("test", b"new\n").unwrap();
        assert_eq!(file.length(), std::fs::metadata(&path).unwrap().len());
        Ok(std::fs::read_to_string(path).unwrap())
    }

    fn reject(raw: &str) -> String {
        let id = crate::SourceId::new("default", "test", &[]).doc(0);
        format!(r#"{{"id":"{id}","errors":[],"raw":"{raw}"}}"#)
    }

    #[test]
    fn a_torn_tail_is_cut_off() {
        for (content, entries, expected) in [
            ("", &Entries::Json, "new\n"),
            ("1\n", &Entries::Json, "1\nnew\n"),
            ("1\n{\"a\"", &Entries::Json, "1\nnew\n"),
            ("{\"a\":[", &Entries::Json, "new\n"),
            ("1\n\0\0", &Entries::Json, "1\nnew\n"),
            ("{\"id\":\"x", &Entries::Rejects, "new\n"),
            ("a", &ROWS, "new\n"),
            ("a\n\"x\ny\"\n\"x\ny", &ROWS, "a\n\"x\ny\"\nnew\n"),
        ] {
            assert_eq!(reopened(content, entries).unwrap(), expected, "{content}");
        }
        let torn = format!("{}\n{}", reject("x"), &reject("y")[..20]);
        let expected = format!("{}\nnew\n", reject("x"));
        assert_eq!(reopened(&torn, &Entries::Rejects).unwrap(), expected);
    }

    #[test]
    fn a_last_entry_that_lacks_its_line_end_is_kept() {
        let mended = format!("{}\n{}", reject("x"), reject("y"));
        let expected = format!("{mended}\nnew\n");
        assert_eq!(reopened(&mended, &Entries::Rejects).unwrap(), expected);
        let expected = "{\"a\":1}\nnew\n";
        assert_eq!(reopened("{\"a\":1}", &Entries::Json).unwrap(), expected);
    }

    #[test]
    fn a_file_that_is_not_ours_is_left_as_it_is() {
        for (content, entries) in [
            ("a letter to my aunt", &Entries::Rejects),
            ("a letter\nto my aunt", &Entries::Rejects),
            ("{\"a\":1}\n{\"b\":2}", &Entries::Rejects),
            ("{\"a\":", &Entries::Rejects),
            ("InvoiceNo,Quantity\n536365,6", &Entries::Json),
            ("InvoiceNo,Quantity\n536365,6", &ROWS),
            ("b", &ROWS),
            ("a letter\nto my aunt\n", &Entries::Rejects),
            ("InvoiceNo,Quantity\n536365,6\n", &Entries::Rejects),
            ("{\"InvoiceNo\":\"536365\"}\n", &Entries::Rejects),
            ("{\"id\":\"x\"}\n{\"id\":\"y\"}\n", &Entries::Rejects),
            ("a letter\nto my aunt\n", &Entries::Json),
            ("InvoiceNo,Quantity\n536365,6\n", &Entries::Json),
            ("InvoiceNo,Quantity\n536365,6\n", &ROWS),
        ] {
            let error = reopened(content, entries).unwrap_err();
            assert_eq!(error.class(), crate::Class::Config, "{content}");
        }
    }

    #[test]
    fn a_line_that_a_person_has_broken_does_not_make_it_foreign() {
        for whole in [
            format!("broken\n{}\n", reject("x")),
            format!("{}\nbroken\n", reject("x")),
            "\n".to_owned(),
        ] {
            let expected = format!("{whole}new\n");
            assert_eq!(reopened(&whole, &Entries::Rejects).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_no_regular_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut paths = vec![folder.path().to_owned()];
        if cfg!(unix) {
            paths.extend(["/dev/null", "/dev/zero"].map(PathBuf::from));
        }
        for path in paths {
            let error = AppendFile::open("test", &path, &Entries::Rejects).unwrap_err();
            assert_eq!(error.class(), crate::Class::Config);
            let message = error.to_string();
            let named = message.contains(&path.display().to_string());
            assert!(named && message.contains("regular file"), "{message}");
        }
    }

    #[test]
    fn two_writers_of_one_file_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let first = AppendFile::open("test", &path, &Entries::Json).unwrap();
        let error = AppendFile::open("test", &path, &Entries::Json).unwrap_err();
        assert_eq!(error.class(), crate::Class::Config);
        assert!(error.to_string().contains("somebody else"), "{error}");
        drop(first);
        AppendFile::open("test", &path, &Entries::Json).unwrap();
    }

    #[test]
    fn what_could_not_be_cut_off_is_cut_off_at_the_next_append() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut file = AppendFile::open("test", &path, &Entries::Json).unwrap();
        file.append("test", b"1\n").unwrap();
        let able = std::mem::replace(&mut file.file, File::open(&path).unwrap());
        file.append("test", b"2\n").unwrap_err();
        // As if the disk had filled up in the middle of the write.
        std::fs::write(&path, "1\n2").unwrap();
        file.file = able;
        file.append("test", b"3\n").unwrap();
        assert_eq!(std::fs::read_to_string(path).unwrap(), "1\n3\n");
    }
}
