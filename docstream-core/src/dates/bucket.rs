//! Hours, days, weeks and months as people in a zone count them.

use std::fmt;
use std::ops::Range;

use super::calendar::{self, MICROS_PER_SECOND, SECONDS_PER_DAY, two_digits};
use super::{Timestamp, Zone};

/// What time is counted by.
///
/// ```
/// use docstream_core::{Timestamp, Zone, dates::Period};
///
/// let at: Timestamp = "2010-12-01T08:26:00Z".parse()?;
/// let periods = [Period::Hour, Period::Day, Period::Week, Period::Month];
/// let labels = periods.map(|period| Zone::LONDON.bucket(at, period).to_string());
/// assert_eq!(labels, ["2010-12-01T08", "2010-12-01", "2010-11-29", "2010-12"]);
/// assert_eq!("week".parse(), Ok(Period::Week));
/// # Ok::<(), docstream_core::dates::InvalidTimestamp>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Period {
    /// The hour of a local clock.
    Hour,
    /// The local day.
    Day,
    /// The ISO week, Monday to Sunday.
    Week,
    /// The month of the calendar.
    Month,
}

impl Period {
    /// `hour`, `day`, `week` or `month`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The start of the period that holds `local`, in seconds of the local clock.
    fn start(self, local: i64) -> i64 {
        let day = local.div_euclid(SECONDS_PER_DAY);
        let start = match self {
            Self::Hour => return local - local.rem_euclid(3600),
            Self::Day => day,
            // 1970-01-01 was a Thursday.
            Self::Week => day - (day + 3).rem_euclid(7),
            Self::Month => day + 1 - i64::from(calendar::from_days(day as i32).day),
        };
        start * SECONDS_PER_DAY
    }

    /// The start of the period after the one that starts at `start`.
    fn next(self, start: i64) -> i64 {
        match self {
            Self::Hour => start + 3600,
            Self::Day => start + SECONDS_PER_DAY,
            Self::Week => start + 7 * SECONDS_PER_DAY,
            Self::Month => self.start(start + 31 * SECONDS_PER_DAY),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The word is not a [`Period`].
///
/// ```
/// use docstream_core::dates::{Period, UnknownPeriod};
///
/// assert_eq!("fortnight".parse::<Period>(), Err(UnknownPeriod));
/// assert_eq!(UnknownPeriod.to_string(), "expected hour, day, week or month");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected hour, day, week or month")]
pub struct UnknownPeriod;

impl std::str::FromStr for Period {
    type Err = UnknownPeriod;

    fn from_str(word: &str) -> Result<Self, UnknownPeriod> {
        [Self::Hour, Self::Day, Self::Week, Self::Month]
            .into_iter()
            .find(|period| period.as_str() == word)
            .ok_or(UnknownPeriod)
    }
}

/// One hour, day, week or month in a zone. Its label is its local start: `2010-12-01T08`,
/// `2010-12-01`, `2010-11-29` (the week's Monday) or `2010-12`.
///
/// ```
/// use docstream_core::{Timestamp, Zone, dates::Period};
///
/// // Half past midnight in London, still the 30th in UTC.
/// let at: Timestamp = "2011-06-30T23:30:00Z".parse()?;
/// let month = Zone::LONDON.bucket(at, Period::Month);
/// assert_eq!(month.to_string(), "2011-07");
/// assert_eq!(month.range().start.to_string(), "2011-06-30T23:00:00Z");
/// assert_eq!(month.range().end.to_string(), "2011-07-31T23:00:00Z");
/// # Ok::<(), docstream_core::dates::InvalidTimestamp>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bucket {
    zone: Zone,
    period: Period,
    /// Seconds since 1970 as a clock in the zone shows them.
    start: i64,
}

impl Zone {
    /// The hour, day, week or month that `at` falls into here.
    ///
    /// The hour that a clock shows twice is one bucket.
    pub fn bucket(self, at: Timestamp, period: Period) -> Bucket {
        Bucket {
            zone: self,
            period,
            start: period.start(self.local_seconds(at)),
        }
    }
}

impl Bucket {
    /// The bucket that follows.
    ///
    /// ```
    /// # use docstream_core::{Timestamp, Zone, dates::Period};
    /// # let at: Timestamp = "2011-02-27T12:00:00Z".parse()?;
    /// let first = Zone::LONDON.bucket(at, Period::Day);
    /// let days = std::iter::successors(Some(first), |day| Some(day.next())).take(3);
    /// let labels: Vec<_> = days.map(|day| day.to_string()).collect();
    /// assert_eq!(labels, ["2011-02-27", "2011-02-28", "2011-03-01"]);
    /// # Ok::<(), docstream_core::dates::InvalidTimestamp>(())
    /// ```
    #[must_use]
    pub fn next(self) -> Self {
        Self {
            start: self.period.next(self.start),
            ..self
        }
    }

    /// The instants of the bucket, the end not included.
    ///
    /// The ranges of neighbours join without gap or overlap. Where clocks were set
    /// back over midnight (St John's until 2011), the minutes shown twice lie in
    /// the later day's range and have the earlier day's label.
    pub fn range(&self) -> Range<Timestamp> {
        self.first_instant()..self.next().first_instant()
    }

    /// Appends the label; nothing else is allocated.
    pub fn write_label(&self, out: &mut Vec<u8>) {
        let (text, length) = self.text();
        out.extend_from_slice(&text[..length]);
    }

    fn first_instant(&self) -> Timestamp {
        let seconds = self.zone.first_instant(self.start);
        // Beyond the range there are no instants to hold.
        let micros = (seconds * MICROS_PER_SECOND)
            .clamp(Timestamp::MIN.unix_micros(), Timestamp::MAX.unix_micros());
        Timestamp::from_unix_micros(micros).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn text(&self) -> ([u8; 13], usize) {
        let day = calendar::from_days(self.start.div_euclid(SECONDS_PER_DAY) as i32);
        let hour = self.start.rem_euclid(SECONDS_PER_DAY) / 3600;
        let mut text = *b"0000-00-00T00";
        let mut put = |at: usize, number: u32| {
            text[at..at + 2].copy_from_slice(&two_digits(number));
        };
        let year = day.year.clamp(1, 9999) as u32;
        put(0, year / 100);
        put(2, year % 100);
        put(5, day.month);
        put(8, day.day);
        put(11, hour as u32);
        let length = match self.period {
            Period::Hour => 13,
            Period::Day | Period::Week => 10,
            Period::Month => 7,
        };
        (text, length)
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, length) = self.text();
        f.pad(std::str::from_utf8(&text[..length]).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bucket({} {self} {})", self.period, self.zone)
    }
}
