//! Where services keep what they have: `target/services/` of this clone, whatever target folder
//! cargo was told, so that no other clone shares it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::outcome::{Outcome, failed};
use crate::tree;

/// The folder of a service. It exists from `up` to `down`.
pub(super) fn of(service: &str) -> PathBuf {
    tree::root().join("target/services").join(service)
}

/// The folder of a node, in that of its service.
pub(crate) fn node(service: &Path, id: u32) -> PathBuf {
    service.join(id.to_string())
}

/// What a node's process prints.
pub(super) fn log(service: &Path, id: u32) -> PathBuf {
    node(service, id).join("log")
}

/// Makes a folder and those above it.
pub(crate) fn make(folder: &Path) -> Outcome {
    fs::create_dir_all(folder)
        .map_err(|error| failed(format!("cannot create {}: {error}", folder.display())))
}

/// Deletes a folder with all that is in it.
pub(super) fn delete(folder: &Path) -> Outcome {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(format!(
            "cannot delete {}: {error}",
            folder.display()
        ))),
        _ => Ok(()),
    }
}

/// Keeps other runs of this program out of a folder until dropped; the lock is a file beside it.
pub(crate) fn lock(folder: &Path) -> Outcome<File> {
    if let Some(above) = folder.parent() {
        make(above)?;
    }
    let path = folder.with_extension("lock");
    File::create(&path)
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|error| failed(format!("cannot lock {}: {error}", path.display())))
}
