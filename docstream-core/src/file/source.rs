//! Files as a source.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::mpsc::{self, Receiver};

use super::positions::Positions;
use super::registry::Registry;
use super::worker::{Parcel, Task, Wanted, Worker};
use super::{FileOptions, FileProgress, Layout, Survey};
use crate::{
    Checkpoints, Committer, Demand, Epoch, Error, Extent, Next, Offset, Partition, Raw, Result,
    Source,
};

const OPERATION: &str = "read files";

/// How many batches are read ahead.
const AHEAD: usize = 2;

/// Gives the documents of surveyed files, each file a partition of its own.
///
/// A document's id is made of the tenant, the hash of the file's decompressed bytes
/// and the number of the document: the same file read again, under another name or
/// compressed, gives the same ids. In a rejects file each document has the id it had.
///
/// After a stop it goes on from the checkpoints of the sink, or else from its own
/// positions file. Once all files are read to the end, the next run reads them again.
///
/// ```
/// use docstream_core::file::{FileOptions, FileSource};
/// use docstream_core::memory::AppendSink;
/// use docstream_core::{Pipeline, Take};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("lines.csv");
/// std::fs::write(&path, "name,grade\nAda,1\nBob,2\nCleo,3\n")?;
/// let options = FileOptions::default().positions(folder.path().join("positions.json"));
/// for left in [2, 1] {
///     let source = FileSource::open(&path, options.clone())?;
///     let pipeline = Pipeline::from(Take::new(source, 2)).halt_on_reject().into_sink(AppendSink::new());
///     assert_eq!(pipeline.run().await?.read, left);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct FileSource {
    surveys: Vec<Survey>,
    options: FileOptions,
    positions: Arc<Positions>,
    progress: Arc<FileProgress>,
    wanted: Arc<Wanted>,
    state: State,
}

#[derive(Debug)]
enum State {
    New,
    Planned(Vec<Task>),
    Reading(Reading),
    Ended,
}

#[derive(Debug)]
struct Reading {
    parcels: Receiver<Parcel>,
    /// What to read, without the documents that went out.
    tasks: Vec<Task>,
}

impl Reading {
    /// Notes that the documents before `extent.to` went out.
    fn gave(&mut self, extent: &Extent) {
        let is_it = |task: &&mut Task| task.survey.partition() == extent.partition;
        if let Some(task) = self.tasks.iter_mut().find(is_it) {
            task.from = extent.to;
        }
    }
}

impl FileSource {
    /// Reads the files that were surveyed, with the same options.
    ///
    /// # Errors
    ///
    /// The positions file cannot be read, is none, or is of a newer version.
    pub fn new(surveys: Vec<Survey>, options: FileOptions) -> Result<Self> {
        let positions = Positions::open(options.positions.as_deref(), Arc::clone(&options.group))?;
        let bytes = surveys.iter().map(|survey| survey.bytes).sum();
        let records = surveys.iter().map(|survey| survey.records).sum();
        Ok(Self {
            surveys,
            options,
            positions: Arc::new(positions),
            progress: Arc::new(FileProgress::new(bytes, records)),
            wanted: Arc::new(Wanted::new(Demand::default())),
            state: State::New,
        })
    }

    /// Surveys the file or folder at `path` and reads it. Blocks as
    /// [`Survey::input`] does.
    ///
    /// # Errors
    ///
    /// Those of [`Survey::input`] and [`new`](Self::new).
    pub fn open(path: impl AsRef<Path>, options: FileOptions) -> Result<Self> {
        Self::new(Survey::input(path, &options, |_| {})?, options)
    }

    /// The surveys of the files.
    pub fn surveys(&self) -> &[Survey] {
        &self.surveys
    }

    /// How far reading is; shared, for a progress bar.
    pub fn progress(&self) -> Arc<FileProgress> {
        Arc::clone(&self.progress)
    }

    /// How the documents of each file are laid out, for the writer of a rejects file.
    ///
    /// See the example of [`write_rejects`](super::write_rejects).
    pub fn layouts(&self) -> BTreeMap<Partition, Layout> {
        let layout = |survey: &Survey| (survey.partition(), survey.layout.clone());
        self.surveys.iter().map(layout).collect()
    }

