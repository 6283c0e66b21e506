//! Records as they are found in a stream, before anything is decoded.

use crate::{Code, Fault, Rejection, Stage};

/// How many bytes of a record that is too large are kept.
pub(crate) const KEPT_OF_TOO_LARGE: usize = 4 * 1024;

/// How many columns a row may have.
pub(crate) const MOST_COLUMNS: usize = 1_024;

/// A record in the window of its reader.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    /// Its original bytes without the line end; the first 4 KiB if it is too large.
    pub(crate) raw: &'a [u8],
    /// What it is.
    pub(crate) content: Content<'a>,
    /// Whether a line end closed it, not the end of the stream.
    pub(crate) closed: bool,
}

impl Found<'_> {
    /// About how much of a batch it takes, before it is decoded.
    pub(crate) fn size(&self) -> usize {
        match &self.content {
            Content::Line | Content::Bad(_) => self.raw.len(),
            Content::Row { fields, .. } => self.raw.len() + fields.len(),
        }
    }
}

/// What a record is.
#[derive(Debug)]
pub(crate) enum Content<'a> {
    /// A document of its bytes.
    Line,
    /// A row: the fields without their quotes in one piece, and where each ends.
    Row {
        /// The fields, one after another.
        fields: &'a [u8],
        /// The end of each.
        ends: &'a [usize],
    },
    /// A record that nothing can be made of.
    Bad(Fault),
}

/// The fault of a record over `limit` bytes.
#[cold]
pub(crate) fn too_large(limit: usize) -> Fault {
    Fault::document(
        Code::TooLarge,
        format!(
            "a document is at most {limit} bytes; of this one the first {KEPT_OF_TOO_LARGE} were kept"
        ),
    )
}

/// A rejection by a reader.
#[cold]
pub(crate) fn unreadable(fault: Fault) -> Rejection {
    Rejection::new(Stage::Read, fault)
}
