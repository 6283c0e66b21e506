//! Kafka's jars, fetched once by Maven into a cache of the user that all clones share.

use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::outcome::{Outcome, failed};
use crate::services::{folder, install};
use crate::tree;

const POM: &str = "xtask/services/pom.xml";

/// The folder with the jars; they are fetched if this `pom.xml` was never fetched before.
pub(super) fn folder() -> Outcome<PathBuf> {
    // Another `pom.xml`, in another clone or after a change of versions, is another folder.
    let mut hasher = DefaultHasher::new();
    hasher.write(tree::read(POM)?.as_bytes());
    let folder = cache().join(format!("kafka-{:016x}", hasher.finish()));
    if folder.exists() {
        return Ok(folder);
    }
    let _lock = folder::lock(&folder)?;
    if !folder.exists() {
        need_maven()?;
        // Jars of a run that was stopped in the middle must not pass for all of them.
        let partial = folder.with_extension("partial");
        fetch(&partial)?;
        std::fs::rename(&partial, &folder)
            .map_err(|error| failed(format!("cannot name {}: {error}", folder.display())))?;
    }
    Ok(folder)
}

fn cache() -> PathBuf {
    let variable = |name| std::env::var_os(name).map(PathBuf::from);
    let cache = variable("XDG_CACHE_HOME")
        .filter(|path| path.is_absolute())
        .or_else(|| Some(variable("HOME")?.join(".cache")));
    match cache {
        Some(cache) => cache.join("docstream"),
        None => tree::root().join("target/services/jars"),
    }
}

fn need_maven() -> Outcome {
    let is_there = || {
        let status = Command::new("mvn")
            .arg("-v")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    };
    install::need("Maven (`mvn` on the PATH)", &["maven"], is_there)
}

fn fetch(folder: &std::path::Path) -> Outcome {
    folder::delete(folder)?;
    eprintln!("fetching the jars of {POM} with Maven");
    let status = Command::new("mvn")
        .args(["-q", "-B", "-f"])
        .arg(tree::root().join(POM))
        .arg("dependency:copy-dependencies")
        .arg("-DincludeScope=runtime")
        .arg(format!("-DoutputDirectory={}", folder.display()))
        .stdin(Stdio::null())
        .stdout(io::stderr())
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(failed(format!(
            "Maven could not fetch the jars of {POM} ({status}); it needs the network for that"
        ))),
        Err(error) => Err(failed(format!("cannot start mvn: {error}"))),
    }
}
