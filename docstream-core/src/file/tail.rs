//! How a file of entries ends.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use memchr::{memchr_iter, memrchr};
use serde::de::IgnoredAny;

use super::rejects;

/// No entry is longer; a longer tail is none.
const LONGEST: u64 = 64 * 1024 * 1024;

/// What the entries of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entries<'a> {
    /// Each line is JSON.
    Json,
    /// Each line is a document that was refused.
    Rejects,
    /// Each row of CSV is an entry: line ends in quotes do not end it.
    Rows {
        /// The first line, with its line end.
        header: &'a [u8],
    },
}

/// What stands behind the last entry that is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tail {
    /// Nothing: the file has this length.
    None(u64),
    /// What a crash left of an entry that starts here.
    Torn(u64),
    /// An entry that lacks its line end; the file has this length.
    Unended(u64),
    /// Something that this library did not write.
    Foreign(&'static str),
}

impl Entries<'_> {
    /// Looks at the end of `file`, from anywhere.
    pub(crate) fn tail(&self, file: &mut File) -> io::Result<Tail> {
        let length = file.seek(SeekFrom::End(0))?;
        file.rewind()?;
        if let Self::Rows { header } = self {
            let mut first = Vec::new();
            file.by_ref()
                .take(header.len() as u64)
                .read_to_end(&mut first)?;
            if !header.starts_with(&first) {
                let message = "the file has another header; choose another file";
                return Ok(Tail::Foreign(message));
            }
            file.rewind()?;
        }
        let whole = self.whole_length(file)?;
        if whole == length {
            return Ok(match self.is_ours(file, whole)? {
                true => Tail::None(length),
                false => Tail::Foreign(self.foreign()),
            });
        }
        let mut tail = Vec::new();
        file.seek(SeekFrom::Start(whole))?;
        file.by_ref().take(LONGEST).read_to_end(&mut tail)?;
        if self.is_entry(&tail) {
            return Ok(Tail::Unended(length));
        }
        if (whole == 0 && self.is_begun(&tail)) || self.has_entry(file, whole)? {
            return Ok(Tail::Torn(whole));
        }
        Ok(Tail::Foreign(self.foreign()))
    }

    /// What to say of a file that is none of ours.
    fn foreign(&self) -> &'static str {
        match self {
            Self::Rejects => "the file is no rejects file; choose another file",
            Self::Json | Self::Rows { .. } => {
                "the file holds something else than documents; choose another file"
            }
        }
    }

    /// Whether `line` is an entry.
    fn is_entry(&self, line: &[u8]) -> bool {
        match self {
            Self::Json => serde_json::from_slice::<IgnoredAny>(line).is_ok(),
            Self::Rejects => rejects::is_line(line),
            // A row that was cut off in its last field looks whole.
            Self::Rows { .. } => false,
        }
    }

    /// Whether an entry may begin with all of `tail`.
    fn is_begun(&self, tail: &[u8]) -> bool {
        const REJECT: &[u8] = b"{\"id\":\"";
        match self {
            Self::Json => {
                serde_json::from_slice::<IgnoredAny>(tail).is_err_and(|error| error.is_eof())
            }
            Self::Rejects => tail.starts_with(REJECT) || REJECT.starts_with(tail),
            Self::Rows { header } => header.starts_with(tail),
        }
    }

    /// Whether one of the lines before `whole` is an entry. A person may have broken
    /// others.
    fn has_entry(&self, file: &mut File, whole: u64) -> io::Result<bool> {
        Ok(self.search(file, whole)? == Some(true))
    }

    /// Whether the lines before `whole` may be appended to: there are none, or one is
    /// an entry.
    fn is_ours(&self, file: &mut File, whole: u64) -> io::Result<bool> {
        Ok(self.search(file, whole)? != Some(false))
    }

    /// Whether one of the lines before `whole` is an entry; `None` if all are blank.
    fn search(&self, file: &mut File, whole: u64) -> io::Result<Option<bool>> {
        if let Self::Rows { .. } = self {
            return Ok((whole > 0).then_some(true));
        }
        file.rewind()?;
        let mut found = None;
        for line in BufReader::new(file).take(whole).split(b'\n') {
            let line = line?;
            if line.trim_ascii().is_empty() {
                continue;
            }
            if self.is_entry(&line) {
                return Ok(Some(true));
            }
            found = Some(false);
        }
        Ok(found)
    }

    /// Where the last entry that has its line end ends.
    fn whole_length(&self, file: &File) -> io::Result<u64> {
        let mut reader = BufReader::with_capacity(256 * 1024, file);
        let (mut length, mut whole, mut quoted) = (0, 0, false);
        loop {
            let bytes = reader.fill_buf()?;
            if bytes.is_empty() {
                return Ok(whole);
            }
            match self {
                Self::Json | Self::Rejects => {
                    if let Some(end) = memrchr(b'\n', bytes) {
                        whole = length + end as u64 + 1;
                    }
                }
                Self::Rows { .. } => {
                    let mut start = 0;
                    for end in memchr_iter(b'\n', bytes) {
                        quoted ^= memchr_iter(b'"', &bytes[start..end]).count() % 2 == 1;
                        start = end;
                        if !quoted {
                            whole = length + end as u64 + 1;
                        }
                    }
                    quoted ^= memchr_iter(b'"', &bytes[start..]).count() % 2 == 1;
                }
            }
            let count = bytes.len();
            length += count as u64;
            reader.consume(count);
        }
    }
}
