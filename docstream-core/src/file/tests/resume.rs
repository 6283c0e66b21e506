//! Stops, restarts, and files that grow.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::*;

struct Place {
    _folder: tempfile::TempDir,
    file: PathBuf,
    options: FileOptions,
}

impl Place {
    fn new(content: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("input.csv"), content).unwrap();
        let options = FileOptions::default()
            .positions(at("positions.json"))
            .registry(at("files.json"));
        Self {
            file: at("input.csv"),
            options,
            _folder: folder,
        }
    }

    async fn run(&self, documents: usize, commits: usize) -> Run {
        let mut source = FileSource::open(&self.file, self.options.clone()).unwrap();
        run(&mut source, documents, commits).await
    }

    fn append(&self, more: &str) {
        append(&self.file, more);
    }
}

fn append(path: &Path, more: &str) {
    let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(more.as_bytes()).unwrap();
}

#[tokio::test]
async fn reading_goes_on_from_any_position_with_the_same_records() {
    let rows = "a,b\n1,\"x\ny\"\n2,\"open\n3,c,too many\n\n4,d\n5,\"e\"\n";
    let whole = Place::new(rows).run(1, 0).await;
    assert_eq!(whole.all.len(), 5);
    for done in 1..whole.all.len() {
        let place = Place::new(rows);
        place.run(1, done).await;
        let rest = place.run(2, 0).await;
        assert_eq!(rest.all, whole.all[done..], "after {done}");
        assert_eq!(rest.epochs[0], Epoch(2));
    }
}

#[tokio::test]
async fn a_finished_file_is_read_again() {
    let place = Place::new("a\n1\n2\n3\n");
    let first = place.run(2, usize::MAX).await;
    let second = place.run(2, usize::MAX).await;
    assert_eq!((first.all, first.ids), (second.all, second.ids));
    assert_eq!((first.epochs[0], second.epochs[0]), (Epoch(1), Epoch(2)));
}

#[tokio::test]
async fn groups_have_positions_of_their_own() {
    let mut place = Place::new("a\n1\n2\n3\n");
    place.run(1, 2).await;
    place.options = place.options.clone().group("other");
    assert_eq!(place.run(1, 0).await.all.len(), 3);
    place.options = place.options.clone().group("default");
    assert_eq!(place.run(1, 0).await.all.len(), 1);
}

#[tokio::test]
async fn a_folder_goes_on_with_the_file_it_stopped_in() {
    let mut place = Place::new("");
    place.file = place.file.with_file_name("folder");
    fs::create_dir(&place.file).unwrap();
    for (name, rows) in [("1.csv", "a\n1\n2\n"), ("2.csv", "a\n3\n4\n")] {
        fs::write(place.file.join(name), rows).unwrap();
    }
    place.run(1, 3).await;
    assert_eq!(place.run(1, 0).await.got(), [row(["4"])]);
}

#[tokio::test]
async fn a_grown_file_keeps_its_ids_and_only_the_new_is_read() {
    let place = Place::new("a\n1\n2\n");
    let first = place.run(10, usize::MAX).await;
    place.append("3\n");
    let grown = FileSource::open(&place.file, place.options.clone()).unwrap();
    assert_eq!(grown.surveys()[0].grown_from, Some(2));
    let second = place.run(10, usize::MAX).await;
    assert_eq!(
        (second.got(), second.offsets()),
        (vec![row(["3"])], vec![2])
    );
    assert_eq!(second.ids[0].source(), first.ids[0].source());
    place.append("4\n");
    assert_eq!(place.run(10, usize::MAX).await.offsets(), [3]);
    assert_eq!(place.run(10, usize::MAX).await.offsets(), [0, 1, 2, 3]);
}

#[tokio::test]
async fn a_record_that_grew_with_its_file_is_read_again() {
    let place = Place::new("a\n1\n2");
    place.run(10, usize::MAX).await;
    place.append("2\n3\n");
    // The start alone registers the grown file; the record must not be lost after that.
    let mut source = FileSource::open(&place.file, place.options.clone()).unwrap();
    source.start(None).await.unwrap();
    let run = place.run(10, 0).await;
    assert_eq!(
        (run.got(), run.offsets()),
        (vec![row(["22"]), row(["3"])], vec![1, 2])
    );
}

#[tokio::test]
async fn two_files_with_the_same_beginning_are_two_sources() {
    let place = Place::new("a\n1\n");
    let first = place.run(10, usize::MAX).await;
    place.append("2\n");
    place.run(10, usize::MAX).await;
    fs::write(&place.file, "a\n1\n9\n").unwrap();
    let other = place.run(10, usize::MAX).await;
    assert_eq!(other.all.len(), 2);
    assert_ne!(other.ids[0].source(), first.ids[0].source());
}

#[tokio::test]
async fn a_grown_file_keeps_its_encoding() {
    let place = Place::new("a\n\u{a3}1\n");
    place.run(10, usize::MAX).await;
    let mut file = fs::OpenOptions::new()
        .append(true)
        .open(&place.file)
        .unwrap();
    file.write_all(b"\xa32\n").unwrap();
    let grown = place.run(10, usize::MAX).await.got();
    assert!(
        matches!(&grown[..], [Got::Fault(Code::NotUtf8, _)]),
        "{grown:?}"
    );
    let again = place.run(10, usize::MAX).await.got();
    assert_eq!(again[0], row(["\u{a3}1"]));
}
