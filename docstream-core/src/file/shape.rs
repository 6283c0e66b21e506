//! What a file is, told by its first lines.

use std::io::Read;

use memchr::{memchr, memchr_iter};
use serde::de::IgnoredAny;

use super::split::split_row;
use super::window::Window;
use super::{FileOptions, Format, rejects};
use crate::{Error, Result};

const OPERATION: &str = "tell what a file is";

/// What separates the columns of CSV, in the order in which a tie is settled.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// How many lines are looked at after the first one, and how many bytes at most: the
/// same ones however the bytes arrive, since a file is told twice.
const LINES: usize = 15;
const BYTES: usize = 64 * 1024;

/// The format of a file; for CSV with its delimiter and the bytes of its header row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Lines(Format),
    Rows { delimiter: u8, header: Vec<Vec<u8>> },
}

impl Shape {
    /// Looks at the front of `window` and consumes a byte order mark, blank lines and the header.
    /// `None` if nothing is there.
    pub(crate) fn tell<R: Read>(
        window: &mut Window<R>,
        options: &FileOptions,
    ) -> Result<Option<Self>> {
        skip_mark(window)?;
        let Some(len) = first_line(window, options.document_bytes)? else {
            return Ok(None);
        };
        let format = match options.format {
            Some(format) => format,
            None => told(window, len, options)?,
        };
        let line = &window.bytes()[..len];
        if format != Format::Csv {
            return Ok(Some(Self::Lines(format)));
        }
        if len > options.document_bytes {
            let message = "the first line is larger than a document may be, so it is no header";
            return Err(Error::config(OPERATION, message));
        }
        if memchr(0, line).is_some() {
            let message = "the first line has NUL bytes, so this is no text; UTF-16 must be saved as UTF-8 first";
            return Err(Error::config(OPERATION, message));
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let delimiter = options.delimiter.unwrap_or_else(|| delimiter_of(line));
        let header = split_row(line, delimiter).map_err(|error| {
            Error::config(OPERATION, format!("the header row is not CSV: {error}"))
        })?;
        window.consume(len);
        Ok(Some(Self::Rows { delimiter, header }))
    }
}

fn unreadable(error: &std::io::Error) -> Error {
    Error::config(OPERATION, error.to_string())
}

fn skip_mark<R: Read>(window: &mut Window<R>) -> Result<()> {
    while window.bytes().len() < 3 && window.fill().map_err(|error| unreadable(&error))? {}
    if window.bytes().starts_with(b"\xef\xbb\xbf") {
        window.consume(3);
    }
    Ok(())
}

/// The length of the first line that is not blank, which is then at the front of
/// the window; `None` if there is none. More than `limit` if it is longer than that.
fn first_line<R: Read>(window: &mut Window<R>, limit: usize) -> Result<Option<usize>> {
    loop {
        let bytes = window.bytes();
        let blank = bytes
            .iter()
            .position(|byte| !matches!(byte, b'\r' | b'\n'))
            .unwrap_or(bytes.len());
        window.consume(blank);
        let bytes = window.bytes();
        if let Some(len) = memchr(b'\n', bytes) {
            return Ok(Some(len));
        }
        if bytes.len() > limit + 1 {
            return Ok(Some(bytes.len()));
        }
        if !window.fill().map_err(|error| unreadable(&error))? {
            // Line ends of old computers: `\r` alone.
            let bytes = window.bytes();
            let len = memchr(b'\r', bytes).unwrap_or(bytes.len());
            return Ok((len > 0).then_some(len));
        }
    }
}

/// The format of a file whose first line has `len` bytes: one bad line does not make
/// it something else, also where it is the first.
fn told<R: Read>(window: &mut Window<R>, len: usize, options: &FileOptions) -> Result<Format> {
    // Behind a line that is too long there is nothing to see.
    if len <= options.document_bytes {
        look_ahead(window, len);
    }
    let (line, rest) = window.bytes().split_at(len);
    let rest = &rest[..rest.len().min(BYTES)];
    let after: Vec<&[u8]> = rest
        .split(|byte| *byte == b'\n')
        .skip(1)
        .take(LINES)
        .filter(|line| !line.trim_ascii().is_empty())
        .collect();
    if !begins_object(line) {
        // A row that is an object as it stands would be no good CSV; still, under a
        // header that is known it is a bad row.
        let objects = after.iter().filter(|line| is_object(line)).count();
        if objects * 2 <= after.len() || is_known_header(line, options) {
            return match line.trim_ascii_start().first() {
                Some(b'[') => {
                    let message = "this is a JSON array; write one object a line instead, for instance with `jq -c '.[]'`";
                    Err(Error::config(OPERATION, message))
                }
                _ => Ok(Format::Csv),
            };
        }
    }
    let lines = std::iter::once(&line).chain(&after);
    let (mut objects, mut rejects) = (0, 0);
    for line in lines.filter(|line| begins_object(line)) {
        objects += 1;
        rejects += usize::from(rejects::is_line(line));
    }
    match rejects * 2 >= objects {
        true => Ok(Format::Rejects),
        false => Ok(Format::NdJson),
    }
}

/// Brings the lines behind the first `len` bytes into the window.
fn look_ahead<R: Read>(window: &mut Window<R>, len: usize) {
    let enough = |rest: &[u8]| rest.len() >= BYTES || memchr_iter(b'\n', rest).nth(LINES).is_some();
    while !enough(&window.bytes()[len..]) && window.look() {}
}

fn begins_object(line: &[u8]) -> bool {
    line.trim_ascii_start().starts_with(b"{")
}

fn is_object(line: &[u8]) -> bool {
    begins_object(line) && serde_json::from_slice::<IgnoredAny>(line).is_ok()
}

/// Whether one of the columns is that of the dates.
fn is_known_header(line: &[u8], options: &FileOptions) -> bool {
    let delimiter = options.delimiter.unwrap_or_else(|| delimiter_of(line));
    let wanted = options.date_field.as_bytes();
    let is_wanted = |name: &Vec<u8>| name.trim_ascii().eq_ignore_ascii_case(wanted);
    split_row(line, delimiter).is_ok_and(|names| names.iter().any(is_wanted))
}

/// The candidate that stands most often outside quotes; the comma if none does.
fn delimiter_of(header: &[u8]) -> u8 {
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut quoted = false;
    for byte in header {
        quoted ^= *byte == b'"';
        if let Some(at) = DELIMITERS.iter().position(|delimiter| delimiter == byte)
            && !quoted
        {
            counts[at] += 1;
        }
    }
    let mut best = 0;
    for (at, count) in counts.iter().enumerate() {
        if *count > counts[best] {
            best = at;
        }
    }
    DELIMITERS[best]
}
