//! Records that are lines: NDJSON.

use std::io::{self, Read};

use memchr::memchr;

use super::scan::{Content, Found, KEPT_OF_TOO_LARGE, too_large};
use super::window::Window;

/// Splits a stream into lines. A line may end in `\r\n`; blank lines (spaces and
/// tabs included) are no records and have no position.
///
/// A line over the limit is given as a fault with its first 4 KiB; the rest of it
/// is skipped without being kept.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    window: Window<R>,
    limit: usize,
    /// The bytes at the front of the window that are done.
    done: usize,
    kept: Vec<u8>,
}

/// Where the next line is in the window.
enum Line {
    /// This many bytes, then a line end or not.
    Whole { len: usize, closed: bool },
    /// Over the limit; its head is kept and the rest was skipped.
    TooLong { closed: bool },
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(window: Window<R>, limit: usize) -> Self {
        Self {
            window,
            limit,
            done: 0,
            kept: Vec::new(),
        }
    }

    /// The next line, `None` at the end. After an error there is none.
    pub(crate) fn next(&mut self) -> io::Result<Option<Found<'_>>> {
        loop {
            match self.find()? {
                None => return Ok(None),
                Some(Line::TooLong { closed }) => {
                    return Ok(Some(Found {
                        raw: &self.kept,
                        content: Content::Bad(too_large(self.limit)),
                        closed,
                    }));
                }
                Some(Line::Whole { len, closed }) => {
                    self.done = len + usize::from(closed);
                    if !is_blank(&self.window.bytes()[..len]) {
                        return Ok(Some(Found {
                            raw: trimmed(&self.window.bytes()[..len]),
                            content: Content::Line,
                            closed,
                        }));
                    }
                }
            }
        }
    }

    fn find(&mut self) -> io::Result<Option<Line>> {
        self.window.consume(std::mem::take(&mut self.done));
        let mut searched = 0;
        loop {
            let bytes = self.window.bytes();
            if let Some(at) = memchr(b'\n', &bytes[searched..]) {
                let len = searched + at;
                if trimmed(&bytes[..len]).len() > self.limit {
                    self.kept = self.window.head_of_line(KEPT_OF_TOO_LARGE)?;
                    self.window.consume(len + 1);
                    return Ok(Some(Line::TooLong { closed: true }));
                }
                return Ok(Some(Line::Whole { len, closed: true }));
            }
            searched = bytes.len();
            // A `\r` may stand in front of the line end that is still to come.
            if searched > self.limit.saturating_add(1) {
                self.kept = self.window.head_of_line(KEPT_OF_TOO_LARGE)?;
                let closed = skip_line(&mut self.window)?;
                return Ok(Some(Line::TooLong { closed }));
            }
            if !self.window.fill()? {
                let len = searched;
                if len > self.limit {
                    self.kept = self.window.head_of_line(KEPT_OF_TOO_LARGE)?;
                    self.window.consume(len);
                    return Ok(Some(Line::TooLong { closed: false }));
                }
                return Ok((len > 0).then_some(Line::Whole { len, closed: false }));
            }
        }
    }

    /// What it reads from.
    pub(crate) fn get_ref(&self) -> &R {
        self.window.get_ref()
    }

    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.window.capacity()
    }
}

/// Lets go of everything up to the next line end; `false` if there is none.
pub(crate) fn skip_line<R: Read>(window: &mut Window<R>) -> io::Result<bool> {
    loop {
        let len = window.bytes().len();
        if let Some(at) = memchr(b'\n', window.bytes()) {
            window.consume(at + 1);
            return Ok(true);
        }
        window.consume(len);
        if !window.fill()? {
            return Ok(false);
        }
    }
}

/// The line without the `\r` of its line end.
fn trimmed(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}
