//! One reader for a group at a time, over all processes.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use docstream_core::{Class, Error, Result};

/// Held as long as it lives. The operating system lets go of it when the process ends
/// in whatever way.
#[derive(Debug)]
pub(super) struct GroupLock(#[expect(dead_code, reason = "the open file is the lock")] File);

impl GroupLock {
    /// Takes the lock of `group` of the log at `log`.
    pub(super) fn take(log: &Path, group: &str) -> Result<Self> {
        let operation = "take the lock of a group";
        let path = path(log, group);
        let failed = |error: std::io::Error| {
            let class = match error.kind() {
                ErrorKind::PermissionDenied
                | ErrorKind::NotFound
                | ErrorKind::ReadOnlyFilesystem
                | ErrorKind::InvalidFilename => Class::Config,
                _ => Class::Transient,
            };
            Error::new(class, operation, error.to_string())
                .with("path", path.display())
                .caused_by(error)
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                // Who holds it is told if it can be read, and else left out.
                let _ = file.take(20).read_to_string(&mut owner);
                let by = match owner.trim().parse::<u32>() {
                    Ok(process) => format!(" by process {process}"),
                    Err(_) => String::new(),
                };
                let message = format!("the group {group:?} is being read{by}");
                return Err(Error::config(operation, message).with("path", path.display()));
            }
        }
        // In one piece and over the last owner's, so that nobody finds it empty.
        file.write_all(format!("{:<10}\n", std::process::id()).as_bytes())
            .map_err(failed)?;
        Ok(Self(file))
    }
}

/// The file of the lock; a group may have any name.
fn path(log: &Path, group: &str) -> PathBuf {
    let mut name = log.as_os_str().to_owned();
    name.push(".");
    for byte in group.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => {
                name.push(char::from(byte).to_string());
            }
            other => name.push(format!("%{other:02X}")),
        }
    }
    name.push(".lock");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use docstream_core::Class;

    use super::*;

    #[test]
    fn a_second_owner_is_refused_and_told_who_the_first_is() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log.db");
        let first = GroupLock::take(&log, "a/b ü").unwrap();
        let error = GroupLock::take(&log, "a/b ü").unwrap_err();
        assert_eq!(error.class(), Class::Config);
        let process = format!("by process {}", std::process::id());
        assert!(error.to_string().contains(&process), "{error}");
        GroupLock::take(&log, "other").unwrap();
        drop(first);
        GroupLock::take(&log, "a/b ü").unwrap();
    }
}
