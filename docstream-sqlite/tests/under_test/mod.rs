//! The embedded endpoints, put under test.

mod log;
mod store;

use std::path::{Path, PathBuf};

use docstream_core::{
    Batch, Document, Encoder, Epoch, Field, FieldType, Incoming, Offset, Partition, Raw, Schema,
    SourceId, Write,
};
use docstream_sqlite::{Log, LogOptions, SqliteStore, StoreOptions};
use tempfile::TempDir;

pub(crate) use log::{LogEnds, LogSink, LogStream};
pub(crate) use store::{Buried, StoreOf};

/// Where an endpoint keeps its file.
pub(crate) struct Place {
    folder: TempDir,
    file: PathBuf,
    /// The others that have the same file, open all the time.
    others: Option<(Log, SqliteStore<Other>)>,
}

impl Place {
    pub(crate) fn alone() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data.db");
        Self {
            folder,
            file,
            others: None,
        }
    }

    /// A file in which there are a log and a store.
    pub(crate) fn shared() -> Self {
        let mut place = Self::alone();
        let log = Log::open(&place.file, LogOptions::default()).unwrap();
        let store = SqliteStore::open(&place.file, StoreOptions::default()).unwrap();
        place.others = Some((log, store));
        place
    }

    pub(crate) fn file(&self) -> &Path {
        debug_assert!(self.file.starts_with(self.folder.path()));
        &self.file
    }

    pub(crate) fn log(&self) -> Log {
        Log::open(&self.file, LogOptions::default()).unwrap()
    }
}

/// A document of another type in the same file.
struct Other;

impl Document for Other {
    fn schema() -> &'static Schema {
        const FIELDS: &[Field] = &[Field::new("text", FieldType::Text)];
        const SCHEMA: Schema = Schema::new("others", FIELDS);
        &SCHEMA
    }

    fn encode<E: Encoder>(&self, _text: &str, out: &mut E) {
        out.text("");
    }
}

/// A small document.
pub(crate) struct Number(pub(crate) u64);

impl Document for Number {
    fn schema() -> &'static Schema {
        const FIELDS: &[Field] = &[Field::new("number", FieldType::Integer)];
        const SCHEMA: Schema = Schema::new("numbers", FIELDS);
        &SCHEMA
    }

    fn encode<E: Encoder>(&self, _text: &str, out: &mut E) {
        out.integer(self.0 as i64);
    }
}

pub(crate) fn number(raw: &[u8]) -> u64 {
    std::str::from_utf8(raw).unwrap().parse().unwrap()
}

fn batch(from: u64, count: u64) -> Batch<Raw> {
    let source = SourceId::new("default", "under-test", &[]);
    let mut builder = Batch::builder(Partition::new("under-test:0"), Epoch(1), Offset(from));
    for at in from..from + count {
        let raw = at.to_string();
        builder.push(
            Incoming::new(source.doc(at), Offset(at), raw.as_bytes()),
            Raw::Bytes,
        );
    }
    builder.finish()
}

/// Numbers as they come.
pub(crate) fn numbers(from: u64, count: u64) -> Write<Raw> {
    Write::all(batch(from, count))
}

/// Numbers as documents.
pub(crate) fn parsed(from: u64, count: u64) -> Write<Number> {
    Write::all(as_numbers(batch(from, count)))
}

pub(crate) fn as_numbers(batch: Batch<Raw>) -> Batch<Number> {
    batch.parse(|record, _| Ok((Number(number(record.raw())), None)))
}
