//! Time zones by name.

use std::fmt;

use chrono::{DateTime, LocalResult, NaiveDateTime, Offset, TimeZone};
use chrono_tz::{GapInfo, Tz};

use super::Timestamp;
use super::calendar::{MICROS_PER_SECOND, SECONDS_PER_DAY};
use super::fault::Flaw;
use super::shape::Local;

/// A time zone of the IANA database, by its name.
///
/// The rules are known up to 2099; later summers have winter time.
///
/// ```
/// use docstream_core::Zone;
///
/// let zone: Zone = "Europe/London".parse()?;
/// assert_eq!(zone, Zone::LONDON);
/// assert!("London".parse::<Zone>().is_err());
/// # Ok::<(), docstream_core::dates::UnknownZone>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

impl Zone {
    /// `Europe/London`, the zone of the reference data.
    pub const LONDON: Self = Self(Tz::Europe__London);
    /// `UTC`.
    pub const UTC: Self = Self(Tz::UTC);

    /// The name, as in the database.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The instant at which a clock here showed `local`, the earlier one if it did
    /// so twice.
    pub(super) fn instant(self, local: Local) -> Result<Timestamp, Flaw> {
        let seconds = i64::from(local.day) * SECONDS_PER_DAY + local.micros / MICROS_PER_SECOND;
        let offset = self.offset_of_local(seconds).ok_or(Flaw::Skipped)?;
        local.at_offset(offset).ok_or(Flaw::OutOfRange)
    }

    /// How many seconds clocks here were ahead of UTC all through a local day, if
    /// they were not changed on it.
    pub(super) fn offset_of_day(self, day: i32) -> Option<i32> {
        let start = i64::from(day) * SECONDS_PER_DAY;
        let single = |seconds| match self.0.offset_from_local_datetime(&naive(seconds)) {
            LocalResult::Single(offset) => Some(offset.fix().local_minus_utc()),
            LocalResult::Ambiguous(..) | LocalResult::None => None,
        };
        let offset = single(start)?;
        (single(start + SECONDS_PER_DAY - 1) == Some(offset)).then_some(offset)
    }

    /// What a clock here shows at `at`, in seconds since 1970 as it shows them.
    pub(super) fn local_seconds(self, at: Timestamp) -> i64 {
        let utc = at.unix_seconds();
        let offset = self.0.offset_from_utc_datetime(&naive(utc));
        utc + i64::from(offset.fix().local_minus_utc())
    }

    /// The first instant, in seconds, at which clocks here show `local` or, if they
    /// skip it, the instant at which they skip.
    pub(super) fn first_instant(self, local: i64) -> i64 {
        match self.offset_of_local(local) {
            Some(offset) => local - i64::from(offset),
            None => GapInfo::new(&naive(local), &self.0)
                .and_then(|gap| gap.end)
                .map_or(local, |end| end.timestamp()),
        }
    }

    fn offset_of_local(self, seconds: i64) -> Option<i32> {
        let ahead = |offset: <Tz as TimeZone>::Offset| offset.fix().local_minus_utc();
        match self.0.offset_from_local_datetime(&naive(seconds)) {
            LocalResult::Single(offset) => Some(ahead(offset)),
            // The further a clock is ahead, the earlier it shows a time.
            LocalResult::Ambiguous(one, other) => Some(ahead(one).max(ahead(other))),
            LocalResult::None => None,
        }
    }
}

// Years 0 to 10000 are far inside what chrono can count.
fn naive(seconds: i64) -> NaiveDateTime {
    DateTime::from_timestamp(seconds, 0)
        .unwrap_or_default()
        .naive_utc()
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({self})")
    }
}

/// The text is not the name of a [`Zone`].
///
/// ```
/// use docstream_core::Zone;
/// use docstream_core::dates::UnknownZone;
///
/// assert_eq!("Europe/Atlantis".parse::<Zone>(), Err(UnknownZone));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the name of a time zone of the IANA database, such as Europe/London or UTC")]
pub struct UnknownZone;

impl std::str::FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        name.parse().map(Self).map_err(|_| UnknownZone)
    }
}
