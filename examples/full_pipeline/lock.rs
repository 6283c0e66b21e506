//! One run at a time in a data folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::Path;

use crate::failure::{Failure, wrong};

/// Held as long as it lives; the operating system lets go of it however the process ends.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "the open file is the lock")] File);

impl Lock {
    /// Takes the lock of the folder `data`, which is made if it is missing.
    ///
    /// Two runs of one group would fence each other off while they fill the log, and both
    /// would note in the same file what they have read.
    pub(crate) fn take(data: &Path) -> Result<Self, Failure> {
        let folder = data.display();
        let failed = |error: std::io::Error| wrong(format!("use the folder {folder}: {error}"));
        std::fs::create_dir_all(data).map_err(failed)?;
        let path = data.join("run.lock");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            // In one piece, so that nobody reads half of it.
            Ok(()) => file
                .write_all(format!("{:<10}\n", std::process::id()).as_bytes())
                .map_err(failed)?,
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            Err(TryLockError::WouldBlock) => {
                let process = std::fs::read_to_string(&path).unwrap_or_default();
                return Err(Failure::Stopped(format!(
                    "another run works in the folder {folder}, process {}; \
                     wait for its end, or name another folder with --data",
                    process.trim()
                )));
            }
        }
        Ok(Self(file))
    }
}
