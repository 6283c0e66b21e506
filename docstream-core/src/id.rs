//! Who a document is, and what it holds.

use std::fmt;
use std::num::NonZeroU128;

use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::Xxh3Default;

/// Where a document entered: the hash of the tenant and of the thing it came from.
///
/// Two sources are the same exactly if the tenant, the kind of source and its
/// identity are: a file is its decompressed bytes, a request its key, a Kafka
/// partition its cluster, topic and number.
///
/// ```
/// use docstream_core::SourceId;
///
/// let request = SourceId::new("default", "request", &[b"order-17"]);
/// assert_eq!(SourceId::new("default", "request", &[b"order-17"]), request); // sent once more
/// assert_ne!(request.doc(0), request.doc(1));
/// assert_eq!(request.doc(1).source(), request);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId([u8; 16]);

impl SourceId {
    /// The source of `kind` (`"file"`, `"request"`, `"kafka"` ...) known by `parts`.
    ///
    /// SHA-256 over the length-prefixed parts, cut to 16 bytes.
    ///
    /// ```
    /// use docstream_core::SourceId;
    ///
    /// let source = SourceId::new("default", "request", &[b"order-17"]);
    /// assert_ne!(source, SourceId::new("other", "request", &[b"order-17"]));
    /// ```
    pub fn new(tenant: &str, kind: &str, parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in [tenant.as_bytes(), kind.as_bytes()].iter().chain(parts) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digest = hash.finalize();
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        Self(id)
    }

    /// The id from its bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes of the id.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The document at `position` of this source.
    pub const fn doc(self, position: u64) -> DocId {
        DocId {
            source: self,
            position,
        }
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceId({self})")
    }
}

/// A document's id: minted once, where it enters, carried along and never
/// recomputed. Not from content: two equal lines of an invoice are two documents.
///
/// As text `<32 hex digits>-<position>`, as bytes 16 of the source and 8 of the
/// position, big-endian, so that the documents of a source sort in its order.
///
/// ```
/// use docstream_core::{DocId, SourceId};
///
/// let id = SourceId::new("default", "request", &[b"order-17"]).doc(3);
/// assert_eq!(id.to_string().parse::<DocId>(), Ok(id));
/// assert_eq!(DocId::from_bytes(id.to_bytes()), id);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DocId {
    source: SourceId,
    position: u64,
}

impl DocId {
    /// Where the document entered.
    pub const fn source(&self) -> SourceId {
        self.source
    }

    /// The document's position in its source.
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// The id of the `index`-th document made from this one.
    ///
    /// ```
    /// # use docstream_core::SourceId;
    /// let invoice = SourceId::new("default", "request", &[b"order-17"]).doc(0);
    /// assert_ne!(invoice.child(0), invoice.child(1));
    /// assert_eq!(invoice.child(1), invoice.child(1)); // the same after a restart
    /// ```
    #[must_use]
    pub fn child(&self, index: u64) -> Self {
        SourceId::new("", "child", &[&self.to_bytes()]).doc(index)
    }

    /// The id as 24 bytes that sort as the ids do.
    pub fn to_bytes(self) -> [u8; 24] {
        let mut bytes = [0; 24];
        bytes[..16].copy_from_slice(&self.source.0);
        bytes[16..].copy_from_slice(&self.position.to_be_bytes());
        bytes
    }

    /// The id from its 24 bytes.
    pub fn from_bytes(bytes: [u8; 24]) -> Self {
        let mut source = [0; 16];
        source.copy_from_slice(&bytes[..16]);
        let mut position = [0; 8];
        position.copy_from_slice(&bytes[16..]);
        Self {
            source: SourceId(source),
            position: u64::from_be_bytes(position),
        }
    }
}

impl fmt::Display for DocId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.source, self.position)
    }
}

impl fmt::Debug for DocId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocId({self})")
    }
}

/// The text is not a [`DocId`].
///
/// ```
/// use docstream_core::{DocId, InvalidDocId};
///
/// assert_eq!("order-17".parse::<DocId>(), Err(InvalidDocId));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a document id: 32 hexadecimal digits, a hyphen and a position")]
pub struct InvalidDocId;

impl std::str::FromStr for DocId {
    type Err = InvalidDocId;

    fn from_str(text: &str) -> Result<Self, InvalidDocId> {
        let (source, position) = text.split_once('-').ok_or(InvalidDocId)?;
        let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if source.len() != 32 || !plain(source) || !position.bytes().all(|b| b.is_ascii_digit()) {
            return Err(InvalidDocId);
        }
        let source = u128::from_str_radix(source, 16).map_err(|_| InvalidDocId)?;
        let position = position.parse().map_err(|_| InvalidDocId)?;
        Ok(SourceId(source.to_be_bytes()).doc(position))
    }
}

