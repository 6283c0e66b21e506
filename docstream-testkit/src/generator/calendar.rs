//! The trading days of the shop, and what a clock in London showed.

use std::sync::LazyLock;

/// A minute on a clock in London, and the instant it stands for.
///
/// The generator makes local times and derives the instant, so the month a line
/// counts in is known without any conversion.
///
/// ```
/// use docstream_testkit::generator::Generator;
///
/// let time = Generator::new(42).line(300_000).time;
/// let minute_of_day = i64::from(time.hour) * 60 + i64::from(time.minute);
/// assert_eq!((time.unix_seconds + time.offset_seconds) % 86_400, minute_of_day * 60);
/// assert_eq!(time.offset_seconds, 3_600); // it is summer there
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LondonTime {
    /// Year, 2010 or 2011.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub unix_seconds: i64,
    /// How far the clock is ahead of UTC: 0 in winter, 3,600 in summer.
    pub offset_seconds: i64,
}

struct Day {
    /// Days since 1970-01-01.
    number: i64,
    year: u16,
    month: u8,
    day: u8,
    sunday: bool,
    /// The weights of all days up to and with this one.
    until: u64,
}

/// Lines of each month in the real file, the first of them December 2010.
const MONTHS: [(u16, u8, u64); 13] = [
    (2010, 12, 42_481),
    (2011, 1, 35_147),
    (2011, 2, 27_707),
    (2011, 3, 36_748),
    (2011, 4, 29_916),
    (2011, 5, 37_030),
    (2011, 6, 36_874),
    (2011, 7, 39_518),
    (2011, 8, 35_284),
    (2011, 9, 50_226),
    (2011, 10, 60_742),
    (2011, 11, 84_711),
    (2011, 12, 25_525),
];

/// Invoices of each hour from eight in the real file.
const WEEKDAY_HOURS: [u64; 12] = [
    624, 1_824, 2_500, 2_700, 3_300, 2_850, 2_650, 2_600, 1_900, 1_205, 333, 219,
];
const SUNDAY_HOURS: [u64; 12] = [0, 0, 400, 500, 600, 500, 450, 400, 100, 0, 0, 0];

/// No trade: Easter, the bank holidays, and the days between Christmas and New Year.
fn closed(month: u8, day: u8) -> bool {
    matches!(
        (month, day),
        (4, 22 | 24 | 25 | 29) | (5, 2 | 30) | (8, 29) | (12, 24..) | (1, ..=3)
    )
}

static DAYS: LazyLock<Vec<Day>> = LazyLock::new(|| {
    let mut days = Vec::new();
    let mut until = 0;
    for (year, month, lines) in MONTHS {
        let last = if (year, month) == (2011, 12) {
            9
        } else {
            length(month)
        };
        let open: Vec<(u8, i64, bool)> = (1..=last)
            .filter_map(|day| {
                let number = days_since_1970(i64::from(year), i64::from(month), i64::from(day));
                // 1970-01-01 was a Thursday: 0 = Sunday, 6 = Saturday.
                let weekday = (number + 4).rem_euclid(7);
                (weekday != 6 && !closed(month, day)).then_some((day, number, weekday == 0))
            })
            .collect();
        let parts: u64 = open.iter().map(|(_, _, sunday)| share(*sunday)).sum();
        for (day, number, sunday) in open {
            until += lines * 1_000 * share(sunday) / parts;
            days.push(Day {
                number,
                year,
                month,
                day,
                sunday,
                until,
            });
        }
    }
    days
});

/// A Sunday has fewer, shorter hours and about as many lines as half a weekday's.
const fn share(sunday: bool) -> u64 {
    if sunday { 3 } else { 4 }
}

const fn length(month: u8) -> u8 {
    match month {
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The time at `position` of `span`: from 2010-12-01 to 2011-12-09, never
/// falling as `position` grows, as dense as the real file is at that time of
/// year. `later` minutes are added.
pub(super) fn time(position: u64, span: u64, later: u8) -> LondonTime {
    let days = &*DAYS;
    let total = days.last().map_or(0, |day| day.until);
    let at = (u128::from(position) * u128::from(total) / u128::from(span.max(1))) as u64;
    let index = days
        .partition_point(|day| day.until <= at)
        .min(days.len() - 1);
    let before = index.checked_sub(1).map_or(0, |index| days[index].until);
    let day = &days[index];
    let minute = minute_of_day(day.sunday, at - before, day.until - before) + u64::from(later);
    let local = day.number * 86_400 + minute as i64 * 60;
    let offset_seconds = if summer(day.month, day.day) { 3_600 } else { 0 };
    LondonTime {
        year: day.year,
        month: day.month,
        day: day.day,
        hour: (minute / 60) as u8,
        minute: (minute % 60) as u8,
        unix_seconds: local - offset_seconds,
        offset_seconds,
    }
}

/// The minute at `part` of `whole` of a day's trade.
fn minute_of_day(sunday: bool, part: u64, whole: u64) -> u64 {
    let hours = if sunday {
        &SUNDAY_HOURS
    } else {
        &WEEKDAY_HOURS
    };
    let total: u64 = hours.iter().sum();
    // Scaled so that an hour takes its weight times 60, and a minute its weight.
    let mut left = part * total * 60 / whole.max(1);
    for (hour, weight) in (8..).zip(hours) {
        if left < weight * 60 {
            return hour * 60 + left / weight;
        }
        left -= weight * 60;
    }
    19 * 60 + 59
}

/// Summer time of 2011: from 27 March to 30 October, whose own business hours
/// are winter time again.
const fn summer(month: u8, day: u8) -> bool {
    match month {
        3 => day >= 27,
        4..=9 => true,
        10 => day < 30,
        _ => false,
    }
}

/// Days from 1970-01-01 to a date (Howard Hinnant's `days_from_civil`).
const fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_right_in_winter_summer_and_around_the_changes() {
        // From `date -u -d 2010-12-01 +%s` and the like.
        assert_eq!(days_since_1970(2010, 12, 1) * 86_400, 1_291_161_600);
        assert_eq!(days_since_1970(2011, 7, 1) * 86_400, 1_309_478_400);
        assert_eq!(days_since_1970(2011, 10, 30) * 86_400, 1_319_932_800);
        assert!(!summer(3, 26) && summer(3, 27) && summer(10, 29) && !summer(10, 30));
    }

    #[test]
    fn times_never_fall_and_never_meet_a_saturday_or_the_night() {
        let mut last = time(0, 100_000, 0);
        assert_eq!((last.year, last.month, last.day), (2010, 12, 1));
        for position in 0..100_000 {
            let now = time(position, 100_000, 0);
            assert!(now.unix_seconds >= last.unix_seconds, "{last:?} {now:?}");
            assert!((8..20).contains(&now.hour), "{now:?}");
            let local = now.unix_seconds + now.offset_seconds;
            assert_ne!((local.div_euclid(86_400) + 4) % 7, 6, "{now:?}");
            last = now;
        }
        assert_eq!((last.year, last.month, last.day), (2011, 12, 9));
    }

    #[test]
    fn a_clock_in_summer_is_an_hour_ahead() {
        let noonish = (0..10_000)
            .map(|position| time(position, 10_000, 0))
            .find(|time| (time.month, time.day, time.hour) == (7, 1, 12));
        let Some(time) = noonish else {
            panic!("no trade at noon on 1 July");
        };
        let minutes = i64::from(time.minute) * 60;
        assert_eq!(time.unix_seconds, 1_309_478_400 + 11 * 3_600 + minutes);
    }
}
