//! Sinks, dead letters, and rejects files that are read again.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::*;
use crate::file::{FileDeadLetters, Format, Layout, NdJsonSink, Survey, write_rejects};
use crate::{DeadLetters, Fault, Incoming, Outcome, Rejected, Rejection, Sink, Stage, Write};

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.ndjson");
    (folder, path)
}

fn batch(documents: &[&[u8]]) -> Batch<Raw> {
    let partition = Partition::new("memory:test");
    let mut batch: BatchBuilder<Raw> = Batch::builder(partition, Epoch(1), Offset(0));
    let source = SourceId::new("default", "test", &[]);
    for (raw, offset) in documents.iter().zip(0..) {
        batch.push(
            Incoming::new(source.doc(offset), Offset(offset), raw),
            Raw::Bytes,
        );
    }
    batch.finish()
}

#[tokio::test]
async fn lines_are_appended_and_several_lines_are_refused() {
    let (_folder, path) = place();
    std::fs::write(&path, "{\"a\":0}\n{\"to").unwrap();
    let sink = NdJsonSink::open(&path).unwrap();
    let work = Write::all(batch(&[b"{\"a\":1}", b"{\n}", b"{\"a\":2}"]));
    let report = sink.write(work.clone()).await.unwrap();
    report.check(&work).unwrap();
    assert_eq!(report.written, 2);
    assert!(matches!(&report.others[..], [(1, Outcome::Rejected(_))]));
    sink.check().await.unwrap();
    let content = std::fs::read_to_string(path).unwrap();
    assert_eq!(content, "{\"a\":0}\n{\"a\":1}\n{\"a\":2}\n");
}

fn dead(offset: u64, raw: &[u8]) -> Rejected {
    let fault = Fault::new("/Quantity", Code::WrongType, "expected a whole number");
    Rejected {
        id: SourceId::new("default", "test", &[]).doc(offset),
        group: Arc::from("main"),
        partition: Partition::new("file:test"),
        offset: Offset(offset),
        key: b"k".to_vec(),
        raw: raw.to_vec(),
        rejection: Rejection::new(Stage::Parse, fault),
        attempt: 1,
    }
}

fn layouts() -> BTreeMap<Partition, Layout> {
    let header: Arc<[Box<str>]> = ["a", "b"].map(Box::from).to_vec().into();
    let layout = Layout::rows(header, b';', Encoding::Windows1252);
    [(Partition::new("file:test"), layout)].into()
}

#[tokio::test]
async fn a_document_is_buried_once_also_after_a_crash() {
    let (_folder, path) = place();
    let letters = FileDeadLetters::open(&path, BTreeMap::new()).unwrap();
    letters
        .bury(&[dead(0, b"x"), dead(0, b"x"), dead(1, b"y")])
        .await
        .unwrap();
    letters.bury(&[dead(1, b"y")]).await.unwrap();
    let torn = std::fs::read_to_string(&path).unwrap() + "{\"id\":";
    std::fs::write(&path, torn).unwrap();
    drop(letters);
    let letters = FileDeadLetters::open(&path, BTreeMap::new()).unwrap();
    letters.bury(&[dead(1, b"y"), dead(2, b"z")]).await.unwrap();
    let content = std::fs::read_to_string(&path).unwrap();
    assert_eq!(content.lines().count(), 3);
    let line: serde_json::Value = serde_json::from_str(content.lines().next().unwrap()).unwrap();
    assert_eq!(line["errors"][0]["pointer"], "/Quantity");
    assert_eq!(line["errors"][0]["code"], "wrong_type");
    assert_eq!(line["raw"], "x");
}

#[tokio::test]
async fn a_rejects_file_is_mended_and_sent_again_under_the_same_ids() {
    let (_folder, path) = place();
    let all = [
        dead(3, b"1;x"),
        dead(4, b"2;\xa3"),
        dead(9, b"{\"a\":1}"),
        dead(12, b"1;2;3"),
    ];
    let mut file = Vec::new();
    write_rejects(&mut file, &all, &layouts()).unwrap();
    let mended = String::from_utf8(file).unwrap().replace("1;x", "1;17");
    std::fs::write(&path, mended + "{\"id\":1}\n").unwrap();

    let surveys = Survey::input(&path, &FileOptions::default(), |_| {}).unwrap();
    assert_eq!(
        (surveys[0].format, surveys[0].records),
        (Format::Rejects, 5)
    );
    let run = read_path(&path, FileOptions::default()).await;
    let ids: Vec<_> = all[..3].iter().map(|dead| dead.id).collect();
    assert_eq!(run.ids, ids);
    let expected = [row(["1", "17"]), row(["2", "£"]), text("{\"a\":1}")];
    assert_eq!(run.got()[..3], expected);
    let codes: Vec<_> = run.got()[3..]
        .iter()
        .map(|got| match got {
            Got::Fault(code, _) => *code,
            other => panic!("expected a fault, got {other:?}"),
        })
        .collect();
    assert_eq!(codes, [Code::MalformedCsv, Code::MalformedJson]);
    assert_eq!(run.all[1].2, b"2;\xa3", "the original bytes");
}

#[tokio::test]
async fn rows_under_other_headers_come_in_batches_of_their_own() {
    let (_folder, path) = place();
    let id = |offset| SourceId::new("default", "test", &[]).doc(offset);
    let line = |offset, header: &str| {
        format!(
            "{{\"id\":\"{}\",\"errors\":[],\"raw\":\"1\",\"header\":[\"{header}\"]}}\n",
            id(offset)
        )
    };
    std::fs::write(
        &path,
        [line(0, "a"), line(1, "b"), line(2, "b"), line(3, "a")].concat(),
    )
    .unwrap();
    let run = read_path(&path, FileOptions::default()).await;
    assert_eq!((run.offsets(), run.epochs.len()), (vec![0, 1, 2, 3], 3));
}

#[tokio::test]
async fn the_head_of_a_document_is_not_taken_for_the_document() {
    let (_folder, path) = place();
    let fault = Fault::document(Code::TooLarge, "too large");
    let cut = Rejected {
        rejection: Rejection::new(Stage::Read, fault),
        ..dead(0, &[b'x'; 4096])
    };
    let mut file = Vec::new();
    write_rejects(&mut file, [&cut], &BTreeMap::new()).unwrap();
    std::fs::write(&path, file).unwrap();
    let run = read_path(&path, FileOptions::default()).await;
    assert!(matches!(&run.got()[..], [Got::Fault(Code::TooLarge, _)]));
}

#[tokio::test]
async fn a_rejected_row_that_happens_to_be_utf_8_keeps_its_encoding() {
    let (_folder, path) = place();
    // In windows-1252 these two bytes are two characters.
    let raw = "1;\u{a3}".as_bytes();
    let mut file = Vec::new();
    write_rejects(&mut file, &[dead(0, raw), dead(1, b"2;x")], &layouts()).unwrap();
    std::fs::write(&path, file).unwrap();
    let run = read_path(&path, FileOptions::default()).await;
    assert_eq!(run.got(), [row(["1", "\u{c2}\u{a3}"]), row(["2", "x"])]);
    assert_eq!(run.all[0].2, raw);
}