    /// Which files to read and from where.
    async fn plan(&self, stored: Option<&dyn Checkpoints>) -> Result<Vec<Task>> {
        let mut known = Vec::with_capacity(self.surveys.len());
        for survey in &self.surveys {
            let partition = survey.partition();
            known.push(match stored {
                Some(stored) => stored.load(&self.options.group, &partition).await?,
                None => self.positions.get(&partition),
            });
        }
        let is_done = |(survey, known): (&Survey, &Option<(Offset, Epoch)>)| {
            let read = known.is_some_and(|(next, _)| next.0 >= survey.records);
            // It may have grown by the rest of its last record alone.
            survey.records == 0 || (read && survey.grown_from.is_none())
        };
        let again = self.surveys.iter().zip(&known).all(is_done);
        let task = |(survey, known): (&Survey, Option<(Offset, Epoch)>)| {
            let (from, epoch) = match known {
                None => (0, 0),
                Some((_, epoch)) if again => (0, epoch.0),
                // A record that ended with the file may have grown with it.
                Some((next, epoch)) if survey.open_ends.contains(&next.0) => {
                    (next.0.saturating_sub(1), epoch.0)
                }
                Some((next, epoch)) => (next.0, epoch.0),
            };
            Task {
                survey: survey.clone(),
                from: Offset(from),
                // A higher epoch may set any position, also one further back.
                epoch: Epoch(epoch + 1),
            }
        };
        Ok(self.surveys.iter().zip(known).map(task).collect())
    }

    fn read(&self, tasks: Vec<Task>) -> Result<Receiver<Parcel>> {
        let (out, parcels) = mpsc::channel(AHEAD);
        let worker = Worker {
            options: self.options.clone(),
            wanted: Arc::clone(&self.wanted),
            progress: Arc::clone(&self.progress),
            out,
        };
        std::thread::Builder::new()
            .name("docstream-file".to_owned())
            .spawn(move || worker.run(tasks))
            .map_err(|error| Error::transient(OPERATION, error.to_string()))?;
        Ok(parcels)
    }
}

#[async_trait]
impl Source for FileSource {
    type Doc = Raw;

    fn group(&self) -> Arc<str> {
        Arc::clone(&self.options.group)
    }

    async fn start(&mut self, stored: Option<Arc<dyn Checkpoints>>) -> Result<()> {
        let tasks = self.plan(stored.as_deref()).await?;
        for task in &tasks {
            let partition = task.survey.partition();
            self.positions.begin(&partition, task.from, task.epoch);
        }
        let path = self.options.registry.clone();
        let versions: Vec<_> = self.surveys.iter().map(Survey::version).collect();
        super::blocking(OPERATION, move || {
            Registry::open(path.as_deref())?.add(versions)
        })
        .await?;
        self.state = State::Planned(tasks);
        Ok(())
    }

    async fn next(&mut self, want: Demand) -> Result<Next<Raw>> {
        self.wanted.set(want);
        if matches!(self.state, State::New) {
            self.start(None).await?;
        }
        if let State::Planned(tasks) = &self.state {
            self.state = State::Reading(Reading {
                parcels: self.read(tasks.clone())?,
                tasks: tasks.clone(),
            });
        }
        let State::Reading(reading) = &mut self.state else {
            return Ok(Next::End);
        };
        match reading.parcels.recv().await {
            Some(Ok(Some(batch))) => {
                reading.gave(batch.extent());
                Ok(Next::Batch(batch))
            }
            Some(Ok(None)) => {
                self.state = State::Ended;
                Ok(Next::End)
            }
            Some(Err((at, error))) => {
                // The thread has ended; the next call starts another one from here.
                self.state = State::Planned(reading.tasks.split_off(at));
                Err(error)
            }
            None => Err(Error::bug(OPERATION, "the reading thread is gone")),
        }
    }

    fn committer(&self) -> Arc<dyn Committer> {
        Arc::clone(&self.positions) as Arc<dyn Committer>
    }

    async fn close(&mut self) -> Result<()> {
        // The thread ends when it finds that nobody takes its batches.
        self.state = State::Ended;
        Ok(())
    }
}
