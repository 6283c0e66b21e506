//! What is wrong with a document, in words that mean the same everywhere.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The kind of a [`Fault`]: the same word in the HTTP API, in dead letters, in
/// metrics and in reports.
///
/// ```
/// use docstream_core::Code;
///
/// assert_eq!(Code::InvalidDate.as_str(), "invalid_date");
/// assert_eq!("invalid_date".parse::<Code>(), Ok(Code::InvalidDate));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Code {
    /// A required field is absent, null or empty.
    Missing,
    /// A field that the document type does not have.
    UnknownField,
    /// A value of the wrong type, for instance text where a number belongs.
    WrongType,
    /// A number or date outside what the field allows.
    OutOfRange,
    /// A text longer than its field allows.
    TooLong,
    /// A date that matches none of the formats, or that does not exist.
    InvalidDate,
    /// A date whose day and month cannot be told apart without a declared order.
    AmbiguousDate,
    /// A character that is refused, such as NUL.
    InvalidCharacter,
    /// A text of the wrong form, for instance an invoice number with a blank.
    InvalidFormat,
    /// Not JSON.
    MalformedJson,
    /// Not CSV, or a row whose columns are not the header's.
    MalformedCsv,
    /// Bytes that are not UTF-8 where UTF-8 was declared.
    NotUtf8,
    /// Nested deeper than allowed.
    TooDeep,
    /// Larger than a document may be.
    TooLarge,
    /// The same field twice.
    DuplicateField,
    /// No document at all.
    Empty,
    /// The id is taken by a document with other content.
    IdConflict,
    /// The transform failed or panicked on this document.
    TransformFailed,
    /// The document ended the process that worked on it.
    ProcessKiller,
    /// The store refused this document, and takes others.
    RefusedByStore,
}

impl Code {
    /// Every code, in the order of the documentation.
    pub const ALL: [Self; 20] = [
        Self::Missing,
        Self::UnknownField,
        Self::WrongType,
        Self::OutOfRange,
        Self::TooLong,
        Self::InvalidDate,
        Self::AmbiguousDate,
        Self::InvalidCharacter,
        Self::InvalidFormat,
        Self::MalformedJson,
        Self::MalformedCsv,
        Self::NotUtf8,
        Self::TooDeep,
        Self::TooLarge,
        Self::DuplicateField,
        Self::Empty,
        Self::IdConflict,
        Self::TransformFailed,
        Self::ProcessKiller,
        Self::RefusedByStore,
    ];

    /// The code as it is written everywhere.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::UnknownField => "unknown_field",
            Self::WrongType => "wrong_type",
            Self::OutOfRange => "out_of_range",
            Self::TooLong => "too_long",
            Self::InvalidDate => "invalid_date",
            Self::AmbiguousDate => "ambiguous_date",
            Self::InvalidCharacter => "invalid_character",
            Self::InvalidFormat => "invalid_format",
            Self::MalformedJson => "malformed_json",
            Self::MalformedCsv => "malformed_csv",
            Self::NotUtf8 => "not_utf8",
            Self::TooDeep => "too_deep",
            Self::TooLarge => "too_large",
            Self::DuplicateField => "duplicate_field",
            Self::Empty => "empty",
            Self::IdConflict => "id_conflict",
            Self::TransformFailed => "transform_failed",
            Self::ProcessKiller => "process_killer",
            Self::RefusedByStore => "refused_by_store",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word is not a [`Code`].
///
/// ```
/// use docstream_core::{Code, UnknownCode};
///
/// assert_eq!("bad_date".parse::<Code>(), Err(UnknownCode));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a fault code of docstream")]
pub struct UnknownCode;

impl std::str::FromStr for Code {
    type Err = UnknownCode;

    fn from_str(word: &str) -> Result<Self, UnknownCode> {
        Self::ALL
            .into_iter()
            .find(|code| code.as_str() == word)
            .ok_or(UnknownCode)
    }
}

/// One thing that is wrong with a document.
///
/// The message says what would be right and never repeats the value: values may
/// be private, and hostile.
///
/// As JSON it is what the HTTP API answers and a rejects file holds:
///
/// ```
/// use docstream_core::{Code, Fault};
///
/// let fault = Fault::document(Code::Empty, "expected a JSON object");
/// let json = r#"{"pointer":"","code":"empty","message":"expected a JSON object"}"#;
/// assert_eq!(serde_json::to_string(&fault)?, json);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Where, as a JSON pointer (RFC 6901) in the wire names, for instance
    /// `/UnitPrice`; empty for the document as a whole.
    pub pointer: Cow<'static, str>,
    /// What kind of fault.
    pub code: Code,
    /// What would be right, for a person.
    pub message: Cow<'static, str>,
}

impl Fault {
    /// A fault at `pointer`.
    ///
    /// ```
    /// use docstream_core::{Code, Fault};
    ///
    /// let fault = Fault::new("/Quantity", Code::WrongType, "expected a whole number");
    /// assert_eq!(fault.to_string(), "/Quantity: wrong_type: expected a whole number");
    /// ```
    pub fn new(
        pointer: impl Into<Cow<'static, str>>,
        code: Code,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            pointer: pointer.into(),
            code,
            message: message.into(),
        }
    }

    /// A fault of the document as a whole.
    pub fn document(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new("", code, message)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.pointer.is_empty() {
            write!(f, "{}: ", self.pointer)?;
        }
        write!(f, "{}: {}", self.code, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_from_its_word_and_from_json() {
        for code in Code::ALL {
            assert_eq!(code.as_str().parse(), Ok(code));
            let json = serde_json::to_string(&code).unwrap();
            assert_eq!(json, format!("\"{code}\""));
        }
        assert_eq!("nonsense".parse::<Code>(), Err(UnknownCode));
    }
}
