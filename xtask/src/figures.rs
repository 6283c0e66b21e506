//! `cargo xtask figures`: what the last `cargo bench --bench throughput` measured, as
//! Markdown tables.
//!
//! Criterion leaves a folder for each benchmark with its samples; a ratio is always of two
//! benchmarks of one group, so of one run. Beside the median stands the quickest sample,
//! which other programs on the machine disturb least.

mod json;

use std::fs;
use std::path::Path;

use crate::cargo;
use crate::outcome::{Outcome, failed, usage};

/// A goal: how much faster `ours` must be than `base`, in one group.
struct Goal {
    name: &'static str,
    about: &'static str,
    group: &'static str,
    ours: &'static str,
    base: &'static str,
    least: f64,
}

const GOALS: &[Goal] = &[
    Goal {
        name: "P1",
        about: "bytes to row and content hash, against the naive stage",
        group: "cpu_stage",
        ours: "ours",
        base: "naive",
        least: 5.0,
    },
    Goal {
        name: "P1",
        about: "the same, dates in London time as clients send them",
        group: "cpu_stage",
        ours: "ours_local_dates",
        base: "naive_local_dates",
        least: 5.0,
    },
    Goal {
        name: "P8",
        about: "log to store, against a bare rusqlite loop",
        group: "log_to_store",
        ours: "ours",
        base: "bare_rusqlite",
        least: 0.7,
    },
];

/// One benchmark, in nanoseconds a document.
#[derive(Debug)]
struct Figure {
    group: String,
    name: String,
    median: f64,
    quickest: f64,
}

pub(crate) fn run(words: &[String]) -> Outcome {
    if let Some(word) = words.first() {
        return Err(usage(format!(
            "no option `{word}`; usage: cargo xtask figures"
        )));
    }
    let artifacts = cargo::artifacts()?;
    let folder = artifacts.with_file_name("criterion");
    let figures = read(&folder)?;
    if figures.is_empty() {
        return Err(failed(format!(
            "no figures in {}: run `cargo bench --bench throughput` first",
            folder.display()
        )));
    }
    print!("{}", tables(&figures));
    Ok(())
}

/// Every figure of the throughput groups, by group and name.
fn read(folder: &Path) -> Outcome<Vec<Figure>> {
    let mut figures = Vec::new();
    for group in folders(folder) {
        for bench in folders(&group) {
            let new = bench.join("new");
            if !new.join("benchmark.json").exists() {
                continue;
            }
            let text = |name: &str| {
                let path = new.join(name);
                fs::read_to_string(&path)
                    .map_err(|error| failed(format!("cannot read {}: {error}", path.display())))
            };
            let about = text("benchmark.json")?;
            let figure = figure(&about, &text("sample.json")?);
            figures.extend(figure.filter(|figure| !figure.group.is_empty()));
        }
    }
    figures.sort_by(|a, b| (&a.group, &a.name).cmp(&(&b.group, &b.name)));
    Ok(figures)
}

fn folders(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect()
}

fn figure(about: &str, sample: &str) -> Option<Figure> {
    let group = json::text(about, "group_id")?.strip_prefix("throughput/")?;
    let documents = json::number(about, "Elements")?;
    let times = json::numbers(sample, "times")?.into_iter();
    let mut each: Vec<f64> = times
        .zip(json::numbers(sample, "iters")?)
        .map(|(time, rounds)| time / rounds / documents)
        .collect();
    each.sort_by(f64::total_cmp);
    Some(Figure {
        group: group.to_owned(),
        name: json::text(about, "function_id")?.to_owned(),
        median: *each.get(each.len() / 2)?,
        quickest: *each.first()?,
    })
}

fn tables(figures: &[Figure]) -> String {
    let find = |group: &str, name: &str| {
        let mut all = figures.iter();
        all.find(|figure| figure.group == group && figure.name == name)
    };
    let mut out = String::from(
        "| goal | | at least | medians | quickest samples |\n| --- | --- | --- | --- | --- |\n",
    );
    for goal in GOALS {
        let both = find(goal.group, goal.base).zip(find(goal.group, goal.ours));
        let reached = both.map_or("not run | ".to_owned(), |(base, ours)| {
            let (median, quickest) = (base.median / ours.median, base.quickest / ours.quickest);
            format!("{median:.2}x | {quickest:.2}x")
        });
        let Goal {
            name, about, least, ..
        } = goal;
        out += &format!("| {name} | {about} | {least}x | {reached} |\n");
    }
    out +=
        "\n| group | | ns/document | quickest | documents/s |\n| --- | --- | --- | --- | --- |\n";
    for figure in figures {
        let Figure {
            group,
            name,
            median,
            quickest,
        } = figure;
        let rate = thousands(1e9 / median);
        out += &format!("| {group} | {name} | {median:.1} | {quickest:.1} | {rate} |\n");
    }
    out
}

/// A rate to three digits, with commas.
fn thousands(rate: f64) -> String {
    let step = 10_f64.powf((rate.log10().floor() - 2.0).max(0.0));
    let digits = format!("{:.0}", (rate / step).round() * step);
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABOUT: &str = r#"{"group_id":"throughput/cpu_stage","function_id":"NAME","value_str":null,"throughput":{"Elements":100}}"#;
    const SAMPLE: &str =
        r#"{"sampling_mode":"Flat","iters":[2.0,2.0,2.0],"times":[90000.0,40000.0,50000.0]}"#;

    #[test]
    fn a_figure_is_of_one_document() {
        let figure = figure(ABOUT, SAMPLE).unwrap();
        assert_eq!((&*figure.group, &*figure.name), ("cpu_stage", "NAME"));
        assert_eq!((figure.median, figure.quickest), (250.0, 200.0));
    }

    #[test]
    fn a_goal_is_a_ratio_within_its_group() {
        let named = |name: &str| figure(&ABOUT.replace("NAME", name), SAMPLE).unwrap();
        let mut naive = named("naive");
        naive.median *= 6.0;
        let tables = tables(&[naive, named("ours")]);
        assert!(tables.contains("| 5x | 6.00x | 1.00x |"), "{tables}");
        assert!(
            tables.contains("| P8 | log to store, against a bare rusqlite loop | 0.7x | not run")
        );
        assert!(
            tables.contains("| cpu_stage | ours | 250.0 | 200.0 | 4,000,000 |"),
            "{tables}"
        );
    }

    #[test]
    fn rates_have_three_digits() {
        let rates = [1_234_567.0, 987.6, 45.2].map(thousands);
        assert_eq!(rates, ["1,230,000", "988", "45"]);
    }
}
