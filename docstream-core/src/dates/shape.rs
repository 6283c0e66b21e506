//! The two built-in ways to write a date, read without a format string.
//!
//! First the shape, then the values: what has the shape of a rule is that rule's,
//! so that no date slips from one rule to another because of its numbers.

use super::calendar::{self, MICROS_PER_DAY, MICROS_PER_SECOND};
use super::fault::Flaw;
use super::{DateOrder, Timestamp};

/// A date and time of day that the calendar has, in no zone yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Local {
    /// Days since 1970-01-01.
    pub(super) day: i32,
    /// Microseconds since midnight.
    pub(super) micros: i64,
}

impl Local {
    /// The instant, where the clock is `offset` seconds ahead of UTC.
    #[inline]
    pub(super) fn at_offset(self, offset: i32) -> Option<Timestamp> {
        let utc = i64::from(self.day) * MICROS_PER_DAY + self.micros;
        Timestamp::from_unix_micros(utc - i64::from(offset) * MICROS_PER_SECOND)
    }
}

/// A date as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) local: Local,
    /// Seconds ahead of UTC, if the text says so.
    pub(super) offset: Option<i32>,
}

/// A time of day as read, not yet checked.
#[derive(Clone, Copy)]
struct Clock {
    hour: u32,
    minute: u32,
    second: u32,
    nanos: u32,
}

impl Clock {
    #[inline]
    fn on(self, year: i32, month: u32, day: u32) -> Result<Local, Flaw> {
        if !calendar::exists(year, month, day) || self.hour > 23 || self.minute > 59 {
            return Err(Flaw::Impossible);
        }
        if self.second > 59 {
            return Err(Flaw::second(self.second));
        }
        if !self.nanos.is_multiple_of(1000) {
            return Err(Flaw::TooPrecise);
        }
        let seconds = i64::from(self.hour * 3600 + self.minute * 60 + self.second);
        Ok(Local {
            day: calendar::to_days(year, month, day),
            micros: seconds * MICROS_PER_SECOND + i64::from(self.nanos / 1000),
        })
    }
}

/// The numbers of `YYYY-MM-DD[T ]HH:MM`, as they stand there.
struct Numbers {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
}

impl Numbers {
    /// All bytes at once, as a word whose lowest byte is the first: every document has a
    /// date, and byte by byte it would take a tenth of all instructions.
    #[inline]
    fn read(text: [u8; 16]) -> Option<Self> {
        const FORM: u128 = u128::from_le_bytes(*b"0000-00-00T00:00");
        // Added to a byte's distance from the form, it reaches the highest bit where a digit
        // is above 9 or a separator is another.
        const DIGIT: u8 = 0x80 - 10;
        const OTHER: u8 = 0x80 - 1;
        const ROOM: u128 = {
            let mut room = [DIGIT; 16];
            room[4] = OTHER;
            room[7] = OTHER;
            room[10] = OTHER;
            room[13] = OTHER;
            u128::from_le_bytes(room)
        };
        const HIGHS: u128 = u128::from_le_bytes([0x80; 16]);
        const T: u128 = 0xff << (10 * 8);
        if !matches!(text[10], b'T' | b't' | b' ') {
            return None;
        }
        let digits = (u128::from_le_bytes(text) ^ FORM) & !T;
        if (digits.wrapping_add(ROOM) | digits) & HIGHS != 0 {
            return None;
        }
        // Each byte becomes the number of two digits that begins there.
        let pairs = |word: u64| word * 10 + (word >> 8);
        let (date, time) = (pairs(digits as u64), pairs((digits >> 64) as u64));
        let pair = |word: u64, at: u32| u32::from((word >> (at * 8)) as u8);
        Some(Self {
            year: pair(date, 0) * 100 + pair(date, 2),
            month: pair(date, 5),
            day: pair(time, 0),
            hour: pair(time, 3),
            minute: pair(time, 6),
        })
    }
}

