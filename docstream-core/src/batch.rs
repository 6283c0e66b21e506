//! Documents that travel together.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::receipt::{Epoch, Extent, Receipt};
use crate::record::{Record, RecordRef};
use crate::{
    Code, ContentHash, DocId, Fault, Offset, Partition, Raw, Rejected, Rejection, Row, Span, Stage,
};

/// About a thousand documents of one partition, in its order, on their way from a
/// source through transforms to a sink.
///
/// The bytes of all of them sit in one arena. Documents leave a batch only through
/// [`parse`](Self::parse), [`try_map`](Self::try_map), [`flat_map`](Self::flat_map)
/// and [`retain`](Self::retain), each of which keeps count, so none can go missing
/// without a trace: what was read is always what is left, rejected or filtered.
///
/// A panic in one of their closures is a rejection of that document
/// (`transform_failed`), not of the batch.
pub struct Batch<T> {
    extent: Extent,
    receipt: Option<Receipt>,
    raw: Arc<Vec<u8>>,
    texts: Arc<Texts>,
    records: Vec<Record<T>>,
    refused: Vec<Refused>,
    read: u32,
    kept: u32,
    filtered: u32,
}

/// The text arena of a batch, and the rows in it if it was read from CSV.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    pub(crate) text: String,
    pub(crate) fields: Vec<Span>,
    pub(crate) header: Option<Arc<[Box<str>]>>,
}

/// A document that was rejected inside the batch, its bytes still in the arena.
#[derive(Clone, Debug)]
struct Refused {
    record: Record<()>,
    rejection: Rejection,
}

impl<T> Batch<T> {
    /// A batch of one partition that starts at offset `from`; see [`BatchBuilder`].
    pub fn builder(partition: Partition, epoch: Epoch, from: Offset) -> BatchBuilder<T> {
        BatchBuilder::new(partition, epoch, from)
    }

    /// The stretch of the partition that the batch covers.
    pub fn extent(&self) -> &Extent {
        &self.extent
    }

    /// Takes the receipt out: the runner's first act. `None` the second time.
    pub fn take_receipt(&mut self) -> Option<Receipt> {
        self.receipt.take()
    }

    /// How many documents are left.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether no document is left.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// How many documents were read into the batch.
    pub fn read(&self) -> u32 {
        self.read
    }

    /// How many of them [`retain`](Self::retain) and [`flat_map`](Self::flat_map) filtered out.
    pub fn filtered(&self) -> u32 {
        self.filtered
    }

    /// How many of them were rejected.
    pub fn rejected_len(&self) -> usize {
        self.refused.len()
    }

    /// Whether every document read is accounted for: left, rejected or filtered.
    pub fn adds_up(&self) -> bool {
        self.read as usize == self.kept as usize + self.refused.len() + self.filtered as usize
    }

    /// The size of the arenas, in bytes.
    pub fn bytes(&self) -> usize {
        self.raw.len() + self.texts.text.len()
    }

    /// The text arena that the documents' spans are of.
    pub fn text(&self) -> &str {
        &self.texts.text
    }

