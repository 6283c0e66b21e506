//! One document on its way, with who it is and where it came from.

use std::fmt;

use crate::batch::Batch;
use crate::{ContentHash, DocId, Offset, Span};

/// A document in a batch with its identity. Its bytes are in the batch's arena
/// and are reached through a [`RecordRef`].
#[derive(Clone, Debug)]
pub(crate) struct Record<T> {
    pub(crate) doc: T,
    pub(crate) id: DocId,
    /// The id of the document that entered: another one only for a child of `flat_map`.
    pub(crate) entered: DocId,
    pub(crate) hash: Option<ContentHash>,
    pub(crate) offset: Offset,
    pub(crate) raw: Span,
    pub(crate) key: Span,
    pub(crate) headers: Span,
    pub(crate) attempt: u32,
}

impl<T> Record<T> {
    /// The record without its document, and the document.
    pub(crate) fn split(self) -> (Record<()>, T) {
        let shell = self.with(());
        (shell, self.doc)
    }

    /// The same record around another document.
    pub(crate) fn with<U>(&self, doc: U) -> Record<U> {
        Record {
            doc,
            id: self.id,
            entered: self.entered,
            hash: self.hash,
            offset: self.offset,
            raw: self.raw,
            key: self.key,
            headers: self.headers,
            attempt: self.attempt,
        }
    }
}

/// A record looked at inside its batch.
///
/// ```
/// use docstream_core::memory::MemoryStream;
/// use docstream_core::{ContentHash, Demand, Next, Offset, Source};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> docstream_core::Result<()> {
/// let numbers = MemoryStream::documents("numbers", [[7, 8]])?;
/// let Next::Batch(batch) = numbers.source().next(Demand::default()).await? else { unreachable!() };
/// for record in batch.records().skip(1) {
///     assert_eq!((record.doc(), record.raw(), record.offset()), (&8, &b"8"[..], Offset(1)));
///     assert_eq!(record.hash(), ContentHash::of_bytes(b"8"));
///     assert_eq!(record.id(), numbers.ids()[1].2);
/// }
/// # Ok(())
/// # }
/// ```
pub struct RecordRef<'a, T> {
    pub(crate) record: &'a Record<T>,
    pub(crate) batch: &'a Batch<T>,
    /// The arena of the original bytes, where it is known to be UTF-8.
    pub(crate) utf8: Option<&'a str>,
}

impl<T> Clone for RecordRef<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for RecordRef<'_, T> {}

impl<'a, T> RecordRef<'a, T> {
    /// The document.
    pub fn doc(&self) -> &'a T {
        &self.record.doc
    }

    /// Who it is.
    pub fn id(&self) -> DocId {
        self.record.id
    }

    /// What it holds; where nothing upstream made a content hash, that of the
    /// original bytes.
    pub fn hash(&self) -> ContentHash {
        self.record
            .hash
            .unwrap_or_else(|| ContentHash::of_bytes(self.raw()))
    }

    /// Its own position in the partition.
    pub fn offset(&self) -> Offset {
        self.record.offset
    }

    /// The original bytes.
    pub fn raw(&self) -> &'a [u8] {
        self.record.raw.bytes(self.batch.raw())
    }

    /// The original bytes as text, if they are UTF-8.
    pub(crate) fn raw_str(&self) -> Option<&'a str> {
        match self.utf8 {
            Some(arena) => arena.get(self.record.raw.range()),
            None => std::str::from_utf8(self.raw()).ok(),
        }
    }

    /// The partition key it came with; empty for none.
    pub fn key(&self) -> &'a [u8] {
        self.record.key.bytes(self.batch.raw())
    }

    /// The headers it came with.
    pub fn headers(&self) -> Headers<'a> {
        Headers(self.record.headers.bytes(self.batch.raw()))
    }

    /// How many times it was rejected before: more than 0 for a document that
    /// was sent again from the dead letters.
    pub fn attempt(&self) -> u32 {
        self.record.attempt
    }

    /// The text arena that the document's spans are of.
    pub fn text(&self) -> &'a str {
        self.batch.text()
    }
}

impl<T: fmt::Debug> fmt::Debug for RecordRef<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordRef")
            .field("id", &self.record.id)
            .field("offset", &self.record.offset)
            .field("doc", &self.record.doc)
            .finish_non_exhaustive()
    }
}

/// Named values that travel with a record beside its bytes, such as
/// `traceparent`: an iterator over them, in the order they were put.
///
/// ```
/// use docstream_core::Headers;
///
/// let mut bytes = Vec::new();
/// Headers::put(&mut bytes, "traceparent", b"00-abc");
/// let all: Vec<_> = Headers::new(&bytes).collect();
/// assert_eq!(all, [("traceparent", &b"00-abc"[..])]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a>(&'a [u8]);

impl<'a> Headers<'a> {
    /// The headers that [`put`](Self::put) wrote to `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The bytes they are kept in.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.0
    }

    /// Appends a header to `bytes`. A name is at most 65,535 bytes, the rest is cut; a
    /// value is less than 4 GiB.
    pub fn put(bytes: &mut Vec<u8>, name: &str, value: &[u8]) {
        let mut end = name.len().min(usize::from(u16::MAX));
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        bytes.extend_from_slice(&(end as u16).to_le_bytes());
        bytes.extend_from_slice(&name.as_bytes()[..end]);
        bytes.extend_from_slice(&(value.len() as u32).to_le_bytes());
        bytes.extend_from_slice(value);
    }
}

impl<'a> Iterator for Headers<'a> {
    type Item = (&'a str, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (len, rest) = self.0.split_first_chunk()?;
        let (name, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*len)))?;
        let (len, rest) = rest.split_first_chunk()?;
        let (value, rest) = rest.split_at_checked(u32::from_le_bytes(*len) as usize)?;
        self.0 = rest;
        Some((std::str::from_utf8(name).ok()?, value))
    }
}
