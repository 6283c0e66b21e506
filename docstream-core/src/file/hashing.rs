//! What is learnt of bytes while they pass.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

/// A SHA-256.
pub(crate) type Hash = [u8; 32];

/// Bytes as hexadecimal text.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Takes the hash of what passes, at lengths of interest too, and sees whether it is
/// UTF-8.
pub(crate) struct Hashing<R> {
    reader: R,
    hash: Sha256,
    length: u64,
    /// Lengths of interest that are still to come, the next one last.
    marks: Vec<u64>,
    passed: Vec<(u64, Hash)>,
    utf8: Utf8,
    ascii: bool,
}

impl<R> std::fmt::Debug for Hashing<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hashing")
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

impl<R: Read> Hashing<R> {
    pub(crate) fn new(reader: R, mut marks: Vec<u64>) -> Self {
        marks.sort_unstable_by(|a, b| b.cmp(a));
        marks.dedup();
        Self {
            reader,
            hash: Sha256::new(),
            length: 0,
            marks,
            passed: Vec::new(),
            utf8: Utf8::default(),
            ascii: true,
        }
    }

    /// The hash of all that has passed.
    pub(crate) fn hash(&self) -> Hash {
        self.hash.clone().finalize().into()
    }

    /// How many bytes have passed.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The hashes at the lengths of interest that were reached.
    pub(crate) fn passed(&self) -> &[(u64, Hash)] {
        &self.passed
    }

    /// Whether all that has passed is UTF-8; with `cut`, a character may be cut off
    /// at the end.
    pub(crate) fn is_utf8(&self, cut: bool) -> bool {
        !self.utf8.broken && (cut || self.utf8.open.is_empty())
    }

    /// Whether all that has passed is ASCII.
    pub(crate) fn is_ascii(&self) -> bool {
        self.ascii
    }

    fn take_in(&mut self, mut bytes: &[u8]) {
        self.utf8.take_in(bytes);
        self.ascii = self.ascii && bytes.is_ascii();
        while let Some(mark) = self.marks.last().copied()
            && mark <= self.length + bytes.len() as u64
        {
            let (before, after) = bytes.split_at(mark.saturating_sub(self.length) as usize);
            self.hash.update(before);
            self.length += before.len() as u64;
            self.passed.push((mark, self.hash()));
            self.marks.pop();
            bytes = after;
        }
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.take_in(&buffer[..count]);
        Ok(count)
    }
}

/// Whether bytes that come in pieces are UTF-8.
#[derive(Debug, Default)]
struct Utf8 {
    broken: bool,
    /// The start of a character whose end is still to come.
    open: Vec<u8>,
}

impl Utf8 {
    fn take_in(&mut self, mut bytes: &[u8]) {
        while !self.broken && !self.open.is_empty() {
            let Some((first, rest)) = bytes.split_first() else {
                return;
            };
            self.open.push(*first);
            bytes = rest;
            match std::str::from_utf8(&self.open) {
                Ok(_) => self.open.clear(),
                Err(error) => self.broken = error.error_len().is_some(),
            }
        }
        if self.broken {
            return;
        }
        if let Err(error) = std::str::from_utf8(bytes) {
            self.broken = error.error_len().is_some();
            self.open.extend_from_slice(&bytes[error.valid_up_to()..]);
            self.open.truncate(4);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pieces_make_no_difference(
            bytes in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..40),
                "[a-z£€😀]{0,12}".prop_map(String::into_bytes),
            ],
            cut in 0..40_usize,
        ) {
            let (before, after) = bytes.split_at(cut.min(bytes.len()));
            let mut hashing = Hashing::new(before.chain(after), vec![cut as u64]);
            io::copy(&mut hashing, &mut io::sink()).unwrap();
            prop_assert_eq!(hashing.is_utf8(false), std::str::from_utf8(&bytes).is_ok());
            prop_assert_eq!(hashing.hash(), Hash::from(Sha256::digest(&bytes)));
            if cut <= bytes.len() {
                let expected = (cut as u64, Hash::from(Sha256::digest(before)));
                prop_assert_eq!(hashing.passed(), &[expected]);
            }
        }
    }
}
