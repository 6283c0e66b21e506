//! Progress on a terminal, or as plain lines where there is none.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use docstream::{Event, Observer};
use indicatif::{ProgressBar, ProgressStyle};

/// How often a plain line is written.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Counts what the two pipelines do and shows it.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    counts: Arc<Counts>,
    bar: ProgressBar,
    plain: bool,
    total: u64,
    started: Instant,
}

#[derive(Debug, Default)]
struct Counts {
    read: AtomicU64,
    stored: AtomicU64,
    last_line: AtomicU64,
}

impl Progress {
    /// Progress towards `total` documents; none is shown if `quiet`.
    pub(crate) fn new(total: u64, quiet: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = if quiet || !terminal {
            ProgressBar::hidden()
        } else {
            ProgressBar::new(total)
        };
        let template = "{bar:32} {percent:>3}%  {pos}/{len} documents  {per_sec}  ETA {eta}  {msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        let counts = Arc::new(Counts::default());
        Self {
            counts,
            bar,
            plain: !quiet && !terminal,
            total,
            started: Instant::now(),
        }
    }

    /// Hears the pipeline that fills the log.
    pub(crate) fn reading(&self) -> impl Observer + use<> {
        Part {
            progress: self.clone(),
            counts_as: Side::Read,
        }
    }

    /// Hears the pipeline that fills the store.
    pub(crate) fn storing(&self) -> impl Observer + use<> {
        Part {
            progress: self.clone(),
            counts_as: Side::Stored,
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn show(&self) {
        let read = self.counts.read.load(Ordering::Relaxed);
        let stored = self.counts.stored.load(Ordering::Relaxed);
        self.bar.set_position(read.min(self.total));
        self.bar.set_message(format!("{stored} through the store"));
        if self.plain {
            self.line(read, stored);
        }
    }

    fn line(&self, read: u64, stored: u64) {
        let now = self.started.elapsed();
        let last = self.counts.last_line.load(Ordering::Relaxed);
        let due = Duration::from_millis(last) + LINE_EVERY;
        let now_ms = now.as_millis() as u64;
        let ours = now >= due
            && self
                .counts
                .last_line
                .compare_exchange(last, now_ms, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if !ours {
            return;
        }
        let rate = read as f64 / now.as_secs_f64();
        let left = self.total.saturating_sub(read) as f64 / rate.max(1.0);
        eprintln!(
            "{read} of {} documents read, {stored} through the store, {rate:.0}/s, about {left:.0} s to go",
            self.total
        );
    }

    /// A line about something a person should know, also one who wants no progress.
    fn warn(&self, message: &str) {
        if self.bar.is_hidden() {
            eprintln!("{message}");
        } else {
            self.bar.println(message);
        }
    }
}

#[derive(Clone, Copy)]
enum Side {
    Read,
    Stored,
}

struct Part {
    progress: Progress,
    counts_as: Side,
}

impl Observer for Part {
    fn on(&self, event: &Event<'_>) {
        match event {
            Event::Settled {
                written,
                duplicates,
                rejected,
                filtered,
                ..
            } => {
                let counter = match self.counts_as {
                    Side::Read => &self.progress.counts.read,
                    Side::Stored => &self.progress.counts.stored,
                };
                let settled = written + duplicates + rejected + filtered;
                counter.fetch_add(u64::from(settled), Ordering::Relaxed);
                self.progress.show();
            }
            Event::Stalled { error, since, .. } => {
                self.progress
                    .warn(&format!("nothing moves for {} s: {error}", since.as_secs()));
            }
            Event::Retry {
                error, attempt: 1, ..
            } => {
                self.progress.warn(&format!("will be tried again: {error}"));
            }
            _ => {}
        }
    }
}
