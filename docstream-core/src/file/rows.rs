//! Records that are rows: CSV.

use std::io::{self, Read};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use memchr::memchr;

use super::lines::skip_line;
use super::scan::{Content, Found, KEPT_OF_TOO_LARGE, MOST_COLUMNS, too_large};
use super::split::is_well_quoted;
use super::window::Window;
use crate::{Code, Fault};

/// Splits a stream into rows of a given number of columns.
///
/// A quote that is never closed would swallow the rest of the file. So a row over
/// several lines that comes out wrong (number of columns, size, text after a closing
/// quote, end of the file) is taken for such a quote: its first line alone is at fault, and reading goes
/// on at the second. To find that out costs at most one look at a line for each
/// column, since each further line either closes the quote or opens one in a column
/// of its own.
#[derive(Debug)]
pub(crate) struct Rows<R> {
    window: Window<R>,
    splitter: Reader,
    delimiter: u8,
    columns: usize,
    limit: usize,
    fields: Vec<u8>,
    ends: Vec<usize>,
    /// The bytes at the front of the window that are done.
    done: usize,
    kept: Vec<u8>,
}

/// What was made of the front of the window.
enum Row {
    /// A row of `raw` bytes and `fields` fields.
    Whole {
        raw: usize,
        fields: usize,
        closed: bool,
    },
    /// A row of `raw` bytes that is faulty.
    Faulty {
        raw: usize,
        fault: Fault,
        closed: bool,
    },
    /// Over the limit; its head is kept and the rest was skipped.
    TooLarge { closed: bool },
}

/// Where the splitter is in the row.
#[derive(Clone, Copy, Default)]
struct At {
    raw: usize,
    out: usize,
    fields: usize,
}

impl<R: Read> Rows<R> {
    /// Rows of `columns` columns; the header has been consumed.
    pub(crate) fn new(window: Window<R>, delimiter: u8, columns: usize, limit: usize) -> Self {
        let mut rows = Self {
            window,
            splitter: ReaderBuilder::new().delimiter(delimiter).build(),
            delimiter,
            columns,
            limit,
            fields: Vec::new(),
            ends: vec![0; MOST_COLUMNS + 1],
            done: 0,
            kept: Vec::new(),
        };
        rows.restart();
        rows
    }

