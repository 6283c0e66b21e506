//! A whole file into a store, the pass that infers its dates included, beside a loop of the
//! `csv` crate and bare rusqlite.

use std::path::{Path, PathBuf};

use chrono::{NaiveDateTime, TimeZone};
use chrono_tz::Europe::London;
use criterion::{BatchSize, Criterion};
use docstream::file::{FileOptions, FileSource};
use docstream::sqlite::{SqliteStore, StoreOptions};
use docstream::{InvoiceLine, ParseInvoices, Pipeline, Span};
use rusqlite::params;
use tokio::runtime::Runtime;

use crate::input::file_rules;
use crate::log_to_store::tables_of_the_store;
use crate::sqlite::{BATCH, DOCUMENTS, Folder, csv_file, open};

pub(crate) fn bench(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let mut folder = Folder::new();
    let file = csv_file(&folder.file("rows"));
    let tables = tables_of_the_store(&folder.file("tables"));

    let mut folder = Folder::new();
    let mut group = crate::disk_group(criterion, "file_to_store", DOCUMENTS);
    group.bench_function("bare_csv_rusqlite", |bencher| {
        let store = || folder.file("bare");
        let run = |store: PathBuf| fill_table(&file, &store, &tables);
        bencher.iter_batched(store, run, BatchSize::PerIteration);
    });
    group.bench_function("ours", |bencher| {
        let store = || folder.file("store");
        let run = |store: PathBuf| runtime.block_on(pipe(&file, &store));
        bencher.iter_batched(store, run, BatchSize::PerIteration);
    });
    group.finish();
}

async fn pipe(file: &Path, store: &Path) {
    let store = SqliteStore::<InvoiceLine<Span>>::open(store, StoreOptions::default()).unwrap();
    let source = FileSource::open(file, FileOptions::default()).unwrap();
    let pipeline = Pipeline::from(source)
        .transform(ParseInvoices::new(file_rules()))
        .dead_letters(store.dead_letters())
        .into_idempotent_sink(store);
    let summary = pipeline.run().await.unwrap();
    assert_eq!(summary.written as usize, DOCUMENTS);
}

/// The same table, a thousand rows a transaction. No check, no hash; the row's number is
/// its id.
fn fill_table(file: &Path, store: &Path, tables: &str) {
    let connection = open(store);
    connection.execute_batch(tables).unwrap();
    let mut reader = csv::Reader::from_path(file).unwrap();
    let (mut row, mut number, mut more) = (csv::StringRecord::new(), 0_u64, true);
    while more {
        let transaction = connection.unchecked_transaction().unwrap();
        let mut insert = transaction
            .prepare_cached(
                "INSERT INTO invoice_lines VALUES
                 (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)",
            )
            .unwrap();
        for _ in 0..BATCH {
            more = reader.read_record(&mut row).unwrap();
            if !more {
                break;
            }
            let price: rust_decimal::Decimal = row[5].parse().unwrap();
            let price: i64 = (price * rust_decimal::Decimal::from(10_000))
                .try_into()
                .unwrap();
            let date = NaiveDateTime::parse_from_str(&row[4], "%m/%d/%Y %H:%M").unwrap();
            let date = London.from_local_datetime(&date).earliest().unwrap();
            let mut id = [0; 24];
            id[16..].copy_from_slice(&number.to_be_bytes());
            insert
                .execute(params![
                    id,
                    [0_u8; 16],
                    1,
                    number as i64,
                    1_i64,
                    &row[0],
                    if row[0].starts_with('C') {
                        "cancellation"
                    } else {
                        "sale"
                    },
                    &row[1],
                    row[1].to_ascii_uppercase(),
                    Some(row[2].trim()).filter(|text| !text.is_empty()),
                    Some(&row[2]).filter(|text| text.trim().len() != text.len()),
                    row[3].parse::<i64>().unwrap(),
                    date.timestamp_micros(),
                    price,
                    row[6].parse::<i64>().ok(),
                    &row[7],
                ])
                .unwrap();
            number += 1;
        }
        drop(insert);
        transaction.commit().unwrap();
    }
    assert_eq!(number as usize, DOCUMENTS);
}
