//! A document where it is stored.

use serde::Serialize;

use crate::{DocId, Timestamp};

use super::Line;

/// A stored document with where it came from and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoredDocument {
    /// Its id.
    pub id: DocId,
    /// The hash of its content, as 32 hexadecimal digits.
    pub content_hash: String,
    /// The partition it was read from.
    pub partition: String,
    /// Its offset there.
    pub offset: u64,
    /// When it was stored.
    pub stored_at: Timestamp,
    /// What it holds.
    pub line: Line,
}
