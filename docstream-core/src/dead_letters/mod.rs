//! Where rejected documents are buried.

mod queries;
mod resend;

use std::sync::Arc;

use async_trait::async_trait;

use crate::{Rejected, Result};

pub use queries::{
    Buried, DeadLetter, DeadLetterFilter, DeadLetterId, DeadLetterQueries, DeadLetterState,
};
pub use resend::resend;

/// Keeps rejected documents with their original bytes, so that a person can look
/// at them, mend them and send them again.
#[async_trait]
pub trait DeadLetters: Send + Sync + 'static {
    /// Buries `dead`. `Ok` means durable: only then does the pipeline go on.
    ///
    /// The same burial, known by group, partition, offset, document id and attempt, may
    /// be repeated after a crash and is kept once. (Documents that were made of one
    /// share its offset, so the offset alone does not tell them apart.)
    ///
    /// Cancel safe: a burial that was cut off is repeated.
    async fn bury(&self, dead: &[Rejected]) -> Result<()>;
}

#[async_trait]
impl<D: DeadLetters + ?Sized> DeadLetters for Arc<D> {
    async fn bury(&self, dead: &[Rejected]) -> Result<()> {
        D::bury(self, dead).await
    }
}
