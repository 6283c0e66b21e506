//! Step `docs`.

use crate::cargo::{self, PROFILE};
use crate::outcome::Outcome;

pub(super) fn run() -> Outcome {
    cargo::run_with(
        &[
            "doc",
            "--profile",
            PROFILE,
            "--locked",
            "--workspace",
            "--no-deps",
            "--all-features",
        ],
        &[("RUSTDOCFLAGS", "-D warnings")],
    )
}
