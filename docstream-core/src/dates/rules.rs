//! Which texts are dates.

use std::sync::Arc;

use super::fault::Flaw;
use super::format::{Format, InvalidFormat};
use super::parser::DateParser;
use super::{DateOrder, Zone};

/// The rules by which texts are read as dates, in a fixed order: ISO 8601, dates
/// with slashes if their order is declared, then the declared formats. The
/// [module](super) lists what each takes.
///
/// A text that has the shape of ISO, or of slashes with a declared order, is read by
/// that rule or not at all: its numbers never move it to another rule.
///
/// ```
/// use docstream_core::{DateOrder, Dates, Zone};
///
/// let dates = Dates::iso(Zone::LONDON)
///     .order(DateOrder::DayFirst)
///     .format("%d.%m.%Y %H:%M")?;
/// let mut parser = dates.parser();
/// let at = parser.parse("1/12/2010 8:26")?;
/// assert_eq!(at.to_string(), "2010-12-01T08:26:00Z");
/// assert_eq!(parser.parse("01.12.2010 08:26")?, at);
/// assert_eq!(parser.parse("2010-12-01T08:26Z")?, at);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Dates {
    zone: Zone,
    order: Option<DateOrder>,
    formats: Vec<Format>,
    expected: Arc<str>,
}

impl Dates {
    /// ISO dates; those that name no zone are local times of `zone`.
    pub fn iso(zone: Zone) -> Self {
        Self {
            zone,
            order: None,
            formats: Vec::new(),
            expected: Arc::from(""),
        }
        .with_expected()
    }

    /// Also dates with slashes, with day and month in that order. `None` leaves
    /// them refused as ambiguous, which is what they are.
    #[must_use]
    pub fn order(mut self, order: impl Into<Option<DateOrder>>) -> Self {
        self.order = order.into();
        self.with_expected()
    }

    /// Also dates in a strftime format: with a full date, and with a full time of
    /// day or none, which is midnight.
    ///
    /// # Errors
    ///
    /// The format is not one, or lets a date unsaid, or reads a date that an earlier
    /// rule reads as another: whichever came first, half of the dates would be wrong.
    ///
    /// ```
    /// use docstream_core::{Dates, dates::InvalidFormat};
    ///
    /// let dates = Dates::default().format("%d.%m.%Y")?;
    /// assert_eq!(dates.clone().format("%d.%m.%y").unwrap_err(), InvalidFormat::NotAFullDate);
    /// assert_eq!(dates.format("%m.%d.%Y").unwrap_err(), InvalidFormat::Clash);
    /// # Ok::<(), InvalidFormat>(())
    /// ```
    pub fn format(mut self, format: &str) -> Result<Self, InvalidFormat> {
        let format = Format::new(format)?;
        if self.clash(&format) {
            return Err(InvalidFormat::Clash);
        }
        self.formats.push(format);
        Ok(self.with_expected())
    }

    /// The zone of dates that name none.
    pub const fn zone(&self) -> Zone {
        self.zone
    }

    /// The declared order of dates with slashes.
    pub const fn declared_order(&self) -> Option<DateOrder> {
        self.order
    }

    /// A parser by these rules. Make one for many texts: it remembers the zone's
    /// offset on the days it has seen.
    pub fn parser(&self) -> DateParser<'_> {
        DateParser::new(self)
    }

    pub(super) fn formats(&self) -> &[Format] {
        &self.formats
    }

    pub(super) fn expected(&self) -> &Arc<str> {
        &self.expected
    }

    fn clash(&self, format: &Format) -> bool {
        let Some(sample) = format.sample() else {
            return true;
        };
        match (self.parser().read(&sample), format.read(&sample)) {
            (Ok(at), Ok(read)) => {
                let offset = read.offset.map(|offset| read.local.at_offset(offset));
                Some(at) != offset.unwrap_or_else(|| self.zone.instant(read.local).ok())
            }
            (Err(Flaw::Shape | Flaw::Ambiguous), Ok(_)) => false,
            _ => true,
        }
    }

    fn with_expected(mut self) -> Self {
        let mut expected = String::from("%Y-%m-%d %H:%M:%S, %Y-%m-%dT%H:%M:%S%:z");
        let declared = self.formats.iter().map(Format::as_str);
        for format in self
            .order
            .map(DateOrder::format)
            .into_iter()
            .chain(declared)
        {
            expected.push_str(", ");
            expected.push_str(format);
        }
        self.expected = expected.into();
        self
    }
}

/// ISO dates, local times in London.
impl Default for Dates {
    fn default() -> Self {
        Self::iso(Zone::LONDON)
    }
}
