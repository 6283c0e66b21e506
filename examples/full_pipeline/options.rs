//! What the command line can say.

use std::path::{Path, PathBuf};

use clap::{Parser, ValueEnum};
use docstream::{DateOrder, Policy};

use crate::failure::{Failure, wrong};

/// Retail documents from a file (or a generator) through a durable log and a
/// validated, typed pipeline into a store, and then the answers.
///
/// Killed at any moment and run again, it goes on where it stopped: nothing is lost
/// and nothing is stored twice. Run again on the same input, it stores nothing twice
/// and says so.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "full_pipeline",
    version,
    after_help = "Exit codes: 0 done; 1 stopped, with the reason on stderr; 2 wrong options or input; \
                  3 stopped at once by a second signal."
)]
pub(crate) struct Options {
    /// CSV or NDJSON, plain, gzip or zstd (told by content), a folder of such files, or - for
    /// stdin. Without it, documents are generated.
    #[arg(long, value_name = "FILE|-")]
    pub input: Option<PathBuf>,

    /// The order of day and month in dates with slashes.
    #[arg(long, value_enum, default_value_t = Order::Infer)]
    pub date_order: Order,

    /// How bytes are to be read as text; auto is UTF-8 unless the file is not, then windows-1252.
    #[arg(long, value_enum, default_value_t = TextEncoding::Auto)]
    pub encoding: TextEncoding,

    /// How many documents to generate where there is no input.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 100_000,
        conflicts_with = "input"
    )]
    pub documents: u64,

    /// Which documents to generate: the same seed, the same documents.
    #[arg(long, value_name = "S", default_value_t = 0, conflicts_with = "input")]
    pub seed: u64,

    /// How many of a million generated documents are faulty.
    #[arg(long, value_name = "N", default_value_t = 1_000, conflicts_with = "input",
          value_parser = clap::value_parser!(u32).range(..=1_000_000))]
    pub faulty: u32,

    /// The folder for the log, the store, and what a later run needs to go on.
    #[arg(long, value_name = "DIR", default_value = "docstream-data")]
    pub data: PathBuf,

    /// The durable buffer; sqlite:DIR/log.db by default.
    #[arg(long, value_name = "URL")]
    pub buffer: Option<String>,

    /// The store; sqlite:DIR/store.db by default.
    #[arg(long, value_name = "URL")]
    pub store: Option<String>,

    /// Which documents are good ones: strict wants a customer, a description and an invoice
    /// number of digits.
    #[arg(long, value_enum, default_value_t = PolicyName::Retail)]
    pub policy: PolicyName,

    /// Partitions of a new log.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub partitions: Option<u32>,

    /// Where to write what was refused, ready to mend and to give to --input.
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,

    /// Read at most so many documents.
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,

    /// The consumer group under which progress is kept.
    #[arg(long, value_name = "NAME", default_value = "full_pipeline")]
    pub group: String,

    /// No progress; what goes wrong is told all the same.
    #[arg(long)]
    pub quiet: bool,

    /// One JSON object on stdout instead of the report.
    #[arg(long)]
    pub json: bool,
}

/// The order of day and month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Order {
    /// What all dates of the file agree on; refused when they do not tell.
    Infer,
    /// Month first, 12/31/2010.
    Mdy,
    /// Day first, 31/12/2010.
    Dmy,
    /// No slashes: ISO 8601 and RFC 3339 only.
    Iso,
}

impl Order {
    /// The order that was declared, if one was.
    pub(crate) fn declared(self) -> Option<DateOrder> {
        match self {
            Self::Infer | Self::Iso => None,
            Self::Mdy => Some(DateOrder::MonthFirst),
            Self::Dmy => Some(DateOrder::DayFirst),
        }
    }
}

/// How bytes become text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextEncoding {
    /// UTF-8 unless the file is not, then windows-1252.
    Auto,
    /// UTF-8.
    #[value(name = "utf-8")]
    Utf8,
    /// ISO 8859-1.
    #[value(name = "latin-1")]
    Latin1,
    /// Windows-1252.
    #[value(name = "windows-1252")]
    Windows1252,
}

/// Which documents are good ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PolicyName {
    /// Guests, cancellations and adjustments are fine.
    Retail,
    /// The reference project's rules.
    Strict,
}

impl PolicyName {
    /// The policy.
    pub(crate) fn policy(self) -> Policy {
        match self {
            Self::Retail => Policy::Retail,
            Self::Strict => Policy::Strict,
        }
    }
}

impl Options {
    /// The file of the log.
    pub(crate) fn log_path(&self) -> Result<PathBuf, Failure> {
        sqlite_path(
            "--buffer",
            self.buffer.as_deref(),
            &self.data.join("log.db"),
        )
    }

    /// The file of the store.
    pub(crate) fn store_path(&self) -> Result<PathBuf, Failure> {
        sqlite_path(
            "--store",
            self.store.as_deref(),
            &self.data.join("store.db"),
        )
    }
}

/// The path behind a `sqlite:PATH` address; other schemes are told what they need.
fn sqlite_path(option: &str, url: Option<&str>, default: &Path) -> Result<PathBuf, Failure> {
    let Some(url) = url else {
        return Ok(default.to_path_buf());
    };
    let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
    let feature = match scheme {
        // Of `sqlite://data/log.db` nobody knows whether `data` is a host.
        "sqlite" if !rest.is_empty() && !rest.starts_with("//") => return Ok(PathBuf::from(rest)),
        "sqlite" => {
            let expected = "expected sqlite:PATH without //, for instance sqlite:data/log.db";
            return Err(wrong(format!("{option}: {expected}")));
        }
        "kafka" => "kafka",
        "mongodb" | "mongodb+srv" => "mongo",
        "postgres" | "postgresql" => "postgres",
        _ => {
            let expected = "expected sqlite:PATH, for instance sqlite:data/log.db";
            return Err(wrong(format!("{option}: {expected}")));
        }
    };
    Err(wrong(format!(
        "{option}: {scheme}: addresses need the feature `{feature}`, which this build does not have; \
         sqlite:PATH works without"
    )))
}
