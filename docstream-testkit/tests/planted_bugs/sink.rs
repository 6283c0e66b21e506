//! A store with one bug at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use docstream_core::memory::AppendSink;
use docstream_core::{
    Advance, Checkpoints, Code, ContentHash, DocId, Epoch, Error, Fault, IdempotentSink, Offset,
    Outcome, Partition, Raw, Rejection, Result, Sink, SourceId, Stage, Write, WriteReport,
};
use docstream_testkit::contract::{self, SinkUnderTest, Stored};

use crate::under_test::Store;
use crate::{all_caught, must_fail};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Bug {
    None,
    ReportIsShort,
    ReportCountsTwice,
    IgnoresThePick,
    EmptyIsAnError,
    DropIsSuccess,
    LosesTheLast,
    ForgetsWhenReopened,
    StoresTwice,
    DuplicateIsWritten,
    IdFromContent,
    LastWriteWins,
    ConflictIsADuplicate,
    OneFaultKeepsAllBack,
    AdvancesIncomplete,
    AdvancesWithoutBeingAsked,
    EmptyDoesNotAdvance,
    OffsetOfTheLast,
    StoresWhatIsFenced,
    FencesNobody,
    FencesARepeat,
    OlderEpochMoves,
    NewOwnerIsFenced,
    GroupsShare,
    PartitionsShare,
    CheckpointIsNotDurable,
}

#[test]
fn the_store_without_a_bug_passes() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime
        .expect("a runtime")
        .block_on(contract::idempotent_sink::all(async || {
            Buggy::new(Bug::None)
        }));
}

#[test]
fn every_planted_bug_of_a_sink_is_caught() {
    let bugs = [
        (Bug::ReportIsShort, "does not add up"),
        (Bug::ReportCountsTwice, "does not add up"),
        (Bug::IgnoresThePick, "does not add up"),
        (Bug::EmptyIsAnError, "sink: write failed"),
        (Bug::DropIsSuccess, "was repeated after"),
        (Bug::LosesTheLast, "is not what was written"),
        (Bug::ForgetsWhenReopened, "opening it again"),
    ];
    all_caught(bugs.map(|(bug, promise)| {
        must_fail(
            &format!("{bug:?}"),
            promise,
            contract::sink::all(async || Buggy::new(bug)),
        )
    }));
}

#[test]
fn every_planted_bug_of_an_idempotent_sink_is_caught() {
    let bugs = [
        (Bug::StoresTwice, "two of ten were there"),
        (Bug::DuplicateIsWritten, "two of ten were there"),
        (Bug::IdFromContent, "not the documents that were written"),
        (Bug::LastWriteWins, "taken by other content"),
        (Bug::ConflictIsADuplicate, "taken by other content"),
        (Bug::OneFaultKeepsAllBack, "taken by other content"),
        (Bug::AdvancesIncomplete, "must not move the checkpoint"),
        (Bug::AdvancesWithoutBeingAsked, "without an advance"),
        (Bug::EmptyDoesNotAdvance, "an empty write carries"),
        (Bug::OffsetOfTheLast, "to `to`"),
        (Bug::StoresWhatIsFenced, "rows of a fenced write"),
        (Bug::FencesNobody, "must be fenced"),
        (Bug::FencesARepeat, "sink: write failed"),
        (Bug::OlderEpochMoves, "must be fenced"),
        (Bug::NewOwnerIsFenced, "sink: write failed"),
        (Bug::GroupsShare, "groups share"),
        (Bug::PartitionsShare, "partitions share"),
        (Bug::CheckpointIsNotDurable, "reopened, the checkpoint"),
    ];
    all_caught(bugs.map(|(bug, promise)| {
        must_fail(
            &format!("{bug:?}"),
            promise,
            contract::idempotent_sink::all(async || Buggy::new(bug)),
        )
    }));
}

#[test]
fn a_list_is_no_idempotent_sink() {
    struct Claims(AppendSink<Raw>);

    #[async_trait]
    impl Sink<Raw> for Claims {
        async fn write(&self, work: Write<Raw>) -> Result<WriteReport> {
            self.0.write(work).await
        }

        async fn check(&self) -> Result<()> {
            Ok(())
        }
    }

    impl IdempotentSink<Raw> for Claims {}

    let make = async || Store {
        handle: AppendSink::new(),
        wrap: Claims,
    };
    all_caught([must_fail(
        "a list",
        "two of ten were there",
        contract::idempotent_sink::all(make),
    )]);
}

