//! Which trouble happens when.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use docstream_core::Class;

use super::Fired;
use crate::random::Random;

/// An operation of an endpoint.
///
/// ```
/// use docstream_core::Pipeline;
/// use docstream_core::memory::{AppendSink, MemoryStream};
/// use docstream_testkit::faulty::{Faulty, On, Trouble, When};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let numbers = MemoryStream::documents("numbers", [[1, 2, 3]])?;
/// let source = Faulty::new(numbers.source(), 42).on(On::Commit, Trouble::Repeat, When::Always);
/// let fired = source.fired();
/// Pipeline::from(source).halt_on_reject().into_sink(AppendSink::new()).run().await?;
/// assert!(fired.calls(On::Next) >= 1);
/// assert_eq!(fired.repeats(), fired.calls(On::Commit)); // a commit may be repeated
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum On {
    /// [`Source::next`](docstream_core::Source::next).
    Next,
    /// [`Committer::commit`](docstream_core::Committer::commit).
    Commit,
    /// [`Sink::write`](docstream_core::Sink::write).
    Write,
    /// [`Sink::check`](docstream_core::Sink::check).
    Check,
    /// [`DeadLetters::bury`](docstream_core::DeadLetters::bury).
    Bury,
}

/// What goes wrong.
///
/// ```
/// use docstream_core::memory::{MemorySink, MemoryStream};
/// use docstream_core::{Demand, Next, Outcome, Sink, Source, Write};
/// use docstream_testkit::faulty::{Faulty, On, Trouble, When};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut source = MemoryStream::documents("numbers", [[1, 2, 3, 4]])?.source();
/// let Next::Batch(batch) = source.next(Demand::default()).await? else { unreachable!() };
/// let sink = Faulty::new(MemorySink::new(), 42).on(On::Write, Trouble::Partial, When::First(1));
/// let report = sink.write(Write::all(batch)).await?;
/// assert_eq!(report.written, 2);
/// assert!(matches!(report.others[..], [(1, Outcome::Unknown), (3, Outcome::Unknown)]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Trouble {
    /// It fails with an error of that class, and nothing is done.
    Fail(Class),
    /// It is done after a random wait of up to this long, so that what was asked
    /// later may be done first.
    Delay(Duration),
    /// It is done, and the answer comes after a random wait of up to this long.
    DelayAnswer(Duration),
    /// It is done twice.
    Repeat,
    /// It is done, and the answer is an error of [`Class::Unknown`].
    LoseAnswer,
    /// It is done, and no answer ever comes: the caller's deadline has to end it.
    NeverAnswer,
    /// Nothing is done, and no answer ever comes.
    Hang,
    /// A write of only the documents at even places; of the others it says that it
    /// does not know. Other operations are done.
    Partial,
}

/// When a trouble happens, counted in calls of its operation.
///
/// ```
/// use docstream_testkit::faulty::{Faulty, On, Trouble, When};
/// # use docstream_core::memory::MemorySink;
/// # use docstream_core::{Class, Sink};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// for (when, expected) in [
///     (When::First(1), [false, true, true, true]),
///     (When::Between(1, 3), [true, false, false, true]),
///     (When::Every(2), [true, false, true, false]),
/// ] {
///     let sink: Faulty<MemorySink<u64>> = Faulty::new(MemorySink::new(), 42)
///         .on(On::Check, Trouble::Fail(Class::Transient), when);
///     for is_ok in expected {
///         assert_eq!(sink.check().await.is_ok(), is_ok);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum When {
    /// In every call.
    Always,
    /// In the first so many calls.
    First(u64),
    /// In the calls from the first number to before the second, counted from 0.
    Between(u64, u64),
    /// In every so many-th call.
    Every(u64),
    /// With this probability.
    Chance(f64),
}

impl When {
    fn is_due(self, call: u64, random: &mut Random) -> bool {
        match self {
            Self::Always => true,
            Self::First(calls) => call < calls,
            Self::Between(from, to) => (from..to).contains(&call),
            Self::Every(nth) => (call + 1).is_multiple_of(nth.max(1)),
            Self::Chance(chance) => random.chance(chance),
        }
    }
}

#[derive(Debug)]
pub(super) struct Rules {
    state: Mutex<State>,
    fired: Arc<Fired>,
}

#[derive(Debug)]
struct State {
    rules: Vec<Rule>,
    random: Random,
}

#[derive(Debug)]
struct Rule {
    operation: On,
    trouble: Trouble,
    when: When,
    calls: u64,
}

impl Rules {
    pub(super) fn seeded(seed: u64) -> Self {
        Self {
            state: Mutex::new(State {
                rules: Vec::new(),
                random: Random::seeded(seed),
            }),
            fired: Arc::default(),
        }
    }

    pub(super) fn add(&self, operation: On, trouble: Trouble, when: When) {
        self.state().rules.push(Rule {
            operation,
            trouble,
            when,
            calls: 0,
        });
    }

    pub(super) fn fired(&self) -> Arc<Fired> {
        Arc::clone(&self.fired)
    }

    /// The trouble of the call of `operation` that is made now. Every rule for the
    /// operation counts the call; the first that is due happens.
    pub(super) fn call(&self, operation: On) -> Option<Trouble> {
        let mut state = self.state();
        let State { rules, random } = &mut *state;
        let mut due = None;
        for rule in rules.iter_mut().filter(|rule| rule.operation == operation) {
            if rule.when.is_due(rule.calls, random) && due.is_none() {
                due = Some(rule.trouble);
            }
            rule.calls += 1;
        }
        self.fired.note(operation, due);
        due
    }

    /// Waits a random while of up to `longest`.
    pub(super) async fn wait(&self, longest: Duration) {
        let micros = self.state().random.below(longest.as_micros() as u64 + 1);
        tokio::time::sleep(Duration::from_micros(micros)).await;
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
