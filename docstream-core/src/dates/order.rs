//! Which comes first, the day or the month.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The order of day and month in dates with slashes.
///
/// ```
/// use docstream_core::DateOrder;
///
/// assert_eq!("mdy".parse(), Ok(DateOrder::MonthFirst));
/// assert_eq!(DateOrder::DayFirst.as_str(), "dmy");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DateOrder {
    /// `mdy`: 12/1/2010 is the first of December.
    #[serde(rename = "mdy")]
    MonthFirst,
    /// `dmy`: 12/1/2010 is the twelfth of January.
    #[serde(rename = "dmy")]
    DayFirst,
}

impl DateOrder {
    /// `mdy` or `dmy`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MonthFirst => "mdy",
            Self::DayFirst => "dmy",
        }
    }

    pub(super) const fn format(self) -> &'static str {
        match self {
            Self::MonthFirst => "%m/%d/%Y %H:%M",
            Self::DayFirst => "%d/%m/%Y %H:%M",
        }
    }
}

impl fmt::Display for DateOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The word is not a [`DateOrder`].
///
/// ```
/// use docstream_core::DateOrder;
/// use docstream_core::dates::UnknownDateOrder;
///
/// assert_eq!("ymd".parse::<DateOrder>(), Err(UnknownDateOrder));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected mdy (month first) or dmy (day first)")]
pub struct UnknownDateOrder;

impl std::str::FromStr for DateOrder {
    type Err = UnknownDateOrder;

    fn from_str(word: &str) -> Result<Self, UnknownDateOrder> {
        match word {
            "mdy" => Ok(Self::MonthFirst),
            "dmy" => Ok(Self::DayFirst),
            _ => Err(UnknownDateOrder),
        }
    }
}
