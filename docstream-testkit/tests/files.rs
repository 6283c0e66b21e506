//! The file endpoints keep the contracts, and what one writes the other reads.
#![allow(
    clippy::unwrap_used,
    reason = "the exemption for tests does not reach functions that tests share"
)]

mod files_under_test;

use std::path::Path;

use docstream_core::file::{CsvSink, FileOptions, FileSource, NdJsonSink};
use docstream_core::{
    Batch, ContentHash, Demand, Epoch, Incoming, InvoiceLine, InvoiceRules, Next, Offset,
    ParseInvoices, Partition, Raw, Sink, Source, SourceId, Span, Transform, Write,
};
use docstream_testkit::contract;
use docstream_testkit::generator::Generator;
use files_under_test::{Buried, Format, Input, Output};

type Invoices = InvoiceLine<Span>;

#[tokio::test]
async fn a_csv_file_keeps_the_contract_of_a_source() {
    contract::source::all(async || Input::file(Format::Csv)).await;
}

#[tokio::test]
async fn an_ndjson_file_keeps_the_contract_of_a_source() {
    contract::source::all(async || Input::file(Format::NdJson)).await;
}

#[tokio::test]
async fn a_compressed_file_keeps_the_contract_of_a_source() {
    contract::source::all(async || Input::file(Format::Gzip)).await;
}

#[tokio::test]
async fn a_folder_keeps_the_contract_of_a_source() {
    contract::source::all(async || Input::folder()).await;
}

#[tokio::test]
async fn a_file_of_lines_keeps_the_contract_of_a_sink() {
    contract::sink::all(async || Output::<NdJsonSink<Raw>>::new()).await;
}

#[tokio::test]
async fn a_file_of_rows_keeps_the_contract_of_a_sink() {
    contract::sink::all(async || Output::<CsvSink<Invoices>>::new()).await;
}

#[tokio::test]
async fn dead_letters_in_a_file_keep_their_contract() {
    contract::dead_letters::all(async || Buried::new()).await;
}

/// The first documents of a generator, parsed.
async fn generated() -> Batch<Invoices> {
    let generator = Generator::new(8).span(2_000);
    let source = SourceId::new("default", "contract", &[]);
    let mut batch = Batch::<Raw>::builder(Partition::new("contract:0"), Epoch(1), Offset(0));
    for k in 0..2_000 {
        let body = generator.document(k).body;
        batch.push(Incoming::new(source.doc(k), Offset(k), &body), Raw::Bytes);
    }
    parsed(batch.finish()).await
}

async fn parsed(batch: Batch<Raw>) -> Batch<Invoices> {
    let parse = ParseInvoices::new(InvoiceRules::default())
        .extra_columns(docstream_core::ExtraColumns::Ignore);
    let batch = parse.apply(batch).await.unwrap();
    let faults: Vec<_> = batch.rejections().collect();
    assert!(faults.is_empty(), "{faults:?}");
    batch
}

/// What each document says, in order. A row keeps the description without the white
/// space around it in the column of that name, so the clean one counts.
fn says(batch: &Batch<Invoices>) -> Vec<String> {
    let fields = |record: docstream_core::RecordRef<'_, Invoices>| {
        let line = record.doc().view(record.text());
        let description = line.description.as_ref().map(|text| *text.clean());
        let (code, customer) = (line.stock_code.raw(), line.customer_id);
        let (quantity, price, date) = (line.quantity, line.unit_price, line.invoice_date);
        let (number, country) = (line.invoice_no.as_str(), line.country.as_str());
        format!(
            "{number} {code} {description:?} {quantity:?} {date} {price} {customer:?} {country}"
        )
    };
    batch.records().map(fields).collect()
}

/// All documents of a file.
async fn read_back<T>(file: &Path, say: impl Fn(&Batch<Invoices>) -> Vec<T>) -> Vec<T> {
    let mut source = FileSource::open(file, FileOptions::default()).unwrap();
    source.start(None).await.unwrap();
    let mut found = Vec::new();
    loop {
        match source.next(Demand::default()).await.unwrap() {
            Next::Batch(batch) => found.extend(say(&parsed(batch).await)),
            Next::End => return found,
            _ => {}
        }
    }
}

#[tokio::test]
async fn lines_are_read_back_as_the_same_documents() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lines.ndjson");
    let hashes = |batch: &Batch<Invoices>| -> Vec<ContentHash> {
        batch.records().map(|record| record.hash()).collect()
    };
    let batch = generated().await;
    let written = hashes(&batch);
    let sink = NdJsonSink::open(&file).unwrap();
    sink.write(Write::all(batch)).await.unwrap();
    assert_eq!(read_back(&file, hashes).await, written);
}

#[tokio::test]
async fn rows_are_read_back_as_the_same_documents() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.csv");
    let batch = generated().await;
    let written = says(&batch);
    let sink = CsvSink::open(&file).unwrap();
    sink.write(Write::all(batch)).await.unwrap();
    assert_eq!(read_back(&file, says).await, written);
}
