//! A place for the runs of a test, and what every run on bad input must keep.

use std::fs;
use std::path::{Path, PathBuf};

use docstream::queries::{Limit, PageRequest};
use docstream::sqlite::{InvoiceStore, StoreOptions};
use docstream::{DeadLetter, DeadLetterFilter, DeadLetterQueries};
use docstream_testkit::generator::CSV_HEADER;
use serde_json::Value;
use tempfile::TempDir;

use crate::common::{Ended, Run, counts};

/// No run on bad input may need more, whatever it is.
const MOST_MEMORY_MB: u64 = 64;

/// A folder with the files of a test and the data of its runs.
pub(crate) struct Bench(TempDir);

impl Bench {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    /// A CSV file with `rows` under the header of the data set.
    pub(crate) fn rows(&self, name: &str, rows: &[&[u8]]) -> PathBuf {
        self.file(name, [CSV_HEADER.as_bytes(), &rows.concat()].concat())
    }

    pub(crate) fn run(&self, input: &Path) -> Run {
        Run::new(&self.data()).input(input)
    }

    #[tokio::main]
    pub(crate) async fn dead_letters(&self) -> Vec<DeadLetter> {
        let store = InvoiceStore::open(self.data().join("store.db"), StoreOptions::default());
        let all = PageRequest {
            limit: Limit::MAX,
            cursor: None,
        };
        let filter = DeadLetterFilter::default();
        let dead = store.unwrap().dead_letters();
        dead.list(&filter, &all).await.unwrap().items
    }

    /// The positions, pointers and codes of all dead letters.
    pub(crate) fn refused(&self) -> Vec<(u64, String, String)> {
        let told = |letter: &DeadLetter| {
            assert_eq!(letter.errors.len(), 1, "{:?}", letter.errors);
            let fault = &letter.errors[0];
            (
                letter.offset.0,
                fault.pointer.to_string(),
                fault.code.to_string(),
            )
        };
        let mut all: Vec<_> = self.dead_letters().iter().map(told).collect();
        all.sort();
        all
    }
}

/// Asserts that of `read` documents all were stored but those whose positions, pointers and
/// codes are `refused`.
pub(crate) fn only_refused(bench: &Bench, ended: &Ended, read: u64, refused: &[(u64, &str, &str)]) {
    let answer = ended.answer();
    let bad = refused.len() as u64;
    let good = read - bad;
    assert_eq!(
        counts(&answer),
        [read, good, bad, good, 0, 0],
        "{}",
        ended.stderr
    );
    let found = bench.refused();
    let found: Vec<_> = found
        .iter()
        .map(|(at, pointer, code)| (*at, pointer.as_str(), code.as_str()))
        .collect();
    assert_eq!(found, refused);
    in_bounds(&answer);
}

pub(crate) fn in_bounds(answer: &Value) {
    let memory = answer["peak_rss_mb"].as_u64().unwrap();
    assert!(memory < MOST_MEMORY_MB, "{memory} MB");
}
