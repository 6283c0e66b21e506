//! How documents are laid out in a chunk: many documents, one row of the table.
//!
//! A row for each document costs about ten times as much to write. Layout of
//! version 1, numbers little-endian or as LEB128 (`v`), differences zigzag:
//!
//! ```text
//! version u8 | xxh3 of the rest u64 | documents u32 | origin length u16, origin
//! each document: flags u8 | [source 16] | position difference v | origin offset difference v
//!     | [hash 16] | [attempt v] | [key length v, key] | [headers length v, headers]
//!     | payload length v, payload
//! ```
//!
//! The origin is the partition the documents were read from, the origin offset
//! their offset in it.

use docstream_core::{ContentHash, DocId, SourceId};
use xxhash_rust::xxh3::xxh3_64;

const VERSION: u8 = 1;
/// Where the checked part begins.
const CHECKED: usize = 9;
const COUNT: usize = CHECKED + 4;

const NEW_SOURCE: u8 = 1;
const HASH: u8 = 2;
const ATTEMPT: u8 = 4;
const KEY: u8 = 8;
const HEADERS: u8 = 16;

/// A document in a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) id: DocId,
    pub(crate) hash: Option<ContentHash>,
    pub(crate) attempt: u32,
    pub(crate) origin_offset: u64,
    pub(crate) key: &'a [u8],
    pub(crate) headers: &'a [u8],
    pub(crate) payload: &'a [u8],
}

/// What differs from one document to the next.
#[derive(Clone, Copy, Debug)]
struct Last {
    source: SourceId,
    position: u64,
    origin_offset: u64,
}

impl Default for Last {
    fn default() -> Self {
        Self {
            source: SourceId::from_bytes([0; 16]),
            position: 0,
            origin_offset: 0,
        }
    }
}

/// Fills a chunk.
#[derive(Debug)]
pub(crate) struct ChunkWriter {
    bytes: Vec<u8>,
    documents: u32,
    last: Last,
}

impl ChunkWriter {
    /// A chunk of documents that come from `origin`.
    pub(crate) fn new(origin: &str) -> Self {
        let mut bytes = vec![0; COUNT];
        bytes[0] = VERSION;
        // A name is never that long; a longer one is cut, as it is only for people.
        let len = origin.len().min(usize::from(u16::MAX));
        bytes.extend_from_slice(&(len as u16).to_le_bytes());
        bytes.extend_from_slice(&origin.as_bytes()[..len]);
        Self {
            bytes,
            documents: 0,
            last: Last::default(),
        }
    }

