//! Whole files and folders.

use std::fs;
use std::io::Write;

use super::*;
use crate::DateOrder;
use crate::file::{Format, Survey};

#[test]
fn an_empty_file_says_that_it_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    for content in ["", "\n\r\n", "\u{feff}"] {
        let path = folder.path().join("empty.csv");
        fs::write(&path, content).unwrap();
        let error = FileSource::open(&path, FileOptions::default()).unwrap_err();
        assert!(error.to_string().contains("empty"), "{error}");
    }
    let error = FileSource::open(folder.path().join("absent"), FileOptions::default()).unwrap_err();
    assert!(error.to_string().contains("absent"), "{error}");
}

#[tokio::test]
async fn a_header_alone_is_a_file_without_documents() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("header.csv");
    fs::write(&path, "a,b\n").unwrap();
    assert_eq!(read_path(&path, FileOptions::default()).await.all, []);
}

#[tokio::test]
async fn a_folder_is_read_file_by_file_in_the_order_of_names() {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [
        ("b.ndjson", "{\"a\":2}\n"),
        ("a.csv", "a\n1\n"),
        ("c.csv", "a\n1\n"),
        ("d.csv", ""),
    ] {
        fs::write(folder.path().join(name), content).unwrap();
    }
    fs::create_dir(folder.path().join("e")).unwrap();
    let run = read_path(folder.path(), FileOptions::default()).await;
    // c.csv is a.csv once more: the same documents.
    assert_eq!(run.got(), [row(["1"]), text("{\"a\":2}")]);
    assert_eq!(run.offsets(), [0, 0]);
    assert_ne!(run.partitions[0], run.partitions[1]);
    assert!(run.partitions[0].as_str().starts_with("file:"));
}

#[test]
fn a_folder_without_files_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let error = FileSource::open(folder.path(), FileOptions::default()).unwrap_err();
    assert!(error.to_string().contains("no file"), "{error}");
}

#[cfg(unix)]
#[test]
fn what_is_neither_a_file_nor_a_folder_is_refused_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let circle = folder.path().join("circle");
    std::os::unix::fs::symlink("circle", &circle).unwrap();
    for (path, word) in [
        (circle.as_path(), "circle"),
        (Path::new("/dev/null"), "`-`"),
    ] {
        let error = FileSource::open(path, FileOptions::default()).unwrap_err();
        assert_eq!(error.class(), crate::Class::Config, "{error}");
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[test]
fn a_survey_tells_what_a_file_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines");
    fs::write(
        &path,
        b"No;InvoiceDate;Text\n1;12/13/2010 8:26;\xa3\n2;;x\n",
    )
    .unwrap();
    let mut calls = Vec::new();
    let surveys = Survey::input(&path, &FileOptions::default(), |at| calls.push(at)).unwrap();
    let survey = &surveys[0];
    assert_eq!(survey.format, Format::Csv);
    assert_eq!(survey.encoding, Encoding::Windows1252);
    assert_eq!(survey.layout.delimiter, b';');
    assert_eq!(
        survey.layout.header.as_ref().map(|header| header.len()),
        Some(3)
    );
    assert_eq!(survey.records, 2);
    assert_eq!(survey.dates.records(), 2);
    assert_eq!(survey.dates.finish(), Ok(Some(DateOrder::MonthFirst)));
    assert_eq!(
        calls.last().map(|at| (at.done, at.total)),
        Some((survey.bytes, survey.bytes))
    );
}

#[test]
fn the_dates_of_json_lines_are_evidence_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines");
    fs::write(
        &path,
        "{\"When\":\"1/2/2010 8:26\"}\n{\"When\":\"13/2/2010 8:26\"}\n",
    )
    .unwrap();
    let options = FileOptions::default().date_field("When");
    let surveys = Survey::input(&path, &options, |_| {}).unwrap();
    assert_eq!(surveys[0].dates.finish(), Ok(Some(DateOrder::DayFirst)));
}

#[tokio::test]
async fn only_what_was_surveyed_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("growing.csv");
    fs::write(&path, "a\n1\n").unwrap();
    let mut source = FileSource::open(&path, FileOptions::default()).unwrap();
    fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .unwrap()
        .write_all(b"2\n3\n")
        .unwrap();
    let run = run(&mut source, 10, 0).await;
    assert_eq!(run.got(), [row(["1"])]);
    assert_eq!(source.progress().left_over(), 4);
    assert!(run.error.is_none());
}

