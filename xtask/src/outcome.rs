//! How a command or a step ends.

/// Success, or why not.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// Why a command did not succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A check found something, or could not run.
    Failed(String),
    /// The command line is wrong.
    Usage(String),
}

impl Failure {
    pub(crate) fn message(&self) -> &str {
        match self {
            Self::Failed(message) | Self::Usage(message) => message,
        }
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
        }
    }
}

/// A check found something, or could not run.
pub(crate) fn failed(message: impl Into<String>) -> Failure {
    Failure::Failed(message.into())
}

/// The command line is wrong.
pub(crate) fn usage(message: impl Into<String>) -> Failure {
    Failure::Usage(message.into())
}

/// Success if nothing was found, otherwise all of it, a line each.
pub(crate) fn nothing_in(found: &[String], summary: &str) -> Outcome {
    if found.is_empty() {
        return Ok(());
    }
    Err(failed(format!("{summary}:\n  {}", found.join("\n  "))))
}