/// What a [`BuggySink`] stores.
#[derive(Default)]
struct Rows {
    rows: Vec<(DocId, ContentHash, u64)>,
    checkpoints: HashMap<(String, Partition), (Offset, Epoch)>,
    /// Ids taken before their rows are stored: the bug of [`Bug::DropIsSuccess`].
    begun: Vec<DocId>,
}

struct Buggy {
    rows: Arc<Mutex<Rows>>,
    bug: Bug,
}

impl Buggy {
    fn new(bug: Bug) -> Self {
        Self {
            rows: Arc::default(),
            bug,
        }
    }
}

impl SinkUnderTest for Buggy {
    type Doc = Raw;
    type Sink = BuggySink;

    async fn open(&self) -> BuggySink {
        let mut rows = self.rows.lock().expect("not poisoned");
        match self.bug {
            Bug::ForgetsWhenReopened => rows.rows.clear(),
            Bug::CheckpointIsNotDurable => rows.checkpoints.clear(),
            _ => {}
        }
        BuggySink {
            rows: Arc::clone(&self.rows),
            bug: self.bug,
        }
    }

    fn raw(&self, number: u64) -> Vec<u8> {
        number.to_string().into_bytes()
    }

    async fn parse(&self, batch: docstream_core::Batch<Raw>) -> docstream_core::Batch<Raw> {
        batch
    }

    async fn stored(&self) -> Vec<Stored> {
        let rows = self.rows.lock().expect("not poisoned");
        let stored = |(id, _, number): &(DocId, ContentHash, u64)| Stored {
            id: Some(*id),
            number: *number,
        };
        rows.rows.iter().map(stored).collect()
    }
}

struct BuggySink {
    rows: Arc<Mutex<Rows>>,
    bug: Bug,
}

impl BuggySink {
    async fn buggy_write(&self, work: Write<Raw>) -> Result<WriteReport> {
        let bug = self.bug;
        if bug == Bug::EmptyIsAnError && work.is_empty() {
            return Err(Error::config("insert", "nothing to insert"));
        }
        let work = if bug == Bug::IgnoresThePick {
            Write::all(Arc::clone(work.batch()))
        } else {
            work
        };
        if bug == Bug::DropIsSuccess {
            let begun: Vec<_> = work.records().map(|(_, record)| record.id()).collect();
            let mut rows = self.rows.lock().expect("not poisoned");
            let again = begun.iter().all(|id| rows.begun.contains(id));
            rows.begun.extend(begun);
            drop(rows);
            if again {
                return Ok(WriteReport::written(work.len()));
            }
        }
        // As a store that has to be waited for.
        tokio::task::yield_now().await;
        let mut rows = self.rows.lock().expect("not poisoned");
        let fenced = work
            .advance()
            .and_then(|advance| rows.compare(advance, bug));
        if let (Some(error), false) = (&fenced, bug == Bug::StoresWhatIsFenced) {
            return Err(Error::fenced("insert", error.to_string()));
        }
        let mut report = rows.insert(&work, bug);
        if let Some(error) = fenced {
            return Err(error);
        }
        let asked = match (work.advance(), bug) {
            (None, Bug::AdvancesWithoutBeingAsked) => Some(Advance {
                group: "contract".into(),
                extent: work.batch().extent().clone(),
            }),
            (advance, _) => advance.cloned(),
        };
        let carried = bug != Bug::EmptyDoesNotAdvance || !work.is_empty();
        if let Some(Advance { group, extent }) = asked
            && carried
            && (report.is_complete() || bug == Bug::AdvancesIncomplete)
        {
            let off = u64::from(bug == Bug::OffsetOfTheLast);
            let key = key(bug, &group, &extent.partition);
            rows.checkpoints
                .insert(key, (Offset(extent.to.0 - off), extent.epoch));
        }
        match bug {
            Bug::ReportIsShort => report.written = report.written.saturating_sub(1),
            Bug::ReportCountsTwice if work.len() > 2 => report.others.push((0, Outcome::Duplicate)),
            _ => {}
        }
        Ok(report)
    }
}

