//! What the pipeline itself costs: documents from memory, parsed, to a sink that counts.

use std::collections::VecDeque;
use std::hint::black_box;
use std::sync::Arc;

use async_trait::async_trait;
use criterion::{BatchSize, Criterion};
use docstream::{
    Batch, Committer, Demand, InvoiceLine, InvoiceRules, Next, ParseInvoices, Pipeline, Raw,
    Result, Sink, Source, Span, Write, WriteReport,
};
use tokio::runtime::Builder;

use crate::cpu_stage::batches;
use crate::input::LOGGED;

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

struct Nowhere;

#[async_trait]
impl Sink<InvoiceLine<Span>> for Nowhere {
    async fn write(&self, work: Write<InvoiceLine<Span>>) -> Result<WriteReport> {
        Ok(WriteReport::written(work.len()))
    }

    async fn check(&self) -> Result<()> {
        Ok(())
    }
}

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = crate::group(criterion, "pipeline_memory_to_nothing", LOGGED.len());
    let inputs = || VecDeque::from(batches(&LOGGED));
    group.bench_function("bare_loop", |bencher| {
        let rules = InvoiceRules::default();
        let run = |batches: VecDeque<Batch<Raw>>| {
            for batch in batches {
                let (mut parser, mut text) = (rules.parser(), String::new());
                for record in batch.records() {
                    black_box(parser.parse_json(record.raw(), &mut text).unwrap());
                }
            }
        };
        bencher.iter_batched(inputs, run, BatchSize::PerIteration);
    });
    for (name, threads) in [("ours", 1), ("ours_2_threads", 2)] {
        group.bench_function(name, |bencher| {
            let runtime = Builder::new_multi_thread()
                .worker_threads(threads)
                .enable_all()
                .build()
                .unwrap();
            let run = |batches| {
                let pipeline = Pipeline::from(Replay(batches))
                    .transform(ParseInvoices::default())
                    .halt_on_reject()
                    .into_sink(Nowhere);
                let summary = runtime.block_on(pipeline.run()).unwrap();
                assert_eq!(summary.written, LOGGED.len() as u64);
            };
            bencher.iter_batched(inputs, run, BatchSize::PerIteration);
        });
    }
    group.finish();
}
