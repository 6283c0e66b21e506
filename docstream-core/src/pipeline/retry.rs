//! When to try again.

use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::settings::Settings;
use crate::observer::{Event, Observer};
use crate::{Class, Error, Recovery, Result};

/// How failures that are nobody's fault are repeated: for ever, with a wait that
/// doubles from [`initial`](Self::initial) to [`max`](Self::max) and of which a random
/// part is slept ("full jitter"), so that workers do not come back in step.
///
/// ```
/// use std::time::Duration;
///
/// use docstream_core::pipeline::{OnConfig, RetryPolicy};
///
/// let mut policy = RetryPolicy::default()
///     .waits(Duration::from_millis(50), Duration::from_secs(5))
///     .on_config(OnConfig::RetryEvery(Duration::from_secs(60)));
/// policy.stalled_after = Duration::from_secs(10);
/// assert_eq!(policy.max, Duration::from_secs(5));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The upper bound of the first wait.
    pub initial: Duration,
    /// The upper bound of these waits; a longer one that the other side asks for
    /// ([`Error::retry_after`]) is kept.
    pub max: Duration,
    /// After how long without success the observer hears that the pipeline is stalled.
    pub stalled_after: Duration,
    /// What to do about settings, credentials or schemas that are wrong.
    pub on_config: OnConfig,
}

/// What to do about an error of [`Class::Config`].
///
/// ```
/// use std::time::Duration;
///
/// use docstream_core::memory::{MemorySink, MemoryStream, Step};
/// use docstream_core::pipeline::{OnConfig, RetryPolicy};
/// use docstream_core::{Error, Pipeline};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let numbers = MemoryStream::documents("numbers", [[7, 8]])?;
/// let source = || {
///     let wrong = Error::config("log in to the broker", "the password is wrong");
///     Pipeline::from(numbers.source().script([Step::Fail(wrong)])).halt_on_reject()
/// };
/// let stopped = source().into_idempotent_sink(MemorySink::new()).run().await;
/// assert_eq!(stopped.unwrap_err().to_string(), "log in to the broker: the password is wrong");
///
/// let patient = RetryPolicy::default().on_config(OnConfig::RetryEvery(Duration::from_millis(1)));
/// let pipeline = source().retry(patient).into_idempotent_sink(MemorySink::new());
/// assert_eq!(pipeline.run().await?.written, 2);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum OnConfig {
    /// Stop the pipeline and say why: right where a person or a scheduler watches.
    Stop,
    /// Stay up and try again this often: right for a service, which must not loop
    /// through crashes until somebody mends the settings.
    RetryEvery(Duration),
}

impl Default for RetryPolicy {
    /// 100 ms to 30 s, stalled after 30 s, stop on wrong settings.
    fn default() -> Self {
        Self {
            initial: Duration::from_millis(100),
            max: Duration::from_secs(30),
            stalled_after: Duration::from_secs(30),
            on_config: OnConfig::Stop,
        }
    }
}

impl RetryPolicy {
    /// With waits from `initial` to `max`.
    #[must_use]
    pub fn waits(mut self, initial: Duration, max: Duration) -> Self {
        self.initial = initial;
        self.max = max.max(initial);
        self
    }

    /// With `on_config`.
    #[must_use]
    pub fn on_config(mut self, on_config: OnConfig) -> Self {
        self.on_config = on_config;
        self
    }
}

/// What is waited for now, for whoever ends the wait: a stop can say what it did not live to see.
#[derive(Clone, Debug, Default)]
pub(super) struct Trouble(Arc<Mutex<Option<String>>>);

impl Trouble {
    pub(super) fn get(&self) -> Option<String> {
        self.lock().clone()
    }

    fn set(&self, trouble: Option<String>) {
        *self.lock() = trouble;
    }

    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The waits of one piece of work.
pub(crate) struct Backoff<'a> {
    policy: RetryPolicy,
    observer: &'a dyn Observer,
    trouble: &'a Trouble,
    attempt: u32,
    since: Option<Instant>,
}

impl<'a> Backoff<'a> {
    pub(super) fn new(settings: &'a Settings) -> Self {
        Self {
            policy: settings.retry,
            observer: &*settings.observer,
            trouble: &settings.trouble,
            attempt: 0,
            since: None,
        }
    }

    pub(crate) fn attempts(&self) -> u32 {
        self.attempt
    }

    /// Waits as `error` demands; gives it back if it says stop.
    pub(crate) async fn wait(&mut self, error: Error) -> Result<()> {
        let wait = match (error.recovery(), self.policy.on_config) {
            (Recovery::Retry { after }, _) => self.jittered().max(after.unwrap_or_default()),
            (Recovery::Stop, OnConfig::RetryEvery(pause)) if error.class() == Class::Config => {
                pause
            }
            (Recovery::Stop, _) => return Err(error),
        };
        self.attempt += 1;
        self.observer.on(&Event::Retry {
            error: &error,
            attempt: self.attempt,
            wait,
        });
        let since = self.since.get_or_insert_with(Instant::now).elapsed();
        if since >= self.policy.stalled_after {
            self.observer.on(&Event::Stalled {
                error: &error,
                since,
            });
        }
        self.trouble.set(Some(error.to_string()));
        tracing::debug!(%error, attempt = self.attempt, ?wait, "trying again");
        tokio::time::sleep(wait).await;
        Ok(())
    }

    fn jittered(&self) -> Duration {
        let bound = self
            .policy
            .initial
            .saturating_mul(1 << self.attempt.min(20))
            .min(self.policy.max);
        bound.mul_f64(random_fraction())
    }
}

impl Drop for Backoff<'_> {
    fn drop(&mut self) {
        if self.attempt > 0 {
            self.trouble.set(None);
        }
    }
}

/// A number from 0 to 1. The standard library seeds every `RandomState` at random,
/// which is random enough to keep workers apart.
fn random_fraction() -> f64 {
    let bits = std::collections::hash_map::RandomState::new()
        .build_hasher()
        .finish();
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_bound_and_never_past_it() {
        let settings = Settings::default();
        let policy = settings.retry;
        let mut backoff = Backoff::new(&settings);
        for attempt in 0..100 {
            backoff.attempt = attempt;
            let bound = policy
                .initial
                .saturating_mul(1 << attempt.min(20))
                .min(policy.max);
            assert!(backoff.jittered() <= bound);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_outage_is_repeated_and_a_wrong_setting_is_not() {
        let settings = Settings::default();
        let mut backoff = Backoff::new(&settings);
        assert!(
            backoff
                .wait(Error::transient("write", "away"))
                .await
                .is_ok()
        );
        assert!(
            backoff
                .wait(Error::config("write", "wrong password"))
                .await
                .is_err()
        );
        let patient =
            RetryPolicy::default().on_config(OnConfig::RetryEvery(Duration::from_secs(60)));
        let settings = Settings {
            retry: patient,
            ..Settings::default()
        };
        let mut backoff = Backoff::new(&settings);
        assert!(
            backoff
                .wait(Error::config("write", "wrong password"))
                .await
                .is_ok()
        );
        assert!(
            backoff
                .wait(Error::fenced("write", "somebody else"))
                .await
                .is_err()
        );
    }
}
