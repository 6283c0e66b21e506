//! Into the durable log and out of it, beside a plain table with a row for each document.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use criterion::{BatchSize, Criterion};
use docstream::sqlite::{Log, LogOptions};
use docstream::{Batch, Demand, Next, Raw, Sink, Source, Write};
use tokio::runtime::Runtime;

use crate::sqlite::{DOCUMENTS, Folder, open, raw_batches};

/// What one would write by hand: in the order of the log, each id once.
const TABLE: &str = "CREATE TABLE log (
    partition INTEGER NOT NULL, offset INTEGER NOT NULL, key BLOB NOT NULL,
    doc_id BLOB NOT NULL UNIQUE, content_hash BLOB NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (partition, offset)) STRICT, WITHOUT ROWID";

pub(crate) fn append(criterion: &mut Criterion) {
    let batches = raw_batches();
    let runtime = Runtime::new().unwrap();
    let mut folder = Folder::new();
    let mut group = crate::disk_group(criterion, "log_append", DOCUMENTS);
    group.bench_function("bare_rusqlite", |bencher| {
        let file = || folder.file("bare");
        bencher.iter_batched(
            file,
            |file| fill_table(&file, &batches),
            BatchSize::PerIteration,
        );
    });
    group.bench_function("ours", |bencher| {
        let file = || folder.file("log");
        let run = |file: std::path::PathBuf| runtime.block_on(fill_log(&file, &batches));
        bencher.iter_batched(file, run, BatchSize::PerIteration);
    });
    group.finish();
}

pub(crate) fn read(criterion: &mut Criterion) {
    let batches = raw_batches();
    let runtime = Runtime::new().unwrap();
    let mut folder = Folder::new();
    let (bare, log) = (folder.file("bare"), folder.file("log"));
    fill_table(&bare, &batches);
    let log = runtime.block_on(fill_log(&log, &batches));
    let mut readers = 0;

    let mut group = crate::disk_group(criterion, "log_read", DOCUMENTS);
    group.bench_function("bare_rusqlite", |bencher| {
        bencher.iter(|| assert_eq!(read_table(&bare), DOCUMENTS));
    });
    group.bench_function("ours", |bencher| {
        bencher.iter(|| {
            readers += 1;
            let read = read_log(&log, format!("reader-{readers}"));
            assert_eq!(runtime.block_on(read), DOCUMENTS);
        });
    });
    group.finish();
}

fn fill_table(file: &Path, batches: &[Arc<Batch<Raw>>]) {
    let connection = open(file);
    connection.execute_batch(TABLE).unwrap();
    for batch in batches {
        let transaction = connection.unchecked_transaction().unwrap();
        let mut insert = transaction
            .prepare_cached("INSERT INTO log VALUES (0, ?1, ?2, ?3, ?4, ?5)")
            .unwrap();
        for record in batch.records() {
            let values = (
                record.offset().0 as i64,
                record.key(),
                record.id().to_bytes(),
                record.hash().to_bytes(),
                record.raw(),
            );
            insert.execute(values).unwrap();
        }
        drop(insert);
        transaction.commit().unwrap();
    }
}

/// A log with these documents.
pub(crate) async fn fill_log(file: &Path, batches: &[Arc<Batch<Raw>>]) -> Log {
    let log = Log::open(file, LogOptions::default()).unwrap();
    for batch in batches {
        let report = log.write(Write::all(Arc::clone(batch))).await.unwrap();
        assert_eq!(report.written as usize, batch.len());
    }
    log
}

/// A thousand rows a query, as a consumer would ask for them.
fn read_table(file: &Path) -> usize {
    let connection = open(file);
    let mut select = connection
        .prepare(
            "SELECT offset, key, doc_id, content_hash, body FROM log
             WHERE partition = 0 AND offset >= ?1 ORDER BY offset LIMIT 1000",
        )
        .unwrap();
    let (mut next, mut read) = (0_i64, 0);
    loop {
        let mut rows = select.query([next]).unwrap();
        let before = read;
        while let Some(row) = rows.next().unwrap() {
            next = row.get::<_, i64>(0).unwrap() + 1;
            black_box((row.get_ref(1).unwrap(), row.get::<_, [u8; 24]>(2).unwrap()));
            black_box((row.get::<_, [u8; 16]>(3).unwrap(), row.get_ref(4).unwrap()));
            read += 1;
        }
        if read == before {
            return read;
        }
    }
}

async fn read_log(log: &Log, group: String) -> usize {
    let mut source = log.source(group).until(log.ends().await.unwrap());
    source.start(None).await.unwrap();
    let mut read = 0;
    loop {
        match source.next(Demand::default()).await.unwrap() {
            Next::Batch(batch) => read += black_box(batch).len(),
            Next::End => return read,
            _ => {}
        }
    }
}
