//! What a user wrote for one document must not bring down the others.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{Code, Fault, Rejection, Stage};

/// Runs what a user wrote for one document; a panic is that document's rejection.
pub(super) fn guarded<U>(work: impl FnOnce() -> Result<U, Rejection>) -> Result<U, Rejection> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(transform_panicked()))
}

/// The rejection of a document on which a transform panicked.
#[cold]
pub(crate) fn transform_panicked() -> Rejection {
    let message = "the transform panicked on this document";
    Rejection::new(
        Stage::Transform,
        Fault::document(Code::TransformFailed, message),
    )
}