    pub(crate) fn documents(&self) -> u32 {
        self.documents
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Adds a document.
    pub(crate) fn push(&mut self, entry: &Entry<'_>) {
        let out = &mut self.bytes;
        let flag = |on: bool, flag: u8| if on { flag } else { 0 };
        let source = entry.id.source();
        let new_source = source != self.last.source;
        out.push(
            flag(new_source, NEW_SOURCE)
                | flag(entry.hash.is_some(), HASH)
                | flag(entry.attempt > 0, ATTEMPT)
                | flag(!entry.key.is_empty(), KEY)
                | flag(!entry.headers.is_empty(), HEADERS),
        );
        if new_source {
            out.extend_from_slice(source.as_bytes());
        }
        put_difference(out, self.last.position, entry.id.position());
        put_difference(out, self.last.origin_offset, entry.origin_offset);
        if let Some(hash) = entry.hash {
            out.extend_from_slice(&hash.to_bytes());
        }
        if entry.attempt > 0 {
            put_varint(out, u64::from(entry.attempt));
        }
        for optional in [entry.key, entry.headers] {
            if !optional.is_empty() {
                put_bytes(out, optional);
            }
        }
        put_bytes(out, entry.payload);
        self.documents += 1;
        self.last = Last {
            source,
            position: entry.id.position(),
            origin_offset: entry.origin_offset,
        };
    }

    /// The chunk, sealed with its check.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.bytes[CHECKED..COUNT].copy_from_slice(&self.documents.to_le_bytes());
        let check = xxh3_64(&self.bytes[CHECKED..]);
        self.bytes[1..CHECKED].copy_from_slice(&check.to_le_bytes());
        self.bytes
    }
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_difference(out: &mut Vec<u8>, from: u64, to: u64) {
    let difference = to.wrapping_sub(from) as i64;
    put_varint(out, ((difference << 1) ^ (difference >> 63)) as u64);
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Why a chunk cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Corrupt {
    #[error("a chunk of format {0}, which this program does not know")]
    Version(u8),
    #[error("a chunk whose check does not match: the file is damaged")]
    Check,
    #[error("a chunk whose check matches but whose layout does not")]
    Layout,
}

/// A checked chunk with a place in it: gives one document after the other.
#[derive(Clone, Debug)]
pub(crate) struct ChunkReader {
    bytes: Vec<u8>,
    origin: std::ops::Range<usize>,
    at: usize,
    left: u32,
    last: Last,
}

impl ChunkReader {
    /// Checks `bytes` and stands before the first document.
    pub(crate) fn new(bytes: Vec<u8>) -> Result<Self, Corrupt> {
        match bytes.first() {
            Some(&VERSION) => {}
            Some(&other) => return Err(Corrupt::Version(other)),
            None => return Err(Corrupt::Layout),
        }
        let head = || {
            let check = u64::from_le_bytes(*bytes.get(1..)?.first_chunk()?);
            let documents = u32::from_le_bytes(*bytes.get(CHECKED..)?.first_chunk()?);
            let origin = u16::from_le_bytes(*bytes.get(COUNT..)?.first_chunk()?);
            Some((check, documents, usize::from(origin)))
        };
        let (check, documents, origin) = head().ok_or(Corrupt::Layout)?;
        if xxh3_64(&bytes[CHECKED..]) != check {
            return Err(Corrupt::Check);
        }
        let origin = COUNT + 2..COUNT + 2 + origin;
        Ok(Self {
            at: origin.end,
            origin,
            left: documents,
            bytes,
            last: Last::default(),
        })
    }

    /// How many documents are still to come.
    pub(crate) fn left(&self) -> u32 {
        self.left
    }

    /// How many bytes are still to come.
    pub(crate) fn bytes_left(&self) -> usize {
        self.bytes.len() - self.at.min(self.bytes.len())
    }

    /// The partition that the documents were read from.
    pub(crate) fn origin(&self) -> &str {
        let name = self.bytes.get(self.origin.clone()).unwrap_or_default();
        std::str::from_utf8(name).unwrap_or_default()
    }

    /// The next document; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Entry<'_>>, Corrupt> {
        self.next_if(|_| true)
    }

    /// The next document if `fits` says so of its size; it stays otherwise.
    pub(crate) fn next_if(
        &mut self,
        fits: impl FnOnce(usize) -> bool,
    ) -> Result<Option<Entry<'_>>, Corrupt> {
        if self.left == 0 {
            return Ok(None);
        }
        let mut rest = self.bytes.get(self.at..).unwrap_or_default();
        let (entry, last) = read(&mut rest, self.last).ok_or(Corrupt::Layout)?;
        let size = entry.key.len() + entry.headers.len() + entry.payload.len();
        if !fits(size) {
            return Ok(None);
        }
        self.at = self.bytes.len() - rest.len();
        self.last = last;
        self.left -= 1;
        Ok(Some(entry))
    }
}

fn read<'a>(rest: &mut &'a [u8], last: Last) -> Option<(Entry<'a>, Last)> {
    let flags = take(rest, 1)?[0];
    let source = if flags & NEW_SOURCE == 0 {
        last.source
    } else {
        SourceId::from_bytes(*take(rest, 16)?.first_chunk()?)
    };
    let position = take_difference(rest, last.position)?;
    let origin_offset = take_difference(rest, last.origin_offset)?;
    let hash = if flags & HASH == 0 {
        None
    } else {
        Some(ContentHash::from_bytes(*take(rest, 16)?.first_chunk()?))
    };
    let attempt = if flags & ATTEMPT == 0 {
        0
    } else {
        u32::try_from(take_varint(rest)?).ok()?
    };
    let mut optional = |flag: u8| {
        if flags & flag == 0 {
            Some(&[] as &[u8])
        } else {
            take_bytes(rest)
        }
    };
    let (key, headers) = (optional(KEY)?, optional(HEADERS)?);
    let payload = take_bytes(rest)?;
    let entry = Entry {
        id: source.doc(position),
        hash,
        attempt,
        origin_offset,
        key,
        headers,
        payload,
    };
    let last = Last {
        source,
        position,
        origin_offset,
    };
    Some((entry, last))
}

