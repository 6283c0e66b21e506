//! Step `format`.

use crate::cargo;
use crate::outcome::Outcome;

pub(super) fn run() -> Outcome {
    cargo::need_component("fmt", "rustfmt")?;
    cargo::run(&["fmt", "--all", "--check"])
}