impl Rows {
    fn compare(&self, Advance { group, extent }: &Advance, bug: Bug) -> Option<Error> {
        let (at, epoch) = self.checkpoints.get(&key(bug, group, &extent.partition))?;
        let here = *at == extent.from || *at == extent.to && bug != Bug::FencesARepeat;
        let newer = *epoch < extent.epoch && bug != Bug::NewOwnerIsFenced;
        let older = bug == Bug::OlderEpochMoves && *epoch > extent.epoch && here;
        let same = *epoch == extent.epoch && here;
        let fine =
            newer || older || same || bug == Bug::FencesNobody || bug == Bug::OffsetOfTheLast;
        (!fine).then(|| Error::fenced("insert", "not the owner"))
    }

    fn insert(&mut self, work: &Write<Raw>, bug: Bug) -> WriteReport {
        let mut report = WriteReport::default();
        let before = self.rows.clone();
        for (index, record) in work.records() {
            let number = std::str::from_utf8(record.raw())
                .expect("text")
                .parse()
                .expect("number");
            let content = SourceId::new("default", "bug", &[record.raw()]);
            let id = if bug == Bug::IdFromContent {
                content.doc(0)
            } else {
                record.id()
            };
            let hash = record.hash();
            let row = (id, hash, number);
            let found = self.rows.iter().position(|(other, ..)| *other == id);
            match found.map(|place| (place, self.rows[place].1 == hash)) {
                None => {
                    self.rows.push(row);
                    report.written += 1;
                }
                Some(_) if bug == Bug::StoresTwice => {
                    self.rows.push(row);
                    report.written += 1;
                }
                Some((_, true)) if bug == Bug::DuplicateIsWritten => report.written += 1,
                Some((_, true)) => report.others.push((index, Outcome::Duplicate)),
                Some((place, false)) if bug == Bug::LastWriteWins => {
                    self.rows[place] = row;
                    report.written += 1;
                }
                Some(_) if bug == Bug::ConflictIsADuplicate => {
                    report.others.push((index, Outcome::Duplicate));
                }
                Some(_) => {
                    let fault = Fault::document(Code::IdConflict, "the id is taken");
                    let rejection = Rejection::new(Stage::Sink, fault);
                    report.others.push((index, Outcome::Rejected(rejection)));
                }
            }
        }
        let rejected = report
            .others
            .iter()
            .find(|(_, outcome)| *outcome != Outcome::Duplicate);
        if let (Bug::OneFaultKeepsAllBack, Some((_, outcome))) = (bug, rejected) {
            self.rows = before;
            let all = work.indexes().map(|index| (index, outcome.clone()));
            return WriteReport {
                written: 0,
                others: all.collect(),
            };
        }
        if bug == Bug::LosesTheLast {
            self.rows.pop();
        }
        report
    }
}

fn key(bug: Bug, group: &str, partition: &Partition) -> (String, Partition) {
    let group = if bug == Bug::GroupsShare {
        "all"
    } else {
        group
    };
    let all = Partition::new("all");
    let partition = if bug == Bug::PartitionsShare {
        all
    } else {
        partition.clone()
    };
    (group.to_owned(), partition)
}

#[async_trait]
impl Sink<Raw> for BuggySink {
    async fn write(&self, work: Write<Raw>) -> Result<WriteReport> {
        self.buggy_write(work).await
    }

    async fn check(&self) -> Result<()> {
        Ok(())
    }

    fn checkpoints(&self) -> Option<Arc<dyn Checkpoints>> {
        Some(Arc::new(Self {
            rows: Arc::clone(&self.rows),
            bug: self.bug,
        }))
    }
}

impl IdempotentSink<Raw> for BuggySink {}

#[async_trait]
impl Checkpoints for BuggySink {
    async fn load(&self, group: &str, partition: &Partition) -> Result<Option<(Offset, Epoch)>> {
        let rows = self.rows.lock().expect("not poisoned");
        Ok(rows
            .checkpoints
            .get(&key(self.bug, group, partition))
            .copied())
    }
}
