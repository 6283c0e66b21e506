//! The two pipelines: input into the log, log into the store.

use std::future::Future;
use std::sync::Arc;

use docstream::pipeline::{Ended, Stopped, Summary};
use docstream::sqlite::{InvoiceStore, Log, LogOptions, StoreOptions};
use docstream::{ParseInvoices, Pipeline, Raw, Source};
use tokio::sync::watch;

use crate::failure::{Failure, told};
use crate::options::Options;
use crate::progress::Progress;
use crate::rejects::Burials;

/// The log and the store of a run.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    /// The durable buffer.
    pub log: Log,
    /// The store, and the dead letters.
    pub store: InvoiceStore,
}

impl Files {
    /// Opens both, and makes what is missing.
    pub(crate) fn open(options: &Options) -> Result<Self, Failure> {
        let (log_path, store_path) = (options.log_path()?, options.store_path()?);
        for folder in [log_path.parent(), store_path.parent()]
            .into_iter()
            .flatten()
        {
            if !folder.as_os_str().is_empty() {
                std::fs::create_dir_all(folder).map_err(|error| {
                    Failure::Wrong(format!("make the folder {}: {error}", folder.display()))
                })?;
            }
        }
        let mut log_options = LogOptions::default();
        if let Some(partitions) = options.partitions {
            log_options = log_options.partitions(partitions as u16);
        }
        Ok(Self {
            log: Log::open(log_path, log_options)?,
            store: InvoiceStore::open(store_path, StoreOptions::default())?,
        })
    }
}

/// What the two pipelines did.
pub(crate) struct Done {
    /// Input into the log.
    pub ingest: Summary,
    /// Log into the store.
    pub drain: Summary,
    /// Why it stopped before the end, if it did.
    pub stopped: Option<String>,
}

/// Runs both pipelines side by side: the second until it has stored what the first
/// has put into the log, up to the end offsets recorded when reading ended.
pub(crate) async fn run<S: Source<Doc = Raw>>(
    source: S,
    parse: ParseInvoices,
    options: &Options,
    files: &Files,
    burials: Burials,
    progress: &Progress,
    shutdown: watch::Receiver<bool>,
) -> Result<Done, Failure> {
    let dead_letters = Arc::new(burials);
    let ingest = Pipeline::from(source)
        .transform(parse)
        .dead_letters(Arc::clone(&dead_letters))
        .observer(progress.reading())
        .into_idempotent_sink(files.log.clone());
    let rules = docstream::InvoiceRules {
        policy: options.policy.policy(),
        ..Default::default()
    };
    let drain = |until: Option<docstream::Checkpoint>| {
        let mut source = files.log.source(options.group.as_str());
        if let Some(until) = until {
            source = source.until(until);
        }
        Pipeline::from(source)
            .transform(ParseInvoices::new(rules.clone()))
            .dead_letters(Arc::clone(&dead_letters))
            .observer(progress.storing())
            .into_idempotent_sink(files.store.clone())
    };

    let reading = watch::Sender::new(true);
    let drained = watch::Sender::new(false);
    let read_in = async {
        // To read on is pointless once the other side has stopped by itself.
        let stop = either(asked(shutdown.clone()), asked(drained.subscribe()));
        let result = ingest.run_until(stop).await;
        reading.send_replace(false);
        result
    };
    let along = async {
        let stop = either(ended_reading(reading.subscribe()), asked(shutdown.clone()));
        let result = drain(None).run_until(stop).await;
        drained.send_replace(result.is_err());
        result
    };
    let (read_in, along) = tokio::join!(read_in, along);
    let (ingest, not_read) = part(read_in);
    let (mut stored, mut not_stored) = part(along);
    let mut finished = false;
    if not_stored.is_none() && !*shutdown.borrow() {
        // Whatever became of reading, what is in the log goes into the store.
        let ends = files.log.ends().await?;
        let (rest, reason) = part(drain(Some(ends)).run_until(asked(shutdown.clone())).await);
        finished = reason.is_none() && rest.ended == Ended::End && ingest.ended == Ended::End;
        stored = stored.then(rest);
        not_stored = reason;
    }
    let stopped = match (not_stored, not_read) {
        (Some(reason), _) | (None, Some(reason)) => Some(reason),
        (None, None) if finished => None,
        (None, None) => Some(interrupted(&ingest, &stored)),
    };
    Ok(Done {
        ingest,
        drain: stored,
        stopped,
    })
}

fn part(result: Result<Summary, Stopped>) -> (Summary, Option<String>) {
    match result {
        Ok(summary) => (summary, None),
        Err(stopped) => {
            let reason = told(&stopped);
            (stopped.summary, Some(reason))
        }
    }
}

/// Where an interrupted run stopped.
fn interrupted(ingest: &Summary, stored: &Summary) -> String {
    let mut places: Vec<String> = ingest
        .checkpoint
        .iter()
        .map(|(partition, next)| format!("; next to read is document {next} of {partition}"))
        .collect();
    places.truncate(3);
    format!(
        "interrupted after {} documents of this run were read and {} stored{}; \
         run it again to go on",
        ingest.read,
        stored.written,
        places.concat()
    )
}

pub(crate) async fn asked(mut shutdown: watch::Receiver<bool>) {
    // The sender lives as long as the program.
    let _ = shutdown.wait_for(|asked| *asked).await;
}

async fn ended_reading(mut reading: watch::Receiver<bool>) {
    let _ = reading.wait_for(|reading| !*reading).await;
}

async fn either(first: impl Future<Output = ()>, second: impl Future<Output = ()>) {
    tokio::select! {
        () = first => {}
        () = second => {}
    }
}
