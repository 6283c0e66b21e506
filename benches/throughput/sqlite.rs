//! Files for the groups that write to the disk: in the target folder, never in memory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use docstream::{
    Batch, Epoch, Incoming, InvoiceLine, Offset, Partition, Raw, SourceId, Span, write_json,
};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::input::{CSV, each_line};

/// Documents of the groups that write to the disk.
pub(crate) const DOCUMENTS: usize = 200_000;

/// Documents of a batch and rows of a transaction, on both sides.
pub(crate) const BATCH: usize = 1_000;

/// A folder on the disk that the workspace is on, and names for new files in it.
pub(crate) struct Folder {
    folder: TempDir,
    files: u32,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self {
            folder: TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap(),
            files: 0,
        }
    }

    /// A file that is not there yet. Those before it are removed, so that a long run
    /// does not fill the disk.
    pub(crate) fn file(&mut self, name: &str) -> PathBuf {
        let path = |number: u32, end: &str| {
            let file = format!("{name}-{number}.db{end}");
            self.folder.path().join(file)
        };
        for end in ["", "-wal", "-shm", ".lock"] {
            // Most of them are not there.
            let _ = std::fs::remove_file(path(self.files, end));
        }
        self.files += 1;
        path(self.files, "")
    }
}

/// A connection with the settings that our files have.
pub(crate) fn open(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16384;",
        )
        .unwrap();
    connection
}

/// The first documents of the file as they go into the log.
pub(crate) fn raw_batches() -> Vec<Arc<Batch<Raw>>> {
    let mut json = Vec::new();
    build(|batch, incoming, line| {
        json.clear();
        write_json(line, &mut json);
        let raw = &json;
        batch.push(Incoming { raw, ..incoming }, Raw::Bytes);
    })
}

/// The same, parsed, their texts packed as a pipeline has them.
pub(crate) fn parsed_batches() -> Vec<Arc<Batch<InvoiceLine<Span>>>> {
    let rules = docstream::InvoiceRules::default();
    let mut parser = rules.parser();
    let again = |batch: Arc<Batch<Raw>>| {
        let batch = Arc::into_inner(batch).unwrap();
        Arc::new(batch.parse(|record, text| {
            let (line, hash) = parser.parse_json(record.raw(), text)?;
            Ok((line, Some(hash)))
        }))
    };
    raw_batches().into_iter().map(again).collect()
}

fn build<T>(
    mut push: impl FnMut(&mut docstream::BatchBuilder<T>, Incoming<'_>, &InvoiceLine<&str>),
) -> Vec<Arc<Batch<T>>> {
    let source = SourceId::new("default", "bench", &[]);
    let partition = Partition::new("memory:bench");
    let start = |at: usize| Batch::builder(partition.clone(), Epoch(1), Offset(at as u64));
    let (mut batches, mut batch) = (Vec::new(), start(0));
    each_line(|number, line| {
        if number >= DOCUMENTS {
            return;
        }
        let at = number as u64;
        let mut incoming = Incoming::new(source.doc(at), Offset(at), &[]);
        incoming.key = line.invoice_no.as_str().as_bytes();
        push(&mut batch, incoming, line);
        if batch.len() == BATCH {
            let full = std::mem::replace(&mut batch, start(number + 1));
            batches.push(Arc::new(full.finish()));
        }
    });
    assert!(batch.is_empty(), "a whole number of batches");
    batches
}

/// The first rows of the file, in UTF-8, as a file at `path`.
pub(crate) fn csv_file(path: &Path) -> PathBuf {
    let path = path.with_extension("csv");
    let mut reader = csv::Reader::from_reader(CSV.as_bytes());
    let mut writer = csv::Writer::from_path(&path).unwrap();
    writer.write_record(reader.headers().unwrap()).unwrap();
    for row in reader.records().take(DOCUMENTS) {
        writer.write_record(&row.unwrap()).unwrap();
    }
    writer.flush().unwrap();
    path
}
