//! Calling Java.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::jars;
use crate::outcome::Outcome;
use crate::services::install;

/// What Kafka 4 needs.
const OLDEST: u32 = 17;

/// Makes sure that there is a Java that runs Kafka.
pub(super) fn need() -> Outcome {
    let is_there = || version().is_some_and(|version| version >= OLDEST);
    install::need(
        &format!("Java {OLDEST} or later (`java` on the PATH or in JAVA_HOME)"),
        &["default-jre-headless"],
        is_there,
    )
}

/// `java` with Kafka's jars and these options; more options or the name of a class come next.
pub(super) fn command(options: &[&str]) -> Outcome<Command> {
    let mut command = Command::new(program("java"));
    command
        .arg("-cp")
        .arg(jars::folder()?.join("*"))
        .args(options);
    Ok(command)
}

/// One of Java's programs.
pub(super) fn program(name: &str) -> PathBuf {
    match std::env::var_os("JAVA_HOME").filter(|home| !home.is_empty()) {
        Some(home) => PathBuf::from(home).join("bin").join(name),
        None => PathBuf::from(name),
    }
}

fn version() -> Option<u32> {
    let output = Command::new(program("java"))
        .arg("-version")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    version_in(&String::from_utf8_lossy(&output.stderr))
}

/// The first number in `openjdk version "17.0.15" 2025-04-15`; Java 8 and before say 1.
fn version_in(text: &str) -> Option<u32> {
    let (_, rest) = text.split_once("version \"")?;
    let digits = rest.split(|letter: char| !letter.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_its_first_number() {
        assert_eq!(
            version_in("openjdk version \"17.0.15\" 2025-04-15\n"),
            Some(17)
        );
        assert_eq!(version_in("java version \"1.8.0_392\"\n"), Some(1));
        assert_eq!(version_in("openjdk version \"26-ea\" 2026\n"), Some(26));
        assert_eq!(version_in("command not found"), None);
    }
}
