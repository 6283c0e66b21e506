//! Standard input, kept in a file before it is read.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::hashing::hex;
use super::{atomic, trouble};
use crate::Result;

/// Copies `reader`, for instance standard input, to a file in `folder` named after
/// the hash of its content, and gives its path: so that it can be surveyed, and read
/// again after a crash. The same content is the same file. Durable when it returns.
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
    let fresh = folder.join(format!("stdin-{}.new", std::process::id()));
    let mut file = File::create(&fresh)?;
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

#[cfg(test)]
mod tests {
    use super::*;

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
