//! Whether a line is a good one.
//!
//! The two of ours ask for the policy's rules; which characters a text holds was checked
//! while it was read, where `derive` has it among its rules.

use std::hint::black_box;

use criterion::Criterion;
use docstream::{InvoiceRules, Policy};
use validator::{Validate, ValidateArgs};

use crate::input::LOGGED;
use crate::naive::Line;

pub(crate) fn bench(criterion: &mut Criterion) {
    let owned: Vec<Line> = LOGGED
        .iter()
        .map(|document| serde_json::from_slice(document).unwrap())
        .collect();
    let rules = InvoiceRules::default();
    let (mut parser, mut text) = (rules.parser(), String::new());
    let packed: Vec<_> = LOGGED
        .iter()
        .map(|document| parser.parse_json(document, &mut text).unwrap().0)
        .collect();

    let mut group = crate::group(criterion, "validate", LOGGED.len());
    group.bench_function("derive", |bencher| {
        bencher.iter(|| {
            for line in &owned {
                line.validate().unwrap();
            }
        });
    });
    group.bench_function("ours_all_faults", |bencher| {
        bencher.iter(|| {
            for line in &packed {
                line.validate_with_args(black_box(Policy::Retail)).unwrap();
            }
        });
    });
    group.bench_function("ours_yes_or_no", |bencher| {
        bencher.iter(|| {
            for line in &packed {
                black_box(black_box(Policy::Retail).admits(line));
            }
        });
    });
    group.finish();
}
