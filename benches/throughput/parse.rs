//! From bytes to a line.

use std::borrow::Cow;
use std::hint::black_box;

use criterion::Criterion;
use docstream::InvoiceRules;
use serde::Deserialize;

use crate::input::{Documents, FOREIGN, LOGGED};
use crate::naive::Line;

/// What serde reads fastest: texts where they are, the price through a float. Reads and
/// nothing else: no date, no exact price, no check.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "read to be measured")]
struct Borrowed<'a> {
    #[serde(borrow)]
    invoice_no: Cow<'a, str>,
    #[serde(borrow)]
    stock_code: Cow<'a, str>,
    #[serde(borrow)]
    description: Option<Text<'a>>,
    quantity: i32,
    #[serde(borrow)]
    invoice_date: Cow<'a, str>,
    unit_price: f64,
    #[serde(rename = "CustomerID")]
    customer_id: Option<u32>,
    #[serde(borrow)]
    country: Cow<'a, str>,
}

/// Without it serde copies the text inside of an `Option`.
#[derive(Deserialize)]
#[serde(transparent)]
#[expect(dead_code, reason = "read to be measured")]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = crate::group(criterion, "parse", LOGGED.len());
    group.bench_function("serde_owned", |bencher| {
        bencher.iter(|| {
            for document in LOGGED.iter() {
                black_box(serde_json::from_slice::<Line>(document).unwrap());
            }
        });
    });
    group.bench_function("serde_borrowed", |bencher| {
        bencher.iter(|| {
            for document in LOGGED.iter() {
                let text = std::str::from_utf8(document).unwrap();
                black_box(serde_json::from_str::<Borrowed<'_>>(text).unwrap());
            }
        });
    });
    group.bench_function("ours_own_key_order", |bencher| {
        bencher.iter(|| parse(&LOGGED));
    });
    group.bench_function("ours_foreign_key_order", |bencher| {
        bencher.iter(|| parse(&FOREIGN));
    });
    group.finish();
}

/// Reads, checks and hashes.
fn parse(documents: &Documents) {
    let rules = InvoiceRules::default();
    let mut parser = rules.parser();
    let mut text = String::new();
    for document in documents.iter() {
        if text.len() > 128 * 1024 {
            text.clear();
        }
        black_box(parser.parse_json(document, &mut text).unwrap());
    }
}