fn take<'a>(rest: &mut &'a [u8], len: usize) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(len)?;
    *rest = tail;
    Some(head)
}

fn take_varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(rest, 1)?[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn take_difference(rest: &mut &[u8], from: u64) -> Option<u64> {
    let zigzag = take_varint(rest)?;
    let difference = (zigzag >> 1) as i64 ^ -((zigzag & 1) as i64);
    Some(from.wrapping_add(difference as u64))
}

fn take_bytes<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = usize::try_from(take_varint(rest)?).ok()?;
    take(rest, len)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    struct Owned {
        id: DocId,
        hash: Option<ContentHash>,
        attempt: u32,
        origin_offset: u64,
        parts: [Vec<u8>; 3],
    }

    impl Owned {
        fn entry(&self) -> Entry<'_> {
            Entry {
                id: self.id,
                hash: self.hash,
                attempt: self.attempt,
                origin_offset: self.origin_offset,
                key: &self.parts[0],
                headers: &self.parts[1],
                payload: &self.parts[2],
            }
        }
    }

    fn documents() -> impl Strategy<Value = Vec<Owned>> {
        let source = 0..3u8;
        let number = prop_oneof![0..300u64, any::<u64>()];
        let bytes = || proptest::collection::vec(any::<u8>(), 0..40);
        let document = (
            (source, number.clone()),
            any::<Option<[u8; 16]>>(),
            prop_oneof![Just(0), any::<u32>()],
            number,
            [bytes(), bytes(), bytes()],
        )
            .prop_map(
                |((source, position), hash, attempt, origin_offset, parts)| Owned {
                    id: SourceId::from_bytes([source; 16]).doc(position),
                    hash: hash.map(ContentHash::from_bytes),
                    attempt,
                    origin_offset,
                    parts,
                },
            );
        proptest::collection::vec(document, 0..20)
    }

    fn chunk(documents: &[Owned]) -> Vec<u8> {
        let mut writer = ChunkWriter::new("file:a");
        documents.iter().for_each(|doc| writer.push(&doc.entry()));
        writer.finish()
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(documents in documents()) {
            let mut reader = ChunkReader::new(chunk(&documents)).unwrap();
            prop_assert_eq!(reader.origin(), "file:a");
            for doc in &documents {
                prop_assert_eq!(reader.next().unwrap(), Some(doc.entry()));
            }
            prop_assert_eq!(reader.next().unwrap(), None);
        }

        #[test]
        fn a_flipped_bit_anywhere_is_noticed(documents in documents(), at: prop::sample::Index, bit in 0..8) {
            let mut bytes = chunk(&documents);
            let at = at.index(bytes.len());
            bytes[at] ^= 1u8 << bit;
            prop_assert!(ChunkReader::new(bytes).is_err());
        }

        #[test]
        fn a_cut_chunk_is_noticed(documents in documents(), len: prop::sample::Index) {
            let mut bytes = chunk(&documents);
            bytes.truncate(len.index(bytes.len()));
            prop_assert!(ChunkReader::new(bytes).is_err());
        }

        #[test]
        fn bytes_with_a_right_check_never_panic(mut bytes in proptest::collection::vec(any::<u8>(), COUNT + 2..200)) {
            bytes[0] = VERSION;
            let check = xxh3_64(&bytes[CHECKED..]);
            bytes[1..CHECKED].copy_from_slice(&check.to_le_bytes());
            let mut reader = ChunkReader::new(bytes).unwrap();
            let _ = reader.origin();
            while let Ok(Some(_)) = reader.next() {}
        }
    }
}
