//! What the audit says of a pipeline that was stopped before it had stored everything.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "the exemption for tests does not reach functions that tests share"
)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use rusqlite::Connection;

use common::{Ended, Run, counts, example};

fn audit(data: &Path) -> Ended {
    let mut audit = Command::new(example("audit"));
    Ended::new(audit.arg("--data").arg(data).output().unwrap())
}

/// How many were accepted, are stored, are pending and are lost.
fn figures(ended: &Ended) -> [u64; 4] {
    ["accepted", "stored", "pending", "lost"].map(|name| {
        let mut lines = ended.stdout.lines();
        let figure = lines.find_map(|line| line.strip_prefix(name)).unwrap();
        figure.trim().parse().unwrap()
    })
}

/// How many documents a run with that seed stores.
fn run(data: &Path, seed: &str) -> u64 {
    let run = Run::new(data).with("--documents", "500");
    counts(&run.with("--faulty", "0").with("--seed", seed).answer())[3]
}

/// Two inputs of 500 are in the log, and only the first has got into the store.
fn behind() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let (store, early) = (data.join("store.db"), data.join("early.db"));
    assert_eq!(run(data, "1"), 500);
    fs::copy(&store, &early).unwrap();
    assert_eq!(run(data, "2"), 500);
    assert!(!data.join("store.db-wal").exists());
    fs::rename(early, store).unwrap();
    folder
}

#[test]
fn what_a_stopped_pipeline_has_not_got_to_is_pending_until_the_next_run() {
    let folder = behind();
    let ended = audit(folder.path());
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    assert_eq!(figures(&ended), [1_000, 500, 500, 0]);
    assert!(ended.stdout.contains("on their way"), "{}", ended.stdout);

    assert_eq!(run(folder.path(), "2"), 500);
    let ended = audit(folder.path());
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    assert_eq!(figures(&ended), [1_000, 1_000, 0, 0]);
    assert!(!ended.stdout.contains("on their way"), "{}", ended.stdout);
}

#[test]
fn what_is_missing_before_the_checkpoint_is_lost() {
    let folder = behind();
    let store = Connection::open(folder.path().join("store.db")).unwrap();
    let three = "SELECT doc_id FROM invoice_lines LIMIT 3";
    let sql = format!("DELETE FROM invoice_lines WHERE doc_id IN ({three})");
    assert_eq!(store.execute(&sql, []).unwrap(), 3);
    drop(store);
    let ended = audit(folder.path());
    assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    assert_eq!(figures(&ended), [1_000, 497, 500, 3]);
}
