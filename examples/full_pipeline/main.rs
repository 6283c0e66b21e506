//! The main job with no server: documents from a file through a durable log and a
//! validated, typed pipeline into a store, and exact answers out.
//!
//! ```sh
//! cargo run --release --example full_pipeline
//! cargo run --release --example full_pipeline -- --input online-retail.csv.gz --json
//! ```

mod failure;
mod input;
mod lock;
mod options;
mod preparing;
mod progress;
mod rejects;
mod report;
mod run;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use docstream::{InvoiceRules, ParseInvoices};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use failure::Failure;
use input::Input;
use lock::Lock;
use options::Options;
use progress::Progress;
use rejects::Burials;
use report::Report;
use run::{Done, Files};

/// The exit code after a second signal.
const AT_ONCE: i32 = 3;

fn main() -> ExitCode {
    #[cfg(feature = "failpoints")]
    crash::arm();
    let options = Options::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("full_pipeline: start the runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let done = runtime.block_on(job(&options));
    // A survey that was interrupted may still be reading.
    runtime.shutdown_background();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("full_pipeline: {failure}");
            ExitCode::from(failure.code())
        }
    }
}

fn stopped(reason: String) -> Failure {
    Failure::Stopped(reason)
}

async fn job(options: &Options) -> Result<(), Failure> {
    let started = Instant::now();
    let shutdown = on_signals()?;
    // Wrong addresses are told before anything is read or made.
    options.log_path()?;
    options.store_path()?;
    let _lock = Lock::take(&options.data)?;
    let opening = {
        let options = options.clone();
        tokio::task::spawn_blocking(move || input::open(&options))
    };
    let input = tokio::select! {
        opened = opening => opened.map_err(|error| stopped(format!("open the input: {error}")))??,
        () = run::asked(shutdown.clone()) => {
            return Err(stopped("interrupted before anything was accepted".to_owned()));
        }
    };
    let files = Files::open(options)?;
    let rules = |order| InvoiceRules {
        policy: options.policy.policy(),
        dates: input::dates(order),
        ..InvoiceRules::default()
    };
    let mut notes = Vec::new();
    let done = match input {
        Input::Generated(source, documents) => {
            let progress = Progress::new(documents, options.quiet);
            let burials = Burials::open(&files.store, options.rejects.as_deref(), BTreeMap::new())?;
            let parse = ParseInvoices::new(rules(None));
            let done = run::run(source, parse, options, &files, burials, &progress, shutdown).await;
            progress.finish();
            done?
        }
        Input::Files {
            source,
            order,
            documents,
            layouts,
            notes: said,
            progress: reading,
        } => {
            notes = said;
            let progress = Progress::new(documents, options.quiet);
            let burials = Burials::open(&files.store, options.rejects.as_deref(), layouts)?;
            let parse = ParseInvoices::new(rules(order));
            let done = run::run(source, parse, options, &files, burials, &progress, shutdown).await;
            progress.finish();
            if reading.left_over() > 0 {
                notes.push(format!(
                    "the input grew by {} bytes while it was read; run again to read them",
                    reading.left_over()
                ));
            }
            done?
        }
    };
    let Done {
        ingest,
        drain,
        stopped,
    } = done;
    let report = Report::new(ingest, drain, &files.store, started.elapsed(), notes).await?;
    if options.json {
        print(&format!("{}\n", report.json()))?;
    } else if stopped.is_none() {
        print(&report.text())?;
    }
    match stopped {
        Some(reason) => Err(Failure::Stopped(reason)),
        None => Ok(()),
    }
}

/// Writes the report; a reader that has gone away, as `head` does, has seen enough.
fn print(report: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(report.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(stopped(format!("write the report: {error}"))),
        Ok(()) => Ok(()),
    }
}

/// True after the first SIGINT or SIGTERM; the second ends the process at once.
fn on_signals() -> Result<watch::Receiver<bool>, Failure> {
    let listen = |kind| signal(kind).map_err(|error| Failure::Stopped(format!("signals: {error}")));
    let (mut interrupt, mut terminate) = (
        listen(SignalKind::interrupt())?,
        listen(SignalKind::terminate())?,
    );
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        let mut asked = false;
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if asked {
                eprintln!("full_pipeline: stopped at once; nothing is lost, run it again to go on");
                #[expect(clippy::exit, reason = "a second signal means at once")]
                std::process::exit(AT_ONCE);
            }
            asked = true;
            eprintln!("full_pipeline: finishing what is in flight (a second signal stops at once)");
            // Nobody listens if the job is done already.
            let _ = sender.send(true);
        }
    });
    Ok(receiver)
}

/// Crash points for the tests of `tests/faults`.
#[cfg(feature = "failpoints")]
mod crash {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    /// Arms the point in `DOCSTREAM_CRASH=NAME:MODE:AFTER`: at its AFTER-th passing the
    /// process aborts (`abort`), panics there (`panic`), or stands still for so many
    /// milliseconds (`stall 500`).
    #[expect(clippy::panic, reason = "to panic is what it is asked for")]
    pub(crate) fn arm() {
        let Ok(wish) = std::env::var("DOCSTREAM_CRASH") else {
            return;
        };
        let mut words = wish.split(':');
        let (Some(name), Some(mode), Some(after)) = (words.next(), words.next(), words.next())
        else {
            return;
        };
        let (mode, after) = (mode.to_owned(), after.parse::<u64>().unwrap_or(1));
        let passed = AtomicU64::new(0);
        let armed = fail::cfg_callback(name, move || {
            if passed.fetch_add(1, Ordering::Relaxed) + 1 != after {
                return;
            }
            eprintln!("crash point reached");
            match mode.strip_prefix("stall ").map(str::parse) {
                Some(Ok(stall)) => std::thread::sleep(Duration::from_millis(stall)),
                _ if mode == "panic" => std::panic::panic_any("crash point"),
                _ => std::process::abort(),
            }
        });
        if let Err(error) = armed {
            eprintln!("crash point {name}: {error}");
        }
    }
}
