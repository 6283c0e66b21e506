//! The part of a stream that is in memory.

use std::io::{self, Read};

use memchr::memchr;

/// How much is read at once.
const BLOCK: usize = 256 * 1024;

/// A window on a stream that grows to a limit and no further, whatever the stream
/// holds.
#[derive(Debug)]
pub(crate) struct Window<R> {
    reader: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    most: usize,
    ended: bool,
    /// What the next filling fails with.
    failed: Option<io::Error>,
}

impl<R: Read> Window<R> {
    /// A window that holds at least `most` bytes of one record.
    pub(crate) fn new(reader: R, most: usize) -> Self {
        Self {
            reader,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            most: most.saturating_add(BLOCK),
            ended: false,
            failed: None,
        }
    }

    /// What is in the window.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Lets go of the first `count` bytes.
    pub(crate) fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }

    /// Reads more; `false` at the end of the stream. The caller consumes before the
    /// window is full.
    pub(crate) fn fill(&mut self) -> io::Result<bool> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        if self.ended {
            return Ok(false);
        }
        self.make_room();
        loop {
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.ended = true;
                    return Ok(false);
                }
                Ok(count) => {
                    self.end += count;
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads more to look ahead; `false` if there is no more. An error is kept for
    /// whoever gets there.
    pub(crate) fn look(&mut self) -> bool {
        if self.failed.is_some() {
            return false;
        }
        self.fill().unwrap_or_else(|error| {
            self.failed = Some(error);
            false
        })
    }

    /// The first `len` bytes of the line at the front; all of it if it is shorter.
    pub(crate) fn head_of_line(&mut self, len: usize) -> io::Result<Vec<u8>> {
        // One more byte tells whether a `\r` is part of a line end.
        while self.bytes().len() <= len && memchr(b'\n', self.bytes()).is_none() && self.fill()? {}
        let bytes = self.bytes();
        let line = match memchr(b'\n', bytes) {
            Some(end) => bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]),
            None => bytes,
        };
        Ok(line[..line.len().min(len)].to_vec())
    }

    /// Leaves room at the end: moves what is left to the front, grows if that is not enough.
    fn make_room(&mut self) {
        if self.end < self.buffer.len() {
            return;
        }
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end >= self.buffer.len() / 2 {
            let grown = (self.buffer.len() * 2).clamp(BLOCK, self.most);
            let grown = grown.max(self.end + 1);
            self.buffer.reserve_exact(grown - self.buffer.len());
            self.buffer.resize(grown, 0);
        }
    }

    /// The memory that the window takes.
    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.buffer.capacity()
    }

    /// What it reads from.
    pub(crate) fn get_ref(&self) -> &R {
        &self.reader
    }
}
