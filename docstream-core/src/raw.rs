//! A document that nobody has parsed yet.

use std::sync::Arc;

use crate::{RecordRef, Span};

/// The document type of sources that do not parse: bytes, text that was decoded
/// from another encoding, or a row of fields that a CSV reader has already split.
///
/// ```
/// use docstream_core::{Batch, Epoch, Incoming, Offset, Partition, Raw, SourceId};
///
/// let source = SourceId::new("default", "file", &[b"students.txt"]);
/// let mut batch = Batch::builder(Partition::new("file:students"), Epoch(1), Offset(0));
/// batch.push(Incoming::new(source.doc(0), Offset(0), b"Ada"), Raw::Bytes);
/// batch.push_text(Incoming::new(source.doc(1), Offset(1), b"Zo\xEB"), "Zoë"); // was Latin-1
/// let batch = batch.finish();
/// let texts: Vec<_> = batch.records().filter_map(|record| record.payload_str()).collect();
/// assert_eq!(texts, ["Ada", "Zoë"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raw {
    /// The record's bytes, [`RecordRef::raw`], are the document.
    Bytes,
    /// The document is this text of the batch's arena: the record's bytes are in
    /// another encoding. [`RecordRef::payload`] gives it.
    Text(Span),
    /// The document is a row; [`RecordRef::row`] gives its fields.
    Row {
        /// The index of its first field in the batch.
        first: u32,
        /// How many fields it has.
        len: u32,
    },
}

/// A row of a CSV file with the names of its columns.
///
/// ```
/// use docstream_core::{Batch, Epoch, Incoming, Offset, Partition, SourceId};
///
/// let source = SourceId::new("default", "file", &[b"students.csv"]);
/// let mut batch = Batch::builder(Partition::new("file:students"), Epoch(1), Offset(0));
/// batch.header(["name", "grade"].map(Box::from).into());
/// batch.push_row(Incoming::new(source.doc(0), Offset(0), b"Ada,1"), ["Ada", "1"].into_iter());
/// let batch = batch.finish();
///
/// let row = batch.record(0).and_then(|record| record.row()).ok_or("not a row")?;
/// let named: Vec<_> = row.header().iter().map(|name| &**name).zip(row.iter()).collect();
/// assert_eq!(named, [("name", "Ada"), ("grade", "1")]);
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    pub(crate) header: &'a Arc<[Box<str>]>,
    pub(crate) fields: &'a [Span],
    pub(crate) text: &'a str,
}

impl<'a> Row<'a> {
    /// The names of the columns, shared by all rows of a file.
    pub fn header(&self) -> &'a Arc<[Box<str>]> {
        self.header
    }

    /// How many fields.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The field at `index`.
    pub fn get(&self, index: usize) -> Option<&'a str> {
        self.fields.get(index).map(|span| span.text(self.text))
    }

    /// The fields in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'a str> {
        let text = self.text;
        self.fields.iter().map(move |span| span.text(text))
    }
}

impl<'a> RecordRef<'a, Raw> {
    /// The document as it is to be parsed: the original bytes, or the text they
    /// were decoded to.
    pub fn payload(&self) -> &'a [u8] {
        match *self.doc() {
            Raw::Bytes | Raw::Row { .. } => self.raw(),
            Raw::Text(span) => span.text(self.text()).as_bytes(),
        }
    }

    /// The document as text, if it is UTF-8. Inside of
    /// [`Batch::parse`](crate::Batch::parse) the check was made once for the whole batch.
    pub fn payload_str(&self) -> Option<&'a str> {
        match *self.doc() {
            Raw::Bytes | Raw::Row { .. } => self.raw_str(),
            Raw::Text(span) => Some(span.text(self.text())),
        }
    }

    /// The fields, if the record was read as a row.
    pub fn row(&self) -> Option<Row<'a>> {
        match *self.doc() {
            Raw::Bytes | Raw::Text(_) => None,
            Raw::Row { first, len } => self.batch.row(first, len),
        }
    }
}
