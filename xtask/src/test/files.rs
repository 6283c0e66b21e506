//! Step `files`: rules that hold for every file or package.

use crate::outcome::{Outcome, nothing_in};
use crate::tree;

/// Past this a file holds two ideas.
const LONGEST: usize = 500;

pub(super) fn run() -> Outcome {
    let mut found = Vec::new();
    for file in tree::files("rs")? {
        let lines = tree::read(&file)?.lines().count();
        if lines > LONGEST {
            found.push(format!("{} has {lines} lines: split it", file.display()));
        }
    }
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        let text = tree::read(licence)?;
        for package in tree::packages()? {
            let copy = package.join(licence);
            if !tree::read(&copy).is_ok_and(|is| is == text) {
                found.push(format!(
                    "{} is missing or differs from the root's",
                    copy.display()
                ));
            }
        }
    }
    nothing_in(&found, "files that break a rule of the tree")
}