    /// The arena of the original bytes.
    pub(crate) fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The documents that are left, in order.
    pub fn records(&self) -> impl ExactSizeIterator<Item = RecordRef<'_, T>> {
        self.records.iter().map(|record| RecordRef {
            record,
            batch: self,
            utf8: None,
        })
    }

    /// The `index`-th document that is left.
    pub fn record(&self, index: usize) -> Option<RecordRef<'_, T>> {
        self.records.get(index).map(|record| RecordRef {
            record,
            batch: self,
            utf8: None,
        })
    }

    /// The rejected documents as dead letters of consumer group `group`, with their
    /// original bytes.
    pub fn rejected(&self, group: &Arc<str>) -> Vec<Rejected> {
        self.refused
            .iter()
            .map(|refused| self.dead_letter(&refused.record, refused.rejection.clone(), group))
            .collect()
    }

    /// The reasons of the rejected documents, in the order they were rejected.
    pub fn rejections(&self) -> impl Iterator<Item = &Rejection> {
        self.refused.iter().map(|refused| &refused.rejection)
    }

    /// The `index`-th document as a dead letter, rejected for `rejection`.
    pub(crate) fn bury(
        &self,
        index: usize,
        rejection: Rejection,
        group: &Arc<str>,
    ) -> Option<Rejected> {
        Some(self.dead_letter(self.records.get(index)?, rejection, group))
    }

    fn dead_letter<U>(
        &self,
        record: &Record<U>,
        rejection: Rejection,
        group: &Arc<str>,
    ) -> Rejected {
        Rejected {
            id: record.id,
            group: Arc::clone(group),
            partition: self.extent.partition.clone(),
            offset: record.offset,
            key: record.key.bytes(&self.raw).to_vec(),
            raw: record.raw.bytes(&self.raw).to_vec(),
            rejection,
            attempt: record.attempt + 1,
        }
    }

    /// Maps every document; a document whose map is an error is rejected.
    ///
    /// The text arena stays, so spans in the documents keep their meaning.
    #[must_use]
    pub fn try_map<U>(self, mut map: impl FnMut(T) -> Result<U, Rejection>) -> Batch<U> {
        self.try_map_text(|doc, _| map(doc))
    }

    /// As [`try_map`](Self::try_map), with the text arena to read and to append to.
    #[must_use]
    pub fn try_map_text<U>(
        mut self,
        mut map: impl FnMut(T, &mut String) -> Result<U, Rejection>,
    ) -> Batch<U> {
        let mut texts = std::mem::take(&mut self.texts);
        let text = &mut Arc::make_mut(&mut texts).text;
        let records = std::mem::take(&mut self.records);
        let mut kept = Vec::with_capacity(records.len());
        for record in records {
            let mark = text.len();
            let (shell, doc) = record.split();
            match guarded(|| map(doc, text)) {
                Ok(doc) => kept.push(shell.with(doc)),
                Err(rejection) => {
                    text.truncate(mark);
                    self.refuse(shell, rejection);
                }
            }
        }
        self.rebuild(texts, kept)
    }

    /// Maps every document to any number of documents. Each has an id of its own,
    /// made from the parent's id and its index.
    #[must_use]
    pub fn flat_map<U, I: IntoIterator<Item = U>>(
        mut self,
        mut map: impl FnMut(T) -> Result<I, Rejection>,
    ) -> Batch<U> {
        let texts = std::mem::take(&mut self.texts);
        let records = std::mem::take(&mut self.records);
        let mut kept = Vec::with_capacity(records.len());
        for record in records {
            let (shell, doc) = record.split();
            match guarded(|| map(doc).map(|docs| docs.into_iter().collect::<Vec<U>>())) {
                Ok(docs) if docs.is_empty() => self.filter(),
                Ok(docs) => kept.extend(docs.into_iter().zip(0..).map(|(doc, index)| {
                    let hash = shell.hash;
                    Record {
                        id: shell.id.child(index),
                        hash,
                        ..shell.with(doc)
                    }
                })),
                Err(rejection) => self.refuse(shell, rejection),
            }
        }
        self.rebuild(texts, kept)
    }

    /// Keeps the documents for which `keep` is true and counts the others as filtered.
    #[must_use]
    pub fn retain(mut self, mut keep: impl FnMut(&T) -> bool) -> Self {
        let records = std::mem::take(&mut self.records);
        let mut kept = Vec::with_capacity(records.len());
        for record in records {
            match guarded(|| Ok(keep(&record.doc))) {
                Ok(true) => kept.push(record),
                Ok(false) => self.filter(),
                Err(rejection) => self.refuse(record.split().0, rejection),
            }
        }
        self.records = kept;
        self
    }

    fn refuse(&mut self, record: Record<()>, rejection: Rejection) {
        self.kept -= 1;
        self.refused.push(Refused { record, rejection });
    }

    fn filter(&mut self) {
        self.kept -= 1;
        self.filtered += 1;
    }

    fn rebuild<U>(self, texts: Arc<Texts>, records: Vec<Record<U>>) -> Batch<U> {
        Batch {
            extent: self.extent,
            receipt: self.receipt,
            raw: self.raw,
            texts,
            records,
            refused: self.refused,
            read: self.read,
            kept: self.kept,
            filtered: self.filtered,
        }
    }
}

impl<T: Clone> Batch<T> {
    /// The single document at `index` as a batch of its own without a receipt,
    /// sharing the arena.
    pub(crate) fn single(&self, index: usize) -> Option<Self> {
        let record = self.records.get(index)?.clone();
        Some(Self {
            extent: self.extent.clone(),
            receipt: None,
            raw: Arc::clone(&self.raw),
            texts: Arc::clone(&self.texts),
            records: vec![record],
            refused: Vec::new(),
            read: 1,
            kept: 1,
            filtered: 0,
        })
    }

