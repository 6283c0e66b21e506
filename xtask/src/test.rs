//! `cargo xtask test`: every check of the project, in the order in which they fail fastest.
//!
//! A step is a file under `test/` with a function, and a row in [`STEPS`].

mod clippy;
mod dependencies;
mod docs;
mod doctests;
mod examples;
mod features;
mod files;
mod format;
mod licence;
mod links;
mod tests;

use std::time::{Duration, Instant};

use crate::outcome::{Outcome, failed, usage};

struct Step {
    name: &'static str,
    about: &'static str,
    run: fn() -> Outcome,
}

const STEPS: &[Step] = &[
    Step {
        name: "format",
        about: "rustfmt has nothing to change",
        run: format::run,
    },
    Step {
        name: "files",
        about: "no source file over 500 lines, licence texts in every package",
        run: files::run,
    },
    Step {
        name: "links",
        about: "relative links in Markdown lead somewhere",
        run: links::run,
    },
    Step {
        name: "dependencies",
        about: "licences, banned crates, sources, and the lowest safe versions",
        run: dependencies::run,
    },
    Step {
        name: "clippy",
        about: "clippy on everything with all features, warnings denied",
        run: clippy::run,
    },
    Step {
        name: "features",
        about: "each package with no feature and with each feature alone; panic = \"abort\" refused",
        run: features::run,
    },
    Step {
        name: "docs",
        about: "the documentation builds, warnings denied",
        run: docs::run,
    },
    Step {
        name: "tests",
        about: "all unit and integration tests",
        run: tests::run,
    },
    Step {
        name: "doctests",
        about: "all examples in the documentation",
        run: doctests::run,
    },
    Step {
        name: "examples",
        about: "every program in examples/ runs",
        run: examples::run,
    },
];

/// Runs the steps that `words` name, all of them if it names none.
pub(crate) fn run(words: &[String]) -> Outcome {
    let mut keep_going = false;
    let mut named = Vec::new();
    for word in words {
        match word.as_str() {
            "--list" => {
                for step in STEPS {
                    println!("{:<13} {}", step.name, step.about);
                }
                return Ok(());
            }
            "--keep-going" => keep_going = true,
            name if STEPS.iter().any(|step| step.name == name) => named.push(name),
            other => {
                return Err(usage(format!(
                    "no step or option `{other}`; usage: cargo xtask test [--keep-going] [--list] [STEP...]"
                )));
            }
        }
    }
    let steps = STEPS
        .iter()
        .filter(|step| named.is_empty() || named.contains(&step.name));
    run_steps(steps, keep_going)
}

fn run_steps<'a>(steps: impl Iterator<Item = &'a Step>, keep_going: bool) -> Outcome {
    let mut done: Vec<(&str, &str, Duration)> = Vec::new();
    let mut failures = Vec::new();
    for step in steps {
        if !failures.is_empty() && !keep_going {
            done.push((step.name, "not run", Duration::ZERO));
            continue;
        }
        println!("\n=== {}: {}", step.name, step.about);
        let start = Instant::now();
        let outcome = (step.run)();
        let time = start.elapsed();
        let word = match outcome {
            Ok(()) => "ok",
            Err(failure) => {
                eprintln!("{}", failure.message());
                failures.push(step.name);
                "FAILED"
            }
        };
        println!("--- {}: {word} in {:.1} s", step.name, time.as_secs_f64());
        done.push((step.name, word, time));
    }
    print_summary(&done);
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failed(format!("failed: {}", failures.join(", "))))
    }
}

fn print_summary(done: &[(&str, &str, Duration)]) {
    println!("\n=== summary");
    for (name, word, time) in done {
        println!("{name:<13} {word:<8} {:>7.1} s", time.as_secs_f64());
    }
    let total: Duration = done.iter().map(|(_, _, time)| *time).sum();
    println!("{:<22} {:>7.1} s", "all", total.as_secs_f64());
}
