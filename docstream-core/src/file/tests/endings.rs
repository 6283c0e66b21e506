//! Compressed files, and files that end before they should.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use super::*;
use crate::Class;
use crate::file::Survey;

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn rows(count: usize) -> String {
    let rows = (0..count).map(|row| format!("{row},{}\n", row * 7919 % 1009));
    format!("a,b\n{}", rows.collect::<String>())
}

fn written(bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input");
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

#[tokio::test]
async fn compression_changes_neither_records_nor_ids() {
    let (_folder, plain) = written(rows(100).as_bytes());
    let expected = read_path(&plain, FileOptions::default()).await;
    assert_eq!(expected.all.len(), 100);
    let whole = rows(100);
    let (first, second) = whole.split_at(200);
    let members = [gzip(first.as_bytes()), gzip(second.as_bytes())].concat();
    for packed in [gzip(rows(100).as_bytes()), members] {
        let (_folder, path) = written(&packed);
        let run = read_path(&path, FileOptions::default()).await;
        assert_eq!(
            (run.ids, run.all),
            (expected.ids.clone(), expected.all.clone())
        );
    }
}

#[cfg(feature = "zstd")]
#[tokio::test]
async fn zstd_is_read() {
    let (_folder, path) = written(&::zstd::encode_all(rows(10).as_bytes(), 1).unwrap());
    let run = read_path(&path, FileOptions::default()).await;
    assert_eq!(run.all.len(), 10);
}

#[cfg(not(feature = "zstd"))]
#[test]
fn zstd_names_its_feature() {
    let (_folder, path) = written(b"\x28\xb5\x2f\xfd\0\0\0\0");
    let error = FileSource::open(path, FileOptions::default()).unwrap_err();
    assert!(error.to_string().contains("feature `zstd`"), "{error}");
}

#[tokio::test]
async fn a_gzip_file_that_is_cut_off_gives_what_is_good_and_then_says_so() {
    let whole = gzip(rows(50_000).as_bytes());
    let (_folder, path) = written(&whole[..whole.len() / 2]);
    let surveys = Survey::input(&path, &FileOptions::default(), |_| {}).unwrap();
    let damage = surveys[0].damage.clone().unwrap();
    assert!(damage.at > 0 && damage.at < rows(50_000).len() as u64);
    let run = read_path(&path, FileOptions::default()).await;
    assert_eq!(run.all.len() as u64, surveys[0].records);
    assert!(run.all.len() > 1_000);
    let whole: Vec<_> = (0..run.all.len() as u64).collect();
    assert_eq!(run.offsets(), whole);
    for (offset, got, _) in &run.all {
        let expected = row([&offset.to_string(), &(offset * 7919 % 1009).to_string()]);
        assert_eq!(got, &expected, "no half of a record");
    }
    let error = run.error.unwrap();
    assert_eq!(error.class(), Class::Config);
    let text = error.to_string();
    assert!(
        text.contains("cut off") && text.contains("records before"),
        "{text}"
    );
}

#[tokio::test]
async fn a_corrupt_gzip_file_is_an_error_after_what_is_good() {
    let mut bytes = gzip(rows(50_000).as_bytes());
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0xff);
    let (_folder, path) = written(&bytes);
    let run = read_path(&path, FileOptions::default()).await;
    assert!(run.error.is_some() && !run.all.is_empty());
}

#[test]
fn what_is_no_text_says_what_it_is() {
    for (head, word) in [
        (&b"PK\x03\x04...."[..], "zip"),
        (b"BZh91AY&", "bzip2"),
        (b"\xfd7zXZ\0\0\0", "xz"),
        (b"\xff\xfea\0,\0b\0", "UTF-16"),
    ] {
        let (_folder, path) = written(head);
        let error = FileSource::open(path, FileOptions::default()).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    }
}
