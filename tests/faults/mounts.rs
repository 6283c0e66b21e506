//! Small file systems of our own. Needs root, or sudo without a password.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Runs a command as root.
fn as_root(words: &[&str]) -> Result<(), String> {
    let mut command = if is_root() {
        Command::new(words[0])
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", words[0]]);
        sudo
    };
    let output = command.args(&words[1..]).output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!(
            "{words:?}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        )),
        Err(error) => Err(format!("{words:?}: {error}")),
    }
}

/// Whether this process is root's.
pub(crate) fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

/// A mounted file system; gone when dropped.
#[derive(Debug)]
pub(crate) struct Mount {
    folder: TempDir,
}

impl Mount {
    fn new(what: &[&str]) -> Result<Self, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap().to_owned();
        let words: Vec<_> = ["mount"]
            .iter()
            .chain(what)
            .copied()
            .chain([path.as_str()])
            .collect();
        as_root(&words)?;
        let mount = Self { folder };
        as_root(&["chmod", "777", &path])?;
        Ok(mount)
    }

    /// Memory of `size`, such as `8m`.
    pub(crate) fn memory(size: &str) -> Result<Self, String> {
        Self::new(&["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
    }

    /// Gives memory another size.
    pub(crate) fn resize(&self, size: &str) {
        let options = format!("remount,size={size}");
        let path = self.path().to_str().unwrap();
        as_root(&["mount", "-o", &options, path]).unwrap();
    }

    /// The ext4 file system in the file `image`. Its journal is not written before
    /// somebody asks for it: five minutes are longer than any test.
    pub(crate) fn image(image: &Path) -> Result<Self, String> {
        let image = image.to_str().unwrap();
        Self::new(&["-t", "ext4", "-o", "loop,commit=300", image])
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let path = self.path().to_str().unwrap();
        if let Err(error) = as_root(&["umount", path]) {
            eprintln!("{error}");
        }
    }
}

/// Makes an ext4 file system in a file of `megabytes` in `folder`.
pub(crate) fn make_image(folder: &Path, megabytes: u64) -> Result<PathBuf, String> {
    let image = folder.join("disk.img");
    let file = std::fs::File::create(&image).unwrap();
    file.set_len(megabytes << 20).unwrap();
    let made = Command::new("mkfs.ext4").arg("-q").arg(&image).output();
    match made {
        Ok(output) if output.status.success() => Ok(image),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => Err(format!("mkfs.ext4: {error}")),
    }
}
