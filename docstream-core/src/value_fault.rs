//! What is wrong with one value, before it is known whose value it is.

use std::borrow::Cow;

use crate::{Code, Fault};

/// Why a value is refused: a [`Fault`] without its place.
///
/// ```
/// use docstream_core::{Code, Money};
///
/// let fault = "2.55555".parse::<Money>().unwrap_err();
/// assert_eq!(fault.code, Code::OutOfRange);
/// assert_eq!(fault.at("/UnitPrice").pointer, "/UnitPrice");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ValueFault {
    /// What kind of fault.
    pub code: Code,
    /// What would be right, for a person.
    pub message: &'static str,
}

impl ValueFault {
    /// A fault; the message must not repeat the value.
    ///
    /// ```
    /// use docstream_core::{Code, ValueFault};
    ///
    /// /// A school grade from 1 to 6.
    /// fn grade(text: &str) -> Result<u8, ValueFault> {
    ///     let fault = ValueFault::new(Code::OutOfRange, "expected a grade from 1 to 6");
    ///     text.parse().ok().filter(|grade| (1..=6).contains(grade)).ok_or(fault)
    /// }
    ///
    /// assert_eq!(grade("7").unwrap_err().to_string(), "expected a grade from 1 to 6");
    /// ```
    pub const fn new(code: Code, message: &'static str) -> Self {
        Self { code, message }
    }

    /// The fault of the value at `pointer`.
    pub fn at(self, pointer: impl Into<Cow<'static, str>>) -> Fault {
        Fault::new(pointer, self.code, self.message)
    }
}
