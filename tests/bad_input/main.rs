//! Whatever a file holds: what is good is stored, what is not is refused with its code and
//! its position, memory is bounded, and messages say what to do.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "the exemption for tests does not reach functions that tests share"
)]

mod bench;
#[path = "../common/mod.rs"]
mod common;
mod growing;

use std::fs::{self, File};
use std::io::{BufWriter, Write};

use docstream_testkit::generator::{CSV_HEADER, DateStyle, Generated, Generator, Poison, Verdict};
use serde_json::Value;

use bench::{Bench, only_refused};
use common::{Run, counts};

const GOOD: &str = "536365,85123A,RED BAG,6,12/13/2010 8:26,2.55,17850,United Kingdom\r\n";

fn verdict(document: &Generated) -> (&'static str, &'static str) {
    match document.verdict {
        Verdict::Rejected { code, pointer } => (pointer, code.as_str()),
        Verdict::Valid(_) => panic!("{:?} spoils nothing", document.poison),
    }
}

/// Asserts that a file that has each of `poisons` between good documents has just them refused,
/// in the dead letters and in the rejects file.
fn each_between_good_ones(
    name: &str,
    head: &str,
    poisons: &[Poison],
    good: impl Fn(u64) -> Vec<u8>,
    bad: impl Fn(u64, Poison) -> Generated,
    options: impl Fn(Run) -> Run,
) {
    let bench = Bench::new();
    let mut file = head.as_bytes().to_vec();
    let mut expected = Vec::new();
    let mut position = 0;
    for poison in poisons {
        file.extend(good(position));
        let spoiled = bad(position + 1, *poison);
        file.extend(&spoiled.body);
        if !spoiled.body.ends_with(b"\n") {
            file.push(b'\n');
        }
        let (pointer, code) = verdict(&spoiled);
        expected.push((position + 1, pointer, code));
        position += 2;
    }
    file.extend(good(position));
    let input = bench.file(name, &file);
    let rejects = bench.path("rejects.ndjson");
    let ended = options(bench.run(&input).with("--rejects", &rejects)).ended();
    only_refused(&bench, &ended, position + 1, &expected);

    let mut written: Vec<_> = fs::read_to_string(&rejects)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .collect();
    written.sort_by_key(|line| line["offset"].as_u64());
    assert_eq!(written.len(), expected.len());
    for (line, (position, pointer, code)) in written.iter().zip(expected) {
        assert_eq!(line["offset"], position);
        assert_eq!(line["errors"][0]["pointer"], pointer);
        assert_eq!(line["errors"][0]["code"], code);
        assert!(line["partition"].as_str().unwrap().starts_with("file:"));
    }
}

#[test]
fn every_poison_of_json_lines_is_refused_with_its_code_and_position() {
    let generator = Generator::new(4);
    let poisons: Vec<_> = Poison::in_ndjson().collect();
    assert!(poisons.len() > 15);
    each_between_good_ones(
        "poison.ndjson",
        "",
        &poisons,
        |k| [generator.document(k).body, b"\n".to_vec()].concat(),
        |k, poison| generator.spoiled(k, poison),
        // Else one line that is not UTF-8 makes the file windows-1252, and valid; and one
        // ambiguous date asks for an order.
        |run| run.with("--encoding", "utf-8").with("--date-order", "iso"),
    );
}

#[test]
fn every_poison_of_csv_is_refused_with_its_code_and_position() {
    let generator = Generator::new(5);
    let order = DateStyle::MonthDayYear;
    let poisons: Vec<_> = Poison::in_csv().collect();
    assert!(poisons.contains(&Poison::UnclosedQuote));
    each_between_good_ones(
        "poison.csv",
        CSV_HEADER,
        &poisons,
        |k| generator.row(k, order).body,
        |k, poison| generator.spoiled_row(k, poison, order),
        |run| run.with("--date-order", "mdy"),
    );
}

