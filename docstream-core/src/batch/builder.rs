//! Filling a batch.

use std::sync::Arc;

use super::{Batch, Refused, Texts};
use crate::receipt::{Epoch, Extent, Receipt};
use crate::record::Record;
use crate::{ContentHash, DocId, Offset, Partition, Raw, Rejection, Span};

/// A record as it comes in, before it has a place in a batch.
///
/// ```
/// use docstream_core::{Batch, Epoch, Incoming, Offset, Partition, Raw, SourceId};
///
/// # let source = SourceId::new("default", "example", &[]);
/// let incoming = Incoming {
///     key: b"536365",
///     attempt: 1, // sent again from the dead letters
///     ..Incoming::new(source.doc(0), Offset(0), b"{}")
/// };
/// let mut builder = Batch::builder(Partition::new("memory:example"), Epoch(1), Offset(0));
/// builder.push(incoming, Raw::Bytes);
/// let batch = builder.finish();
/// assert_eq!(batch.record(0).map(|record| (record.key(), record.attempt())), Some((&b"536365"[..], 1)));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// Who it is.
    pub id: DocId,
    /// What it holds, if a hash was made where it entered.
    pub hash: Option<ContentHash>,
    /// Its position in the partition.
    pub offset: Offset,
    /// The original bytes.
    pub raw: &'a [u8],
    /// The partition key; empty for none.
    pub key: &'a [u8],
    /// Headers as [`Headers`](crate::Headers) keeps them; empty for none.
    pub headers: &'a [u8],
    /// How many times it was rejected before.
    pub attempt: u32,
}

impl<'a> Incoming<'a> {
    /// A record of its bytes alone.
    pub fn new(id: DocId, offset: Offset, raw: &'a [u8]) -> Self {
        Self {
            id,
            hash: None,
            offset,
            raw,
            key: &[],
            headers: &[],
            attempt: 0,
        }
    }
}

/// Fills a [`Batch`], record by record in the order of the partition.
///
/// ```
/// use docstream_core::{Batch, Epoch, Incoming, Offset, Partition, Raw, SourceId};
///
/// let source = SourceId::new("default", "example", &[]);
/// let mut builder = Batch::builder(Partition::new("memory:example"), Epoch(1), Offset(0));
/// builder.push(Incoming::new(source.doc(0), Offset(0), b"{}"), Raw::Bytes);
/// let batch = builder.finish();
/// assert_eq!((batch.len(), batch.extent().to), (1, Offset(1)));
/// ```
#[derive(Debug)]
pub struct BatchBuilder<T> {
    extent: Extent,
    raw: Vec<u8>,
    texts: Texts,
    records: Vec<Record<T>>,
    refused: Vec<Refused>,
}

