//! What can be wrong with a question.

use crate::Error;

/// The result of a query.
pub type QueryResult<T> = Result<T, QueryError>;

/// A query has no answer.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a limit from 1 to 1000")]
pub struct InvalidLimit;

/// The cursor was not given out by this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a cursor that an earlier page of this list gave as its next")]
pub struct InvalidCursor;
