//! Rows of a CSV file, beside loops of the `csv` crate.

use std::fs::File;
use std::hint::black_box;
use std::path::Path;

use criterion::Criterion;
use csv::{ByteRecord, Reader, StringRecord};
use docstream::file::{FileOptions, FileSource, Survey};
use docstream::{Demand, Next, Source};
use serde::Deserialize;
use tokio::runtime::Runtime;

use crate::sqlite::{DOCUMENTS, Folder, csv_file};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "read to be measured")]
pub(crate) struct Owned {
    invoice_no: String,
    stock_code: String,
    description: Option<String>,
    quantity: i32,
    invoice_date: String,
    unit_price: String,
    #[serde(rename = "CustomerID")]
    customer_id: Option<String>,
    country: String,
}

pub(crate) fn bench(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let mut folder = Folder::new();
    let file = csv_file(&folder.file("rows"));
    let survey = || Survey::input(&file, &FileOptions::default(), |_| {}).unwrap();
    let surveys = survey();

    let mut group = crate::group(criterion, "csv", DOCUMENTS);
    group.sample_size(10);
    group.bench_function("csv_byte_records", |bencher| {
        bencher.iter(|| {
            let (mut reader, mut row, mut rows) = (open(&file), ByteRecord::new(), 0);
            while reader.read_byte_record(&mut row).unwrap() {
                black_box(&row);
                rows += 1;
            }
            assert_eq!(rows, DOCUMENTS);
        });
    });
    group.bench_function("csv_string_records", |bencher| {
        bencher.iter(|| {
            let (mut reader, mut row, mut rows) = (open(&file), StringRecord::new(), 0);
            while reader.read_record(&mut row).unwrap() {
                black_box(&row);
                rows += 1;
            }
            assert_eq!(rows, DOCUMENTS);
        });
    });
    group.bench_function("csv_serde_owned", |bencher| {
        bencher.iter(|| {
            let mut rows = 0;
            for row in open(&file).into_deserialize::<Owned>() {
                black_box(row.unwrap());
                rows += 1;
            }
            assert_eq!(rows, DOCUMENTS);
        });
    });
    group.bench_function("ours_read", |bencher| {
        bencher.iter(|| {
            let source = FileSource::new(surveys.clone(), FileOptions::default()).unwrap();
            assert_eq!(runtime.block_on(read(source)), DOCUMENTS);
        });
    });
    // Once a file: which file it is, its encoding, its order of day and month.
    group.bench_function("ours_survey", |bencher| {
        bencher.iter(|| black_box(survey()));
    });
    group.finish();
}

fn open(file: &Path) -> Reader<File> {
    Reader::from_path(file).unwrap()
}

async fn read(mut source: FileSource) -> usize {
    source.start(None).await.unwrap();
    let mut rows = 0;
    loop {
        match source.next(Demand::default()).await.unwrap() {
            Next::Batch(batch) => rows += black_box(batch).len(),
            Next::End => return rows,
            _ => {}
        }
    }
}
