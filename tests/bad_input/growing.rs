//! Files that grow, and files that are not whole yet.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use docstream_testkit::generator::Generator;

use crate::bench::{Bench, in_bounds, only_refused};
use crate::common::{Ended, counts};
use crate::gzip;

fn lines(numbers: std::ops::Range<u64>) -> Vec<u8> {
    let generator = Generator::new(7);
    let mut lines = Vec::new();
    for k in numbers {
        generator.write_json(k, &mut lines);
        lines.push(b'\n');
    }
    lines
}

fn append(path: &Path, bytes: &[u8]) {
    let mut file = OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(bytes).unwrap();
}

#[test]
fn of_a_file_that_has_grown_only_the_new_documents_are_read() {
    let bench = Bench::new();
    let input = bench.file("growing.ndjson", lines(0..500));
    assert_eq!(
        counts(&bench.run(&input).answer()),
        [500, 500, 0, 500, 0, 0]
    );
    append(&input, &lines(500..700));
    let answer = bench.run(&input).answer();
    assert_eq!(counts(&answer), [200, 200, 0, 200, 0, 0]);
    assert_eq!(answer["lines"], 700);
    let note = answer["notes"][0].as_str().unwrap();
    assert!(note.contains("growing.ndjson has grown"), "{note}");
}

#[test]
fn of_a_file_that_grows_while_it_is_read_nothing_is_lost_or_doubled() {
    let bench = Bench::new();
    let mut end = 20_000;
    let input = bench.file("growing.ndjson", lines(0..end));
    let mut child = bench.run(&input).started();
    while child.try_wait().unwrap().is_none() && end < 40_000 {
        append(&input, &lines(end..end + 1));
        end += 1;
    }
    let first = counts(&Ended::new(child.wait_with_output().unwrap()).answer());
    // An append is seen half done when it crosses a page.
    let torn = first[2];
    assert!(torn <= 1, "{first:?}");
    assert_eq!((first[0], first[4]), (first[3] + torn, 0));
    append(&input, &lines(end..end + 1));
    end += 1;
    let second = bench.run(&input).answer();
    assert_eq!(second["lines"], end);
    assert_eq!(counts(&second)[3], end - first[3]);
}

#[test]
fn a_line_that_was_half_written_is_read_again_when_it_is_whole() {
    let bench = Bench::new();
    let whole = lines(0..100);
    let (first, second) = whole.split_at(whole.len() - 50);
    let input = bench.file("growing.ndjson", first);
    let ended = bench.run(&input).ended();
    only_refused(&bench, &ended, 100, &[(99, "", "malformed_json")]);
    append(&input, second);
    let answer = bench.run(&input).answer();
    assert_eq!(counts(&answer), [1, 1, 0, 1, 0, 0]);
    assert_eq!(answer["lines"], 100);
    let answer = bench.run(&input).answer();
    assert_eq!(counts(&answer), [100, 100, 0, 0, 100, 0]);
}

#[test]
fn a_cut_off_file_is_read_to_the_cut_and_the_whole_one_goes_on_from_there() {
    let bench = Bench::new();
    let whole = gzip(&lines(0..5_000));
    let input = bench.file("cut.ndjson.gz", &whole[..whole.len() / 2]);
    let ended = bench.run(&input).ended();
    ended.failed(
        1,
        &["cut off or corrupt", "cut.ndjson.gz", "records before: "],
    );
    let stored = counts(&ended.json())[3];
    assert!((1..5_000).contains(&stored), "{stored}");
    in_bounds(&ended.json());

    bench.file("cut.ndjson.gz", &whole);
    let answer = bench.run(&input).answer();
    assert_eq!(answer["lines"], 5_000);
    assert_eq!(counts(&answer)[2], 0);
}
