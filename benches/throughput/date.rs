//! From text to instant.

use std::hint::black_box;

use chrono::{NaiveDateTime, TimeZone};
use chrono_tz::Europe::London;
use criterion::Criterion;
use docstream::{DateOrder, Dates, Zone};

use crate::input::each_line;
use crate::naive::FORMAT;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut utc = Vec::new();
    each_line(|number, line| {
        if number % 10 == 0 {
            utc.push(line.invoice_date.to_string());
        }
    });
    let local: Vec<String> = utc.iter().map(|at| at[..19].replace('T', " ")).collect();
    let slashes: Vec<String> = utc.iter().map(|at| with_slashes(at)).collect();

    let mut group = crate::group(criterion, "date", utc.len());
    group.bench_function("chrono_format_utc", |bencher| {
        bencher.iter(|| {
            for text in &utc {
                let date = NaiveDateTime::parse_from_str(text, FORMAT).unwrap();
                black_box(date.and_utc());
            }
        });
    });
    group.bench_function("chrono_format_london", |bencher| {
        bencher.iter(|| {
            for text in &local {
                let date = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap();
                black_box(London.from_local_datetime(&date).earliest().unwrap());
            }
        });
    });
    let dates = Dates::iso(Zone::LONDON).order(DateOrder::MonthFirst);
    for (name, texts) in [
        ("ours_iso_utc", &utc),
        ("ours_iso_london", &local),
        ("ours_slashes_london", &slashes),
    ] {
        group.bench_function(name, |bencher| {
            let mut parser = dates.parser();
            bencher.iter(|| {
                for text in texts {
                    black_box(parser.parse(text).unwrap());
                }
            });
        });
    }
    group.finish();
}

fn with_slashes(at: &str) -> String {
    let [year, month, day] = [&at[..4], &at[5..7], &at[8..10]];
    let bare = |digits: &str| digits.trim_start_matches('0').to_owned();
    format!("{}/{}/{year} {}", bare(month), bare(day), &at[11..16])
}
