//! Generated documents through a whole pipeline, each with the verdict it must get.

use docstream_core::memory::{MemoryDeadLetters, MemorySink};
use docstream_core::pipeline::{Ended, Guarantee};
use docstream_core::{InvoiceRules, ParseInvoices, Pipeline};
use docstream_testkit::generator::{Expected, Generator, GeneratorSource, Verdict};

const DOCUMENTS: u64 = 20_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_generated_document_gets_its_verdict() {
    let generator = Generator::new(7).faults_per_million(50_000);
    let sink = MemorySink::new();
    let dead = MemoryDeadLetters::new();
    let pipeline = Pipeline::from(GeneratorSource::new(generator.clone(), DOCUMENTS, "test"))
        .transform(ParseInvoices::new(InvoiceRules::default()))
        .dead_letters(dead.clone())
        .into_idempotent_sink(sink.clone());
    assert_eq!(pipeline.guarantee(), Guarantee::EffectivelyOnce);
    let summary = pipeline.run().await.unwrap();

    let verdicts: Vec<Verdict> = (0..DOCUMENTS)
        .map(|k| generator.document(k).verdict)
        .collect();
    let buried = dead.buried();
    for rejected in &buried {
        let k = rejected.offset.0;
        let first = rejected.rejection.faults().next().unwrap();
        match verdicts[k as usize] {
            Verdict::Valid(_) => panic!("document {k} is valid, but: {}", rejected.rejection),
            Verdict::Rejected { code, pointer } => {
                assert_eq!(
                    (&*first.pointer, first.code),
                    (pointer, code),
                    "document {k}"
                );
            }
        }
        assert_eq!(rejected.raw, generator.document(k).body, "document {k}");
    }
    let expected: Expected = verdicts.iter().copied().collect();
    assert_eq!(buried.len() as u64, expected.rejected());
    assert_eq!(sink.len() as u64, expected.valid);
    let mut net = 0;
    sink.for_each(|record| {
        net += i128::from(record.doc().net().ten_thousandths().unwrap());
    });
    assert_eq!(net, expected.net);
    assert_eq!(summary.ended, Ended::End);
    assert_eq!((summary.read, summary.written), (DOCUMENTS, expected.valid));
    assert_eq!(summary.rejections, expected.rejections);
}
