//! Countries.

use std::fmt;

use super::text::check_required;
use crate::ValueFault;

/// Where the customer is, as written: the data set has `Unspecified`, `EIRE` and
/// `European Community` among its 38.
///
/// ```
/// use docstream_core::Country;
///
/// assert_eq!(Country::new("France")?.as_str(), "France");
/// assert!(Country::new("").is_err());
/// # Ok::<(), docstream_core::ValueFault>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country<S = String>(S);

impl<S: AsRef<str>> Country<S> {
    /// The country of that name, if it holds anything.
    ///
    /// # Errors
    ///
    /// `missing` for nothing but white space, `invalid_character` for a control
    /// character other than tab and line feed.
    pub fn new(name: S) -> Result<Self, ValueFault> {
        check_required(name.as_ref())?;
        Ok(Self(name))
    }

    /// The name as written.
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }
}

impl<S> Country<S> {
    /// The text of the name.
    pub const fn text(&self) -> &S {
        &self.0
    }

    pub(crate) const fn from_parts(name: S) -> Self {
        Self(name)
    }
}

impl<S: fmt::Display> fmt::Display for Country<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
