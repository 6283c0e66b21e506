//! The thread that reads files ahead of the pipeline.

use std::fs::{self, File};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use tokio::sync::mpsc::Sender;

use super::compression::decompress;
use super::records::Records;
use super::stamp::Watch;
use super::surveyed::AsSurveyed;
use super::{FileOptions, FileProgress, Survey, trouble};
use crate::{Batch, Demand, Epoch, Error, Offset, Raw, Result};

const OPERATION: &str = "read a file";

/// A file to read, and from where.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) survey: Survey,
    pub(crate) from: Offset,
    pub(crate) epoch: Epoch,
}

/// What the pipeline wants in one batch; it may change its mind.
#[derive(Debug)]
pub(crate) struct Wanted {
    documents: AtomicUsize,
    bytes: AtomicUsize,
}

impl Wanted {
    pub(crate) fn new(want: Demand) -> Self {
        Self {
            documents: want.documents.into(),
            bytes: want.bytes.into(),
        }
    }

    pub(crate) fn set(&self, want: Demand) {
        self.documents.store(want.documents, Relaxed);
        self.bytes.store(want.bytes, Relaxed);
    }

    fn get(&self) -> Demand {
        Demand::new(self.documents.load(Relaxed), self.bytes.load(Relaxed))
    }
}

/// What comes out of the thread: batches, then `None` or an error and the index of its
/// task.
pub(crate) type Parcel = std::result::Result<Option<Batch<Raw>>, (usize, Error)>;

/// The reading thread.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) options: FileOptions,
    pub(crate) wanted: Arc<Wanted>,
    pub(crate) progress: Arc<FileProgress>,
    pub(crate) out: Sender<Parcel>,
}

/// The pipeline has stopped taking batches.
struct Gone;

impl Worker {
    /// Reads all files, until the end, an error, or nobody takes batches any more.
    pub(crate) fn run(self, tasks: Vec<Task>) {
        for (at, task) in tasks.into_iter().enumerate() {
            let path = task.survey.path.clone();
            let before = self.progress.counts();
            match self.read(&task) {
                Ok(Ok(())) => {}
                Ok(Err(Gone)) => return,
                Err(error) => {
                    // The file is read once more if anybody goes on.
                    self.progress.go_back(before);
                    let error = error.with("path", path.display());
                    // Nobody listens if the pipeline has stopped already.
                    let _ = self.out.blocking_send(Err((at, error)));
                    return;
                }
            }
        }
        let _ = self.out.blocking_send(Ok(None));
    }

    fn read(&self, task: &Task) -> Result<Result<(), Gone>> {
        let survey = &task.survey;
        let file = File::open(&survey.path).map_err(|error| trouble(OPERATION, &error))?;
        let second = file.try_clone();
        let second = second.map_err(|error| trouble(OPERATION, &error))?;
        let mut watch = Watch::new(second, survey)?;
        let (_, bytes) = decompress(file)?;
        let bytes = AsSurveyed::new(bytes, survey, Arc::clone(&self.progress));
        let Some(mut records) = Records::open(bytes, &self.options)? else {
            return Err(Error::config(OPERATION, "the file is empty now"));
        };
        let (partition, source) = (survey.partition(), survey.source(&self.options.tenant));
        let broken = |count: u64, error: &std::io::Error| {
            // Waiting does not mend a file.
            Error::config(OPERATION, error.to_string()).with("records before", count)
        };
        let skipped = records.skip_to(task.from.0);
        skipped.map_err(|error| broken(records.count(), &error))?;
        self.progress.add_records(records.count());
        let mut next = None;
        let mut given = 0;
        loop {
            let mut batch = next.take().unwrap_or_else(|| {
                Batch::builder(partition.clone(), task.epoch, Offset(records.at()))
            });
            let header = survey.layout.header.as_ref();
            let more = records.fill(
                &mut batch,
                header,
                source,
                survey.encoding,
                self.wanted.get(),
                &mut next,
            );
            let count = batch.len() as u64;
            self.progress.add_records(count);
            if count > 0 {
                watch.check(given)?;
                if self.out.blocking_send(Ok(Some(batch.finish()))).is_err() {
                    return Ok(Err(Gone));
                }
                given += count;
            }
            match more {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Err(broken(records.count(), &error)),
            }
        }
        if let Ok(now) = fs::metadata(&survey.path) {
            let more = now.len().saturating_sub(survey.stored_bytes);
            self.progress.add_left_over(more);
        }
        Ok(Ok(()))
    }
}