/// Reads `YYYY-MM-DD[T ]HH:MM[:SS[.f]][Z|±HH:MM]`.
#[inline(always)]
pub(super) fn iso(text: &[u8]) -> Result<Reading, Flaw> {
    let (head, rest) = text.split_first_chunk::<16>().ok_or(Flaw::Shape)?;
    let numbers = Numbers::read(*head).ok_or(Flaw::Shape)?;
    let (second, nanos, rest) = seconds(rest)?;
    let offset = match rest {
        [] => None,
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), a, b, b':', c, d] => {
            let (hours, minutes) = (two(*a, *b)?, two(*c, *d)?);
            if hours > 23 || minutes > 59 {
                return Err(Flaw::Impossible);
            }
            let ahead = (hours * 3600 + minutes * 60) as i32;
            Some(if *sign == b'-' { -ahead } else { ahead })
        }
        _ => return Err(Flaw::Shape),
    };
    let clock = Clock {
        hour: numbers.hour,
        minute: numbers.minute,
        second,
        nanos,
    };
    let local = clock.on(numbers.year as i32, numbers.month, numbers.day)?;
    Ok(Reading { local, offset })
}

/// A date with slashes, whose first two numbers are day and month in some order.
#[derive(Clone, Copy)]
pub(super) struct SlashDate {
    first: u32,
    second: u32,
    year: i32,
    clock: Clock,
}

impl SlashDate {
    /// Reads `N/N/YYYY H:MM[:SS[.f]]`, `N` and `H` of one or two digits.
    #[inline]
    pub(super) fn read(text: &[u8]) -> Result<Self, Flaw> {
        let (first, rest) = one_or_two(text)?;
        let (second, rest) = one_or_two(after(b'/', rest)?)?;
        let [a, b, c, d, b' ', rest @ ..] = after(b'/', rest)? else {
            return Err(Flaw::Shape);
        };
        let year = (two(*a, *b)? * 100 + two(*c, *d)?) as i32;
        let (hour, rest) = one_or_two(rest)?;
        let [b':', a, b, rest @ ..] = rest else {
            return Err(Flaw::Shape);
        };
        let minute = two(*a, *b)?;
        let (seconds, nanos, []) = seconds(rest)? else {
            return Err(Flaw::Shape);
        };
        let clock = Clock {
            hour,
            minute,
            second: seconds,
            nanos,
        };
        Ok(Self {
            first,
            second,
            year,
            clock,
        })
    }

    /// The date, if the calendar has it, with day and month in that order.
    #[inline]
    pub(super) fn in_order(self, order: DateOrder) -> Result<Local, Flaw> {
        match order {
            DateOrder::MonthFirst => self.clock.on(self.year, self.first, self.second),
            DateOrder::DayFirst => self.clock.on(self.year, self.second, self.first),
        }
    }
}

/// Reads `[:SS[.f]]`: the second, its nanoseconds, and what follows.
#[inline]
fn seconds(text: &[u8]) -> Result<(u32, u32, &[u8]), Flaw> {
    let [b':', a, b, rest @ ..] = text else {
        return Ok((0, 0, text));
    };
    let second = two(*a, *b)?;
    let [b'.', rest @ ..] = rest else {
        return Ok((second, 0, rest));
    };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&digits) {
        return Err(Flaw::Shape);
    }
    let (fraction, rest) = rest.split_at(digits);
    let number = |sum, byte: &u8| sum * 10 + u32::from(byte - b'0');
    let nanos = fraction.iter().fold(0, number) * 10_u32.pow(9 - digits as u32);
    Ok((second, nanos, rest))
}

#[inline]
fn digit(byte: u8) -> Result<u32, Flaw> {
    let digit = byte.wrapping_sub(b'0');
    if digit > 9 {
        return Err(Flaw::Shape);
    }
    Ok(u32::from(digit))
}

#[inline]
fn two(tens: u8, ones: u8) -> Result<u32, Flaw> {
    Ok(digit(tens)? * 10 + digit(ones)?)
}

#[inline]
fn one_or_two(text: &[u8]) -> Result<(u32, &[u8]), Flaw> {
    match text {
        [tens, ones, rest @ ..] if ones.is_ascii_digit() => Ok((two(*tens, *ones)?, rest)),
        [ones, rest @ ..] => Ok((digit(*ones)?, rest)),
        [] => Err(Flaw::Shape),
    }
}

#[inline]
fn after(separator: u8, text: &[u8]) -> Result<&[u8], Flaw> {
    match text {
        [first, rest @ ..] if *first == separator => Ok(rest),
        _ => Err(Flaw::Shape),
    }
}
