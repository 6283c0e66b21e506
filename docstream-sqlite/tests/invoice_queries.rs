//! The store gives the right answer to every question, and the suite that says so
//! catches stores that give one wrong answer.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the exemption for tests does not reach functions that tests share"
)]

mod liar;

use std::panic::{AssertUnwindSafe, catch_unwind};

use docstream_sqlite::{InvoiceStore, StoreOptions};
use docstream_testkit::contract::{InvoicesUnderTest, invoice_queries};
use liar::{Lie, Lying};
use tempfile::TempDir;

/// A store in a file.
struct Store(TempDir);

impl Store {
    fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
}

impl InvoicesUnderTest for Store {
    type Sink = InvoiceStore;
    type Queries = InvoiceStore;

    async fn sink(&self) -> InvoiceStore {
        self.queries().await
    }

    async fn queries(&self) -> InvoiceStore {
        let file = self.0.path().join("store.db");
        InvoiceStore::open(file, StoreOptions::default()).unwrap()
    }
}

#[tokio::test]
async fn the_store_answers_every_question() {
    invoice_queries::all(async || Store::empty()).await;
}

#[test]
fn every_lie_is_caught() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let store = Store::empty();
    let honest = runtime.block_on(invoice_queries::fill(&store));
    let mut missed = Vec::new();
    for (lie, promise) in Lie::ALL {
        let lying = honest.answered_by(Lying {
            honest: runtime.block_on(store.queries()),
            lie,
        });
        let suite = invoice_queries::every_answer_is_right(&lying);
        match catch_unwind(AssertUnwindSafe(|| runtime.block_on(suite))) {
            Ok(()) => missed.push(format!("{lie:?} was not caught")),
            Err(panic) => {
                let message = panic.downcast_ref::<String>().cloned().unwrap_or_default();
                if !message.contains(promise) {
                    missed.push(format!("{lie:?} was caught for another reason: {message}"));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
