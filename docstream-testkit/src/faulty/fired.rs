//! What happened.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{On, Trouble};

/// Counts of the calls made to a [`Faulty`](super::Faulty) and of the troubles that
/// happened in them.
///
/// ```
/// use docstream_testkit::faulty::{Faulty, On, Trouble, When};
/// # use docstream_core::memory::MemorySink;
/// # use docstream_core::{Class, Sink};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sink: Faulty<MemorySink<u64>> = Faulty::new(MemorySink::new(), 42)
///     .on(On::Check, Trouble::Fail(Class::Transient), When::First(2));
/// let fired = sink.fired();
/// for _ in 0..5 {
///     let _ = sink.check().await;
/// }
/// assert_eq!((fired.calls(On::Check), fired.failures()), (5, 2));
/// assert!(fired.total() > 0, "vacuous: nothing went wrong");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Fired {
    calls: [AtomicU64; 5],
    failures: AtomicU64,
    delays: AtomicU64,
    repeats: AtomicU64,
    lost_answers: AtomicU64,
    hangs: AtomicU64,
    partial: AtomicU64,
}

impl Fired {
    pub(super) fn note(&self, operation: On, trouble: Option<Trouble>) {
        add(&self.calls[operation as usize]);
        match trouble {
            None => {}
            Some(Trouble::Fail(_)) => add(&self.failures),
            Some(Trouble::Delay(_) | Trouble::DelayAnswer(_)) => add(&self.delays),
            Some(Trouble::Repeat) => add(&self.repeats),
            Some(Trouble::LoseAnswer | Trouble::NeverAnswer) => add(&self.lost_answers),
            Some(Trouble::Hang) => add(&self.hangs),
            Some(Trouble::Partial) => add(&self.partial),
        }
    }

    /// Calls of an operation.
    pub fn calls(&self, operation: On) -> u64 {
        get(&self.calls[operation as usize])
    }

    /// Calls that failed with nothing done.
    pub fn failures(&self) -> u64 {
        get(&self.failures)
    }

    /// Calls or answers that were late.
    pub fn delays(&self) -> u64 {
        get(&self.delays)
    }

    /// Calls that were done twice.
    pub fn repeats(&self) -> u64 {
        get(&self.repeats)
    }

    /// Calls that were done, of which the caller did not hear.
    pub fn lost_answers(&self) -> u64 {
        get(&self.lost_answers)
    }

    /// Calls that were not done and never ended.
    pub fn hangs(&self) -> u64 {
        get(&self.hangs)
    }

    /// Writes that were done in part.
    pub fn partial(&self) -> u64 {
        get(&self.partial)
    }

    /// Troubles of every kind.
    pub fn total(&self) -> u64 {
        let answers = self.delays() + self.repeats() + self.lost_answers() + self.hangs();
        answers + self.failures() + self.partial()
    }
}

fn add(count: &AtomicU64) {
    count.fetch_add(1, Ordering::Relaxed);
}

fn get(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}
