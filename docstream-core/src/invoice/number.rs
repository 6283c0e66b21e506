//! Invoice numbers.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::words::all_digits;
use crate::{Code, ValueFault};

/// What an invoice is, by the letter before its number.
///
/// ```
/// use docstream_core::{InvoiceKind, InvoiceNo};
///
/// let kinds = ["536365", "C536379", "A563185"].map(|number| InvoiceNo::new(number).map(|n| n.kind()));
/// assert_eq!(kinds, [Ok(InvoiceKind::Sale), Ok(InvoiceKind::Cancellation), Ok(InvoiceKind::Adjustment)]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceKind {
    /// Digits alone.
    Sale,
    /// `C` and digits: goods that came back.
    Cancellation,
    /// `A` and digits: a correction of accounts, the only kind with negative prices.
    Adjustment,
}

impl InvoiceKind {
    /// The kind as it is written in answers and stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sale => "sale",
            Self::Cancellation => "cancellation",
            Self::Adjustment => "adjustment",
        }
    }
}

impl fmt::Display for InvoiceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An invoice number with its kind: up to 18 digits, after a `C` or `A` where it
/// is not a sale. A text, since leading zeros count.
///
/// ```
/// use docstream_core::{InvoiceKind, InvoiceNo};
///
/// let number = InvoiceNo::new("C536379")?;
/// assert_eq!(number.kind(), InvoiceKind::Cancellation);
/// assert!(InvoiceNo::new("536 379").is_err());
/// # Ok::<(), docstream_core::ValueFault>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InvoiceNo<S = String> {
    text: S,
    kind: InvoiceKind,
}

const FORM: ValueFault = ValueFault::new(
    Code::InvalidFormat,
    "expected up to 18 digits, after C for a cancellation or A for an adjustment",
);

/// The kind of the invoice of that number.
pub(crate) fn kind_of(number: &str) -> Result<InvoiceKind, ValueFault> {
    let (kind, digits) = match number.as_bytes() {
        [b'C', digits @ ..] => (InvoiceKind::Cancellation, digits),
        [b'A', digits @ ..] => (InvoiceKind::Adjustment, digits),
        digits => (InvoiceKind::Sale, digits),
    };
    if matches!(digits.len(), 1..=18) && all_digits(digits) {
        Ok(kind)
    } else {
        Err(FORM)
    }
}

impl<S: AsRef<str>> InvoiceNo<S> {
    /// The invoice number of that text, if it is one.
    ///
    /// # Errors
    ///
    /// `invalid_format`, whatever is wrong with it.
    pub fn new(text: S) -> Result<Self, ValueFault> {
        let kind = kind_of(text.as_ref())?;
        Ok(Self { text, kind })
    }

    /// The number as written, letter included.
    pub fn as_str(&self) -> &str {
        self.text.as_ref()
    }
}

impl<S> InvoiceNo<S> {
    /// What the invoice is.
    pub const fn kind(&self) -> InvoiceKind {
        self.kind
    }

    /// The text of the number.
    pub const fn text(&self) -> &S {
        &self.text
    }

    pub(crate) const fn from_parts(text: S, kind: InvoiceKind) -> Self {
        Self { text, kind }
    }
}

impl<S: fmt::Display> fmt::Display for InvoiceNo<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letter_tells_the_kind() {
        for (text, kind) in [
            ("536365", InvoiceKind::Sale),
            ("C536379", InvoiceKind::Cancellation),
            ("A563185", InvoiceKind::Adjustment),
            ("000000000000000001", InvoiceKind::Sale),
        ] {
            assert_eq!(InvoiceNo::new(text).unwrap().kind(), kind);
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "C",
            "c536379",
            "CC1",
            "B1",
            "1C",
            " 1",
            "1 ",
            "-1",
            "1.0",
            "1234567890123456789",
            "\u{0661}",
            "1\u{0}",
        ] {
            assert_eq!(InvoiceNo::new(text), Err(FORM), "{text:?}");
        }
    }
}
