//! Compares what the log accepted with the store and the dead letters.
//!
//! ```sh
//! cargo run --release --example audit -- --data docstream-data
//! ```

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use docstream::sqlite::{InvoiceStore, Log, LogOptions, StoreOptions, audit};
use docstream::{AuditReport, Result};

/// Compares what the log accepted with the store and the dead letters, and prints what
/// is lost, doubled, phantom or unexplained: four zeros if the promise was kept. Pending
/// is what the log accepted and a run that was stopped has not got to: no fault.
///
/// Nothing may be writing meanwhile. Exit codes: 0 clean; 1 not; 2 nothing to audit.
#[derive(Debug, Parser)]
#[command(name = "audit", version)]
struct Options {
    /// The folder of a full_pipeline run.
    #[arg(long, value_name = "DIR", default_value = "docstream-data")]
    data: PathBuf,

    /// The log, if it is not sqlite:DIR/log.db.
    #[arg(long, value_name = "URL", value_parser = sqlite_path)]
    buffer: Option<PathBuf>,

    /// The store, if it is not sqlite:DIR/store.db.
    #[arg(long, value_name = "URL", value_parser = sqlite_path)]
    store: Option<PathBuf>,
}

fn sqlite_path(url: &str) -> std::result::Result<PathBuf, &'static str> {
    match url.strip_prefix("sqlite:") {
        Some(path) if !path.is_empty() => Ok(PathBuf::from(path)),
        _ => Err("expected sqlite:PATH"),
    }
}

fn main() -> ExitCode {
    let options = Options::parse();
    let log = options
        .buffer
        .unwrap_or_else(|| options.data.join("log.db"));
    let store = options
        .store
        .unwrap_or_else(|| options.data.join("store.db"));
    for file in [&log, &store] {
        if !file.is_file() {
            eprintln!("audit: no such file: {}", file.display());
            return ExitCode::from(2);
        }
    }
    match run(log, store) {
        Ok(report) => {
            print!("{report}");
            if report.pending > 0 {
                println!(
                    "{} are on their way: run the pipeline to store them",
                    report.pending
                );
            }
            if report.is_clean() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            eprintln!("audit: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(log: PathBuf, store: PathBuf) -> Result<AuditReport> {
    audit(
        &Log::open(log, LogOptions::default())?,
        &InvoiceStore::open(store, StoreOptions::default())?,
    )
}
