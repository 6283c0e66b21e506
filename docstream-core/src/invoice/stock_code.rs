//! Stock codes.

use std::fmt;

use super::text::check_required;
use crate::ValueFault;

/// What was sold: the code as written, and folded for grouping.
///
/// Folded means trimmed and with ASCII letters in upper case: the data set has
/// 112 codes that differ from others only in case.
///
/// ```
/// use docstream_core::StockCode;
///
/// let code = StockCode::new("85123a")?;
/// assert_eq!((code.raw(), code.folded()), (&"85123a".to_owned(), &"85123A".to_owned()));
/// # Ok::<(), docstream_core::ValueFault>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StockCode<S = String> {
    raw: S,
    folded: S,
}

impl StockCode {
    /// The stock code of that text, if it holds anything.
    ///
    /// # Errors
    ///
    /// `missing` for nothing but white space, `invalid_character` for a control
    /// character other than tab and line feed.
    pub fn new(text: impl Into<String>) -> Result<Self, ValueFault> {
        let raw = text.into();
        check_required(&raw)?;
        let folded = raw.trim().to_ascii_uppercase();
        Ok(Self { raw, folded })
    }
}

impl<S> StockCode<S> {
    /// The code as written.
    pub const fn raw(&self) -> &S {
        &self.raw
    }

    /// The code trimmed and in upper case.
    pub const fn folded(&self) -> &S {
        &self.folded
    }

    pub(crate) const fn from_parts(raw: S, folded: S) -> Self {
        Self { raw, folded }
    }
}

impl<S: fmt::Display> fmt::Display for StockCode<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.raw.fmt(f)
    }
}
