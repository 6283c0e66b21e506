//! Step `examples`: the programs in `examples/`, as a reader of the README would run them.
//!
//! They run one after the other in one empty folder: `full_pipeline` leaves its data folder
//! there and the programs that look into it come after.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::tests::build_examples;
use crate::outcome::{Outcome, failed};
use crate::{cargo, tree};

/// Examples that come first, in this order, with the arguments of each of their runs.
/// All others run once without arguments.
const FIRST: &[(&str, &[&[&str]])] = &[("full_pipeline", &[&[], &["--json"]]), ("audit", &[&[]])];

/// Far more than any of them takes.
const DEADLINE: Duration = Duration::from_secs(300);

pub(super) fn run() -> Outcome {
    let mut names = names()?;
    if names.is_empty() {
        println!("there are none");
        return Ok(());
    }
    build_examples()?;
    names.sort_by_key(|name| place(name).unwrap_or(FIRST.len()));
    let folder = std::env::temp_dir().join(format!("docstream-examples-{}", std::process::id()));
    fs::create_dir_all(&folder)
        .map_err(|error| failed(format!("cannot create {}: {error}", folder.display())))?;
    let outcome = names.iter().try_for_each(|name| {
        let runs = place(name).map_or(&[&[] as &[&str]] as &[_], |place| FIRST[place].1);
        runs.iter()
            .try_for_each(|arguments| run_one(name, arguments, &folder))
    });
    // A folder left behind is no reason to fail, and the outcome matters more.
    let _ = fs::remove_dir_all(&folder);
    outcome
}

fn place(name: &str) -> Option<usize> {
    FIRST.iter().position(|(first, _)| *first == name)
}

/// The examples of the facade: `examples/NAME.rs` and `examples/NAME/main.rs`.
fn names() -> Outcome<Vec<String>> {
    let folder = Path::new("examples");
    if !tree::root().join(folder).exists() {
        return Ok(Vec::new());
    }
    let is_example = |entry: &PathBuf| {
        entry.extension().is_some_and(|is| is == "rs")
            || tree::root().join(entry).join("main.rs").exists()
    };
    let mut names: Vec<String> = tree::entries(folder)?
        .into_iter()
        .filter(is_example)
        .filter_map(|entry| Some(entry.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}

fn run_one(name: &str, arguments: &[&str], folder: &Path) -> Outcome {
    let program = cargo::artifacts()?.join("examples").join(name);
    let shown = [&[name], arguments].concat().join(" ");
    let log = folder.join("output.txt");
    let broken = |error: std::io::Error| failed(format!("cannot run {shown}: {error}"));
    let output = File::create(&log).map_err(broken)?;
    let start = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stderr(output.try_clone().map_err(broken)?)
        .stdout(output)
        .spawn()
        .map_err(broken)?;
    let why = loop {
        match child.try_wait().map_err(broken)? {
            Some(status) if status.success() => {
                println!("{shown}: ok in {:.1} s", start.elapsed().as_secs_f64());
                return Ok(());
            }
            Some(status) => break status.to_string(),
            None if start.elapsed() > DEADLINE => {
                child.kill().and_then(|()| child.wait()).map_err(broken)?;
                break format!("still running after {} s", DEADLINE.as_secs());
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let said = fs::read_to_string(&log).unwrap_or_default();
    Err(failed(format!("{shown} failed ({why}); it said:\n{said}")))
}
