//! Calling cargo.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::outcome::{Outcome, failed};
use crate::tree;

/// The profile of every check. One for all, so that dependencies, SQLite's C code and the
/// examples that tests start are built once.
pub(crate) const PROFILE: &str = "ci";

/// Runs `cargo ARGUMENTS` in the root of the workspace, with its output shown.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    run_with(arguments, &[])
}

/// [`run`], with environment variables.
pub(crate) fn run_with(arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
    let shown = shown(arguments, variables);
    println!("$ {shown}");
    let status = command(arguments)
        .envs(variables.iter().copied())
        .status()
        .map_err(|error| failed(format!("cannot start cargo: {error}")))?;
    if status.success() {
        Ok(())
    } else {
        Err(failed(format!("`{shown}` failed ({status})")))
    }
}

/// Runs `cargo ARGUMENTS` and gives what it printed: standard output if it succeeded,
/// standard error if it failed.
pub(crate) fn output(arguments: &[&str]) -> Outcome<Result<String, String>> {
    let output = command(arguments)
        .output()
        .map_err(|error| failed(format!("cannot start cargo: {error}")))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(text(&output.stderr))
    })
}

/// Whether `cargo NAME` exists.
pub(crate) fn has(name: &str) -> bool {
    command(&[name, "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Makes sure that `cargo NAME`, a rustup component, can run: in CI it is installed,
/// elsewhere the command to install it is named.
pub(crate) fn need_component(name: &str, component: &str) -> Outcome {
    if has(name) {
        return Ok(());
    }
    let install = format!("rustup component add {component}");
    if std::env::var("CI").is_ok_and(|value| value == "true") {
        println!("$ {install}");
        let added = Command::new("rustup")
            .args(["component", "add", component])
            .status();
        if added.is_ok_and(|status| status.success()) && has(name) {
            return Ok(());
        }
    }
    Err(failed(format!(
        "`cargo {name}` is not installed: run `{install}`"
    )))
}

/// The folder that [`PROFILE`]'s artifacts are in.
pub(crate) fn artifacts() -> Outcome<PathBuf> {
    // Where cargo put this program tells the target folder, however it was chosen.
    let program = std::env::current_exe()
        .map_err(|error| failed(format!("cannot find this program: {error}")))?;
    let target = program.parent().and_then(Path::parent);
    target
        .map(|target| target.join(PROFILE))
        .ok_or_else(|| failed("this program is not in a target folder"))
}

fn command(arguments: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(arguments).current_dir(tree::root());
    // Set by the cargo that started this program; a nested cargo should find its own.
    for name in ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH"] {
        command.env_remove(name);
    }
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PKG_") {
            command.env_remove(name);
        }
    }
    command
}

fn shown(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let variables = variables
        .iter()
        .map(|(name, value)| format!("{name}='{value}' "));
    format!(
        "{}cargo {}",
        variables.collect::<String>(),
        arguments.join(" ")
    )
}
