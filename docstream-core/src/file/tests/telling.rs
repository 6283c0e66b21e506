//! What a file is, also where its first line is bad.

use std::io;

use super::*;
use crate::file::{Format, Survey};

fn told(content: &str) -> (Format, u64) {
    let folder = tempfile::tempdir().unwrap();
    // The name says nothing.
    let path = folder.path().join("file.csv");
    std::fs::write(&path, content).unwrap();
    let surveys = Survey::input(path, &FileOptions::default(), |_| {}).unwrap();
    (surveys[0].format, surveys[0].records)
}

fn reject(offset: u64, raw: &str) -> String {
    let id = SourceId::new("default", "test", &[]).doc(offset);
    format!("{{\"id\":\"{id}\",\"errors\":[],\"raw\":\"{raw}\"}}\n")
}

#[test]
fn a_bad_first_line_of_ndjson_is_a_bad_document() {
    let rest = "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n";
    for bad in [
        "garbage", "null", "// x", "  ", "a,b", "\"x", "[1]", "\0", "{\"a\"",
    ] {
        let got = read(format!("{bad}\n{rest}").as_bytes(), &FileOptions::default());
        let good = ["{\"a\":1}", "{\"a\":2}", "{\"a\":3}"].map(text);
        assert!(got.ends_with(&good), "{bad}: {got:?}");
        let bad_ones = usize::from(!bad.trim().is_empty());
        assert_eq!(got.len(), 3 + bad_ones, "a document of its own: {bad}");
    }
    assert_eq!(told("garbage\n{}\n"), (Format::NdJson, 2));
    assert_eq!(told("x\ny\n{}\n{}\nz\n{}\n"), (Format::NdJson, 6));
}

#[test]
fn csv_with_an_object_among_its_rows_is_csv() {
    assert_eq!(told("garbage\n"), (Format::Csv, 0));
    assert_eq!(told("a,b\n1,2\n{\"a\":1}\n"), (Format::Csv, 2));
    // Rows that begin with a brace and are no objects.
    assert_eq!(told("a,b\n{x},1\n{},2\n"), (Format::Csv, 2));
    assert_eq!(told("a,b\n{\"a\":1},{\"b\":2}\n"), (Format::Csv, 1));
    // Under a header that is known nothing makes it JSON.
    let known = "InvoiceNo; invoicedate\n{\"a\":1}\n{\"a\":2}\n";
    assert_eq!(told(known), (Format::Csv, 2));
}

#[test]
fn an_array_over_several_lines_is_still_an_array() {
    for array in ["[\n{\"a\":1},\n{\"a\":2}\n]\n", "[\n{}\n]", "[{},\n{}]"] {
        assert!(refused(array.as_bytes()).contains("one object a line"));
    }
}

#[tokio::test]
async fn a_bad_first_line_of_a_rejects_file_is_a_bad_document() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rejects.ndjson");
    let (one, two) = (reject(0, "x"), reject(1, "y"));
    for bad in ["{\"errors\":[],\"raw\":\"z\"}", "garbage", "{\"id\":"] {
        for good in [one.clone(), format!("{one}{two}")] {
            std::fs::write(&path, format!("{bad}\n{good}")).unwrap();
            let run = read_path(&path, FileOptions::default()).await;
            let got = run.got();
            assert!(
                matches!(got[0], Got::Fault(Code::MalformedJson, _)),
                "{bad}"
            );
            assert_eq!(got[1..], [text("x"), text("y")][..good.lines().count()]);
        }
    }
}

#[test]
fn a_document_that_looks_refused_does_not_make_a_rejects_file() {
    let file = format!("{}{{\"a\":1}}\n{{\"a\":2}}\n", reject(0, "x"));
    assert_eq!(told(&file), (Format::NdJson, 3));
}

#[test]
fn what_a_file_is_does_not_depend_on_how_its_bytes_arrive() {
    let long = format!("{{\"a\":\"{}\"}}\n", "x".repeat(30_000));
    for file in [
        format!("x\n{}{}", "y\n".repeat(7), "{}\n".repeat(20)),
        format!("x\n{}{}", "{}\n".repeat(8), "y\n".repeat(20)),
        format!("x\n{}y\ny\ny\n", long.repeat(4)),
    ] {
        let whole = read(file.as_bytes(), &FileOptions::default());
        let (drops, _) = read_from(Drip(file.as_bytes()), &FileOptions::default()).unwrap();
        let drops: Vec<_> = drops.into_iter().map(|(got, _)| got).collect();
        assert!(whole == drops && whole[0] == text("x"));
    }
}

#[test]
fn damage_that_is_met_while_looking_ahead_is_told_where_it_is() {
    /// Fails once and then looks like an end.
    struct Once(bool);
    impl Read for Once {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            match std::mem::replace(&mut self.0, true) {
                true => Ok(0),
                false => Err(io::Error::other("damaged")),
            }
        }
    }
    let file = (&b"{\"a\":1}\n{\"a\":2}\n"[..]).chain(Once(false));
    let (all, error) = read_from(file, &FileOptions::default()).unwrap();
    assert_eq!(all.len(), 2);
    assert!(error.unwrap().contains("damaged"));
}
