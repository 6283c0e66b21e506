//! The store against a model, and each of its promises by name.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use docstream_core::{
    Advance, Batch, Class, Code, ContentHash, DocId, Document, Encoder, Epoch, Extent, Field,
    FieldType, Incoming, Money, Offset, Outcome, Partition, Schema, Sink, SourceId, Write,
};
use proptest::prelude::*;

use super::{SqliteStore, StoreOptions};

/// A document; `-1` panics, `None` breaks the table's constraint.
#[derive(Clone, Debug)]
struct Note {
    text: Option<String>,
    number: i64,
}

const FIELDS: &[Field] = &[
    Field::new("text", FieldType::Text),
    Field::new("number", FieldType::Integer),
    Field::new("price", FieldType::Money).optional(),
];

impl Document for Note {
    fn schema() -> &'static Schema {
        const SCHEMA: Schema = Schema::new("notes", FIELDS).indexed(&[&["number"]]);
        &SCHEMA
    }

    fn encode<E: Encoder>(&self, _text: &str, out: &mut E) {
        match &self.text {
            Some(text) => out.text(text),
            None => out.null(),
        }
        assert!(self.number != -1, "a document that cannot be written down");
        out.integer(self.number);
        let price = Money::from_ten_thousandths(i64::MAX);
        // A large price has no place in 64 bits of ten-thousandths.
        out.money(price.checked_mul(self.number.max(1)).unwrap());
    }
}

fn note(content: u8) -> Note {
    Note {
        text: Some(format!("content {content}")),
        number: 1,
    }
}

fn id(position: u64) -> DocId {
    SourceId::new("default", "test", &[]).doc(position)
}

/// A batch of documents given as position and content.
fn batch(notes: &[(u64, Note)]) -> Arc<Batch<Note>> {
    let mut builder = Batch::builder(Partition::new("memory:test/0"), Epoch(1), Offset(0));
    for ((position, note), offset) in notes.iter().zip(0..) {
        let raw = format!("{:?}", note.text);
        builder.push(
            Incoming::new(id(*position), Offset(offset), raw.as_bytes()),
            note.clone(),
        );
    }
    Arc::new(builder.finish())
}

fn contents(notes: &[(u64, u8)]) -> Arc<Batch<Note>> {
    let notes: Vec<_> = notes.iter().map(|(p, c)| (*p, note(*c))).collect();
    batch(&notes)
}

fn advance(epoch: u64, from: u64, to: u64) -> Option<Arc<Advance>> {
    let extent = Extent {
        partition: Partition::new("memory:test/0"),
        epoch: Epoch(epoch),
        from: Offset(from),
        to: Offset(to),
    };
    let group = "group".into();
    Some(Arc::new(Advance { group, extent }))
}

fn open(path: &Path) -> SqliteStore<Note> {
    SqliteStore::open(path, StoreOptions::default()).unwrap()
}

async fn checkpoint(store: &SqliteStore<Note>) -> Option<(u64, u64)> {
    let checkpoints = Sink::checkpoints(store).unwrap();
    let found = checkpoints
        .load("group", &Partition::new("memory:test/0"))
        .await
        .unwrap();
    found.map(|(next, epoch)| (next.0, epoch.0))
}

fn ids(store: &SqliteStore<Note>) -> HashMap<DocId, ContentHash> {
    let mut ids = HashMap::new();
    store
        .scan_ids(|id, hash| assert!(ids.insert(id, hash).is_none()))
        .unwrap();
    ids
}

fn code(outcome: &Outcome) -> Option<Code> {
    match outcome {
        Outcome::Rejected(rejection) => Some(rejection.code()),
        _ => None,
    }
}

#[derive(Clone, Debug)]
enum Step {
    Write(Vec<(u64, u8)>),
    Advance {
        notes: Vec<(u64, u8)>,
        epoch: u64,
        from: u64,
        len: u64,
    },
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let notes = || prop::collection::vec((0_u64..12, 0_u8..3), 0..8);
    let step = prop_oneof![
        3 => notes().prop_map(Step::Write),
        4 => (notes(), 1_u64..3, 0_u64..4, 0_u64..3).prop_map(|(notes, epoch, from, len)| {
            Step::Advance { notes, epoch, from, len }
        }),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..12)
}

