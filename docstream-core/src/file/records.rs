//! Documents out of a file, into batches.

use std::borrow::Cow;
use std::io::{self, Read};
use std::sync::Arc;

use super::lines::Lines;
use super::rejects::Line;
use super::resend::{self, Resent};
use super::rows::Rows;
use super::scan::{Content, Found, unreadable};
use super::shape::Shape;
use super::window::Window;
use super::{Encoding, FileOptions, Format};
use crate::{
    BatchBuilder, Code, Demand, Error, Fault, Incoming, Offset, Raw, Rejection, Result, SourceId,
};

/// The records of one file in order, counted from 0.
#[derive(Debug)]
pub(crate) struct Records<R> {
    scanner: Scanner<R>,
    format: Format,
    header: Vec<Vec<u8>>,
    delimiter: u8,
    next: u64,
    closed: bool,
    /// A document of a rejects file that did not fit under the header of its batch.
    held: Option<Resent>,
}

#[derive(Debug)]
enum Scanner<R> {
    Lines(Lines<R>),
    Rows(Box<Rows<R>>),
}

impl<R: Read> Records<R> {
    /// Opens decompressed bytes; `None` if there are none but blank lines.
    pub(crate) fn open(reader: R, options: &FileOptions) -> Result<Option<Self>> {
        let limit = options.document_bytes;
        let mut window = Window::new(reader, limit);
        let Some(shape) = Shape::tell(&mut window, options)? else {
            return Ok(None);
        };
        let (scanner, format, delimiter, header) = match shape {
            Shape::Lines(format) => (
                Scanner::Lines(Lines::new(window, limit)),
                format,
                b',',
                Vec::new(),
            ),
            Shape::Rows { delimiter, header } => {
                let rows = Rows::new(window, delimiter, header.len(), limit);
                (
                    Scanner::Rows(Box::new(rows)),
                    Format::Csv,
                    delimiter,
                    header,
                )
            }
        };
        Ok(Some(Self {
            scanner,
            format,
            header,
            delimiter,
            next: 0,
            closed: true,
            held: None,
        }))
    }

    /// The next record, not decoded.
    pub(crate) fn next(&mut self) -> io::Result<Option<Found<'_>>> {
        let found = match &mut self.scanner {
            Scanner::Lines(lines) => lines.next(),
            Scanner::Rows(rows) => rows.next(),
        }?;
        if let Some(found) = &found {
            self.next += 1;
            self.closed = found.closed;
        }
        Ok(found)
    }

    /// Passes over the records before `offset`.
    pub(crate) fn skip_to(&mut self, offset: u64) -> io::Result<()> {
        while self.next < offset && self.next()?.is_some() {}
        Ok(())
    }

    /// Adds records to `batch` until it holds what is wanted; `false` at the end. A
    /// record that would make it too large is put into one of its own, `next`.
    pub(crate) fn fill(
        &mut self,
        batch: &mut BatchBuilder<Raw>,
        header: Option<&Arc<[Box<str>]>>,
        source: SourceId,
        encoding: Encoding,
        want: Demand,
        next: &mut Option<BatchBuilder<Raw>>,
    ) -> io::Result<bool> {
        if let Some(header) = header {
            batch.header(Arc::clone(header));
        }
        let mut resent_header = None;
        while batch.len() < want.documents.max(1) && batch.bytes() < want.bytes.max(1) {
            if self.format == Format::Rejects {
                let Some(resent) = self.resent(source)? else {
                    return Ok(false);
                };
                if let Some(resent) = resent.put(batch, &mut resent_header) {
                    self.held = Some(resent);
                    return Ok(true);
                }
                continue;
            }
            let offset = self.next;
            let Some(found) = self.next()? else {
                return Ok(false);
            };
            let incoming = Incoming::new(source.doc(offset), Offset(offset), found.raw);
            let fits = batch.is_empty() || batch.bytes() + found.size() <= want.bytes;
            if fits {
                put_or_refuse(batch, incoming, &found.content, encoding);
                continue;
            }
            let mut following = batch.following(Offset(offset));
            if let Some(header) = header {
                following.header(Arc::clone(header));
            }
            put_or_refuse(&mut following, incoming, &found.content, encoding);
            *next = Some(following);
            return Ok(true);
        }
        Ok(true)
    }

    /// The next document of a rejects file.
    fn resent(&mut self, source: SourceId) -> io::Result<Option<Resent>> {
        if let Some(held) = self.held.take() {
            return Ok(Some(held));
        }
        let offset = self.next;
        let Some(found) = self.next()? else {
            return Ok(None);
        };
        let line = match found.content {
            Content::Bad(fault) => Err(fault),
            Content::Line | Content::Row { .. } => Line::parse(found.raw),
        };
        let raw = found.raw;
        Ok(Some(resend::read(
            line,
            source.doc(offset),
            Offset(offset),
            raw,
        )))
    }

    /// What the records are.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// What separates the columns.
    pub(crate) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The names of the columns as bytes; empty if it is not CSV.
    pub(crate) fn header(&self) -> &[Vec<u8>] {
        &self.header
    }

    /// The number of the next record to give.
    pub(crate) fn at(&self) -> u64 {
        self.next - u64::from(self.held.is_some())
    }

    /// How many records were read.
    pub(crate) fn count(&self) -> u64 {
        self.next
    }

    /// Whether a line end closed the last record.
    pub(crate) fn closed(&self) -> bool {
        self.closed
    }

    /// What they are read from.
    pub(crate) fn get_ref(&self) -> &R {
        match &self.scanner {
            Scanner::Lines(lines) => lines.get_ref(),
            Scanner::Rows(rows) => rows.get_ref(),
        }
    }
}

