//! Documents that travel together.

mod builder;
mod copies;
mod cut;
mod guard;
mod parse;

use std::fmt;
use std::sync::Arc;

use crate::receipt::{Epoch, Extent, Receipt};
use crate::record::{Record, RecordRef};
use crate::{Offset, Partition, Rejected, Rejection, Span};

pub use builder::{BatchBuilder, Incoming};

pub(crate) use guard::transform_panicked;

use guard::guarded;

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
///
/// ```
/// use docstream_core::{Batch, Code, Epoch, Fault, Incoming, Offset, Partition, Rejection, SourceId, Stage};
///
/// let source = SourceId::new("default", "example", &[]);
/// let mut builder = Batch::builder(Partition::new("memory:numbers"), Epoch(1), Offset(0));
/// for number in 0..4 {
///     builder.push(Incoming::new(source.doc(number), Offset(number), b"raw"), number);
/// }
/// let zero = || Rejection::new(Stage::Transform, Fault::document(Code::OutOfRange, "expected at least 1"));
/// let batch = builder.finish()
///     .retain(|number| number % 2 == 0)
///     .try_map(|number| 100_u64.checked_div(number).ok_or_else(zero));
/// assert_eq!((batch.read(), batch.filtered(), batch.rejected_len(), batch.len()), (4, 2, 1, 1));
/// assert!(batch.adds_up());
/// ```
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
    ///
    /// ```
    /// # use docstream_core::{Batch, Code, Epoch, Fault, Incoming, Offset, Partition, Raw, Rejection, SourceId, Stage};
    /// # let id = SourceId::new("default", "example", &[]).doc(0);
    /// # let mut builder = Batch::<Raw>::builder(Partition::new("memory:example"), Epoch(1), Offset(0));
    /// # let fault = Fault::document(Code::NotUtf8, "expected UTF-8");
    /// # builder.refuse(Incoming::new(id, Offset(0), b"\xff"), Rejection::new(Stage::Read, fault));
    /// # let batch = builder.finish();
    /// let dead = batch.rejected(&"billing".into());
    /// assert_eq!((&*dead[0].group, &*dead[0].raw, dead[0].attempt), ("billing", &b"\xff"[..], 1));
    /// ```
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
            // A child's bytes are its parent's: sent again under the parent's id, the same
            // children come of it, with the same ids.
            id: record.entered,
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
    ///
    /// ```
    /// # use docstream_core::{Batch, Epoch, Incoming, Offset, Partition, SourceId, Span};
    /// # let id = SourceId::new("default", "example", &[]).doc(0);
    /// # let mut builder = Batch::builder(Partition::new("memory:example"), Epoch(1), Offset(0));
    /// # builder.push(Incoming::new(id, Offset(0), b"mug"), "mug");
    /// # let batch = builder.finish();
    /// let batch = batch.try_map_text(|name, text| Ok(Span::push(text, &name.to_uppercase())));
    /// let names: Vec<_> = batch.records().map(|record| record.doc().text(record.text())).collect();
    /// assert_eq!(names, ["MUG"]);
    /// ```
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
    /// made from the parent's id and its index. If a sink rejects some of them, their
    /// parent is buried, with the first one's faults.
    ///
    /// ```
    /// # use docstream_core::{Batch, Epoch, Incoming, Offset, Partition, SourceId};
    /// # let id = SourceId::new("default", "example", &[]).doc(0);
    /// # let mut builder = Batch::builder(Partition::new("memory:example"), Epoch(1), Offset(0));
    /// # builder.push(Incoming::new(id, Offset(0), b"mug plate"), "mug plate");
    /// # let batch = builder.finish();
    /// let batch = batch.flat_map(|words| Ok(words.split(' ')));
    /// let made: Vec<_> = batch.records().map(|record| (*record.doc(), record.id())).collect();
    /// assert_eq!(made, [("mug", id.child(0)), ("plate", id.child(1))]);
    /// ```
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
