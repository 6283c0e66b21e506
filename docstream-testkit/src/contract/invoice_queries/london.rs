//! Hours, days, weeks and months, counted without the product's calendar.

use docstream_core::Zone;
use docstream_core::dates::Period;

/// Summer time of 2011: 27 March to 30 October, both at 01:00 UTC.
const SUMMER: std::ops::Range<i64> = 1_301_187_600..1_319_936_400;
const DAY: i64 = 86_400;

/// How the period that holds a moment of 2010 or 2011 is printed. The zone is London
/// or UTC.
pub(super) fn label(seconds: i64, by: Period, zone: Zone) -> String {
    let ahead = i64::from(zone == Zone::LONDON && SUMMER.contains(&seconds)) * 3_600;
    let local = seconds + ahead;
    let day = local.div_euclid(DAY);
    let date = |day| {
        let (year, month, day) = date(day);
        format!("{year:04}-{month:02}-{day:02}")
    };
    match by {
        Period::Hour => format!("{}T{:02}", date(day), local.rem_euclid(DAY) / 3_600),
        Period::Day => date(day),
        // 1970-01-01 was a Thursday, three days after a Monday.
        Period::Week => date(day - (day + 3).rem_euclid(7)),
        Period::Month => date(day)[..7].to_owned(),
    }
}

/// The date of a day since 1970, by going from year to year and month to month.
fn date(mut day: i64) -> (i64, i64, i64) {
    let mut year = 1970;
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    while day >= 365 + i64::from(leap(year)) {
        day -= 365 + i64::from(leap(year));
        year += 1;
    }
    let mut month = 1;
    loop {
        let length = match month {
            2 => 28 + i64::from(leap(year)),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        if day < length {
            return (year, month, day + 1);
        }
        day -= length;
        month += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::Generator;

    #[test]
    fn labels_are_what_a_clock_in_london_showed() {
        let generator = Generator::new(3).span(20_000);
        for k in 0..20_000 {
            let time = generator.line(k).time;
            let shown = format!(
                "{:04}-{:02}-{:02}T{:02}",
                time.year, time.month, time.day, time.hour
            );
            assert_eq!(label(time.unix_seconds, Period::Hour, Zone::LONDON), shown);
            assert_eq!(
                label(time.unix_seconds, Period::Month, Zone::LONDON),
                shown[..7]
            );
        }
    }

    #[test]
    fn a_week_begins_on_a_monday_and_clocks_change_at_one() {
        // 2011-06-05T23:30:00Z: Monday in London, Sunday in UTC.
        let night = 1_307_316_600;
        assert_eq!(label(night, Period::Week, Zone::LONDON), "2011-06-06");
        assert_eq!(label(night, Period::Week, Zone::UTC), "2011-05-30");
        let change = SUMMER.start;
        assert_eq!(
            label(change - 1, Period::Hour, Zone::LONDON),
            "2011-03-27T00"
        );
        assert_eq!(label(change, Period::Hour, Zone::LONDON), "2011-03-27T02");
        let back = SUMMER.end;
        assert_eq!(label(back - 1, Period::Hour, Zone::LONDON), "2011-10-30T01");
        assert_eq!(label(back, Period::Hour, Zone::LONDON), "2011-10-30T01");
    }
}