/// The names of the columns as text.
pub(crate) fn names(header: &[Vec<u8>], encoding: Encoding) -> Result<Arc<[Box<str>]>> {
    let name = |bytes: &Vec<u8>| encoding.decode(bytes).map(|name| Box::from(name.as_ref()));
    header
        .iter()
        .map(name)
        .collect::<Option<_>>()
        .ok_or_else(|| {
            let message = "the header row is not UTF-8; declare the encoding of the file";
            Error::config("read the header row", message)
        })
}

/// Adds a record to `batch`, as a document or as a fault.
fn put_or_refuse(
    batch: &mut BatchBuilder<Raw>,
    incoming: Incoming<'_>,
    content: &Content<'_>,
    encoding: Encoding,
) {
    if let Err(rejection) = put(batch, incoming, content, encoding) {
        batch.refuse(incoming, rejection);
    }
}

/// Adds a record to `batch`, decoded.
fn put(
    batch: &mut BatchBuilder<Raw>,
    incoming: Incoming<'_>,
    content: &Content<'_>,
    encoding: Encoding,
) -> Result<(), Rejection> {
    match content {
        Content::Bad(fault) => return Err(unreadable(fault.clone())),
        Content::Line => match encoding.decode(incoming.raw).ok_or_else(not_utf8)? {
            Cow::Borrowed(_) => batch.push(incoming, Raw::Bytes),
            Cow::Owned(text) => batch.push_text(incoming, &text),
        },
        Content::Row { fields, ends } => {
            let starts = std::iter::once(0).chain(ends.iter().copied());
            let ranges = starts
                .zip(ends.iter().copied())
                .map(|(start, end)| start..end);
            match plain_text(fields, encoding) {
                Some(text) => {
                    if ends.iter().any(|end| !text.is_char_boundary(*end)) {
                        return Err(not_utf8());
                    }
                    let fields = ranges.map(|range| text.get(range).unwrap_or_default());
                    batch.push_row(incoming, fields);
                }
                None => {
                    let texts: Option<Vec<_>> = ranges
                        .map(|range| encoding.decode(fields.get(range)?))
                        .collect();
                    let texts = texts.ok_or_else(not_utf8)?;
                    batch.push_row(incoming, texts.iter().map(AsRef::as_ref));
                }
            }
        }
    }
    Ok(())
}

/// The fields of a row as one text, if they are the same bytes in UTF-8.
fn plain_text(fields: &[u8], encoding: Encoding) -> Option<&str> {
    let same = matches!(encoding, Encoding::Auto | Encoding::Utf8) || fields.is_ascii();
    same.then(|| std::str::from_utf8(fields).ok()).flatten()
}

#[cold]
fn not_utf8() -> Rejection {
    unreadable(Fault::document(
        Code::NotUtf8,
        "the record is not UTF-8, which the file was declared to be",
    ))
}
