//! An instant.

use std::fmt;
use std::time::SystemTime;

use super::calendar::{self, MICROS_PER_DAY, MICROS_PER_SECOND};
use super::shape;

/// An instant, to the microsecond, from the year 1 to the year 9999 in UTC.
///
/// As text RFC 3339 in UTC, with six decimals if it is not a whole second.
///
/// ```
/// use docstream_core::Timestamp;
///
/// let at: Timestamp = "2010-12-01T09:26:00+01:00".parse()?;
/// assert_eq!(at.to_string(), "2010-12-01T08:26:00Z");
/// assert_eq!(at.unix_micros(), 1_291_191_960_000_000);
/// # Ok::<(), docstream_core::dates::InvalidTimestamp>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// `0001-01-01T00:00:00Z`.
    pub const MIN: Self = Self(calendar::to_days(1, 1, 1) as i64 * MICROS_PER_DAY);
    /// `9999-12-31T23:59:59.999999Z`.
    pub const MAX: Self = Self((calendar::to_days(9999, 12, 31) as i64 + 1) * MICROS_PER_DAY - 1);
    /// `1970-01-01T00:00:00Z`.
    pub const UNIX_EPOCH: Self = Self(0);

    /// The instant so many microseconds after 1970, unless its year is not 1 to 9999.
    pub const fn from_unix_micros(micros: i64) -> Option<Self> {
        if micros < Self::MIN.0 || micros > Self::MAX.0 {
            return None;
        }
        Some(Self(micros))
    }

    /// The instant so many seconds after 1970, unless its year is not 1 to 9999.
    pub const fn from_unix_seconds(seconds: i64) -> Option<Self> {
        match seconds.checked_mul(MICROS_PER_SECOND) {
            Some(micros) => Self::from_unix_micros(micros),
            None => None,
        }
    }

    /// Microseconds since 1970.
    pub const fn unix_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, rounded down.
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(MICROS_PER_SECOND)
    }

    /// The time of the system's clock; a clock outside the years 1 to 9999 reads
    /// as the nearest of them.
    pub fn now() -> Self {
        let clamp = |micros: u128| i64::try_from(micros).unwrap_or(i64::MAX);
        let micros = match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => clamp(after.as_micros()),
            Err(before) => -clamp(before.duration().as_micros()),
        };
        Self(micros.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Appends the text of [`Display`](fmt::Display); nothing else is allocated.
    ///
    /// ```
    /// # use docstream_core::Timestamp;
    /// let mut line = b"at ".to_vec();
    /// Timestamp::UNIX_EPOCH.write_rfc3339(&mut line);
    /// assert_eq!(line, b"at 1970-01-01T00:00:00Z");
    /// ```
    pub fn write_rfc3339(self, out: &mut Vec<u8>) {
        let (seconds, decimals) = self.text();
        // Whole seconds are the rule: a copy of fixed length is the fast one.
        match decimals {
            None => out.extend_from_slice(&seconds),
            Some(decimals) => {
                out.extend_from_slice(&seconds[..19]);
                out.extend_from_slice(&decimals);
            }
        }
    }

    /// The text to the second; what stands in place of its `Z` if there are decimals.
    #[inline]
    fn text(self) -> ([u8; 20], Option<[u8; 8]>) {
        let days = self.0.div_euclid(MICROS_PER_DAY) as i32;
        let micros = (self.0 - i64::from(days) * MICROS_PER_DAY) as u64;
        let (seconds, fraction) = ((micros / 1_000_000) as u32, (micros % 1_000_000) as u32);
        let day = calendar::from_days(days);
        let [a, b] = calendar::two_digits(day.year as u32 / 100);
        let [c, d] = calendar::two_digits(day.year as u32 % 100);
        let [e, f] = calendar::two_digits(day.month);
        let [g, h] = calendar::two_digits(day.day);
        let [i, j] = calendar::two_digits(seconds / 3600);
        let [k, l] = calendar::two_digits(seconds / 60 % 60);
        let [m, n] = calendar::two_digits(seconds % 60);
        let text = [
            a, b, c, d, b'-', e, f, b'-', g, h, b'T', i, j, b':', k, l, b':', m, n, b'Z',
        ];
        if fraction == 0 {
            return (text, None);
        }
        let [a, b] = calendar::two_digits(fraction / 10_000);
        let [c, d] = calendar::two_digits(fraction / 100 % 100);
        let [e, f] = calendar::two_digits(fraction % 100);
        (text, Some([b'.', a, b, c, d, e, f, b'Z']))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, decimals) = self.text();
        let mut text = [0; 27];
        text[..20].copy_from_slice(&seconds);
        let length = match decimals {
            None => 20,
            Some(decimals) => {
                text[19..].copy_from_slice(&decimals);
                27
            }
        };
        f.pad(std::str::from_utf8(&text[..length]).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

/// The text is not a [`Timestamp`].
///
/// ```
/// use docstream_core::Timestamp;
/// use docstream_core::dates::InvalidTimestamp;
///
/// // An instant needs its zone; `Dates` reads local times.
/// assert_eq!("2010-12-01T08:26:00".parse::<Timestamp>(), Err(InvalidTimestamp));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a date and time of RFC 3339, such as 2010-12-01T08:26:00Z")]
pub struct InvalidTimestamp;

/// Reads what [`Dates`](super::Dates) reads as ISO, with its zone: an instant has one.
impl std::str::FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        let read = shape::iso(text.as_bytes()).map_err(|_| InvalidTimestamp)?;
        let offset = read.offset.ok_or(InvalidTimestamp)?;
        read.local.at_offset(offset).ok_or(InvalidTimestamp)
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        // A visitor takes the text where it lies; `Cow<str>` would copy it.
        impl serde::de::Visitor<'_> for Text {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date and time of RFC 3339")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, SecondsFormat};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn text_and_json_read_back(micros in Timestamp::MIN.0..=Timestamp::MAX.0) {
            let at = Timestamp(micros);
            prop_assert_eq!(at.to_string().parse::<Timestamp>(), Ok(at));
            let json = serde_json::to_string(&at).unwrap();
            prop_assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), at);
        }

        #[test]
        fn the_text_is_chronos(micros in Timestamp::MIN.0..=Timestamp::MAX.0, whole: bool) {
            let at = Timestamp(if whole { micros - micros.rem_euclid(1_000_000) } else { micros });
            let format = if at.0 % 1_000_000 == 0 { SecondsFormat::Secs } else { SecondsFormat::Micros };
            let chrono = DateTime::from_timestamp_micros(at.0).unwrap();
            prop_assert_eq!(at.to_string(), chrono.to_rfc3339_opts(format, true));
        }
    }

    #[test]
    fn the_ends_of_the_range_hold() {
        assert_eq!(Timestamp::MIN.to_string(), "0001-01-01T00:00:00Z");
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-31T23:59:59.999999Z");
        for micros in [
            i64::MIN,
            Timestamp::MIN.0 - 1,
            Timestamp::MAX.0 + 1,
            i64::MAX,
        ] {
            assert_eq!(Timestamp::from_unix_micros(micros), None);
            assert_eq!(Timestamp::from_unix_seconds(micros), None);
        }
        assert_eq!(
            Timestamp::from_unix_micros(Timestamp::MIN.0),
            Some(Timestamp::MIN)
        );
        assert!("0001-01-01T00:00:00+00:01".parse::<Timestamp>().is_err());
        assert!("9999-12-31T23:59:59-00:01".parse::<Timestamp>().is_err());
    }

    #[test]
    fn an_instant_without_a_zone_is_refused() {
        assert_eq!(
            "2010-12-01T08:26:00".parse::<Timestamp>(),
            Err(InvalidTimestamp)
        );
    }

    #[test]
    fn now_is_after_this_was_written() {
        assert!(Timestamp::now() > "2025-01-01T00:00:00Z".parse().unwrap());
    }
}
