//! The Gregorian calendar, reckoned in days since 1970-01-01.

pub(super) const SECONDS_PER_DAY: i64 = 86_400;
pub(super) const MICROS_PER_SECOND: i64 = 1_000_000;
pub(super) const MICROS_PER_DAY: i64 = SECONDS_PER_DAY * MICROS_PER_SECOND;

// Days from 0400-03-01 BC, a cycle of 400 years before year 0, to 1970-01-01: the
// reckoning below never leaves the positive numbers.
const EPOCH: i32 = 719_468 + DAYS_PER_CYCLE;
const DAYS_PER_CYCLE: i32 = 146_097;

/// A day of the calendar by its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: i32,
    pub(super) month: u32,
    pub(super) day: u32,
}

/// Whether the calendar has that day.
pub(super) const fn exists(year: i32, month: u32, day: u32) -> bool {
    if month < 1 || month > 12 || year < 1 || year > 9999 {
        return false;
    }
    // All months have 28 days.
    day >= 1 && (day <= 28 || day <= length(year, month))
}

/// How many days a month has, 1 to 12.
const fn length(year: i32, month: u32) -> u32 {
    const DAYS: [u32; 13] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    DAYS[month as usize] + (month == 2 && leap) as u32
}

/// Days from 1970-01-01 to a day that exists.
pub(super) const fn to_days(year: i32, month: u32, day: u32) -> i32 {
    // Years begin in March, so that the leap day is the last of its year.
    let late = month <= 2;
    let year = (year + 400 - late as i32) as u32;
    let month = if late { month + 12 } else { month };
    let century = year / 100;
    // Neri and Schneider, as below: the months before a day by one multiplication.
    let before_year = 1461 * year / 4 - century + century / 4;
    let before_month = (979 * month - 2919) / 32;
    (before_year + before_month + day) as i32 - 1 - EPOCH
}

/// The day that is `days` after 1970-01-01, for years 0 to 10000.
pub(super) const fn from_days(days: i32) -> Civil {
    // Neri and Schneider, "Euclidean affine functions and their application to calendar
    // algorithms" (2022): each step is a multiplication whose upper half is the quotient
    // and whose lower half gives the remainder.
    let quarters = 4 * (days + EPOCH) as u32 + 3;
    let century = quarters / DAYS_PER_CYCLE as u32;
    let day = quarters % DAYS_PER_CYCLE as u32 / 4;
    let product = 2_939_745 * (4 * day + 3) as u64;
    let year = 100 * century + (product >> 32) as u32;
    let day = (product & 0xFFFF_FFFF) as u32 / 2_939_745 / 4;
    let product = 2141 * day + 197_913;
    let (month, day) = (product >> 16, (product & 0xFFFF) / 2141);
    // The year began in March: months 13 and 14 are the next one's first.
    let late = month > 12;
    Civil {
        year: year as i32 - 400 + late as i32,
        month: if late { month - 12 } else { month },
        day: day + 1,
    }
}

/// A number below 100 in two ASCII digits.
pub(super) const fn two_digits(number: u32) -> [u8; 2] {
    [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, NaiveDate};

    use super::*;

    #[test]
    fn every_day_of_ten_thousand_years_is_chronos() {
        let mut date = NaiveDate::from_ymd_opt(0, 12, 1).unwrap();
        let mut days = to_days(0, 12, 1);
        while date.year() <= 10_000 {
            let civil = from_days(days);
            assert_eq!(
                (civil.year, civil.month, civil.day),
                (date.year(), date.month(), date.day())
            );
            assert_eq!(to_days(civil.year, civil.month, civil.day), days);
            days += 1;
            date = date.succ_opt().unwrap();
        }
        assert_eq!(to_days(1970, 1, 1), 0);
    }

    #[test]
    fn days_that_do_not_exist_are_chronos() {
        for year in [0, 1, 1900, 2000, 2010, 2011, 2012, 9999, 10_000] {
            for (month, day) in (0..=14).flat_map(|month| (0..=33).map(move |day| (month, day))) {
                let real = NaiveDate::from_ymd_opt(year, month, day).is_some();
                assert_eq!(exists(year, month, day), real && (1..=9999).contains(&year));
            }
        }
    }
}
