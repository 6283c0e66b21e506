//! How fast each part is, beside the bare loop that bounds it.
//!
//! Ratios are read off one run; rates are of the machine. `cargo bench --bench throughput`
//! runs all groups, `cargo bench --bench throughput -- cpu_stage` one of them, and
//! `cargo xtask figures` prints the last run as a table.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a benchmark that cannot go on should stop"
)]

mod cpu_stage;
mod csv_rows;
mod date;
mod file_to_store;
mod input;
mod log;
mod log_to_store;
mod naive;
mod parse;
mod pipeline;
mod rows;
mod sqlite;
mod validate;

use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};

/// A group whose every iteration handles `documents`.
fn group<'a>(
    criterion: &'a mut Criterion,
    name: &str,
    documents: usize,
) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(format!("throughput/{name}"));
    group
        .throughput(Throughput::Elements(documents as u64))
        .sampling_mode(SamplingMode::Flat)
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    group
}

/// As [`group`], for what writes to a disk: an iteration is long and its time scatters.
fn disk_group<'a>(
    criterion: &'a mut Criterion,
    name: &str,
    documents: usize,
) -> BenchmarkGroup<'a, WallTime> {
    let mut group = group(criterion, name, documents);
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(1))
        .measurement_time(Duration::from_millis(1));
    group
}

criterion_group!(
    benches,
    parse::bench,
    date::bench,
    validate::bench,
    cpu_stage::bench,
    csv_rows::bench,
    pipeline::bench,
    log::append,
    log::read,
    log_to_store::bench,
    file_to_store::bench,
);
criterion_main!(benches);
