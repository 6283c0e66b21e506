//! Faults of the process, the disk and the machine: the program `full_pipeline` is hit,
//! run again to the end, and then everything is audited.
//!
//! The program is taken from where cargo puts examples:
//! `cargo build --examples --all-features` with the profile of the tests.

#![cfg(all(feature = "sqlite", target_os = "linux"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "functions that only tests call"
)]

mod crash_points;
mod disk_full;
mod input;
mod kills;
mod mounts;
mod power_cut;
mod program;
mod random;
mod sabotage;
mod truth;
