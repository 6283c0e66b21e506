//! The real file in a store: every answer of `InvoiceQueries` to the last decimal.

#![allow(
    clippy::unwrap_used,
    reason = "the exemption for tests does not reach functions that tests share"
)]

mod common;

use std::sync::Arc;

use docstream_core::{
    Advance, CustomerId, InvoiceLine, InvoiceQueries, Outcome, Sink, Span, Write,
};
use docstream_sqlite::{SqliteStore, StoreOptions};
use docstream_testkit::retail::golden;

type Store = SqliteStore<InvoiceLine<Span>>;

#[tokio::test]
async fn the_real_file_has_its_golden_answers() {
    let Some(file) = common::real_file() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("store.db"), StoreOptions::default()).unwrap();
    fill(&store, &file, false).await;
    golden::answers(&store).await;
    fill(&store, &file, true).await;
    golden::answers(&store).await;
    assert_eq!(store.count().await.unwrap(), golden::DOCUMENTS);
    a_customer_who_asks_is_forgotten(&store, &file).await;
}

/// Writes the whole file; `again` if it is there already.
async fn fill(store: &Store, file: &str, again: bool) {
    for batch in common::batches(file, 2_000) {
        let extent = batch.extent().clone();
        let advance = Advance {
            group: "golden".into(),
            extent,
        };
        let work = Write::all(batch).advancing((!again).then(|| Arc::new(advance)));
        let report = store.write(work.clone()).await.unwrap();
        report.check(&work).unwrap();
        assert_eq!(report.written == 0, again);
        assert!(report.is_complete());
    }
}

async fn a_customer_who_asks_is_forgotten(store: &Store, file: &str) {
    let customer = CustomerId(17850);
    assert_eq!(store.delete_customer(customer).await.unwrap(), 312);
    assert_eq!(store.delete_customer(customer).await.unwrap(), 0);
    assert_eq!(store.customer(customer).await.unwrap(), None);
    assert_eq!(store.count().await.unwrap(), golden::DOCUMENTS - 312);
    // Reading the file again does not bring the lines back.
    let head: String = file.split_inclusive('\n').take(2_001).collect();
    let first = common::batches(&head, 2_000).swap_remove(0);
    let report = store.write(Write::all(first)).await.unwrap();
    assert_eq!((report.written, report.others.len()), (0, 2_000));
    let duplicate = |(_, outcome): &(u32, Outcome)| *outcome == Outcome::Duplicate;
    assert!(report.others.iter().all(duplicate));
    assert_eq!(store.count().await.unwrap(), golden::DOCUMENTS - 312);
    let mut tombstones = 0;
    store.scan_deleted_ids(|_, _| tombstones += 1).unwrap();
    assert_eq!(tombstones, 312);
}
