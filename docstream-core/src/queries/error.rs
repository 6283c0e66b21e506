//! What can be wrong with a question.

use crate::Error;

/// The result of a query.
///
/// ```
/// use docstream_core::queries::{InvoiceQueries, QueryResult};
///
/// /// The share of lines that are of cancellations, in per mille.
/// async fn returned(store: &dyn InvoiceQueries) -> QueryResult<u64> {
///     let totals = store.totals().await?;
///     Ok(totals.cancelled_lines * 1_000 / totals.lines.max(1))
/// }
/// # let _ = returned;
/// ```
pub type QueryResult<T> = Result<T, QueryError>;

/// A query has no answer.
///
/// ```
/// use docstream_core::queries::{InvalidCursor, QueryError};
/// use docstream_core::{Error, Recovery};
///
/// /// The status of an HTTP answer.
/// fn status(error: &QueryError) -> u16 {
///     match error {
///         QueryError::Cursor(_) => 400,
///         QueryError::Store(error) if error.recovery() == Recovery::Stop => 500,
///         _ => 503,
///     }
/// }
///
/// assert_eq!(status(&InvalidCursor.into()), 400);
/// assert_eq!(status(&Error::transient("read the store", "it is busy").into()), 503);
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The question is wrong: the cursor is not of this list.
    #[error(transparent)]
    Cursor(#[from] InvalidCursor),
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] Error),
}

/// The limit is not from 1 to 1,000.
///
/// ```
/// use docstream_core::queries::{InvalidLimit, Limit};
///
/// assert_eq!("5000".parse::<Limit>(), Err(InvalidLimit));
/// assert_eq!(InvalidLimit.to_string(), "expected a limit from 1 to 1000");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a limit from 1 to 1000")]
pub struct InvalidLimit;

/// The cursor was not given out by this list.
///
/// ```
/// use docstream_core::queries::{Cursor, InvalidCursor};
///
/// assert_eq!("page 2".parse::<Cursor>(), Err(InvalidCursor)); // made up by a client
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a cursor that an earlier page of this list gave as its next")]
pub struct InvalidCursor;
