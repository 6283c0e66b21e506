//! Declared formats.

use chrono::format::{Fixed, Item, ParseErrorKind, Parsed, StrftimeItems, parse};
use chrono::{DateTime, FixedOffset, NaiveTime, Timelike};

use super::calendar::MICROS_PER_SECOND;
use super::fault::Flaw;
use super::shape::{Local, Reading};

/// Why [`Dates::format`](super::Dates::format) refused a format.
///
/// ```
/// use docstream_core::Dates;
/// use docstream_core::dates::InvalidFormat;
///
/// for (format, why) in [
///     ("%H:%M", InvalidFormat::NotAFullDate),
///     ("%d.%m.%Y %H", InvalidFormat::NotAFullTime),
///     ("%d.%m.%Y %H:%M %Z", InvalidFormat::ZoneName),
/// ] {
///     assert_eq!(Dates::default().format(format).unwrap_err(), why);
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidFormat {
    /// Not a format.
    #[error("expected a strftime format, such as %d.%m.%Y %H:%M")]
    Syntax,
    /// No year, month or day, or the year in two digits.
    #[error("expected a format of a full date: the year in four digits (%Y), month and day")]
    NotAFullDate,
    /// An hour without minute, or without am and pm.
    #[error("expected a full time of day (%H:%M, or %I:%M %p) or none at all")]
    NotAFullTime,
    /// `%Z`, whose text chrono skips unread.
    #[error("expected an offset (%z or %:z): the name of a zone (%Z) cannot be read")]
    ZoneName,
    /// An earlier rule reads the same text as another instant.
    #[error("expected a format that no earlier rule reads as another date")]
    Clash,
}

/// A strftime format, taken apart once.
#[derive(Clone, Debug)]
pub(super) struct Format {
    text: Box<str>,
    items: Vec<Item<'static>>,
}

impl Format {
    pub(super) fn new(format: &str) -> Result<Self, InvalidFormat> {
        let items = StrftimeItems::new(format)
            .parse_to_owned()
            .map_err(|_| InvalidFormat::Syntax)?;
        if items.contains(&Item::Fixed(Fixed::TimezoneName)) {
            return Err(InvalidFormat::ZoneName);
        }
        let format = Self {
            text: format.into(),
            items,
        };
        format.check()?;
        Ok(format)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// A date in this format whose day and month could be taken for each other.
    pub(super) fn sample(&self) -> Option<String> {
        use std::fmt::Write as _;

        // 2003-02-01 04:05:06 UTC.
        let at =
            DateTime::from_timestamp(1_044_072_306, 0)?.with_timezone(&FixedOffset::east_opt(0)?);
        let mut text = String::new();
        write!(text, "{}", at.format_with_items(self.items.iter())).ok()?;
        Some(text)
    }

    /// Reads a date with the format: what the format can write, it must tell in full.
    fn check(&self) -> Result<(), InvalidFormat> {
        let sample = self.sample().ok_or(InvalidFormat::Syntax)?;
        let mut parsed = Parsed::new();
        parse(&mut parsed, &sample, self.items.iter()).map_err(|_| InvalidFormat::Syntax)?;
        // Without the year itself chrono guesses the century from two digits.
        if (parsed.year().is_none() && parsed.isoyear().is_none())
            || parsed.to_naive_date().is_err()
        {
            return Err(InvalidFormat::NotAFullDate);
        }
        time(&parsed).map_err(|_| InvalidFormat::NotAFullTime)?;
        Ok(())
    }

    pub(super) fn read(&self, text: &str) -> Result<Reading, Flaw> {
        // chrono skips blanks before numbers; around a date they are refused.
        if text.trim().len() != text.len() {
            return Err(Flaw::Shape);
        }
        let mut parsed = Parsed::new();
        let outcome = parse(&mut parsed, text, self.items.iter());
        outcome.map_err(|error| flaw(error.kind()))?;
        // %Y takes "10" for the year 10.
        let year = parsed.year().or(parsed.isoyear());
        if !year.is_some_and(|year| (1000..=9999).contains(&year)) {
            return Err(Flaw::Shape);
        }
        let date = parsed.to_naive_date().map_err(|error| flaw(error.kind()))?;
        let time = time(&parsed)?;
        Ok(Reading {
            local: Local {
                day: date.to_epoch_days(),
                micros: i64::from(time.num_seconds_from_midnight()) * MICROS_PER_SECOND
                    + i64::from(time.nanosecond() / 1000),
            },
            offset: parsed.offset(),
        })
    }
}

/// The time of day; midnight if the format has none.
fn time(parsed: &Parsed) -> Result<NaiveTime, Flaw> {
    let parts = [
        parsed.hour_div_12(),
        parsed.hour_mod_12(),
        parsed.minute(),
        parsed.second(),
    ];
    if parts == [None; 4] && parsed.nanosecond().is_none() {
        return Ok(NaiveTime::MIN);
    }
    let time = parsed.to_naive_time().map_err(|error| flaw(error.kind()))?;
    // chrono keeps a leap second as a second of two thousand milliseconds.
    if time.nanosecond() >= 1_000_000_000 {
        return Err(Flaw::LeapSecond);
    }
    if time.nanosecond() % 1000 != 0 {
        return Err(Flaw::TooPrecise);
    }
    Ok(time)
}

fn flaw(kind: ParseErrorKind) -> Flaw {
    match kind {
        ParseErrorKind::OutOfRange | ParseErrorKind::Impossible => Flaw::Impossible,
        _ => Flaw::Shape,
    }
}
