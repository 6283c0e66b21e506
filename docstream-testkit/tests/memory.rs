//! The endpoints in memory keep the contracts.

mod under_test;

use docstream_core::memory::{AppendSink, MemoryDeadLetters, MemoryLog};
use docstream_testkit::contract;
use under_test::{Buried, Log, Store, Stream, store, stream};

#[tokio::test]
async fn the_memory_source_keeps_its_contract() {
    contract::source::all(async || Stream(stream())).await;
}

#[tokio::test]
async fn the_append_sink_keeps_its_contract() {
    let make = async || Store {
        handle: AppendSink::new(),
        wrap: |sink| sink,
    };
    contract::sink::all(make).await;
}

#[tokio::test]
async fn the_memory_sink_keeps_its_contract() {
    contract::idempotent_sink::all(async || store()).await;
}

#[tokio::test]
async fn memory_dead_letters_keep_their_contract() {
    let make = async || Buried {
        handle: MemoryDeadLetters::new(),
        wrap: |letters| letters,
    };
    contract::dead_letters::all(make).await;
}

#[tokio::test]
async fn the_memory_log_keeps_its_contract() {
    contract::log::all(async || Log(MemoryLog::new("log", 3))).await;
}
