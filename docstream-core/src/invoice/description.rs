//! Descriptions.

use std::fmt;

use super::text::check_required;
use crate::ValueFault;

/// What was sold, in words: as written, and without the white space around it.
///
/// A description of nothing but white space is no description.
///
/// ```
/// use docstream_core::Description;
///
/// let description = Description::new("WHITE METAL LANTERN ")?;
/// assert_eq!(description.clean(), "WHITE METAL LANTERN");
/// assert!(Description::new("  ").is_err());
/// # Ok::<(), docstream_core::ValueFault>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Description<S = String> {
    raw: S,
    clean: S,
}

impl Description {
    /// The description of that text, if it holds anything.
    ///
    /// # Errors
    ///
    /// `missing` for nothing but white space, `invalid_character` for a control
    /// character other than tab and line feed.
    pub fn new(text: impl Into<String>) -> Result<Self, ValueFault> {
        let raw = text.into();
        check_required(&raw)?;
        let clean = raw.trim().to_owned();
        Ok(Self { raw, clean })
    }
}

impl<S> Description<S> {
    /// The description as written.
    pub const fn raw(&self) -> &S {
        &self.raw
    }

    /// The description without the white space around it.
    pub const fn clean(&self) -> &S {
        &self.clean
    }

    pub(crate) const fn from_parts(raw: S, clean: S) -> Self {
        Self { raw, clean }
    }
}

impl<S: fmt::Display> fmt::Display for Description<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.clean.fmt(f)
    }
}
