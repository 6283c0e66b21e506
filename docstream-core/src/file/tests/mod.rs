//! Tests over the parts of the module together.

mod endings;
mod folders;
mod poison;
mod real_file;
mod resume;
mod rows;
mod sources;
mod telling;
mod writing;

use std::io::Read;
use std::path::Path;

use super::records::{Records, names};
use super::{Encoding, FileOptions, FileSource};
use crate::{
    Batch, BatchBuilder, Code, Demand, DocId, Epoch, Error, Next, Offset, Partition, Raw, Source,
    SourceId,
};

/// A record as a reader gave it: a row, a text, or a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Got {
    Row(Vec<String>),
    Text(String),
    Fault(Code, String),
}

pub(super) fn row<const N: usize>(fields: [&str; N]) -> Got {
    Got::Row(fields.map(str::to_owned).to_vec())
}

pub(super) fn text(text: &str) -> Got {
    Got::Text(text.to_owned())
}

/// What is in a batch by offset, with the original bytes.
pub(super) fn contents(batch: &Batch<Raw>) -> Vec<(u64, Got, Vec<u8>)> {
    assert!(batch.adds_up());
    let mut all: Vec<_> = batch
        .records()
        .map(|record| {
            let got = match record.row() {
                Some(row) => Got::Row(row.iter().map(str::to_owned).collect()),
                None => Got::Text(String::from_utf8(record.payload().to_vec()).unwrap()),
            };
            (record.offset().0, got, record.raw().to_vec())
        })
        .collect();
    all.extend(batch.rejected(&"test".into()).into_iter().map(|dead| {
        let fault = dead.rejection.faults().next().unwrap().clone();
        let got = Got::Fault(fault.code, fault.message.into_owned());
        (dead.offset.0, got, dead.raw)
    }));
    all.sort_by_key(|(offset, ..)| *offset);
    all
}

/// Records with their original bytes, and the error that ended them.
pub(super) type All = (Vec<(Got, Vec<u8>)>, Option<String>);

/// Everything that `reader` holds.
pub(super) fn read_from(reader: impl Read, options: &FileOptions) -> crate::Result<All> {
    let Some(mut records) = Records::open(reader, options)? else {
        return Ok((Vec::new(), None));
    };
    let encoding = match options.encoding {
        Encoding::Auto => Encoding::Utf8,
        encoding => encoding,
    };
    let header = names(records.header(), encoding)?;
    let (mut all, mut error) = (Vec::new(), None);
    let mut next = None;
    loop {
        let mut batch: BatchBuilder<Raw> = next.take().unwrap_or_else(|| {
            Batch::builder(Partition::new("file:test"), Epoch(1), Offset(records.at()))
        });
        let source = SourceId::new("default", "file", &[]);
        let more = records.fill(
            &mut batch,
            Some(&header),
            source,
            encoding,
            Demand::default(),
            &mut next,
        );
        all.extend(contents(&batch.finish()));
        match more {
            Ok(true) => {}
            Ok(false) => break,
            Err(met) => {
                error = Some(met.to_string());
                break;
            }
        }
    }
    for (index, (offset, ..)) in all.iter().enumerate() {
        assert_eq!(
            *offset, index as u64,
            "every record has a position of its own"
        );
    }
    let all = all.into_iter().map(|(_, got, raw)| (got, raw)).collect();
    Ok((all, error))
}

/// Everything that `bytes` hold.
pub(super) fn read(bytes: &[u8], options: &FileOptions) -> Vec<Got> {
    let (all, error) = read_from(bytes, options).unwrap();
    assert_eq!(error, None);
    all.into_iter().map(|(got, _)| got).collect()
}

/// Why `bytes` cannot be read at all.
pub(super) fn refused(bytes: &[u8]) -> String {
    read_from(bytes, &FileOptions::default())
        .unwrap_err()
        .to_string()
}

/// A reader that gives one byte at a time.
#[derive(Debug)]
pub(super) struct Drip<R>(pub(super) R);

impl<R: Read> Read for Drip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match buffer {
            [] => Ok(0),
            [first, ..] => self.0.read(std::slice::from_mut(first)),
        }
    }
}

/// What a source gave.
#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) all: Vec<(u64, Got, Vec<u8>)>,
    pub(super) ids: Vec<DocId>,
    pub(super) partitions: Vec<Partition>,
    pub(super) epochs: Vec<Epoch>,
    pub(super) error: Option<Error>,
}

impl Run {
    pub(super) fn got(&self) -> Vec<Got> {
        self.all.iter().map(|(_, got, _)| got.clone()).collect()
    }

    pub(super) fn offsets(&self) -> Vec<u64> {
        self.all.iter().map(|(offset, ..)| *offset).collect()
    }
}

/// Reads `source` to its end or error, in batches of `documents`; commits each of
/// the first `commits` batches.
pub(super) async fn run(source: &mut FileSource, documents: usize, commits: usize) -> Run {
    let mut run = Run::default();
    source.start(None).await.unwrap();
    let committer = source.committer();
    loop {
        match source.next(Demand::new(documents, 1 << 20)).await {
            Ok(Next::Batch(batch)) => {
                run.all.extend(contents(&batch));
                run.ids.extend(batch.records().map(|record| record.id()));
                run.epochs.push(batch.extent().epoch);
                run.partitions.push(batch.extent().partition.clone());
                if run.epochs.len() <= commits {
                    let extent = batch.extent();
                    let to = [(extent.partition.clone(), extent.to)];
                    committer.commit(&to.into_iter().collect()).await.unwrap();
                }
            }
            Ok(_) => return run,
            Err(error) => {
                run.error = Some(error);
                return run;
            }
        }
    }
}

pub(super) async fn read_path(path: &Path, options: FileOptions) -> Run {
    let mut source = FileSource::open(path, options).unwrap();
    run(&mut source, 1_000, 0).await
}
