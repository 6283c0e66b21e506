//! From text to instant, fast.

use std::fmt;

use super::fault::Flaw;
use super::shape::{self, Local, SlashDate};
use super::{DateFault, DateOrder, Dates, Timestamp};

// A power of two; a run of dates in order needs one place, a shuffled year misses
// two days in three, which is still cheaper than no cache.
const PLACES: usize = 128;

/// Reads dates by the rules of a [`Dates`]; made by [`Dates::parser`].
///
/// ```
/// use docstream_core::{DateOrder, Dates, Zone};
///
/// let dates = Dates::iso(Zone::LONDON).order(DateOrder::MonthFirst);
/// let mut parser = dates.parser();
/// let column = ["12/1/2010 8:26", "7/1/2011 8:26"]; // in winter time, and in summer time
/// let read = column.map(|text| parser.parse(text).map(|at| at.to_string()));
/// assert_eq!(read, [Ok("2010-12-01T08:26:00Z".into()), Ok("2011-07-01T07:26:00Z".into())]);
/// ```
pub struct DateParser<'a> {
    dates: &'a Dates,
    days: [Day; PLACES],
}

/// A local day on which clocks were not changed.
#[derive(Clone, Copy)]
struct Day {
    day: i32,
    offset: i32,
}

impl Day {
    // Of no year that is read.
    const NONE: Self = Self {
        day: i32::MIN,
        offset: 0,
    };
}

impl<'a> DateParser<'a> {
    pub(super) fn new(dates: &'a Dates) -> Self {
        Self {
            dates,
            days: [Day::NONE; PLACES],
        }
    }

    /// The instant that `text` names. Allocates nothing, on success or failure.
    ///
    /// # Errors
    ///
    /// No rule takes the text, or the date does not exist.
    ///
    /// ```
    /// use docstream_core::{Code, Dates};
    ///
    /// let dates = Dates::default();
    /// let mut parser = dates.parser();
    /// assert!(parser.parse("2011-02-28 10:00").is_ok());
    /// assert_eq!(parser.parse("2011-02-29 10:00").unwrap_err().code(), Code::InvalidDate);
    /// ```
    #[inline]
    pub fn parse(&mut self, text: &str) -> Result<Timestamp, DateFault> {
        self.read(text).map_err(|flaw| self.fault(flaw))
    }

    #[cold]
    fn fault(&self, flaw: Flaw) -> DateFault {
        DateFault::new(flaw, self.dates.zone(), self.dates.expected().clone())
    }

    #[inline]
    pub(super) fn read(&mut self, text: &str) -> Result<Timestamp, Flaw> {
        match shape::iso(text.as_bytes()) {
            Ok(read) => self.instant(read.local, read.offset),
            Err(Flaw::Shape) => self.read_slashes(text),
            Err(flaw) => Err(flaw),
        }
    }

    fn read_slashes(&mut self, text: &str) -> Result<Timestamp, Flaw> {
        let Ok(date) = SlashDate::read(text.as_bytes()) else {
            return self.read_formats(text, Flaw::Shape);
        };
        if let Some(order) = self.dates.declared_order() {
            return self.instant(date.in_order(order)?, None);
        }
        let (month_first, day_first) = (
            date.in_order(DateOrder::MonthFirst),
            date.in_order(DateOrder::DayFirst),
        );
        let flaw = match (month_first, day_first) {
            (Err(flaw), Err(_)) => flaw,
            _ => Flaw::Ambiguous,
        };
        self.read_formats(text, flaw)
    }

    fn read_formats(&mut self, text: &str, mut flaw: Flaw) -> Result<Timestamp, Flaw> {
        for format in self.dates.formats() {
            match format.read(text) {
                Ok(read) => return self.instant(read.local, read.offset),
                Err(other) if flaw == Flaw::Shape => flaw = other,
                Err(_) => {}
            }
        }
        Err(flaw)
    }

    #[inline]
    fn instant(&mut self, local: Local, offset: Option<i32>) -> Result<Timestamp, Flaw> {
        let known = self.days[local.day as usize % PLACES];
        let offset = match offset {
            Some(offset) => offset,
            None if known.day == local.day => known.offset,
            None => return self.instant_on_new_day(local),
        };
        local.at_offset(offset).ok_or(Flaw::OutOfRange)
    }

    fn instant_on_new_day(&mut self, local: Local) -> Result<Timestamp, Flaw> {
        let Some(offset) = self.dates.zone().offset_of_day(local.day) else {
            return self.dates.zone().instant(local);
        };
        let day = local.day;
        self.days[day as usize % PLACES] = Day { day, offset };
        local.at_offset(offset).ok_or(Flaw::OutOfRange)
    }
}

impl fmt::Debug for DateParser<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DateParser")
            .field("dates", self.dates)
            .finish_non_exhaustive()
    }
}
