//! A document where it is stored.

use serde::Serialize;

use crate::{DocId, Timestamp};

use super::Line;

/// A stored document with where it came from and when.
///
/// ```
/// use docstream_core::DocId;
/// use docstream_core::queries::{InvoiceQueries, QueryResult};
///
/// /// Where a stored document came from, for whoever has to find the original.
/// async fn origin(store: &dyn InvoiceQueries, id: DocId) -> QueryResult<Option<String>> {
///     let stored = store.document(id).await?;
///     Ok(stored.map(|stored| format!("offset {} of {}", stored.offset, stored.partition)))
/// }
/// # let _ = origin;
/// ```
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
