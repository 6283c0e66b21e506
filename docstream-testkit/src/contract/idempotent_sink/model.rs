//! A sink beside a model of it, through random writes.

use std::collections::HashMap;

use docstream_core::{Class, Epoch, Extent, Offset, Sink, Write};

use super::super::stretch::{Doc, batch, extent, load, partition};
use super::super::{SinkUnderTest, answer, must};
use super::checkpoints::advance;
use super::{as_stored, counts, stored};
use crate::random::Random;

const GROUPS: [&str; 2] = ["left", "right"];
const WRITES: usize = 60;

/// What an idempotent sink should hold.
#[derive(Default)]
struct Model {
    documents: HashMap<u64, u64>,
    checkpoints: HashMap<(usize, u64), (Offset, Epoch)>,
}

impl Model {
    /// The counts of a write (written, duplicates, conflicts), and the documents after it.
    fn write(&self, docs: &[Doc]) -> ((usize, usize, usize), HashMap<u64, u64>) {
        let mut documents = self.documents.clone();
        let mut counts = (0, 0, 0);
        for doc in docs {
            match documents.get(&doc.id) {
                None => {
                    documents.insert(doc.id, doc.number);
                    counts.0 += 1;
                }
                Some(number) if *number == doc.number => counts.1 += 1,
                Some(_) => counts.2 += 1,
            }
        }
        (counts, documents)
    }

    fn may_move(&self, group: usize, part: u64, extent: &Extent) -> bool {
        self.checkpoints
            .get(&(group, part))
            .is_none_or(|(at, epoch)| {
                *epoch < extent.epoch
                    || *epoch == extent.epoch && (*at == extent.from || *at == extent.to)
            })
    }
}

/// Random writes with and without checkpoints, right and wrong, give what a model
/// of an idempotent sink gives; `seed` says which.
pub async fn random_interleavings<U: SinkUnderTest>(under_test: &U, seed: u64) {
    let mut random = Random::seeded(seed);
    let mut model = Model::default();
    let mut sink = under_test.open().await;
    for step in 0..WRITES {
        if random.chance(0.05) {
            must("sink: close", sink.close()).await;
            drop(sink);
            sink = under_test.open().await;
        }
        let (group, part) = (random.below(2) as usize, random.below(2));
        let docs: Vec<_> = (0..random.below(8))
            .map(|_| document(&mut random))
            .collect();
        let (expected, documents) = model.write(&docs);
        let at = stretch(&mut random, &model, group, part, docs.len());
        let moves = sink.checkpoints().is_some() && random.chance(0.7);
        let mut work = Write::all(batch(under_test, &at, &docs).await);
        if moves {
            work = work.advancing(advance(GROUPS[group], &at));
        }
        let complete = expected.2 == 0;
        let fenced = moves && !model.may_move(group, part, &at);
        let what = format!("sink: seed {seed}, write {step} of {docs:?} over {at:?}");
        match answer(&what, sink.write(work.clone())).await {
            // A write that is both incomplete and of a former owner may end either way.
            Err(error) if error.class() == Class::Fenced && fenced => continue,
            Err(error) => panic!("{what}: {error}"),
            Ok(_) if fenced && complete => panic!("{what} must be fenced"),
            Ok(report) => {
                if let Err(error) = report.check(&work) {
                    panic!("{what}: {error}");
                }
                assert_eq!(
                    counts(&report),
                    expected,
                    "{what} (written, duplicates, conflicts)"
                );
            }
        }
        model.documents = documents;
        if moves && complete {
            model.checkpoints.insert((group, part), (at.to, at.epoch));
        }
        if let Some(checkpoints) = sink.checkpoints() {
            let found = load(&*checkpoints, GROUPS[group], &partition(part)).await;
            let due = model.checkpoints.get(&(group, part)).copied();
            assert_eq!(found, due, "{what}: the checkpoint");
        }
    }
    must("sink: close", sink.close()).await;
    let expected = as_stored(
        model
            .documents
            .into_iter()
            .map(|(id, number)| Doc { id, number }),
    );
    assert_eq!(
        stored(under_test).await,
        expected,
        "sink: seed {seed}: what is stored"
    );
}

/// Mostly the one content that goes with the id, now and then another.
fn document(random: &mut Random) -> Doc {
    let id = random.below(40);
    let other = random.chance(0.1);
    Doc {
        id,
        number: if other { id + 1_000 } else { id },
    }
}

/// Mostly what chains with the checkpoint, now and then a gap, a step back, or another owner.
fn stretch(
    random: &mut Random,
    model: &Model,
    group: usize,
    part: u64,
    documents: usize,
) -> Extent {
    let stored = model.checkpoints.get(&(group, part));
    let (at, epoch) = stored
        .copied()
        .unwrap_or((Offset(random.below(5)), Epoch(2)));
    let (from, epoch) = match random.below(10) {
        0 => (at.0 + 1 + random.below(3), epoch.0),
        1 => (at.0.saturating_sub(1 + random.below(3)), epoch.0),
        2 => (at.0, epoch.0.saturating_sub(1)),
        3 => (random.below(20), epoch.0 + 1),
        _ => (at.0, epoch.0),
    };
    extent(part, epoch, from, documents)
}
