//! How a run can fail, and with which exit code.

use std::fmt;

use docstream::Class;

/// A failure with its exit code.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Wrong options or input: exit code 2.
    Wrong(String),
    /// The run had to stop: exit code 1.
    Stopped(String),
}

impl Failure {
    /// The exit code.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Stopped(_) => 1,
            Self::Wrong(_) => 2,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(message) | Self::Stopped(message) => f.write_str(message),
        }
    }
}

/// Options or input are wrong.
pub(crate) fn wrong(message: impl Into<String>) -> Failure {
    Failure::Wrong(message.into())
}

/// An error with everything underneath it, in one line.
pub(crate) fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let cause = error.to_string();
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
        source = error.source();
    }
    text
}

impl From<docstream::Error> for Failure {
    fn from(error: docstream::Error) -> Self {
        // What has to be told before a document is read is mostly the fault of options or input.
        match error.class() {
            Class::Config => Self::Wrong(told(&error)),
            _ => Self::Stopped(told(&error)),
        }
    }
}

impl From<docstream::queries::QueryError> for Failure {
    fn from(error: docstream::queries::QueryError) -> Self {
        Self::Stopped(told(&error))
    }
}
