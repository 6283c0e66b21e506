//! Laws and pitfalls of reading dates, with chrono as the oracle.

use chrono::{LocalResult, NaiveDate, NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::Code;

const ZONES: [&str; 7] = [
    "Europe/London",
    "UTC",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
];

fn read(dates: &Dates, text: &str) -> Result<String, Code> {
    let read = dates.parser().parse(text);
    read.map(|at| at.to_string()).map_err(|fault| fault.code())
}

fn month_first() -> Dates {
    Dates::default().order(DateOrder::MonthFirst)
}

fn day_first() -> Dates {
    Dates::default().order(DateOrder::DayFirst)
}

fn local_times() -> impl Strategy<Value = NaiveDateTime> {
    let start = NaiveDate::from_ymd_opt(1900, 1, 1)
        .unwrap()
        .and_time(Default::default());
    (0..72_000_i64, 0..86_400_i64)
        .prop_map(move |(day, second)| start + chrono::TimeDelta::seconds(day * 86_400 + second))
}

fn expected(zone: &str, local: NaiveDateTime) -> Option<i64> {
    let zone: Tz = zone.parse().unwrap();
    let at = match zone.from_local_datetime(&local) {
        LocalResult::None => None,
        found => found.earliest(),
    };
    at.map(|at| at.timestamp_micros())
}

proptest! {
    #[test]
    fn local_times_are_chronos(
        zone in prop::sample::select(&ZONES[..]),
        times in prop::collection::vec(local_times(), 1..8),
    ) {
        let iso = Dates::iso(zone.parse().unwrap()).format("%d.%m.%Y %H:%M:%S").unwrap();
        let (mdy, dmy) = (iso.clone().order(DateOrder::MonthFirst), iso.order(DateOrder::DayFirst));
        let (mut mdy, mut dmy) = (mdy.parser(), dmy.parser());
        // Twice, the second time from the parser's memory.
        for local in times.iter().chain(&times) {
            let text = |format: &str| local.format(format).to_string();
            let expected = expected(zone, *local);
            for (order, format) in [
                (DateOrder::MonthFirst, "%Y-%m-%dT%H:%M:%S.000000"),
                (DateOrder::DayFirst, "%Y-%m-%d %H:%M:%S"),
                (DateOrder::MonthFirst, "%-m/%-d/%Y %-H:%M:%S"),
                (DateOrder::MonthFirst, "%m/%d/%Y %H:%M:%S"),
                (DateOrder::DayFirst, "%d/%m/%Y %H:%M:%S"),
                (DateOrder::DayFirst, "%d.%m.%Y %H:%M:%S"),
            ] {
                let parser = match order {
                    DateOrder::MonthFirst => &mut mdy,
                    DateOrder::DayFirst => &mut dmy,
                };
                let at = parser.parse(&text(format)).ok().map(Timestamp::unix_micros);
                prop_assert_eq!(at, expected, "{} by {}", text(format), format);
            }
        }
    }

    #[test]
    fn an_offset_in_the_text_wins_over_the_zone(local in local_times(), minutes in -1439..1440_i32) {
        let offset = chrono::FixedOffset::east_opt(minutes * 60).unwrap();
        let at = offset.from_local_datetime(&local).unwrap();
        let dates = Dates::default();
        let read = dates.parser().parse(&at.to_rfc3339()).unwrap();
        prop_assert_eq!(read.unix_micros(), at.timestamp_micros());
    }

    #[test]
    fn no_text_panics(text in ".*", near in "[0-9/:. TZ+-]{0,32}", date in "[0-9]{4}-[0-9]{2}-[0-9]{2}.[0-9]{2}:[0-9]{2}.{0,8}") {
        let dates = day_first().format("%d.%m.%Y %H:%M:%S%.f").unwrap().format("%A %d %B %Y").unwrap();
        let mut parser = dates.parser();
        let mut evidence = OrderEvidence::default();
        for text in [text, near, date] {
            if let Err(fault) = parser.parse(&text) {
                prop_assert!(fault.message().starts_with("expected"));
            }
            evidence.observe(&text);
        }
    }

    #[test]
    fn no_format_panics(format in "(%[-_0:.#]?[A-Za-z+%]|[ ./:-]){0,8}", text in "[0-9]{1,4}[./ -][0-9]{2}[./ -][0-9]{2,4}.*") {
        if let Ok(dates) = Dates::default().format(&format) {
            let _ = dates.parser().parse(&text);
        }
    }

    #[test]
    fn a_bucket_holds_its_instants_and_joins_the_next(
        zone in prop::sample::select(&["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"][..]),
        seconds in -2_000_000_000..4_000_000_000_i64,
    ) {
        let zone: Zone = zone.parse().unwrap();
        let at = Timestamp::from_unix_seconds(seconds).unwrap();
        for period in [Period::Hour, Period::Day, Period::Week, Period::Month] {
            let bucket = zone.bucket(at, period);
            let range = bucket.range();
            prop_assert!(range.contains(&at), "{bucket:?} {range:?} {at:?}");
            prop_assert_eq!(range.end, bucket.next().range().start);
        }
    }

    #[test]
    fn labels_are_chronos(zone in prop::sample::select(&ZONES[..]), seconds in -2_000_000_000..4_000_000_000_i64) {
        let at = Timestamp::from_unix_seconds(seconds).unwrap();
        let local = zone.parse::<Tz>().unwrap().timestamp_opt(seconds, 0).unwrap();
        let monday = local.date_naive().week(chrono::Weekday::Mon).first_day();
        let zone: Zone = zone.parse().unwrap();
        for (period, label) in [
            (Period::Hour, local.format("%Y-%m-%dT%H").to_string()),
            (Period::Day, local.format("%Y-%m-%d").to_string()),
            (Period::Week, monday.to_string()),
            (Period::Month, local.format("%Y-%m").to_string()),
        ] {
            let mut written = Vec::new();
            zone.bucket(at, period).write_label(&mut written);
            prop_assert_eq!(&written, label.as_bytes());
            prop_assert_eq!(zone.bucket(at, period).to_string(), label);
        }
    }
}

#[test]
fn every_half_hour_around_a_change_of_clocks_is_chronos() {
    let start = NaiveDate::from_ymd_opt(2010, 1, 1).unwrap();
    for zone in ZONES {
        let dates = Dates::iso(zone.parse().unwrap());
        let mut parser = dates.parser();
        for half_hour in 0..2 * 365 * 48 {
            let local =
                start.and_time(Default::default()) + chrono::TimeDelta::minutes(30 * half_hour);
            let at = parser.parse(&format!("{local}"));
            let at = at.ok().map(Timestamp::unix_micros);
            assert_eq!(at, expected(zone, local), "{zone} {local}");
        }
    }
}

#[test]
fn the_declared_order_decides_what_a_date_says() {
    let text = "12/1/2010 8:26";
    assert_eq!(read(&month_first(), text).unwrap(), "2010-12-01T08:26:00Z");
    assert_eq!(read(&day_first(), text).unwrap(), "2010-01-12T08:26:00Z");
}

#[test]
fn slashes_without_an_order_are_ambiguous_even_when_they_could_be_told() {
    let dates = Dates::default();
    for text in ["12/1/2010 8:26", "12/13/2010 8:26", "13/12/2010 08:26:00"] {
        assert_eq!(read(&dates, text), Err(Code::AmbiguousDate), "{text}");
    }
    assert_eq!(read(&dates, "13/13/2010 8:26"), Err(Code::InvalidDate));
}

#[test]
fn a_declared_order_never_yields_to_the_numbers() {
    assert_eq!(
        read(&month_first(), "13/12/2010 8:26"),
        Err(Code::InvalidDate)
    );
    assert_eq!(
        read(&day_first(), "12/13/2010 8:26"),
        Err(Code::InvalidDate)
    );
}

#[test]
fn the_hour_that_london_skips_is_refused() {
    let dates = Dates::default();
    assert_eq!(
        read(&dates, "2011-03-27 00:59").unwrap(),
        "2011-03-27T00:59:00Z"
    );
    assert_eq!(read(&dates, "2011-03-27 01:30"), Err(Code::InvalidDate));
    assert_eq!(
        read(&dates, "2011-03-27 02:00").unwrap(),
        "2011-03-27T01:00:00Z"
    );
}

#[test]
fn the_hour_that_london_repeats_is_the_earlier_one() {
    let dates = Dates::default();
    assert_eq!(
        read(&dates, "2011-10-30 01:30").unwrap(),
        "2011-10-30T00:30:00Z"
    );
    assert_eq!(
        read(&dates, "2011-10-30 02:00").unwrap(),
        "2011-10-30T02:00:00Z"
    );
}

#[test]
fn summer_in_london_is_an_hour_ahead() {
    assert_eq!(
        read(&month_first(), "7/1/2011 0:30").unwrap(),
        "2011-06-30T23:30:00Z"
    );
}

#[test]
fn what_is_no_date_is_refused() {
    let dates = month_first();
    for text in [
        "",
        "2010-12-01",
        "12/1/2010",
        "12/1/10 8:26",
        "10-12-01 08:26",
        "2011-02-30 10:00",
        "2011-02-29 10:00",
        "0000-01-01 00:00",
        "2010-00-01 00:00",
        "2010-12-00 00:00",
        "2010-12-01 24:00",
        "2010-12-01 08:60",
        "2010-12-31 23:59:60",
        "2010-12-31T23:59:60Z",
        "2010-12-01 08:26:61",
        "2010-12-01 08:26:00 ",
        " 2010-12-01 08:26:00",
        "2010-12-01  08:26:00",
        "2010-12-01 08:26:00x",
        "2010-12-01 08:26:00.",
        "2010-12-01 08:26:00.0000000000",
        "2010-12-01 08:26:00.1234567",
        "2010-12-01 08:26:00,5",
        "2010-12-01 08:26:00+0100",
        "2010-12-01 08:26:00+24:00",
        "2010-12-01 8:26",
        "2010-12-1 08:26",
        "+2010-12-01 08:26",
        "12/1/2010 8:26 ",
        "12/1/2010 8:2",
        "12/1/2010 8:26Z",
        "12/1/2010T8:26",
        "012/1/2010 8:26",
        "12/1/2010 8:26:60",
        "1291191960",
        "２０１０-12-01 08:26",
    ] {
        assert_eq!(read(&dates, text), Err(Code::InvalidDate), "{text}");
    }
}

#[test]
fn decimals_beyond_the_microsecond_are_taken_if_they_are_zero() {
    let dates = Dates::iso(Zone::UTC);
    assert_eq!(
        read(&dates, "2010-12-01 08:26:00.1").unwrap(),
        "2010-12-01T08:26:00.100000Z"
    );
    assert_eq!(
        read(&dates, "2010-12-01 08:26:00.123456000").unwrap(),
        "2010-12-01T08:26:00.123456Z"
    );
    let fault = dates
        .parser()
        .parse("2010-12-01 08:26:00.123456001")
        .unwrap_err();
    assert_eq!(fault.message(), "expected at most six decimals of a second");
}

#[test]
fn an_offset_cannot_leave_the_range() {
    assert_eq!(
        read(&Dates::default(), "0001-01-01T00:00:00+00:01"),
        Err(Code::InvalidDate)
    );
    assert_eq!(
        read(&Dates::default(), "9999-12-31T23:59:59-00:01"),
        Err(Code::InvalidDate)
    );
}

#[test]
fn the_message_lists_the_formats_and_not_the_value() {
    let dates = month_first().format("%d.%m.%Y").unwrap();
    let fault = dates.parser().parse("secret").unwrap_err();
    assert_eq!(
        fault.message(),
        "expected one of: %Y-%m-%d %H:%M:%S, %Y-%m-%dT%H:%M:%S%:z, %m/%d/%Y %H:%M, %d.%m.%Y"
    );
    let ambiguous = Dates::default()
        .parser()
        .parse("12/1/2010 8:26")
        .unwrap_err();
    assert!(ambiguous.message().ends_with("mdy or dmy"));
}

#[test]
fn a_declared_format_without_time_is_midnight() {
    let dates = Dates::default().format("%Y-%m-%d").unwrap();
    assert_eq!(read(&dates, "2011-07-01").unwrap(), "2011-06-30T23:00:00Z");
}

#[test]
fn a_declared_format_takes_no_short_year_leap_second_or_blank() {
    let dates = Dates::default().format("%d.%m.%Y %H:%M:%S%.f").unwrap();
    assert_eq!(
        read(&dates, "1.12.2010 8:26:00").unwrap(),
        "2010-12-01T08:26:00Z"
    );
    for text in [
        "01.12.10 08:26:00",
        "01.12.2010 08:26:60",
        " 01.12.2010 08:26:00",
        "01.12.2010 08:26:00 ",
        "01.12.2010 08:26:00.0000001",
        "30.02.2010 08:26:00",
    ] {
        assert_eq!(read(&dates, text), Err(Code::InvalidDate), "{text}");
    }
}

#[test]
fn a_declared_format_may_carry_the_offset() {
    let dates = Dates::default().format("%d %b %Y %I:%M %p %z").unwrap();
    assert_eq!(
        read(&dates, "1 Dec 2010 08:26 PM +0100").unwrap(),
        "2010-12-01T19:26:00Z"
    );
}

#[test]
fn formats_that_leave_something_unsaid_are_refused() {
    let format = |format| Dates::default().format(format).map(|_| ());
    for unsaid in ["", "%H:%M", "%m.%d.", "%d.%m.%y", "%D", "%s", "%Y", "%Y-%m"] {
        assert_eq!(format(unsaid), Err(InvalidFormat::NotAFullDate), "{unsaid}");
    }
    for unsaid in [
        "%Y-%m-%d %H",
        "%Y-%m-%d %I:%M",
        "%d.%m.%Y %M",
        "%d.%m.%Y :%S",
    ] {
        assert_eq!(format(unsaid), Err(InvalidFormat::NotAFullTime), "{unsaid}");
    }
    assert_eq!(format("%d.%m.%Y %Z"), Err(InvalidFormat::ZoneName));
    assert_eq!(format("%d.%m.%Y %"), Err(InvalidFormat::Syntax));
    assert_eq!(format("%!"), Err(InvalidFormat::Syntax));
}

#[test]
fn two_rules_never_read_one_text_as_two_dates() {
    let clash = |dates: Dates, format| dates.format(format).unwrap_err();
    assert_eq!(
        clash(Dates::default(), "%Y-%d-%m %H:%M"),
        InvalidFormat::Clash
    );
    assert_eq!(clash(month_first(), "%d/%m/%Y %H:%M"), InvalidFormat::Clash);
    let dotted = Dates::default().format("%d.%m.%Y").unwrap();
    assert_eq!(clash(dotted, "%m.%d.%Y"), InvalidFormat::Clash);
    assert!(day_first().format("%d/%m/%Y %H:%M").is_ok());
}

#[test]
fn the_repeated_hour_is_one_bucket() {
    let bucket = |at: &str| Zone::LONDON.bucket(at.parse().unwrap(), Period::Hour);
    let first = bucket("2011-10-30T00:30:00Z");
    assert_eq!(first, bucket("2011-10-30T01:30:00Z"));
    assert_eq!(first.range().end.to_string(), "2011-10-30T02:00:00Z");
}

#[test]
fn a_day_whose_midnight_is_skipped_starts_when_the_clocks_do() {
    let zone: Zone = "America/Sao_Paulo".parse().unwrap();
    let day = zone.bucket("2011-10-16T12:00:00Z".parse().unwrap(), Period::Day);
    assert_eq!(day.to_string(), "2011-10-16");
    assert_eq!(day.range().start.to_string(), "2011-10-16T03:00:00Z");
}

#[test]
fn buckets_hold_at_the_ends_of_time() {
    for zone in ["Pacific/Kiritimati", "Pacific/Niue", "UTC"] {
        let zone: Zone = zone.parse().unwrap();
        for at in [Timestamp::MIN, Timestamp::MAX] {
            for period in [Period::Hour, Period::Day, Period::Week, Period::Month] {
                let range = zone.bucket(at, period).range();
                assert!(range.start <= at && at <= range.end);
            }
        }
    }
}

#[test]
fn a_fault_is_small() {
    assert!(size_of::<Result<Timestamp, DateFault>>() <= 24);
}
