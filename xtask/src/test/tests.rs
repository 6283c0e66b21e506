//! Step `tests`.

use crate::cargo::{self, PROFILE};
use crate::outcome::Outcome;

pub(super) fn run() -> Outcome {
    // Some tests start an example and kill it: the examples come first, with the same features.
    build_examples()?;
    cargo::run(&[
        "test",
        "--profile",
        PROFILE,
        "--locked",
        "--workspace",
        "--all-features",
        "--lib",
        "--bins",
        "--tests",
        "--no-fail-fast",
    ])
}

pub(super) fn build_examples() -> Outcome {
    cargo::run(&[
        "build",
        "--profile",
        PROFILE,
        "--locked",
        "--workspace",
        "--all-features",
        "--examples",
    ])
}