#[derive(Clone, Default)]
struct Model {
    stored: HashMap<u64, u8>,
    checkpoint: Option<(u64, u64)>,
}

impl Model {
    /// How many are written and what becomes of the others: a duplicate, or not.
    fn write(&mut self, notes: &[(u64, u8)]) -> (u32, Vec<(u32, bool)>) {
        let (mut written, mut others) = (0, Vec::new());
        for ((position, content), index) in notes.iter().zip(0..) {
            match self.stored.get(position) {
                Some(first) => others.push((index, first == content)),
                None => {
                    self.stored.insert(*position, *content);
                    written += 1;
                }
            }
        }
        (written, others)
    }
}

async fn write(
    store: &SqliteStore<Note>,
    model: &mut Model,
    notes: &[(u64, u8)],
    step: Option<(u64, u64, u64)>,
) {
    let before = model.clone();
    let (written, others) = model.write(notes);
    let complete = others.iter().all(|(_, duplicate)| *duplicate);
    let moved = step.filter(|_| complete);
    let fenced = moved.is_some_and(|(epoch, from, to)| {
        before.checkpoint.is_some_and(|(next, owner)| {
            // One that stands where this one would set it is left by the same write.
            (next, owner) != (to, epoch) && (owner > epoch || (owner == epoch && next != from))
        })
    });
    let riding = step.and_then(|(epoch, from, to)| advance(epoch, from, to));
    let work = Write::all(contents(notes)).advancing(riding);
    let result = store.write(work.clone()).await;
    if fenced {
        assert_eq!(result.unwrap_err().class(), Class::Fenced);
        *model = before;
        return;
    }
    let report = result.unwrap();
    report.check(&work).unwrap();
    let told: Vec<_> = report
        .others
        .iter()
        .map(|(index, outcome)| {
            let conflict = code(outcome) == Some(Code::IdConflict);
            assert!(conflict || *outcome == Outcome::Duplicate);
            (*index, !conflict)
        })
        .collect();
    assert_eq!((report.written, told), (written, others));
    if let Some((epoch, _, to)) = moved {
        model.checkpoint = Some((to, epoch));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_store_does_what_a_map_does(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let mut store = open(&path);
        let mut model = Model::default();
        runtime.block_on(async {
            for step in steps {
                match step {
                    Step::Write(notes) => write(&store, &mut model, &notes, None).await,
                    Step::Advance { notes, epoch, from, len } => {
                        let step = Some((epoch, from, from + len));
                        write(&store, &mut model, &notes, step).await;
                    }
                    Step::Reopen => {
                        drop(store);
                        store = open(&path);
                    }
                }
                assert_eq!(checkpoint(&store).await, model.checkpoint);
                assert_eq!(store.count().await.unwrap(), model.stored.len() as u64);
            }
            let expected: HashMap<_, _> = model.stored.iter().map(|(position, content)| {
                let one = contents(&[(*position, *content)]);
                (id(*position), one.record(0).unwrap().hash())
            }).collect();
            assert_eq!(ids(&store), expected);
        });
    }
}

#[tokio::test]
async fn one_bad_document_keeps_no_other_from_being_stored() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store.db"));
    let bad = |text: Option<&str>, number| Note {
        text: text.map(str::to_owned),
        number,
    };
    let notes = [
        (0, note(0)),
        (1, bad(None, 1)),
        (2, bad(Some("panics"), -1)),
        (3, bad(Some("too dear"), 2)),
        (4, bad(Some("a\0b"), 1)),
        (5, note(0)),
    ];
    let work = Write::all(batch(&notes)).advancing(advance(1, 0, 6));
    let report = store.write(work.clone()).await.unwrap();
    report.check(&work).unwrap();
    assert_eq!(report.written, 3);
    let mut refused: Vec<_> = report
        .others
        .iter()
        .map(|(index, outcome)| (*index, code(outcome)))
        .collect();
    refused.sort_unstable();
    let by_store = Some(Code::RefusedByStore);
    assert_eq!(refused, [(1, by_store), (2, by_store), (3, by_store)]);
    assert_eq!(checkpoint(&store).await, None, "not everything was stored");
}

