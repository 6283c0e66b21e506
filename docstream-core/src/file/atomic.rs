//! Small files that are replaced whole.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static REPLACED: AtomicU64 = AtomicU64::new(0);

/// Replaces the file at `path` by `bytes`: after a crash at any moment it holds the
/// old or the new content whole. Durable when it returns.
///
/// Who makes the new content out of the old one takes the [`lock`] first.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A name of its own, so that nobody writes into what another one renames.
    let count = REPLACED.fetch_add(1, Relaxed);
    let fresh = beside(path, &format!(".{}-{count}.new", process::id()));
    let replaced = put(&fresh, bytes).and_then(|()| fs::rename(&fresh, path));
    if let Err(error) = replaced {
        // It may not be there; the trouble is what matters.
        let _ = fs::remove_file(&fresh);
        return Err(error);
    }
    sync_folder_of(path)
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Waits until nobody else changes the file at `path`, in this process or another;
/// it is held until it is dropped. It is a file beside it, which stays.
pub(crate) fn lock(path: &Path) -> io::Result<File> {
    let lock = File::create(beside(path, ".lock"))?;
    lock.lock()?;
    Ok(lock)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

/// Makes durable that the file at `path` exists.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)?.sync_all()
}

/// The file at `path`; `None` if there is none.
pub(crate) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("positions.json");
        assert_eq!(read(&path).unwrap(), None);
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(read(&path).unwrap().as_deref(), Some(&b"two"[..]));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
