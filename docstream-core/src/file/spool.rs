//! Standard input, kept in a file before it is read.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use sha2::{Digest, Sha256};

use super::hashing::hex;
use super::{atomic, trouble};
use crate::Result;

/// Copies `reader`, for instance standard input, to a file in `folder` named after
/// the hash of its content, and gives its path: so that it can be surveyed, and read
/// again after a crash. The same content is the same file. Durable when it returns.
/// What a copy that was killed has left in `folder` is removed.
///
/// ```
/// use docstream_core::file::{FileOptions, Survey, spool_stdin};
///
/// # let data = tempfile::tempdir()?;
/// let stdin = &b"{\"name\":\"Ada\"}\n"[..]; // or `std::io::stdin().lock()`
/// let path = spool_stdin(stdin, data.path())?;
/// assert_eq!(Survey::input(path, &FileOptions::default(), |_| {})?[0].records, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// `reader` cannot be read to its end, or the folder not be written to.
pub fn spool_stdin(reader: impl Read, folder: impl AsRef<Path>) -> Result<PathBuf> {
    let folder = folder.as_ref();
    copy(reader, folder).map_err(|error| {
        trouble("copy standard input to a file", &error).with("folder", folder.display())
    })
}

fn copy(mut reader: impl Read, folder: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    // A leftover that cannot be removed is no reason to copy nothing.
    let _ = remove_stale(folder);
    let (fresh, mut file) = begin(folder)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    let copied = loop {
        match reader.read(&mut buffer) {
            Ok(0) => break Ok(()),
            Ok(count) => {
                hash.update(&buffer[..count]);
                if let Err(error) = file.write_all(&buffer[..count]) {
                    break Err(error);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    if let Err(error) = copied.and_then(|()| file.sync_all()) {
        // Half a copy is of no use; that it could not be written is what counts.
        let _ = fs::remove_file(&fresh);
        return Err(error);
    }
    let path = folder.join(format!("stdin-{}", hex(&hash.finalize()[..16])));
    fs::rename(&fresh, &path)?;
    atomic::sync_folder_of(&path)?;
    Ok(path)
}

static BEGUN: AtomicU64 = AtomicU64::new(0);

/// A new file to copy to, locked until it is dropped, and its path.
fn begin(folder: &Path) -> io::Result<(PathBuf, File)> {
    loop {
        let count = BEGUN.fetch_add(1, Relaxed);
        let path = folder.join(format!("stdin-{}-{count}.new", process::id()));
        let file = match File::create_new(&path) {
            Ok(file) => file,
            // Of a process with the same id, in another container.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
        };
        match file.try_lock() {
            // Somebody may have taken it for a leftover before it was locked.
            Err(TryLockError::WouldBlock) => {}
            Ok(()) if !path.try_exists()? => {}
            // Where there are no locks, nobody removes it either.
            Ok(()) | Err(TryLockError::Error(_)) => return Ok((path, file)),
        }
    }
}

/// Removes the copies in `folder` that nobody is making any more.
fn remove_stale(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        if name.starts_with(b"stdin-") && name.ends_with(b".new") && entry.file_type()?.is_file() {
            let file = File::options().write(true).open(entry.path())?;
            if file.try_lock().is_ok() {
                fs::remove_file(entry.path())?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_copy_left_is_removed_and_a_copy_in_the_making_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        for name in ["stdin-17.new", "stdin-17-0.new", "stdin-17", "other.new"] {
            fs::write(data.join(name), "half").unwrap();
        }
        /// Copies something else in the middle of being copied.
        struct Within<'a>(&'a Path, bool);
        impl Read for Within<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.1, true) {
                    return Ok(0);
                }
                spool_stdin(&b"inner"[..], self.0).map_err(io::Error::other)?;
                (&b"outer"[..]).read(buffer)
            }
        }
        let outer = spool_stdin(Within(data, false), data).unwrap();
        assert_eq!(fs::read(&outer).unwrap(), b"outer");
        let names = fs::read_dir(data).unwrap();
        let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
        names.retain(|name| name.as_encoded_bytes().ends_with(b".new") || name == "stdin-17");
        names.sort();
        assert_eq!(names, ["other.new", "stdin-17"]);
    }

    #[test]
    fn the_same_input_is_the_same_file() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let one = spool_stdin(&b"a\n1\n"[..], &data).unwrap();
        assert_eq!(fs::read(&one).unwrap(), b"a\n1\n");
        assert_eq!(spool_stdin(&b"a\n1\n"[..], &data).unwrap(), one);
        assert_ne!(spool_stdin(&b"a\n2\n"[..], &data).unwrap(), one);
        assert_eq!(fs::read_dir(&data).unwrap().count(), 2);
    }
}