impl<T> BatchBuilder<T> {
    pub(super) fn new(partition: Partition, epoch: Epoch, from: Offset) -> Self {
        Self {
            extent: Extent {
                partition,
                epoch,
                from,
                to: from,
            },
            raw: Vec::new(),
            texts: Texts::default(),
            records: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// An empty batch of the same partition and owner that starts at `from`.
    pub(crate) fn following(&self, from: Offset) -> Self {
        Self::new(self.extent.partition.clone(), self.extent.epoch, from)
    }

    /// Makes room for `documents` of `bytes` in all.
    pub fn reserve(&mut self, documents: usize, bytes: usize) {
        self.records.reserve(documents);
        self.raw.reserve(bytes);
    }

    /// Adds a record. Its offset must not be below the end of what is there;
    /// holes between offsets are fine.
    pub fn push(&mut self, incoming: Incoming<'_>, doc: T) {
        let record = self.take_in(incoming, doc);
        self.records.push(record);
    }

    /// Adds a record that the source itself had to reject, such as a line that is too long.
    ///
    /// ```
    /// use docstream_core::{Batch, Code, Epoch, Fault, Incoming, Offset, Partition, Raw, Rejection, SourceId, Stage};
    ///
    /// # let id = SourceId::new("default", "example", &[]).doc(0);
    /// let mut builder = Batch::<Raw>::builder(Partition::new("memory:example"), Epoch(1), Offset(0));
    /// let fault = Fault::document(Code::NotUtf8, "expected UTF-8");
    /// builder.refuse(Incoming::new(id, Offset(0), b"\xff"), Rejection::new(Stage::Read, fault));
    /// let batch = builder.finish();
    /// assert_eq!((batch.read(), batch.len(), batch.rejected_len()), (1, 0, 1));
    /// ```
    pub fn refuse(&mut self, incoming: Incoming<'_>, rejection: Rejection) {
        let record = self.take_in(incoming, ());
        self.refused.push(Refused { record, rejection });
    }

    /// Notes that everything before `next` is covered although it holds no record:
    /// a hole at the end of the batch.
    pub fn skip_to(&mut self, next: Offset) {
        self.extent.to = self.extent.to.max(next);
    }

    /// How many records are in, the refused ones included.
    pub fn len(&self) -> usize {
        self.records.len() + self.refused.len()
    }

    /// Whether there is no record yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The size of the arenas, in bytes.
    pub fn bytes(&self) -> usize {
        self.raw.len() + self.texts.text.len()
    }

    /// The batch, with the receipt for its extent.
    pub fn finish(self) -> Batch<T> {
        let read = self.len() as u32;
        Batch {
            receipt: Some(Receipt::new(self.extent.clone())),
            extent: self.extent,
            raw: Arc::new(self.raw),
            texts: Arc::new(self.texts),
            kept: self.records.len() as u32,
            records: self.records,
            refused: self.refused,
            read,
            filtered: 0,
        }
    }

    fn take_in<U>(&mut self, incoming: Incoming<'_>, doc: U) -> Record<U> {
        debug_assert!(
            incoming.offset >= self.extent.to,
            "records come in the order of the partition"
        );
        self.extent.to = incoming.offset.next();
        Record {
            doc,
            id: incoming.id,
            entered: incoming.id,
            hash: incoming.hash,
            offset: incoming.offset,
            raw: Span::push_bytes(&mut self.raw, incoming.raw),
            key: Span::push_bytes(&mut self.raw, incoming.key),
            headers: Span::push_bytes(&mut self.raw, incoming.headers),
            attempt: incoming.attempt,
        }
    }
}

impl BatchBuilder<Raw> {
    /// Names the columns of the rows that [`push_row`](Self::push_row) adds; without it
    /// [`RecordRef::row`](crate::RecordRef::row) gives none of them.
    pub fn header(&mut self, header: Arc<[Box<str>]>) {
        self.texts.header = Some(header);
    }

    /// Adds a record whose document is `text`; `incoming.raw` are the bytes it was
    /// decoded from.
    ///
    /// ```
    /// use docstream_core::{Batch, Epoch, Incoming, Offset, Partition, SourceId};
    ///
    /// # let id = SourceId::new("default", "example", &[]).doc(0);
    /// let mut builder = Batch::builder(Partition::new("memory:example"), Epoch(1), Offset(0));
    /// builder.push_text(Incoming::new(id, Offset(0), b"\xa35"), "£5"); // latin-1, and what it says
    /// let batch = builder.finish();
    /// assert_eq!(batch.record(0).and_then(|record| record.payload_str()), Some("£5"));
    /// ```
    pub fn push_text(&mut self, incoming: Incoming<'_>, text: &str) {
        let span = Span::push(&mut self.texts.text, text);
        self.push(incoming, Raw::Text(span));
    }

    /// Adds a record that was read as a row of fields; `incoming.raw` is the row as
    /// it stood in the file.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use docstream_core::{Batch, Epoch, Incoming, Offset, Partition, SourceId};
    ///
    /// # let id = SourceId::new("default", "example", &[]).doc(0);
    /// let mut builder = Batch::builder(Partition::new("memory:example"), Epoch(1), Offset(0));
    /// builder.header(Arc::from(["name", "grade"].map(Box::from)));
    /// builder.push_row(Incoming::new(id, Offset(0), b"\"Ada\",1"), ["Ada", "1"].into_iter());
    /// let batch = builder.finish();
    /// let row = batch.record(0).and_then(|record| record.row());
    /// assert_eq!(row.and_then(|row| row.get(1)), Some("1"));
    /// ```
    pub fn push_row<'a>(&mut self, incoming: Incoming<'_>, fields: impl Iterator<Item = &'a str>) {
        let first = self.texts.fields.len();
        for field in fields {
            let span = Span::push(&mut self.texts.text, field);
            self.texts.fields.push(span);
        }
        let len = self.texts.fields.len() - first;
        self.push(
            incoming,
            Raw::Row {
                first: first as u32,
                len: len as u32,
            },
        );
    }
}
