//! Step `clippy`.

use crate::cargo::{self, PROFILE};
use crate::outcome::Outcome;

pub(super) fn run() -> Outcome {
    cargo::need_component("clippy", "clippy")?;
    cargo::run(&[
        "clippy",
        "--profile",
        PROFILE,
        "--locked",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ])
}
