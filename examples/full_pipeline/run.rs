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
    let read_in = async {
        let result = ingest.run_until(asked(shutdown.clone())).await;
        // Nobody listens once the other side has stopped by itself.
        let _ = reading.send(false);
        result
    };
    let along = async {
        let ended = reading.subscribe();
        let stop = asked(shutdown.clone());
        drain(None)
            .run_until(until_either(ended_reading(ended), stop))
            .await
    };
    let (ingest, along) = tokio::join!(read_in, along);
    let mut done = Done {
        ingest: Summary::default(),
        drain: Summary::default(),
        stopped: None,
    };
    let (summary, reason) = part(ingest);
    done.ingest = summary;
    done.stopped = reason;
    let (summary, reason) = part(along);
    done.drain = summary;
    done.stopped = done.stopped.or(reason);
    if done.stopped.is_none() && !*shutdown.borrow() {
        let ends = files.log.ends().await?;
        let (rest, reason) = part(drain(Some(ends)).run_until(asked(shutdown.clone())).await);
        let interrupted = rest.ended == Ended::Shutdown;
        done.drain = together(done.drain, rest);
        done.stopped = reason.or(interrupted.then(String::new));
    }
    if *shutdown.borrow() {
        let position = done
            .ingest
            .checkpoint
            .iter()
            .map(|(_, next)| next.0)
            .max()
            .unwrap_or(0);
        done.stopped = Some(format!(
            "interrupted after {} documents of this run were read and {} stored (next to read: {position}); \
             run it again to go on",
            done.ingest.read, done.drain.written
        ));
    }
    Ok(done)
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

/// The sum of two runs of the same pipeline, one after the other.
fn together(mut first: Summary, second: Summary) -> Summary {
    first.read += second.read;
    first.written += second.written;
    first.duplicates += second.duplicates;
    first.rejected += second.rejected;
    first.filtered += second.filtered;
    first.retries += second.retries;
    for (code, count) in second.rejections {
        *first.rejections.entry(code).or_default() += count;
    }
    for (fault, count) in second.faults {
        *first.faults.entry(fault).or_default() += count;
    }
    first.checkpoint = second.checkpoint;
    first.ended = second.ended;
    first
}

async fn asked(mut shutdown: watch::Receiver<bool>) {
    // The sender lives as long as the program.
    let _ = shutdown.wait_for(|asked| *asked).await;
}

async fn ended_reading(mut reading: watch::Receiver<bool>) {
    let _ = reading.wait_for(|reading| !*reading).await;
}

async fn until_either(first: impl Future<Output = ()>, second: impl Future<Output = ()>) {
    tokio::select! {
        () = first => {}
        () = second => {}
    }
}