#[tokio::test]
async fn a_picked_part_of_a_batch_is_all_that_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store.db"));
    let all = Write::all(contents(&[(0, 0), (1, 0), (2, 0), (3, 0)]));
    let part = all.only(vec![3, 1]).advancing(advance(1, 0, 4));
    assert_eq!(store.write(part).await.unwrap().written, 2);
    let empty = all.only(Vec::new()).advancing(advance(1, 4, 9));
    assert_eq!(store.write(empty).await.unwrap().written, 0);
    assert_eq!(checkpoint(&store).await, Some((9, 1)));
    assert_eq!(ids(&store).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn partitions_write_at_the_same_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store.db"));
    let mut tasks = Vec::new();
    for partition in 0..8_u64 {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            for part in 0..10_u64 {
                let notes: Vec<_> = (0..20)
                    .map(|n| (partition * 1_000 + part * 20 + n, 0))
                    .collect();
                let report = store.write(Write::all(contents(&notes))).await.unwrap();
                assert_eq!(report.written, 20);
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(store.count().await.unwrap(), 1_600);
}

#[tokio::test]
async fn the_probe_leaves_no_document_behind() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store.db"));
    store.check().await.unwrap();
    store.check().await.unwrap();
    assert_eq!(store.count().await.unwrap(), 0);
}

/// Another type of the same name.
struct Changed;

impl Document for Changed {
    fn schema() -> &'static Schema {
        const FIELDS: &[Field] = &[
            Field::new("text", FieldType::Text),
            Field::new("number", FieldType::Money),
            Field::new("price", FieldType::Money).optional(),
        ];
        const SCHEMA: Schema = Schema::new("notes", FIELDS);
        &SCHEMA
    }

    fn encode<E: Encoder>(&self, _text: &str, _out: &mut E) {}
}

#[test]
fn a_table_of_another_schema_is_refused_with_the_difference() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    drop(open(&path));
    drop(open(&path));
    let error = SqliteStore::<Changed>::open(&path, StoreOptions::default()).unwrap_err();
    assert_eq!(error.class(), Class::Config);
    let text = error.to_string();
    assert!(text.contains("lacks [number money required]"), "{text}");
    assert!(text.contains("has [number integer required]"), "{text}");
}

#[test]
fn a_table_that_no_store_made_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute_batch("CREATE TABLE notes (text TEXT)")
        .unwrap();
    drop(conn);
    let error = SqliteStore::<Note>::open(&path, StoreOptions::default()).unwrap_err();
    assert_eq!(error.class(), Class::Config);
}

#[test]
fn a_newer_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    drop(open(&path));
    let conn = rusqlite::Connection::open(&path).unwrap();
    let sql = "UPDATE docstream_meta SET version = 99 WHERE component = 'store'";
    assert_eq!(conn.execute(sql, []).unwrap(), 1);
    drop(conn);
    let error = SqliteStore::<Note>::open(&path, StoreOptions::default()).unwrap_err();
    assert_eq!(error.class(), Class::Config);
    assert!(error.to_string().contains("99"), "{error}");
}

#[tokio::test]
async fn a_backup_is_whole_and_opens_as_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store.db"));
    let notes: Vec<_> = (0..500).map(|n| (n, 0)).collect();
    store.write(Write::all(contents(&notes))).await.unwrap();
    let to = folder.path().join("copy.db");
    let (sender, progress) = std::sync::mpsc::channel();
    store
        .backup(&to, move |now| sender.send(now).unwrap())
        .await
        .unwrap();
    let last = progress.iter().last().unwrap();
    assert!(last.total > 0 && last.done == last.total);
    store
        .write(Write::all(contents(&[(1_000, 0)])))
        .await
        .unwrap();
    let copy = open(&to);
    assert_eq!(copy.count().await.unwrap(), 500);
    let again = store.backup(&to, |_| {}).await.unwrap_err();
    assert_eq!(again.class(), Class::Config);
    assert_eq!(copy.count().await.unwrap(), 500);
}
