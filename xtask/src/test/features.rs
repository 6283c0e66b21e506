//! Step `features`: what `--all-features` hides.

use std::path::Path;

use crate::cargo::{self, PROFILE};
use crate::outcome::{Outcome, failed};
use crate::tree;

pub(super) fn run() -> Outcome {
    cargo::need_component("clippy", "clippy")?;
    for folder in tree::packages()? {
        let package = match folder.to_str() {
            None | Some("") => "docstream",
            Some(name) => name,
        };
        let features = features(&tree::read(Path::new(&folder).join("Cargo.toml"))?);
        for feature in std::iter::once(String::new()).chain(features) {
            check(package, &feature)?;
        }
    }
    abort_is_refused()
}

fn check(package: &str, feature: &str) -> Outcome {
    // Clippy rather than check: its `-D warnings` binds the workspace only and rebuilds
    // no dependency, as RUSTFLAGS would.
    let mut arguments = vec!["clippy", "--quiet", "--profile", PROFILE, "--locked"];
    arguments.extend(["--package", package, "--lib", "--no-default-features"]);
    if !feature.is_empty() {
        arguments.extend(["--features", feature]);
    }
    arguments.extend(["--", "-D", "warnings"]);
    cargo::run(&arguments)
}

/// A panic in a transform is that document's rejection; a program that aborts instead
/// would stop the stream, so the core does not build for it.
fn abort_is_refused() -> Outcome {
    println!("docstream-core with panic = \"abort\"");
    // Clippy hands its arguments on to rustc, for this crate alone: dependencies stay as built.
    let mut arguments = vec!["clippy", "--profile", PROFILE, "--locked"];
    arguments.extend([
        "--package",
        "docstream-core",
        "--lib",
        "--no-default-features",
    ]);
    arguments.extend(["--", "-C", "panic=abort"]);
    let build = cargo::output(&arguments)?;
    match build {
        Err(message) if message.contains("docstream needs panic = \"unwind\"") => Ok(()),
        Err(message) => Err(failed(format!("failed for another reason:\n{message}"))),
        Ok(_) => Err(failed("docstream-core builds with panic = \"abort\"")),
    }
}

/// The features that a manifest declares, without `default`.
fn features(manifest: &str) -> Vec<String> {
    manifest
        .lines()
        .skip_while(|line| line.trim() != "[features]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.starts_with([' ', '#', ']']))
        .filter_map(|line| Some(line.split_once('=')?.0.trim().to_owned()))
        .filter(|name| name != "default")
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_read_from_a_manifest() {
        let manifest = "[package]\nname = \"x\"\n[features]\ndefault = []\n## Words = here.\nzstd = [\"dep:zstd\"]\nmany = [\n  \"a\",\n]\n\n[dependencies]\nserde = \"1\"\n";
        assert_eq!(features(manifest), ["zstd", "many"]);
        assert!(features("[package]\n").is_empty());
    }
}
