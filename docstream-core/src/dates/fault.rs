//! Why a text is no date.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::Zone;
use crate::Code;

/// What is wrong with a text, as seen by one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It has not the shape of the rule: another rule may have it.
    Shape,
    /// No such day or time of day.
    Impossible,
    LeapSecond,
    TooPrecise,
    /// Outside the years of a `Timestamp`.
    OutOfRange,
    /// The clocks went forward over it.
    Skipped,
    /// Slashes, and no declared order.
    Ambiguous,
}

impl Flaw {
    /// What is wrong with a second that is not 0 to 59.
    pub(super) const fn second(second: u32) -> Self {
        if second == 60 {
            Self::LeapSecond
        } else {
            Self::Impossible
        }
    }
}

/// Why [`DateParser::parse`](super::DateParser::parse) refused a text.
///
/// ```
/// use docstream_core::{Code, Dates};
///
/// let dates = Dates::default();
/// let fault = dates.parser().parse("12/1/2010 8:26").unwrap_err();
/// assert_eq!(fault.code(), Code::AmbiguousDate);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateFault {
    flaw: Flaw,
    zone: Zone,
    expected: Arc<str>,
}

impl DateFault {
    pub(super) const fn new(flaw: Flaw, zone: Zone, expected: Arc<str>) -> Self {
        Self {
            flaw,
            zone,
            expected,
        }
    }

    /// [`Code::AmbiguousDate`] or [`Code::InvalidDate`].
    pub const fn code(&self) -> Code {
        match self.flaw {
            Flaw::Ambiguous => Code::AmbiguousDate,
            _ => Code::InvalidDate,
        }
    }

    /// What would be right, for the message of a [`Fault`](crate::Fault).
    pub fn message(&self) -> Cow<'static, str> {
        match self.flaw {
            Flaw::LeapSecond => Cow::Borrowed("expected seconds from 00 to 59, not a leap second"),
            Flaw::TooPrecise => Cow::Borrowed("expected at most six decimals of a second"),
            Flaw::OutOfRange => Cow::Borrowed("expected a year from 0001 to 9999, in UTC"),
            Flaw::Shape | Flaw::Impossible | Flaw::Skipped | Flaw::Ambiguous => {
                Cow::Owned(self.to_string())
            }
        }
    }
}

impl fmt::Display for DateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (zone, expected) = (self.zone, &self.expected);
        match self.flaw {
            Flaw::Shape => write!(f, "expected one of: {expected}"),
            Flaw::Impossible => write!(
                f,
                "expected a day and time of day that exist, as one of: {expected}"
            ),
            Flaw::Skipped => write!(
                f,
                "expected a local time that exists: the clocks of {zone} skip this one"
            ),
            Flaw::Ambiguous => write!(
                f,
                "expected one of: {expected}; \
                 dates with slashes need a declared order of day and month, mdy or dmy"
            ),
            Flaw::LeapSecond | Flaw::TooPrecise | Flaw::OutOfRange => f.write_str(&self.message()),
        }
    }
}

impl std::error::Error for DateFault {}
