//! Goal P1: from the bytes of a document to a row of a table and the hash of what it holds,
//! read, checked and cleaned, with exact decimals on both sides.

use std::hint::black_box;

use criterion::{BatchSize, Criterion};
use docstream::{Batch, Document, Epoch, Incoming, InvoiceRules, Offset, Partition, Raw, SourceId};

use crate::input::{Documents, FOREIGN, LOCAL, LOGGED};
use crate::naive;
use crate::rows::Rows;

/// Documents of a batch.
const BATCH: usize = 1_000;

pub(crate) fn bench(criterion: &mut Criterion) {
    both_sides_agree();
    let mut group = crate::group(criterion, "cpu_stage", LOGGED.len());
    group.bench_function("naive", |bencher| {
        bencher.iter(|| {
            for document in LOGGED.iter() {
                black_box(naive::stage(document).unwrap());
            }
        });
    });
    group.bench_function("ours", |bencher| bencher.iter(|| stage(&LOGGED)));
    group.bench_function("naive_local_dates", |bencher| {
        bencher.iter(|| {
            for document in LOCAL.iter() {
                black_box(naive::stage_local(document).unwrap());
            }
        });
    });
    group.bench_function("ours_local_dates", |bencher| bencher.iter(|| stage(&LOCAL)));
    group.bench_function("ours_foreign_key_order", |bencher| {
        bencher.iter(|| stage(&FOREIGN));
    });
    group.bench_function("ours_in_batches", |bencher| {
        let rules = InvoiceRules::default();
        let mut rows = Rows::default();
        let inputs = || batches(&LOGGED);
        let run = |batches| {
            for batch in batches {
                stage_batch(&rules, batch, &mut rows);
            }
        };
        bencher.iter_batched(inputs, run, BatchSize::PerIteration);
    });
    group.finish();
}

/// Batch by batch, as a pipeline works: what is UTF-8 is asked once a batch.
fn stage(documents: &Documents) {
    let rules = InvoiceRules::default();
    let (mut parser, mut text, mut rows) = (rules.parser(), String::new(), Rows::default());
    for (bytes, places) in documents.batches(BATCH) {
        text.clear();
        rows.clear();
        let batch = std::str::from_utf8(bytes).unwrap();
        for place in places {
            let (line, hash) = parser.parse_json_str(&batch[place], &mut text).unwrap();
            line.encode(&text, &mut rows);
            black_box((hash, &rows));
        }
    }
}

/// The same through the type in which documents travel.
fn stage_batch(rules: &InvoiceRules, batch: Batch<Raw>, rows: &mut Rows) {
    let mut parser = rules.parser();
    let batch = batch.parse(|record, text| {
        let json = record.payload_str().expect("the documents are UTF-8");
        let (line, hash) = parser.parse_json_str(json, text)?;
        Ok((line, Some(hash)))
    });
    rows.clear();
    for record in batch.records() {
        record.doc().encode(record.text(), rows);
        black_box((record.hash(), &rows));
    }
}

/// The documents in batches, as a source gives them.
pub(crate) fn batches(documents: &Documents) -> Vec<Batch<Raw>> {
    let source = SourceId::new("default", "bench", &[]);
    let partition = Partition::new("memory:bench");
    let all: Vec<&[u8]> = documents.iter().collect();
    let mut offsets = 0..;
    all.chunks(BATCH)
        .map(|chunk| {
            let offset = offsets.start;
            let mut batch = Batch::builder(partition.clone(), Epoch(1), Offset(offset));
            for (document, at) in chunk.iter().zip(&mut offsets) {
                let incoming = Incoming::new(source.doc(at), Offset(at), document);
                batch.push(incoming, Raw::Bytes);
            }
            batch.finish()
        })
        .collect()
}

/// A comparison of two programs is one only if they do the same.
fn both_sides_agree() {
    let rules = InvoiceRules::default();
    let mut parser = rules.parser();
    let mut ours = |document: &[u8]| {
        let (mut text, mut rows) = (String::new(), Rows::default());
        let (line, hash) = parser.parse_json(document, &mut text).unwrap();
        line.encode(&text, &mut rows);
        (rows.cells(), hash)
    };
    for ((own, foreign), local) in LOGGED.iter().zip(FOREIGN.iter()).zip(LOCAL.iter()) {
        let naive = naive::stage(own).unwrap();
        assert_eq!(ours(own), naive);
        assert_eq!(ours(foreign), naive);
        assert_eq!(ours(local), naive::stage_local(local).unwrap());
    }
}