    /// The next row, `None` at the end. After an error there is none.
    pub(crate) fn next(&mut self) -> io::Result<Option<Found<'_>>> {
        let Some(row) = self.find()? else {
            return Ok(None);
        };
        Ok(Some(match row {
            Row::Whole {
                raw,
                fields,
                closed,
            } => {
                self.done = raw;
                let ends = &self.ends[..fields];
                Found {
                    raw: &self.window.bytes()[..raw],
                    content: Content::Row {
                        fields: &self.fields[..ends.last().copied().unwrap_or_default()],
                        ends,
                    },
                    closed,
                }
            }
            Row::Faulty { raw, fault, closed } => {
                self.done = raw;
                Found {
                    raw: &self.window.bytes()[..raw],
                    content: Content::Bad(fault),
                    closed,
                }
            }
            Row::TooLarge { closed } => Found {
                raw: &self.kept,
                content: Content::Bad(too_large(self.limit)),
                closed,
            },
        }))
    }

    /// Sets the splitter to the start of a row.
    fn restart(&mut self) {
        self.splitter.reset();
        // The splitter drops a byte order mark from what it takes for the start of a
        // file. A line end tells it that this is not one, and makes no row.
        self.splitter.read_record(b"\n", &mut [0; 1], &mut [0; 1]);
    }

    /// Skips the line ends before the next row; `false` at the end of the stream.
    fn skip_line_ends(&mut self) -> io::Result<bool> {
        self.window.consume(std::mem::take(&mut self.done));
        loop {
            let bytes = self.window.bytes();
            let blank = bytes
                .iter()
                .position(|byte| !matches!(byte, b'\r' | b'\n'))
                .unwrap_or(bytes.len());
            self.window.consume(blank);
            if !self.window.bytes().is_empty() {
                return Ok(true);
            }
            if !self.window.fill()? {
                return Ok(false);
            }
        }
    }

    fn find(&mut self) -> io::Result<Option<Row>> {
        if !self.skip_line_ends()? {
            return Ok(None);
        }
        let mut at = At::default();
        loop {
            match self.split(&mut at) {
                ReadRecordResult::Record => return self.judge(at, true).map(Some),
                ReadRecordResult::OutputEndsFull if self.first_line(at.raw).is_some() => {
                    return self.unclosed(at.raw).map(Some);
                }
                ReadRecordResult::OutputEndsFull | ReadRecordResult::OutputFull => {}
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {
                    if at.raw > self.limit.saturating_add(1) {
                        return self.over_limit(at).map(Some);
                    }
                    if !self.window.fill()? {
                        return self.at_end(at).map(Some);
                    }
                }
            }
        }
    }

    /// Runs the splitter over what is in the window after `at`.
    fn split(&mut self, at: &mut At) -> ReadRecordResult {
        let input = &self.window.bytes()[at.raw..];
        if input.is_empty() {
            return ReadRecordResult::InputEmpty;
        }
        // A row that already has too many columns is only counted on.
        let counting = at.fields > self.columns;
        let (out, first, last) = if counting {
            (0, 0, self.ends.len())
        } else {
            (at.out, at.fields, self.columns + 1)
        };
        let most = self.window.bytes().len() + 1;
        if self.fields.len() < most {
            self.fields.reserve_exact(most - self.fields.len());
            self.fields.resize(most, 0);
        }
        let (result, read, written, ended) =
            self.splitter
                .read_record(input, &mut self.fields[out..], &mut self.ends[first..last]);
        at.raw += read;
        at.out += written;
        at.fields += ended;
        result
    }

    /// The length of the first line of the row, if it goes on after that.
    fn first_line(&self, raw: usize) -> Option<usize> {
        memchr(b'\n', &self.window.bytes()[..raw])
    }

    /// Settles a row that came to its end after `at.raw` bytes.
    fn judge(&mut self, at: At, closed: bool) -> io::Result<Row> {
        let bytes = &self.window.bytes()[..at.raw];
        let raw = match bytes {
            [row @ .., b'\r' | b'\n'] if closed => row.len(),
            row => row.len(),
        };
        let fits = raw <= self.limit && at.fields == self.columns;
        let bytes = &bytes[..raw];
        let lines = memchr(b'\n', bytes).is_some();
        if lines && !(fits && is_well_quoted(bytes, self.delimiter)) {
            return self.unclosed(raw);
        }
        if fits {
            return Ok(Row::Whole {
                raw,
                fields: at.fields,
                closed,
            });
        }
        if raw > self.limit {
            return self.too_large();
        }
        Ok(Row::Faulty {
            raw,
            fault: wrong_columns(self.columns, at.fields),
            closed,
        })
    }

    /// Settles a row that the end of the stream cut off.
    fn at_end(&mut self, at: At) -> io::Result<Row> {
        let (out, first) = if at.fields > self.columns {
            (0, 0)
        } else {
            (at.out, at.fields)
        };
        if self.fields.len() < out + 1 {
            self.fields.resize(out + 1, 0);
        }
        // A line end closes the row, unless it stands in quotes.
        let (result, _, written, ended) =
            self.splitter
                .read_record(b"\n", &mut self.fields[out..], &mut self.ends[first..]);
        if result != ReadRecordResult::Record {
            return self.unclosed(at.raw);
        }
        let at = At {
            raw: at.raw,
            out: at.out + written,
            fields: at.fields + ended,
        };
        self.judge(at, false)
    }

    fn over_limit(&mut self, at: At) -> io::Result<Row> {
        match self.first_line(at.raw) {
            Some(_) => self.unclosed(at.raw),
            None => self.too_large(),
        }
    }

    fn too_large(&mut self) -> io::Result<Row> {
        self.kept = self.window.head_of_line(KEPT_OF_TOO_LARGE)?;
        self.restart();
        let closed = skip_line(&mut self.window)?;
        Ok(Row::TooLarge { closed })
    }

    /// Gives up the first line of a row of `raw` bytes that does not close its quote.
    fn unclosed(&mut self, raw: usize) -> io::Result<Row> {
        self.restart();
        let line = self.first_line(raw);
        let len = line.unwrap_or(raw);
        if len > self.limit.saturating_add(1) {
            return self.too_large();
        }
        let bytes = &self.window.bytes()[..len];
        Ok(Row::Faulty {
            raw: bytes.strip_suffix(b"\r").unwrap_or(bytes).len(),
            fault: unclosed_quote(),
            closed: line.is_some(),
        })
    }

    /// What it reads from.
    pub(crate) fn get_ref(&self) -> &R {
        self.window.get_ref()
    }

    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.window.capacity() + self.fields.capacity()
    }
}

#[cold]
fn wrong_columns(expected: usize, found: usize) -> Fault {
    Fault::document(
        Code::MalformedCsv,
        format!("expected {expected} columns as in the header, found {found}"),
    )
}

#[cold]
fn unclosed_quote() -> Fault {
    Fault::document(
        Code::MalformedCsv,
        "a quote is opened on this line and not closed where the row ends",
    )
}