    /// A copy without a receipt, sharing the arena: what the runner keeps while a
    /// transform works on the batch.
    pub(crate) fn copy(&self) -> Self {
        Self {
            extent: self.extent.clone(),
            receipt: None,
            raw: Arc::clone(&self.raw),
            texts: Arc::clone(&self.texts),
            records: self.records.clone(),
            refused: self.refused.clone(),
            read: self.read,
            kept: self.kept,
            filtered: self.filtered,
        }
    }

    /// The batch with the documents that `guilty` has a rejection for rejected.
    pub(crate) fn reject(mut self, mut guilty: Vec<Option<Rejection>>) -> Self {
        let records = std::mem::take(&mut self.records);
        guilty.resize(records.len(), None);
        for (record, rejection) in records.into_iter().zip(guilty) {
            match rejection {
                None => self.records.push(record),
                Some(rejection) => self.refuse(record.split().0, rejection),
            }
        }
        self
    }
}

impl Batch<Raw> {
    /// Parses every record into a document; a record that cannot be parsed is rejected.
    ///
    /// `parse` gets the record, and the text arena of the new batch to put texts
    /// into ([`Span::push`]); it gives the document and, if it makes one, the
    /// content hash (one that the record already carries wins: it was made at entry).
    #[must_use]
    pub fn parse<U>(
        mut self,
        mut parse: impl FnMut(
            RecordRef<'_, Raw>,
            &mut String,
        ) -> Result<(U, Option<ContentHash>), Rejection>,
    ) -> Batch<U> {
        let mut text = String::with_capacity(self.raw.len() / 2);
        let mut kept = Vec::with_capacity(self.records.len());
        let mut refused = Vec::new();
        // Once for all: a fraction of the cost of checking every document.
        let utf8 = std::str::from_utf8(&self.raw).ok();
        for record in &self.records {
            let mark = text.len();
            let at = RecordRef {
                record,
                batch: &self,
                utf8,
            };
            match guarded(|| parse(at, &mut text)) {
                Ok((doc, hash)) => {
                    let mut made = record.with(doc);
                    made.hash = record.hash.or(hash);
                    kept.push(made);
                }
                Err(rejection) => {
                    text.truncate(mark);
                    refused.push((record.with(()), rejection));
                }
            }
        }
        for (record, rejection) in refused {
            self.refuse(record, rejection);
        }
        self.rebuild(
            Arc::new(Texts {
                text,
                ..Texts::default()
            }),
            kept,
        )
    }

    pub(crate) fn row<'a>(&'a self, first: u32, len: u32) -> Option<Row<'a>> {
        let fields = self
            .texts
            .fields
            .get(first as usize..first as usize + len as usize)?;
        Some(Row {
            header: self.texts.header.as_ref()?,
            fields,
            text: &self.texts.text,
        })
    }
}

/// Runs what a user wrote for one document; a panic is that document's rejection.
fn guarded<U>(work: impl FnOnce() -> Result<U, Rejection>) -> Result<U, Rejection> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(transform_panicked()))
}

/// The rejection of a document on which a transform panicked.
#[cold]
pub(crate) fn transform_panicked() -> Rejection {
    let message = "the transform panicked on this document";
    Rejection::new(
        Stage::Transform,
        Fault::document(Code::TransformFailed, message),
    )
}

impl<T: fmt::Debug> fmt::Debug for Batch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("extent", &self.extent)
            .field("read", &self.read)
            .field("left", &self.records.len())
            .field("rejected", &self.refused.len())
            .field("filtered", &self.filtered)
            .finish_non_exhaustive()
    }
}

/// A record as it comes in, before it has a place in a batch.
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
    fn new(partition: Partition, epoch: Epoch, from: Offset) -> Self {
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
    /// Names the columns of the rows that [`push_row`](Self::push_row) adds.
    pub fn header(&mut self, header: Arc<[Box<str>]>) {
        self.texts.header = Some(header);
    }

    /// Adds a record whose document is `text`; `incoming.raw` are the bytes it was
    /// decoded from.
    pub fn push_text(&mut self, incoming: Incoming<'_>, text: &str) {
        let span = Span::push(&mut self.texts.text, text);
        self.push(incoming, Raw::Text(span));
    }

    /// Adds a record that was read as a row of fields; `incoming.raw` is the row as
    /// it stood in the file.
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
