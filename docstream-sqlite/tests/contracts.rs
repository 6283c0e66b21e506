//! The log, the store and the dead letters keep the contracts, alone and in one file.
#![allow(
    clippy::unwrap_used,
    reason = "the exemption for tests does not reach functions that tests share"
)]

mod under_test;

use std::path::Path;

use docstream_core::{InvoiceLine, Sink, Span};
use docstream_sqlite::{Log, LogOptions, SqliteStore, StoreOptions};
use docstream_testkit::contract;
use under_test::{Buried, LogEnds, LogSink, LogStream, Number, Place, StoreOf, numbers};

type Invoices = InvoiceLine<Span>;

#[tokio::test]
async fn the_log_keeps_the_contract_of_a_log() {
    contract::log::all(async || LogEnds(Place::alone())).await;
}

#[tokio::test]
async fn the_log_keeps_the_contract_of_a_source() {
    contract::source::all(async || LogStream::filled(Place::alone()).await).await;
}

#[tokio::test]
async fn the_log_keeps_the_contract_of_an_idempotent_sink() {
    contract::idempotent_sink::all(async || LogSink(Place::alone())).await;
}

#[tokio::test]
async fn a_store_of_small_documents_keeps_its_contract() {
    contract::idempotent_sink::all(async || StoreOf::<Number>::new(Place::alone())).await;
}

#[tokio::test]
async fn a_store_of_invoice_lines_keeps_its_contract() {
    contract::idempotent_sink::all(async || StoreOf::<Invoices>::new(Place::alone())).await;
}

#[tokio::test]
async fn dead_letters_keep_their_contract() {
    contract::dead_letters::all(async || Buried(Place::alone())).await;
}

#[tokio::test]
async fn a_log_beside_a_store_keeps_its_contracts() {
    contract::log::all(async || LogEnds(Place::shared())).await;
    contract::source::all(async || LogStream::filled(Place::shared()).await).await;
    contract::idempotent_sink::all(async || LogSink(Place::shared())).await;
}

#[tokio::test]
async fn a_store_beside_a_log_keeps_its_contracts() {
    contract::idempotent_sink::all(async || StoreOf::<Invoices>::new(Place::shared())).await;
    contract::dead_letters::all(async || Buried(Place::shared())).await;
}

/// Log and store in one file have a writer each, and both commit at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_writers_of_one_file_wait_for_each_other() {
    const WRITES: u64 = 60;
    let place = Place::alone();
    let file: &Path = place.file();
    let log = Log::open(file, LogOptions::default()).unwrap();
    let store = SqliteStore::<Number>::open(file, StoreOptions::default()).unwrap();
    let mut writes = Vec::new();
    for turn in 0..WRITES {
        let (log, store) = (log.clone(), store.clone());
        writes.push(tokio::spawn(async move {
            let raw = numbers(turn * 10, 10);
            let (appended, stored) = tokio::join!(
                log.write(raw),
                store.write(under_test::parsed(turn * 10, 10))
            );
            appended.unwrap().written + stored.unwrap().written
        }));
    }
    let mut written = 0;
    for write in writes {
        written += write.await.unwrap();
    }
    assert_eq!(u64::from(written), 2 * 10 * WRITES);
    assert_eq!(store.count().await.unwrap(), 10 * WRITES);
    let ends = log.ends().await.unwrap();
    assert_eq!(ends.iter().map(|(_, end)| end.0).sum::<u64>(), 10 * WRITES);
}
