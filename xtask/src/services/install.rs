//! Programs that a service needs and that may be missing on the machine.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::outcome::{Outcome, failed};

/// Makes sure that a program is there: as root on Debian it is installed, else the message says
/// what to install.
pub(crate) fn need(what: &str, packages: &[&str], is_there: impl Fn() -> bool) -> Outcome {
    if is_there() {
        return Ok(());
    }
    let packages = packages.join(" ");
    if can_install() {
        apt_get("update -q")?;
        apt_get(&format!("install -qy --no-install-recommends {packages}"))?;
        if is_there() {
            return Ok(());
        }
    }
    Err(failed(format!(
        "{what} is not there: install it (Debian: apt-get install {packages})"
    )))
}

fn can_install() -> bool {
    let is_root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    is_root && Path::new("/usr/bin/apt-get").exists()
}

fn apt_get(arguments: &str) -> Outcome {
    eprintln!("$ apt-get {arguments}");
    let status = Command::new("/usr/bin/apt-get")
        .args(arguments.split(' '))
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        // Standard output is for the environment lines.
        .stdout(io::stderr())
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(failed(format!("`apt-get {arguments}` failed ({status})"))),
        Err(error) => Err(failed(format!("cannot start apt-get: {error}"))),
    }
}
