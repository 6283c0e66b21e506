//! The files of the repository.

use std::fs;
use std::path::{Path, PathBuf};

use crate::outcome::{Outcome, failed};

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// The text of a file, named from the root.
pub(crate) fn read(name: impl AsRef<Path>) -> Outcome<String> {
    let path = root().join(name);
    fs::read_to_string(&path)
        .map_err(|error| failed(format!("cannot read {}: {error}", path.display())))
}

/// All files under the root with this extension, named from the root, in order. Build
/// output and hidden folders are left out.
pub(crate) fn files(extension: &str) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in entries(&folder)? {
            let name = entry.file_name().unwrap_or_default().to_string_lossy();
            if root().join(&entry).is_dir() {
                if !name.starts_with('.') && name != "target" && name != "docstream-data" {
                    folders.push(entry);
                }
            } else if entry.extension().is_some_and(|is| is == extension) {
                found.push(entry);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The packages that are published: the root and each folder beside it that is named
/// `docstream-*`. The root's is empty.
pub(crate) fn packages() -> Outcome<Vec<PathBuf>> {
    let mut packages = vec![PathBuf::new()];
    let is_package = |folder: &PathBuf| {
        folder.to_string_lossy().starts_with("docstream-")
            && root().join(folder).join("Cargo.toml").exists()
    };
    packages.extend(entries(Path::new(""))?.into_iter().filter(is_package));
    packages.sort();
    Ok(packages)
}

/// What a folder named from the root holds, named from the root.
pub(crate) fn entries(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let broken =
        |error: std::io::Error| failed(format!("cannot read `{}`: {error}", folder.display()));
    fs::read_dir(root().join(folder))
        .map_err(broken)?
        .map(|entry| Ok(folder.join(entry.map_err(broken)?.file_name())))
        .collect()
}
