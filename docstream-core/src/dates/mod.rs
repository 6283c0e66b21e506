//! Dates: what is read as one, and in which zone.
//!
//! A document's date is read by an explicit, ordered list of rules, [`Dates`], and
//! never guessed. Built in are:
//!
//! | rule | text | when |
//! | --- | --- | --- |
//! | ISO 8601 | `2010-12-01T08:26:00Z`, `2010-12-01 08:26`, `2010-12-01T08:26:00.5+01:00` | always |
//! | slashes, month first | `12/1/2010 8:26`, `12/01/2010 08:26:00` | [`DateOrder::MonthFirst`] is declared |
//! | slashes, day first | `1/12/2010 8:26`, `01/12/2010 08:26:00` | [`DateOrder::DayFirst`] is declared |
//! | a strftime format | `01.12.2010 08:26` by `%d.%m.%Y %H:%M` | it is declared |
//!
//! In detail:
//!
//! * A date with slashes and no declared order is `ambiguous_date`, also where a day
//!   over 12 would tell: the next document's would not. [`OrderEvidence`] infers the
//!   order from a whole file, or refuses.
//! * Years have four digits. Seconds are optional, with one to nine decimals, of
//!   which those after the sixth must be zero.
//! * A date without time of day is refused; declare a format without time
//!   (`%Y-%m-%d`) to have it read as midnight.
//! * Blanks around a date and anything after it are refused. So is a leap second
//!   (`:60`), and hour 24.
//! * A text that names no offset is local time in the declared [`Zone`]: the hour
//!   that clocks show twice is the earlier one, the hour they skip is `invalid_date`.
//! * Declared formats are chrono's, and as lenient: leading zeros may be left out and
//!   a blank stands for any number of them.
//!
//! What is read is a [`Timestamp`], in UTC. For people it is counted again by the
//! hours, days, weeks and months of a zone: [`Zone::bucket`].
//!
//! ```
//! use docstream_core::dates::{DateOrder, Dates, Period, Zone};
//!
//! let dates = Dates::iso(Zone::LONDON).order(DateOrder::MonthFirst);
//! let at = dates.parser().parse("7/1/2011 0:30")?;
//! assert_eq!(at.to_string(), "2011-06-30T23:30:00Z");
//! assert_eq!(Zone::LONDON.bucket(at, Period::Month).to_string(), "2011-07");
//! # Ok::<(), docstream_core::DateFault>(())
//! ```

mod bucket;
mod calendar;
mod fault;
mod format;
mod infer;
mod order;
mod parser;
mod rules;
mod shape;
mod timestamp;
mod zone;

#[cfg(test)]
mod tests;

pub use bucket::{Bucket, Period, UnknownPeriod};
pub use fault::DateFault;
pub use format::InvalidFormat;
pub use infer::{OrderError, OrderEvidence};
pub use order::{DateOrder, UnknownDateOrder};
pub use parser::DateParser;
pub use rules::Dates;
pub use timestamp::{InvalidTimestamp, Timestamp};
pub use zone::{UnknownZone, Zone};
