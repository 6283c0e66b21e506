//! What went wrong when it is *not* a document's fault.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

/// A result whose error is an [`Error`].
///
/// ```
/// use docstream_core::{Error, Result};
///
/// fn settings(path: &str) -> Result<String> {
///     let failed = |error| Error::config("read the settings", "not readable").with("path", path).caused_by(error);
///     std::fs::read_to_string(path).map_err(failed)
/// }
/// let error = settings("no/such/file").unwrap_err();
/// assert_eq!(error.to_string(), "read the settings: not readable (path: no/such/file)");
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of trouble an [`Error`] is. Each kind has one treatment, which the
/// pipeline applies; none of them ever sends a document to the dead letters.
///
/// | class | treatment |
/// | --- | --- |
/// | [`Unknown`](Self::Unknown) | repeat with the same ids, for ever |
/// | [`Transient`](Self::Transient) | repeat with backoff, for ever |
/// | [`Config`](Self::Config) | stop, or probe now and then if the retry policy says so |
/// | [`Suspect`](Self::Suspect) | bisect the batch down to single documents |
/// | [`Fenced`](Self::Fenced) | stop: another worker has taken over |
/// | [`Bug`](Self::Bug) | stop: an endpoint broke its contract |
///
/// ```
/// use docstream_core::{Class, Error};
///
/// /// How the driver's errors are classified.
/// fn classified(status: u16) -> Error {
///     let class = match status {
///         401 | 403 => Class::Config,
///         429 | 503 => Class::Transient,
///         504 => Class::Unknown,
///         _ => Class::Suspect,
///     };
///     Error::new(class, "write to the store", format!("status {status}"))
/// }
/// assert_eq!(classified(503).class(), Class::Transient);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// The outcome is not known: the work may or may not have been done.
    Unknown,
    /// The other side cannot do it now and may later.
    Transient,
    /// Settings, credentials or schema are wrong; waiting does not help.
    Config,
    /// Unclassified, on a batch of several documents: one of them may be the cause.
    Suspect,
    /// A newer owner of the partition exists.
    Fenced,
    /// A broken contract inside the program.
    Bug,
}

/// What to do about an [`Error`].
///
/// ```
/// use std::time::Duration;
///
/// use docstream_core::{Error, Recovery};
///
/// let busy = Error::transient("write to the store", "too many requests").retry_after(Duration::from_secs(2));
/// match busy.recovery() {
///     Recovery::Retry { after } => assert_eq!(after, Some(Duration::from_secs(2))),
///     Recovery::Stop => unreachable!("it may later"),
/// }
/// assert_eq!(Error::config("log in", "wrong password").recovery(), Recovery::Stop);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// Try again, with the same ids, not before `after` if it is given.
    Retry {
        /// What the other side asked for.
        after: Option<Duration>,
    },
    /// Do not try again without a person.
    Stop,
}

/// Everything that is not a document's fault: says whether to retry or to stop.
///
/// `Display` is one line; `source` is kept. Secrets never belong in it.
///
/// ```
/// use docstream_core::{Error, Recovery};
///
/// let error = Error::transient("append to the log", "the disk is full").with("path", "data/log.db");
/// assert_eq!(error.to_string(), "append to the log: the disk is full (path: data/log.db)");
/// assert_eq!(error.recovery(), Recovery::Retry { after: None });
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    class: Class,
    operation: &'static str,
    message: String,
    context: Vec<(&'static str, String)>,
    after: Option<Duration>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of `class` while doing `operation` (a verb phrase in lower case).
    #[cold]
    pub fn new(class: Class, operation: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            class,
            operation,
            message: message.into(),
            context: Vec::new(),
            after: None,
            source: None,
        }))
    }

    /// The outcome is not known.
    pub fn unknown(operation: &'static str, message: impl Into<String>) -> Self {
        Self::new(Class::Unknown, operation, message)
    }

    /// The other side cannot do it now.
    pub fn transient(operation: &'static str, message: impl Into<String>) -> Self {
        Self::new(Class::Transient, operation, message)
    }

    /// Settings, credentials or schema are wrong.
    pub fn config(operation: &'static str, message: impl Into<String>) -> Self {
        Self::new(Class::Config, operation, message)
    }

    /// Unclassified: a document of the batch may be the cause.
    pub fn suspect(operation: &'static str, message: impl Into<String>) -> Self {
        Self::new(Class::Suspect, operation, message)
    }

    /// A newer owner of the partition exists.
    pub fn fenced(operation: &'static str, message: impl Into<String>) -> Self {
        Self::new(Class::Fenced, operation, message)
    }

    /// A broken contract inside the program.
    pub fn bug(operation: &'static str, message: impl Into<String>) -> Self {
        Self::new(Class::Bug, operation, message)
    }

    /// Adds a named fact, such as the path or the partition.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.0.context.push((name, value.to_string()));
        self
    }

    /// Keeps the error underneath.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Asks not to be repeated before `after`.
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.0.after = Some(after);
        self
    }

    /// What kind of trouble it is.
    pub fn class(&self) -> Class {
        self.0.class
    }

    /// What was being done.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// Retry or stop.
    pub fn recovery(&self) -> Recovery {
        match self.0.class {
            Class::Unknown | Class::Transient | Class::Suspect => Recovery::Retry {
                after: self.0.after,
            },
            Class::Config | Class::Fenced | Class::Bug => Recovery::Stop,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.operation, self.0.message)?;
        for (index, (name, value)) in self.0.context.iter().enumerate() {
            f.write_str(if index == 0 { " (" } else { ", " })?;
            write!(f, "{name}: {value}")?;
        }
        if !self.0.context.is_empty() {
            f.write_str(")")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("class", &self.0.class)
            .field("operation", &self.0.operation)
            .field("message", &self.0.message)
            .field("context", &self.0.context)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_one_treatment() {
        let retry = [Class::Unknown, Class::Transient, Class::Suspect];
        let stop = [Class::Config, Class::Fenced, Class::Bug];
        for class in retry {
            assert_eq!(
                Error::new(class, "do", "x").recovery(),
                Recovery::Retry { after: None }
            );
        }
        for class in stop {
            assert_eq!(Error::new(class, "do", "x").recovery(), Recovery::Stop);
        }
    }

    #[test]
    fn an_error_is_one_pointer_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