impl serde::Serialize for DocId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for DocId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What a document holds: a hash over its parsed raw fields, before cleaning, so
/// that white space and key order of the JSON do not count.
///
/// The same id with the same hash is a duplicate; with another hash it is an
/// `id_conflict`. XXH3-128: made to tell contents apart, not to resist somebody
/// who builds two documents of the same hash under an id of their own.
///
/// ```
/// use docstream_core::ContentHash;
///
/// let (sent, sent_again) = (ContentHash::of_bytes(b"6 mugs"), ContentHash::of_bytes(b"6 mugs"));
/// assert_eq!(sent, sent_again);
/// assert_ne!(sent, ContentHash::of_bytes(b"7 mugs"));
/// assert_eq!(ContentHash::from_bytes(sent.to_bytes()), sent);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContentHash(NonZeroU128);

impl ContentHash {
    /// The hash of `bytes` as they are.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self::from_u128(xxhash_rust::xxh3::xxh3_128(bytes))
    }

    /// A hash over several fields; see [`ContentHasher`].
    pub fn hasher() -> ContentHasher {
        ContentHasher(Xxh3Default::new())
    }

    /// The bytes of the hash.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.get().to_be_bytes()
    }

    /// The hash from its bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self::from_u128(u128::from_be_bytes(bytes))
    }

    const fn from_u128(hash: u128) -> Self {
        // Zero stands for "no hash" in `Option<ContentHash>`, which then costs no space.
        match NonZeroU128::new(hash) {
            Some(hash) => Self(hash),
            None => Self(NonZeroU128::MIN),
        }
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentHash({self})")
    }
}

/// Makes a [`ContentHash`] from fields, each with its type and length, so that no
/// two different documents feed it the same bytes.
///
/// For the hot path there is a cheaper way to the same hash: write the fields
/// with [`put_text`](Self::put_text) and its siblings into a reused buffer and
/// hash that with [`ContentHash::of_bytes`].
///
/// ```
/// use docstream_core::{ContentHash, ContentHasher};
///
/// let mut fields = Vec::new();
/// ContentHasher::put_text(&mut fields, "mug");
/// ContentHasher::put_integer(&mut fields, 6);
/// let mut hasher = ContentHash::hasher();
/// hasher.update(&fields);
/// assert_eq!(hasher.finish(), ContentHash::of_bytes(&fields));
/// ```
pub struct ContentHasher(Xxh3Default);

impl ContentHasher {
    /// Appends a text field to `buffer` as the hash sees it.
    pub fn put_text(buffer: &mut Vec<u8>, text: &str) {
        let [a, b, c, d] = (text.len() as u32).to_le_bytes();
        buffer.extend_from_slice(&[b't', a, b, c, d]);
        buffer.extend_from_slice(text.as_bytes());
    }

    /// Appends a whole number to `buffer` as the hash sees it.
    pub fn put_integer(buffer: &mut Vec<u8>, number: i64) {
        let [a, b, c, d, e, f, g, h] = number.to_le_bytes();
        buffer.extend_from_slice(&[b'i', a, b, c, d, e, f, g, h]);
    }

    /// Appends an absent field to `buffer` as the hash sees it.
    pub fn put_null(buffer: &mut Vec<u8>) {
        buffer.push(b'n');
    }

    /// Adds bytes that one of the `put_` functions made.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of everything added.
    pub fn finish(&self) -> ContentHash {
        ContentHash::from_u128(self.0.digest128())
    }
}

impl fmt::Debug for ContentHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContentHasher")
    }
}

impl std::io::Write for ContentHasher {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_id_survives_text_and_bytes(source: [u8; 16], position: u64) {
            let id = SourceId::from_bytes(source).doc(position);
            prop_assert_eq!(id.to_string().parse::<DocId>(), Ok(id));
            prop_assert_eq!(DocId::from_bytes(id.to_bytes()), id);
        }

        #[test]
        fn ids_sort_as_their_bytes(a: ([u8; 16], u64), b: ([u8; 16], u64)) {
            let (a, b) = (SourceId(a.0).doc(a.1), SourceId(b.0).doc(b.1));
            prop_assert_eq!(a.cmp(&b), a.to_bytes().cmp(&b.to_bytes()));
        }
    }

    #[test]
    fn the_parts_of_a_source_do_not_run_together() {
        let source = |parts: &[&[u8]]| SourceId::new("t", "k", parts);
        assert_ne!(source(&[b"ab", b"c"]), source(&[b"a", b"bc"]));
        assert_ne!(source(&[b"ab"]), source(&[b"ab", b""]));
    }

    #[test]
    fn an_absent_hash_takes_no_space() {
        assert_eq!(size_of::<Option<ContentHash>>(), 16);
    }

    #[test]
    fn what_is_not_an_id_is_refused() {
        for text in [
            "",
            "-",
            "12-3",
            &format!("{}-", "0".repeat(32)),
            &format!("{}-+1", "0".repeat(32)),
        ] {
            assert_eq!(text.parse::<DocId>(), Err(InvalidDocId), "{text}");
        }
    }
}