#[tokio::test]
async fn a_file_that_changed_after_the_survey_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changing.csv");
    for (now, word) in [("a\n2\n", "changed"), ("a\n", "shorter")] {
        fs::write(&path, "a\n1\n").unwrap();
        let mut source = FileSource::open(&path, FileOptions::default()).unwrap();
        fs::write(&path, now).unwrap();
        let error = run(&mut source, 10, 0).await.error.unwrap().to_string();
        assert!(
            error.contains(word) && error.contains("changing.csv"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn tenants_have_ids_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    fs::write(&path, "a\n1\n").unwrap();
    let one = read_path(&path, FileOptions::default()).await;
    let other = read_path(&path, FileOptions::default().tenant("other")).await;
    assert_eq!(one.all, other.all);
    assert_ne!(one.ids, other.ids);
}

fn edited(path: &std::path::Path, content: &str) {
    fs::write(path, content).unwrap();
    // Two writes may come within one tick of the file system's clock.
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.set_modified(later).unwrap();
}

fn numbers(count: u32) -> String {
    (0..count).fold("a\n".to_owned(), |all, number| all + &format!("{number}\n"))
}

#[tokio::test]
async fn nothing_of_a_file_edited_after_the_survey_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("edited.csv");
    fs::write(&path, numbers(1_000)).unwrap();
    let mut source = FileSource::open(&path, FileOptions::default()).unwrap();
    edited(&path, &numbers(1_000).replace("\n5\n", "\n6\n"));
    let run = run(&mut source, 10, 0).await;
    assert_eq!(run.all, []);
    assert!(run.error.unwrap().to_string().contains("changed"));
}

#[tokio::test]
async fn a_file_that_was_only_touched_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("touched.csv");
    fs::write(&path, numbers(3)).unwrap();
    let mut source = FileSource::open(&path, FileOptions::default()).unwrap();
    edited(&path, &numbers(3));
    let run = run(&mut source, 10, 0).await;
    assert!(run.error.is_none());
    assert_eq!(run.all.len(), 3);
}

#[tokio::test]
async fn a_file_edited_while_it_is_read_stops_there_and_says_how_far_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("edited.csv");
    fs::write(&path, numbers(1_000)).unwrap();
    let mut source = FileSource::open(&path, FileOptions::default()).unwrap();
    let Next::Batch(first) = source.next(Demand::new(10, 1 << 20)).await.unwrap() else {
        panic!("expected a batch");
    };
    edited(&path, &numbers(1_000));
    let mut given = first.read();
    let error = loop {
        match source.next(Demand::new(10, 1 << 20)).await {
            Ok(Next::Batch(batch)) => given += batch.read(),
            Ok(_) => panic!("expected an error"),
            Err(error) => break error,
        }
    };
    assert!(given < 1_000, "{given}");
    let told = format!("{given} of its documents");
    assert!(error.to_string().contains(&told), "{error}");
    assert!(
        error.to_string().contains("may be of another version"),
        "{error}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn after_an_error_the_source_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join("in").join(name);
    fs::create_dir(folder.path().join("in")).unwrap();
    fs::write(at("1.csv"), "a\n1\n2\n").unwrap();
    fs::write(at("2.csv"), "a\n3\n").unwrap();
    let mut source = FileSource::open(folder.path().join("in"), FileOptions::default()).unwrap();
    let away = folder.path().join("away");
    fs::rename(at("2.csv"), &away).unwrap();
    let first = run(&mut source, 1, 0).await;
    assert_eq!(first.got(), [row(["1"]), row(["2"])]);
    // The cause is told as often as it is asked for.
    for _ in 0..2 {
        let error = source.next(Demand::default()).await.unwrap_err();
        assert!(error.to_string().contains("2.csv"), "{error}");
    }
    fs::rename(&away, at("2.csv")).unwrap();
    let Next::Batch(batch) = source.next(Demand::default()).await.unwrap() else {
        panic!("expected a batch");
    };
    assert_eq!(contents(&batch)[0].1, row(["3"]));
}
