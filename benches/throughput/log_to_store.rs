//! Goal P8: documents of the log, parsed and stored, beside a loop of bare rusqlite that has
//! the rows in memory, parsed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use criterion::{BatchSize, Criterion};
use docstream::sqlite::{Log, SqliteStore, StoreOptions};
use docstream::{Batch, InvoiceLine, ParseInvoices, Pipeline, Sink, Span, Write};
use rusqlite::{Connection, params};
use tokio::runtime::Runtime;

use crate::log::fill_log;
use crate::sqlite::{DOCUMENTS, Folder, open, parsed_batches, raw_batches};

type Line = InvoiceLine<Span>;

pub(crate) fn bench(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let mut folder = Folder::new();
    let log_file = folder.file("log");
    let log = runtime.block_on(fill_log(&log_file, &raw_batches()));
    let parsed = parsed_batches();
    let tables = tables_of_the_store(&folder.file("tables"));

    let mut folder = Folder::new();
    let mut group = crate::disk_group(criterion, "log_to_store", DOCUMENTS);
    group.bench_function("bare_rusqlite", |bencher| {
        let file = || folder.file("bare");
        let run = |file: PathBuf| fill_table(&file, &tables, &parsed);
        bencher.iter_batched(file, run, BatchSize::PerIteration);
    });
    group.bench_function("store_from_memory", |bencher| {
        let file = || folder.file("store");
        let run = |file: PathBuf| runtime.block_on(fill_store(&file, &parsed));
        bencher.iter_batched(file, run, BatchSize::PerIteration);
    });
    let mut runs = 0;
    group.bench_function("ours", |bencher| {
        let input = || {
            runs += 1;
            (folder.file("piped"), format!("run-{runs}"))
        };
        let run = |(file, name): (PathBuf, String)| runtime.block_on(pipe(&log, &file, name));
        bencher.iter_batched(input, run, BatchSize::PerIteration);
    });
    group.finish();
}

async fn pipe(log: &Log, file: &Path, group: String) {
    let store = SqliteStore::<Line>::open(file, StoreOptions::default()).unwrap();
    let source = log.source(group).until(log.ends().await.unwrap());
    let pipeline = Pipeline::from(source)
        .transform(ParseInvoices::default())
        .dead_letters(store.dead_letters())
        .into_idempotent_sink(store);
    let summary = pipeline.run().await.unwrap();
    assert_eq!(summary.written as usize, DOCUMENTS);
}

async fn fill_store(file: &Path, batches: &[Arc<Batch<Line>>]) {
    let store = SqliteStore::<Line>::open(file, StoreOptions::default()).unwrap();
    for batch in batches {
        let report = store.write(Write::all(Arc::clone(batch))).await.unwrap();
        assert_eq!(report.written as usize, batch.len());
    }
}

/// The very statements by which a store makes its table and its indexes.
pub(crate) fn tables_of_the_store(file: &Path) -> String {
    drop(SqliteStore::<Line>::open(file, StoreOptions::default()).unwrap());
    let connection = Connection::open(file).unwrap();
    let mut select = connection
        .prepare(
            "SELECT sql || ';' FROM sqlite_master WHERE tbl_name = 'invoice_lines' AND sql <> ''",
        )
        .unwrap();
    let statements = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
    statements.map(Result::unwrap).collect()
}

fn fill_table(file: &Path, tables: &str, batches: &[Arc<Batch<Line>>]) {
    let connection = open(file);
    connection.execute_batch(tables).unwrap();
    for batch in batches {
        let transaction = connection.unchecked_transaction().unwrap();
        let mut insert = transaction
            .prepare_cached(
                "INSERT INTO invoice_lines VALUES
                 (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)",
            )
            .unwrap();
        for record in batch.records() {
            let line = record.doc().view(record.text());
            let description = line.description.as_ref();
            let raw = description.filter(|text| text.raw() != text.clean());
            insert
                .execute(params![
                    record.id().to_bytes(),
                    record.hash().to_bytes(),
                    1,
                    record.offset().0 as i64,
                    1_i64,
                    line.invoice_no.as_str(),
                    line.kind().as_str(),
                    line.stock_code.raw(),
                    line.stock_code.folded(),
                    description.map(|text| *text.clean()),
                    raw.map(|text| *text.raw()),
                    line.quantity.0,
                    line.invoice_date.unix_micros(),
                    line.unit_price.ten_thousandths(),
                    line.customer_id.map(|customer| customer.0),
                    line.country.as_str(),
                ])
                .unwrap();
        }
        drop(insert);
        transaction.commit().unwrap();
    }
}