#[test]
fn an_unclosed_quote_costs_only_its_own_row() {
    let good = GOOD.as_bytes();
    let bad = [b"\"", good].concat();
    let inside = b"536365,85123A,\"RED BAG,6,12/13/2010 8:26,2.55,17850,United Kingdom\r\n";
    for at in [0, 5, 10] {
        for bad in [&bad[..], &inside[..]] {
            let bench = Bench::new();
            let mut rows = vec![good; 11];
            rows[at] = bad;
            let ended = bench.run(&bench.rows("quote.csv", &rows)).ended();
            only_refused(&bench, &ended, 11, &[(at as u64, "", "malformed_csv")]);
        }
    }
}

/// A gigabyte of `a` in gzip, a megabyte on disk: the same member over and over.
fn gigabyte(out: &mut impl Write) {
    let member = gzip(&vec![b'a'; 1 << 20]);
    for _ in 0..1024 {
        out.write_all(&member).unwrap();
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn a_line_of_a_gigabyte_is_one_refused_document() {
    let bench = Bench::new();
    let path = bench.path("long.csv.gz");
    let mut file = BufWriter::new(File::create(&path).unwrap());
    let head = [CSV_HEADER, GOOD].concat();
    file.write_all(&gzip(head.as_bytes())).unwrap();
    gigabyte(&mut file);
    file.write_all(&gzip(["\r\n", GOOD].concat().as_bytes()))
        .unwrap();
    file.into_inner().unwrap();
    let ended = bench.run(&path).ended();
    only_refused(&bench, &ended, 3, &[(1, "", "too_large")]);
    assert!(bench.dead_letters()[0].size <= 4_096);
}

#[test]
fn a_first_line_of_a_gigabyte_is_no_header() {
    let bench = Bench::new();
    let path = bench.path("long.csv.gz");
    gigabyte(&mut File::create(&path).unwrap());
    let ended = bench.run(&path).ended();
    ended.failed(
        2,
        &["first line", "larger than a document may be", "long.csv.gz"],
    );
}

#[test]
fn a_million_columns_are_one_refused_row_or_no_header() {
    let bench = Bench::new();
    let mut many = vec![b','; 1_000_000];
    many.extend(b"\r\n");
    let good = GOOD.as_bytes();
    let ended = bench
        .run(&bench.rows("row.csv", &[good, &many, good]))
        .ended();
    only_refused(&bench, &ended, 3, &[(1, "", "malformed_csv")]);

    many.extend(good);
    let ended = bench.run(&bench.file("header.csv", &many)).ended();
    ended.failed(2, &["header row", "header.csv"]);
    assert!(ended.stderr.len() < 2_000, "{}", ended.stderr.len());
}

#[test]
fn nul_bytes_are_refused_where_they_stand() {
    let bench = Bench::new();
    let nul = GOOD.replace("536365", "536\u{0}365");
    let good = GOOD.as_bytes();
    let ended = bench
        .run(&bench.rows("nul.csv", &[good, nul.as_bytes(), good]))
        .ended();
    only_refused(&bench, &ended, 3, &[(1, "/InvoiceNo", "invalid_character")]);

    let zeros = bench.file("zeros", vec![0; 1 << 20]);
    let ended = Run::new(&bench.path("other")).input(zeros).ended();
    ended.failed(2, &["NUL", "zeros"]);
    assert!(!bench.path("other/store.db").exists());
}

#[test]
fn what_is_nothing_to_read_is_told() {
    let bench = Bench::new();
    fs::create_dir(bench.path("folder")).unwrap();
    let header = CSV_HEADER.trim_end();
    let utf16 = |text: &str| {
        text.encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<_>>()
    };
    let whole = [CSV_HEADER, GOOD].concat();
    for (input, words) in [
        (bench.file("empty.csv", ""), &["is empty"][..]),
        (bench.path("folder"), &["the folder has no file to read"]),
        (bench.path("nowhere"), &["No such file"]),
        (
            bench.file("array.json", "[{\"InvoiceNo\":\"1\"}]"),
            &["JSON array", "one object a line"],
        ),
        (
            bench.file("mark.csv", [b"\xff\xfe".to_vec(), utf16(&whole)].concat()),
            &["UTF-16", "UTF-8"],
        ),
        (
            bench.file("no-mark.csv", utf16(&whole)),
            &["UTF-16", "UTF-8"],
        ),
        (
            bench.file("extra.csv", format!("{header},Discount\r\n")),
            &["/Discount", "column 9"],
        ),
        (
            bench.file("less.csv", header.replace(",Country", "")),
            &["/Country", "no such column"],
        ),
        (
            bench.file("twice.csv", header.replace("Country", "Quantity")),
            &["/Quantity", "two columns"],
        ),
        (
            bench.file("bare.csv", GOOD),
            &["the first line must be the header row"],
        ),
        (
            bench.file("noise.csv", "\u{1}\u{2}\u{fffd},\u{7f}\n"),
            &["header row"],
        ),
        (
            bench.rows("either.csv", &[GOOD.replace("13/", "3/").as_bytes()]),
            &["--date-order", "mdy", "dmy"],
        ),
        (
            bench.rows(
                "both.csv",
                &[GOOD.as_bytes(), GOOD.replace("12/13", "13/12").as_bytes()],
            ),
            &["--date-order", "disagree", "mdy", "dmy"],
        ),
    ] {
        let name = input.file_name().unwrap().to_str().unwrap();
        let ended = bench.run(&input).ended();
        ended.failed(2, words);
        assert!(ended.stdout.is_empty(), "{name}: {}", ended.stdout);
        assert!(
            ended.stderr.lines().count() == 1,
            "{name}: {}",
            ended.stderr
        );
        if !words[0].starts_with("--date") {
            assert!(ended.stderr.contains(name), "{name}: {}", ended.stderr);
        }
    }
    assert!(!bench.data().join("log.db").exists(), "nothing is made");
}

#[test]
fn a_declared_order_decides_where_dates_do_not() {
    for (order, month) in [("mdy", "2010-12"), ("dmy", "2010-03")] {
        let bench = Bench::new();
        let input = bench.rows("either.csv", &[GOOD.replace("13/", "3/").as_bytes()]);
        let answer = bench.run(&input).with("--date-order", order).answer();
        assert_eq!(answer["sales"]["by_month"][month], "15.30");
    }
    let bench = Bench::new();
    let other = GOOD.replace("12/13", "13/12");
    let input = bench.rows("both.csv", &[GOOD.as_bytes(), other.as_bytes()]);
    let ended = bench.run(&input).with("--date-order", "mdy").ended();
    only_refused(&bench, &ended, 2, &[(1, "/InvoiceDate", "invalid_date")]);
}

#[test]
fn latin_1_declared_as_utf_8_is_refused_row_by_row() {
    let good = GOOD.as_bytes();
    let pound = [
        b"536366,22,GIFT \xa320",
        &good[b"536365,85123A,RED BAG".len()..],
    ]
    .concat();
    let rows = [good, &pound, good];
    let bench = Bench::new();
    let input = bench.rows("latin.csv", &rows);
    let ended = bench.run(&input).with("--encoding", "utf-8").ended();
    only_refused(&bench, &ended, 3, &[(1, "", "not_utf8")]);
    for encoding in ["auto", "latin-1", "windows-1252"] {
        let bench = Bench::new();
        let input = bench.rows("latin.csv", &rows);
        let ended = bench.run(&input).with("--encoding", encoding).ended();
        only_refused(&bench, &ended, 3, &[]);
    }
}

#[test]
fn a_folder_is_all_its_files_each_once() {
    let bench = Bench::new();
    let folder = bench.path("folder");
    fs::create_dir_all(folder.join("below")).unwrap();
    let generator = Generator::new(6);
    let mut csv = CSV_HEADER.as_bytes().to_vec();
    let mut lines = Vec::new();
    for k in 0..100 {
        generator.write_csv(k, DateStyle::Iso, &mut csv);
        generator.write_json(k + 100, &mut lines);
        lines.push(b'\n');
    }
    fs::write(folder.join("a.csv"), &csv).unwrap();
    fs::write(folder.join("b.ndjson"), &lines).unwrap();
    fs::write(folder.join("c.csv.gz"), gzip(&csv)).unwrap();
    fs::write(folder.join("d.csv"), "").unwrap();
    let answer = bench.run(&folder).answer();
    assert_eq!(counts(&answer), [200, 200, 0, 200, 0, 0]);
    let answer = bench.run(&folder).answer();
    assert_eq!(counts(&answer), [200, 200, 0, 0, 200, 0]);
}
