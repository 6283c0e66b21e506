//! Dead letters with one bug each.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use docstream_core::{DeadLetters, Rejected, Rejection, Result};
use docstream_testkit::contract::{self, DeadLettersUnderTest};

use crate::{all_caught, must_fail};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Bug {
    BytesAsText,
    LosesEmptyOnes,
    KeepsTwice,
    KnowsByOffsetOnly,
    ForgetsWhenReopened,
    Backwards,
    FirstFaultOnly,
    DropIsSuccess,
}

#[test]
fn every_planted_bug_of_dead_letters_is_caught() {
    let bugs = [
        (Bug::BytesAsText, "the bytes of"),
        (Bug::LosesEmptyOnes, "other ones are kept"),
        (Bug::KeepsTwice, "buried several times"),
        (Bug::KnowsByOffsetOnly, "alike but not the same"),
        (Bug::ForgetsWhenReopened, "opened again"),
        (Bug::Backwards, "other ones are kept"),
        (Bug::FirstFaultOnly, "changed"),
        (Bug::DropIsSuccess, "dropped half-way"),
    ];
    all_caught(bugs.map(|(bug, promise)| {
        let make = async || Buggy {
            kept: Arc::default(),
            bug,
        };
        must_fail(
            &format!("{bug:?}"),
            promise,
            contract::dead_letters::all(make),
        )
    }));
}

#[derive(Clone)]
struct Buggy {
    kept: Arc<Mutex<Kept>>,
    bug: Bug,
}

#[derive(Default)]
struct Kept {
    letters: Vec<Rejected>,
    begun: Vec<docstream_core::DocId>,
}

impl DeadLettersUnderTest for Buggy {
    type DeadLetters = Self;

    async fn open(&self) -> Self {
        if self.bug == Bug::ForgetsWhenReopened {
            self.kept.lock().expect("not poisoned").letters.clear();
        }
        self.clone()
    }

    async fn buried(&self) -> Vec<Rejected> {
        self.kept.lock().expect("not poisoned").letters.clone()
    }
}

impl Buggy {
    fn mangle(&self, mut letter: Rejected) -> Rejected {
        if self.bug == Bug::BytesAsText {
            letter.raw = String::from_utf8_lossy(&letter.raw)
                .into_owned()
                .into_bytes();
        }
        if self.bug == Bug::FirstFaultOnly {
            let first = letter.rejection.faults().next().expect("a fault").clone();
            letter.rejection = Rejection::new(letter.rejection.stage(), first);
        }
        letter
    }

    fn is_known(&self, kept: &Kept, letter: &Rejected) -> bool {
        let place = |dead: &Rejected| {
            (
                dead.group.clone(),
                dead.partition.clone(),
                dead.offset,
                dead.attempt,
            )
        };
        match self.bug {
            Bug::KeepsTwice => false,
            Bug::LosesEmptyOnes => letter.raw.is_empty(),
            Bug::KnowsByOffsetOnly => kept
                .letters
                .iter()
                .any(|other| place(other) == place(letter)),
            _ => kept
                .letters
                .iter()
                .any(|other| place(other) == place(letter) && other.id == letter.id),
        }
    }
}

#[async_trait]
impl DeadLetters for Buggy {
    async fn bury(&self, dead: &[Rejected]) -> Result<()> {
        if self.bug == Bug::DropIsSuccess {
            let mut kept = self.kept.lock().expect("not poisoned");
            if dead.iter().all(|letter| kept.begun.contains(&letter.id)) {
                return Ok(());
            }
            kept.begun.extend(dead.iter().map(|letter| letter.id));
        }
        // As letters that have to be waited for.
        tokio::task::yield_now().await;
        let mut kept = self.kept.lock().expect("not poisoned");
        for letter in dead {
            if !self.is_known(&kept, letter) {
                let place = if self.bug == Bug::Backwards {
                    0
                } else {
                    kept.letters.len()
                };
                kept.letters.insert(place, self.mangle(letter.clone()));
            }
        }
        Ok(())
    }
}
