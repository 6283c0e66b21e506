//! A generator, a log and a store, and the audit between them.

use std::ops::ControlFlow;
use std::sync::Mutex;
use std::time::Duration;

use docstream_core::pipeline::{RetryPolicy, Stopped, Summary};
use docstream_core::{
    Accepted, Checkpoint, Checkpoints, Demand, IdempotentSink, InvoiceLine, InvoiceRules,
    ParseInvoices, Pipeline, Raw, Sink, Source, Span, audit,
};
use docstream_sqlite::{InvoiceStore, Log, LogOptions, LogSource, StoreOptions};
use docstream_testkit::generator::{Expected, Generator, GeneratorSource};
use tempfile::TempDir;

pub(crate) const DOCUMENTS: u64 = 1_200;
const BATCH: Demand = Demand::new(60, 1 << 20);
const GROUP: &str = "store";

pub(crate) struct Bench {
    folder: TempDir,
    pub(crate) log: Log,
    pub(crate) store: InvoiceStore,
    /// Of the log, once it is filled.
    ends: Mutex<Checkpoint>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("store.db");
        let log = folder.path().join("log.db");
        Self {
            log: Log::open(log, LogOptions::default()).unwrap(),
            store: InvoiceStore::open(store, StoreOptions::default()).unwrap(),
            ends: Mutex::default(),
            folder,
        }
    }

    /// A handle of its own on the log, as another process has it.
    pub(crate) fn log_again(&self) -> Log {
        Log::open(self.folder.path().join("log.db"), LogOptions::default()).unwrap()
    }

    /// The log up to what was taken into it.
    pub(crate) fn source(&self) -> LogSource {
        self.log
            .source(GROUP)
            .until(self.ends.lock().unwrap().clone())
    }

    fn generator() -> Generator {
        Generator::new(5).span(DOCUMENTS).faults_per_million(30_000)
    }

    /// What must come of the documents.
    pub(crate) fn expected() -> Expected {
        let generator = Self::generator();
        (0..DOCUMENTS)
            .map(|k| generator.document(k).verdict)
            .collect()
    }

    /// Takes the documents, good and bad, into the log.
    pub(crate) async fn ingest(
        &self,
        log: impl IdempotentSink<Raw>,
    ) -> Result<Summary, Box<Stopped>> {
        let source = GeneratorSource::new(Self::generator(), DOCUMENTS, "ingest");
        let summary = Pipeline::from(source)
            .halt_on_reject()
            .retry(quick())
            .deadline(Duration::from_millis(200))
            .batch(BATCH)
            .into_idempotent_sink(log)
            .run()
            .await?;
        let ends = self.log.ends().await.unwrap();
        *self.ends.lock().unwrap() = ends;
        Ok(summary)
    }

    /// Stores what is in the log.
    pub(crate) async fn drain(
        &self,
        source: impl Source<Doc = Raw>,
        store: impl IdempotentSink<InvoiceLine<Span>>,
    ) -> Result<Summary, Box<Stopped>> {
        let summary = Pipeline::from(source)
            .transform(ParseInvoices::new(InvoiceRules::default()))
            .dead_letters(self.store.dead_letters())
            .retry(quick())
            .deadline(Duration::from_millis(200))
            .commit_every(Duration::from_millis(20), 100)
            .batch(BATCH)
            .into_idempotent_sink(store)
            .run()
            .await?;
        Ok(summary)
    }

    /// How many documents the group has not committed.
    pub(crate) async fn lag(&self) -> u64 {
        let lag = self.log.lag(GROUP).await.unwrap();
        lag.iter().map(|lag| lag.documents).sum()
    }

    /// Whether the store's checkpoints are at the ends of the log.
    pub(crate) async fn store_is_at_the_end(&self) -> bool {
        let checkpoints: std::sync::Arc<dyn Checkpoints> = Sink::checkpoints(&self.store).unwrap();
        let ends = self.ends.lock().unwrap().clone();
        for (partition, end) in ends.iter() {
            let at = checkpoints.load(GROUP, partition).await.unwrap();
            if at.map(|(next, _)| next) != Some(end) {
                return false;
            }
        }
        true
    }

    /// Everything the log took is stored or buried, once, and the counts are the
    /// generator's.
    pub(crate) async fn assert_clean(&self) {
        let dead = self.store.dead_letters();
        let report = audit(
            &mut |each| {
                self.log.scan_ids(|entry| {
                    if let Some(hash) = entry.hash {
                        each(entry.id, Accepted::new(hash));
                    }
                    ControlFlow::Continue(())
                })
            },
            &mut |each| self.store.scan_ids(each),
            &mut |each| dead.scan_ids(self.log.partitions(), each),
        );
        let report = report.unwrap();
        let expected = Self::expected();
        assert_eq!(report.accepted, DOCUMENTS, "{report}");
        assert_eq!(report.lost.count + report.doubled.count, 0, "{report}");
        assert_eq!(report.phantom.count, 0, "{report}");
        assert_eq!(report.stored, expected.valid, "{report}");
        assert_eq!(report.buried, expected.rejected(), "{report}");
        assert!(report.is_clean(), "{report}");
        assert_eq!(self.lag().await, 0, "what is done is committed");
        assert!(self.store_is_at_the_end().await, "the store's checkpoints");
    }
}

fn quick() -> RetryPolicy {
    RetryPolicy::default().waits(Duration::from_millis(1), Duration::from_millis(20))
}
