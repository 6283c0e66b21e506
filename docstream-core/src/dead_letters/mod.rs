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
///
/// ```
/// use std::collections::BTreeMap;
/// use std::sync::{Arc, Mutex};
///
/// use async_trait::async_trait;
/// use docstream_core::{DeadLetters, DocId, Offset, Partition, Rejected, Result};
///
/// /// Keeps a line for a person.
/// #[derive(Clone, Default)]
/// struct Notes(Arc<Mutex<BTreeMap<(Arc<str>, Partition, Offset, DocId, u32), String>>>);
///
/// #[async_trait]
/// impl DeadLetters for Notes {
///     async fn bury(&self, dead: &[Rejected]) -> Result<()> {
///         for letter in dead {
///             let Rejected { group, partition, offset, id, attempt, .. } = letter.clone();
///             let key = (group, partition, offset, id, attempt);
///             self.0.lock().unwrap().insert(key, letter.rejection.to_string());
///         }
///         Ok(())
///     }
/// }
/// # use docstream_core::memory::{MemorySink, MemoryStream};
/// # use docstream_core::{ParseInvoices, Pipeline};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let notes = Notes::default();
/// let pipeline = Pipeline::from(MemoryStream::bytes("orders", [["not JSON"]]).source())
///     .transform(ParseInvoices::default())
///     .dead_letters(notes.clone())
///     .into_idempotent_sink(MemorySink::new());
/// pipeline.run().await?;
/// assert_eq!(notes.0.lock().unwrap().len(), 1);
/// # Ok(())
/// # }
/// ```
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
