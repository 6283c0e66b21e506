//! How a pipeline runs.

use std::sync::Arc;
use std::time::Duration;

use super::retry::{RetryPolicy, Trouble};
use crate::{DeadLetters, Demand, Observer};

/// What becomes of documents that are refused.
pub(super) enum Rejects {
    Bury(Arc<dyn DeadLetters>),
    Halt,
    Discard,
}

/// Everything that has a default.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) retry: RetryPolicy,
    pub(super) in_flight: usize,
    pub(super) deadline: Duration,
    pub(super) commit_every: Duration,
    pub(super) commit_documents: u64,
    pub(super) drain: Duration,
    pub(super) demand: Option<Demand>,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) trouble: Trouble,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("retry", &self.retry)
            .field("in_flight", &self.in_flight)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            retry: RetryPolicy::default(),
            in_flight: 4,
            deadline: Duration::from_secs(15),
            commit_every: Duration::from_secs(1),
            commit_documents: 5_000,
            drain: Duration::from_secs(20),
            demand: None,
            observer: Arc::new(()),
            trouble: Trouble::default(),
        }
    }
}
