//! No file of a folder is left out but one that another file holds whole.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::file::Survey;

struct Folder {
    folder: tempfile::TempDir,
    options: FileOptions,
}

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("in")).unwrap();
        let options = FileOptions::default()
            .positions(folder.path().join("positions.json"))
            .registry(folder.path().join("files.json"));
        Self { folder, options }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("in")
    }

    fn put(&self, name: &str, content: &str) {
        fs::write(self.path().join(name), content).unwrap();
    }

    async fn run(&self) -> Vec<Got> {
        let mut source = FileSource::open(self.path(), self.options.clone()).unwrap();
        run(&mut source, 10, usize::MAX).await.got()
    }

    fn surveys(&self) -> Vec<Survey> {
        Survey::input(self.path(), &self.options, |_| {}).unwrap()
    }
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

#[tokio::test]
async fn files_that_share_a_registered_header_are_all_read() {
    let folder = Folder::new();
    folder.put("a.csv", "n\n");
    folder.run().await;
    folder.put("a.csv", "n\n1\n");
    folder.put("b.csv", "n\n2\n");
    folder.put("c.csv", "n\n3\n4\n");
    let expected = [row(["1"]), row(["2"]), row(["3"]), row(["4"])];
    assert_eq!(folder.run().await, expected);
}

#[tokio::test]
async fn of_files_that_grew_from_one_the_longest_is_the_grown_one() {
    let folder = Folder::new();
    folder.put("a.csv", "n\n1\n");
    folder.run().await;
    folder.put("a.csv", "n\n1\n2\n");
    folder.put("b.csv", "n\n1\n3\n4\n");
    let surveys = folder.surveys();
    let grown: Vec<_> = surveys.iter().map(|survey| survey.grown_from).collect();
    assert_eq!(grown, [None, Some(1)]);
    assert_ne!(surveys[0].partition(), surveys[1].partition());
    let expected = [row(["1"]), row(["2"]), row(["3"]), row(["4"])];
    assert_eq!(folder.run().await, expected);
}

#[tokio::test]
async fn an_old_copy_beside_a_grown_file_does_not_hide_it() {
    let folder = Folder::new();
    folder.put("b.csv", "n\n1\n");
    folder.run().await;
    folder.put("a-old.csv", "n\n1\n");
    folder.put("a-old-again.csv", "n\n1\n");
    folder.put("b.csv", "n\n1\n2\n");
    let surveys = folder.surveys();
    assert_eq!(surveys.len(), 1);
    let mut left_out: Vec<_> = surveys[0].left_out.iter().map(|path| name(path)).collect();
    left_out.sort_unstable();
    assert_eq!(left_out, ["a-old-again.csv", "a-old.csv"]);
    assert_eq!(folder.run().await, [row(["2"])]);
}

#[test]
fn a_copy_is_left_out_and_named() {
    let folder = Folder::new();
    folder.put("a.csv", "n\n1\n");
    folder.put("b.csv", "n\n1\n");
    let surveys = folder.surveys();
    assert_eq!(surveys.len(), 1);
    assert_eq!(name(&surveys[0].left_out[0]), "b.csv");
}

#[tokio::test]
async fn hidden_files_are_not_read() {
    let folder = Folder::new();
    folder.put("a.csv", "n\n1\n");
    folder.put(".DS_Store", "\0\0\0\u{1}Bud1");
    folder.put(".hid", "n\n2\n");
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", folder.path().join(".#a.csv")).unwrap();
    assert_eq!(folder.run().await, [row(["1"])]);
    fs::remove_file(folder.path().join("a.csv")).unwrap();
    let error = Survey::input(folder.path(), &folder.options, |_| {}).unwrap_err();
    assert!(error.to_string().contains("no file to read"), "{error}");
}
