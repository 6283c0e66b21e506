//! Goal P2: the way from parse to encoded bytes does not allocate document by document.
//!
//! A test program of its own, since it counts what its whole process allocates.

#![allow(clippy::unwrap_used, reason = "functions that only tests call")]

use std::alloc::System;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use docstream::{
    Batch, Committer, Demand, Document, Encoder, Epoch, Incoming, InvoiceLine, InvoiceRules, Money,
    Next, Offset, ParseInvoices, Partition, Pipeline, Raw, Result, Sink, Source, SourceId, Span,
    Timestamp, Write, WriteReport, write_json,
};
use docstream_testkit::generator::Generator;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const DOCUMENTS: u64 = 100_000;
const BATCH: u64 = 1_000;

/// Both counts are of the process: the tests must not run at once.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

#[test]
fn parse_and_encode_allocate_by_the_batch_not_by_the_document() {
    let _alone = ONE_AT_A_TIME.lock();
    let batches = batches();
    let rules = InvoiceRules::default();
    let mut row = Bytes(Vec::with_capacity(1_024));
    let mut encoded = 0;
    let region = Region::new(ALLOCATOR);
    let mut parser = rules.parser();
    for batch in batches {
        let batch = batch.parse(|record, text| {
            let json = record.payload_str().unwrap();
            let (line, hash) = parser.parse_json_str(json, text)?;
            Ok((line, Some(hash)))
        });
        for record in batch.records() {
            row.0.clear();
            record.doc().encode(record.text(), &mut row);
            encoded += u64::from(!row.0.is_empty());
        }
    }
    let per_document = per_document(&region);
    println!("{per_document:.4} allocations a document from parse to encoded bytes");
    assert_eq!(encoded, DOCUMENTS);
    assert!(per_document <= 0.05, "{per_document}");
}

#[test]
fn a_whole_pipeline_allocates_by_the_batch_not_by_the_document() {
    let _alone = ONE_AT_A_TIME.lock();
    let source = Replay(batches());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let region = Region::new(ALLOCATOR);
    let pipeline = Pipeline::from(source)
        .transform(ParseInvoices::default())
        .halt_on_reject()
        .into_sink(Encode(Mutex::new(Bytes(Vec::with_capacity(1_024)))));
    let summary = runtime.block_on(pipeline.run()).unwrap();
    let per_document = per_document(&region);
    println!("{per_document:.4} allocations a document through a whole pipeline");
    assert_eq!(summary.written, DOCUMENTS);
    assert!(per_document <= 0.1, "{per_document}");
}

fn per_document(region: &Region<'_, System>) -> f64 {
    let change = region.change();
    (change.allocations + change.reallocations) as f64 / DOCUMENTS as f64
}

/// Generated documents in the form that a log holds, in batches of a thousand.
fn batches() -> VecDeque<Batch<Raw>> {
    let generator = Generator::new(42);
    let rules = InvoiceRules::default();
    let mut parser = rules.parser();
    let source = SourceId::new("default", "allocations", &[]);
    let partition = Partition::new("memory:allocations");
    let (mut raw, mut text, mut logged) = (Vec::new(), String::new(), Vec::new());
    let mut batch = |from: u64| {
        let mut batch = Batch::builder(partition.clone(), Epoch(1), Offset(from));
        for k in from..from + BATCH {
            raw.clear();
            text.clear();
            logged.clear();
            generator.write_json(k, &mut raw);
            let (line, _) = parser.parse_json(&raw, &mut text).unwrap();
            write_json(&line.view(&text), &mut logged);
            batch.push(Incoming::new(source.doc(k), Offset(k), &logged), Raw::Bytes);
        }
        batch.finish()
    };
    (0..DOCUMENTS / BATCH).map(|n| batch(n * BATCH)).collect()
}

/// Gives batches that were made before.
struct Replay(VecDeque<Batch<Raw>>);

#[async_trait]
impl Source for Replay {
    type Doc = Raw;

    async fn next(&mut self, _: Demand) -> Result<Next<Raw>> {
        Ok(self.0.pop_front().map_or(Next::End, Next::Batch))
    }

    fn committer(&self) -> Arc<dyn Committer> {
        Arc::new(())
    }
}

/// Encodes every document and throws the bytes away.
struct Encode(Mutex<Bytes>);

#[async_trait]
impl Sink<InvoiceLine<Span>> for Encode {
    async fn write(&self, work: Write<InvoiceLine<Span>>) -> Result<WriteReport> {
        let mut row = self.0.lock().unwrap();
        for (_, record) in work.records() {
            row.0.clear();
            record.doc().encode(record.text(), &mut *row);
        }
        Ok(WriteReport::written(work.len()))
    }

    async fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// The values of a row, one after another.
struct Bytes(Vec<u8>);

impl Encoder for Bytes {
    fn null(&mut self) {
        self.0.push(0);
    }

    fn text(&mut self, value: &str) {
        self.0
            .extend_from_slice(&(value.len() as u32).to_le_bytes());
        self.0.extend_from_slice(value.as_bytes());
    }

    fn integer(&mut self, value: i64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    fn money(&mut self, value: Money) {
        self.integer(value.ten_thousandths().unwrap());
    }

    fn real(&mut self, value: f64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    fn boolean(&mut self, value: bool) {
        self.0.push(value.into());
    }

    fn timestamp(&mut self, value: Timestamp) {
        self.integer(value.unix_micros());
    }
}
