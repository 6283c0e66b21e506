//! Buries rejected documents in memory.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::lock;
use crate::{DeadLetters, Rejected, Result};

/// Dead letters in memory, each kept once. Clones share them.
///
/// ```
/// use docstream_core::memory::{MemoryDeadLetters, MemorySink, MemoryStream};
/// use docstream_core::{Code, ParseInvoices, Pipeline};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let dead = MemoryDeadLetters::new();
/// let orders = MemoryStream::bytes("orders", [["not JSON"]]);
/// Pipeline::from(orders.source())
///     .transform(ParseInvoices::default())
///     .dead_letters(dead.clone())
///     .into_idempotent_sink(MemorySink::new())
///     .run()
///     .await?;
/// let letters = dead.buried();
/// assert_eq!(letters[0].raw, b"not JSON");
/// assert_eq!(letters[0].rejection.code(), Code::MalformedJson);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryDeadLetters(Arc<Mutex<Vec<Rejected>>>);

impl MemoryDeadLetters {
    /// No dead letters yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is buried, in the order it came.
    pub fn buried(&self) -> Vec<Rejected> {
        lock(&self.0).clone()
    }

    /// How many are buried.
    pub fn len(&self) -> usize {
        lock(&self.0).len()
    }

    /// Whether none is buried.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[async_trait]
impl DeadLetters for MemoryDeadLetters {
    async fn bury(&self, dead: &[Rejected]) -> Result<()> {
        let mut buried = lock(&self.0);
        for letter in dead {
            if !buried.iter().any(|other| same(other, letter)) {
                buried.push(letter.clone());
            }
        }
        Ok(())
    }
}

/// Documents that a transform made of one record share its offset, so the id counts too;
/// one that was sent again and rejected again there has a higher attempt.
fn same(a: &Rejected, b: &Rejected) -> bool {
    (a.id, &a.group, &a.partition, a.offset, a.attempt)
        == (b.id, &b.group, &b.partition, b.offset, b.attempt)
}
