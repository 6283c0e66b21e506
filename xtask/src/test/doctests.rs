//! Step `doctests`.

use crate::cargo::{self, PROFILE};
use crate::outcome::Outcome;

pub(super) fn run() -> Outcome {
    cargo::run(&[
        "test",
        "--profile",
        PROFILE,
        "--locked",
        "--workspace",
        "--all-features",
        "--doc",
        "--no-fail-fast",
    ])
}
