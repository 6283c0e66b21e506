//! Progress before the first document: standard input is copied, files are surveyed.

use std::io::{IsTerminal, Read};
use std::time::{Duration, Instant};

use docstream::file::Surveyed;
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

/// How often a plain line is written.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Shows how far it is: a bar on a terminal, lines elsewhere.
#[derive(Debug)]
pub(crate) struct Preparing {
    bar: ProgressBar,
    plain: bool,
    line_due: Instant,
}

impl Preparing {
    /// None is shown if `quiet`.
    pub(crate) fn new(quiet: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        Self {
            bar: if quiet || !terminal {
                ProgressBar::hidden()
            } else {
                ProgressBar::no_length()
            },
            plain: !quiet && !terminal,
            line_due: Instant::now() + LINE_EVERY,
        }
    }

    /// `reader`, shown while it is copied.
    pub(crate) fn copying<R: Read>(&self, reader: R) -> impl Read + use<R> {
        self.style("{spinner} standard input: {bytes} copied, {bytes_per_sec}");
        self.bar.wrap_read(reader)
    }

    /// The next step is the survey.
    pub(crate) fn surveying(&self) {
        self.style("{bar:32} {percent:>3}%  {bytes}/{total_bytes} surveyed  ETA {eta}");
        self.bar.reset();
    }

    /// Shows the survey.
    pub(crate) fn surveyed(&mut self, now: Surveyed) {
        self.bar.set_length(now.total);
        self.bar.set_position(now.done);
        if self.plain && Instant::now() >= self.line_due {
            self.line_due = Instant::now() + LINE_EVERY;
            eprintln!(
                "{} of {} surveyed",
                HumanBytes(now.done),
                HumanBytes(now.total)
            );
        }
    }

    fn style(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
    }
}

impl Drop for Preparing {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
