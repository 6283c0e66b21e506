//! The contract of [`DeadLetters`].
//!
//! Dead letters of one's own, and the test that puts them under contract:
//!
//! ```
//! use std::sync::{Arc, Mutex};
//!
//! use async_trait::async_trait;
//! use docstream_core::{DeadLetters, Rejected, Result};
//! use docstream_testkit::contract::{self, DeadLettersUnderTest};
//!
//! #[derive(Clone, Default)]
//! struct Drawer(Arc<Mutex<Vec<Rejected>>>);
//!
//! #[async_trait]
//! impl DeadLetters for Drawer {
//!     async fn bury(&self, dead: &[Rejected]) -> Result<()> {
//!         let key = |one: &Rejected| {
//!             (one.group.clone(), one.partition.clone(), one.offset, one.id, one.attempt)
//!         };
//!         let mut drawer = self.0.lock().unwrap();
//!         for one in dead {
//!             if !drawer.iter().any(|kept| key(kept) == key(one)) {
//!                 drawer.push(one.clone());
//!             }
//!         }
//!         Ok(())
//!     }
//! }
//!
//! impl DeadLettersUnderTest for Drawer {
//!     type DeadLetters = Drawer;
//!
//!     async fn open(&self) -> Drawer {
//!         self.clone() // dead letters in a file or a database are opened again
//!     }
//!
//!     async fn buried(&self) -> Vec<Rejected> {
//!         self.0.lock().unwrap().clone()
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! contract::dead_letters::all(async || Drawer::default()).await; // in a `#[tokio::test]`
//! # }
//! ```

use docstream_core::{
    Code, DeadLetters, Fault, Offset, Partition, Rejected, Rejection, SourceId, Stage,
};

use super::{answer, cut, must};

/// Dead letters under test, which can be opened again and looked into. The page of the
/// [module](self) implements it.
pub trait DeadLettersUnderTest {
    /// The dead letters.
    type DeadLetters: DeadLetters;

    /// Opens them over what is buried, as a new process would.
    fn open(&self) -> impl Future<Output = Self::DeadLetters>;

    /// Everything that is buried, oldest first, read apart from the dead letters.
    fn buried(&self) -> impl Future<Output = Vec<Rejected>>;
}

/// Runs every check of the suite, each on what `make` makes: dead letters with none
/// buried.
///
/// # Panics
///
/// If the contract is broken; the message says how.
pub async fn all<U: DeadLettersUnderTest>(make: impl AsyncFn() -> U) {
    everything_is_kept_as_it_is(&make().await).await;
    twice_is_kept_once(&make().await).await;
    alike_is_not_the_same(&make().await).await;
    they_survive_reopening(&make().await).await;
    dropping_a_burial_loses_nothing(&make).await;
}

fn letter(offset: u64, raw: &[u8]) -> Rejected {
    let source = SourceId::new("default", "contract", &[]);
    Rejected {
        id: source.doc(offset),
        group: "contract".into(),
        partition: Partition::new("contract:0"),
        offset: Offset(offset),
        key: b"key".to_vec(),
        raw: raw.to_vec(),
        rejection: Rejection::new(
            Stage::Parse,
            Fault::document(Code::MalformedJson, "must be JSON"),
        ),
        attempt: 1,
    }
}

/// Bytes that do not survive a detour through text, and others that are easily lost.
fn hard_bytes() -> Vec<Vec<u8>> {
    vec![
        b"{\"plain\": true}".to_vec(),
        Vec::new(),
        b"\xff\xfe\x00latin \xa3".to_vec(),
        b"\0".to_vec(),
        b"line\nbreak\r\n".to_vec(),
        b" \t ".to_vec(),
        "\u{feff}bom, \"quotes\", \\ and ☃".as_bytes().to_vec(),
        (0..=255).collect(),
        vec![b'x'; 1 << 20],
    ]
}

/// Compares without printing a megabyte.
fn assert_kept(found: &[Rejected], expected: &[Rejected], what: &str) {
    let places = |dead: &[Rejected]| -> Vec<_> {
        dead.iter()
            .map(|dead| (dead.partition.clone(), dead.offset))
            .collect()
    };
    assert_eq!(
        places(found),
        places(expected),
        "dead letters: {what}: other ones are kept"
    );
    for (found, expected) in found.iter().zip(expected) {
        let at = expected.offset;
        assert!(
            found.raw == expected.raw,
            "dead letters: {what}: the bytes of {at} changed"
        );
        assert!(
            found.key == expected.key,
            "dead letters: {what}: the key of {at} changed"
        );
        let brief = |dead: &Rejected| Rejected {
            raw: Vec::new(),
            ..dead.clone()
        };
        assert_eq!(
            brief(found),
            brief(expected),
            "dead letters: {what}: {at} changed"
        );
    }
}

/// Bytes, key, reasons and order come back exactly.
pub async fn everything_is_kept_as_it_is<U: DeadLettersUnderTest>(under_test: &U) {
    let mut dead: Vec<_> = hard_bytes()
        .iter()
        .zip(0..)
        .map(|(raw, offset)| letter(offset, raw))
        .collect();
    for (letter, key) in dead.iter_mut().zip(hard_bytes()) {
        letter.key = key[..key.len().min(300)].to_vec();
    }
    for (code, offset) in Code::ALL.into_iter().zip(100..) {
        let stages = [
            Stage::Read,
            Stage::Parse,
            Stage::Validate,
            Stage::Transform,
            Stage::Sink,
        ];
        let faults = vec![
            Fault::new("/Country", code, "is \"required\",\nsays ☃"),
            Fault::document(Code::TooLarge, ""),
        ];
        let stage = stages[offset as usize % stages.len()];
        if let Some(rejection) = Rejection::from_faults(stage, faults) {
            dead.push(Rejected {
                rejection,
                attempt: offset as u32,
                ..letter(offset, b"x")
            });
        }
    }
    let letters = under_test.open().await;
    must("dead letters: bury none", letters.bury(&[])).await;
    let (first, rest) = dead.split_at(3);
    must("dead letters: bury", letters.bury(first)).await;
    must("dead letters: bury", letters.bury(rest)).await;
    assert_kept(&under_test.buried().await, &dead, "as they were buried");
}

/// A document that is buried again, alone or among others, is kept once.
pub async fn twice_is_kept_once<U: DeadLettersUnderTest>(under_test: &U) {
    let dead: Vec<_> = (0..5).map(|offset| letter(offset, b"x")).collect();
    let letters = under_test.open().await;
    must("dead letters: bury", letters.bury(&dead[..3])).await;
    must("dead letters: bury again", letters.bury(&dead[1..2])).await;
    must("dead letters: bury again", letters.bury(&dead)).await;
    let mut doubled = dead.clone();
    doubled.extend(dead.clone());
    must("dead letters: bury twice at once", letters.bury(&doubled)).await;
    assert_kept(&under_test.buried().await, &dead, "buried several times");
}

/// The same offset of another group or partition, another document made of the same
/// record, or the same one that was sent again, is a dead letter of its own.
pub async fn alike_is_not_the_same<U: DeadLettersUnderTest>(under_test: &U) {
    let one = letter(7, b"x");
    let group = Rejected {
        group: "other".into(),
        ..one.clone()
    };
    let partition = Rejected {
        partition: Partition::new("contract:1"),
        ..one.clone()
    };
    let child = Rejected {
        id: one.id.child(1),
        ..one.clone()
    };
    let again = Rejected {
        attempt: one.attempt + 1,
        ..one.clone()
    };
    let dead = [one, group, partition, child, again];
    must("dead letters: bury", under_test.open().await.bury(&dead)).await;
    assert_kept(&under_test.buried().await, &dead, "alike but not the same");
}

/// What is buried is there after reopening, and is still kept once.
pub async fn they_survive_reopening<U: DeadLettersUnderTest>(under_test: &U) {
    let dead: Vec<_> = (0..6).map(|offset| letter(offset, b"\xff")).collect();
    let letters = under_test.open().await;
    must("dead letters: bury", letters.bury(&dead[..4])).await;
    drop(letters);
    assert_kept(&under_test.buried().await, &dead[..4], "closed");
    let letters = under_test.open().await;
    must("dead letters: bury", letters.bury(&dead[2..])).await;
    drop(letters);
    assert_kept(&under_test.buried().await, &dead, "opened again");
}

/// A burial that was dropped half-way and repeated keeps each once.
pub async fn dropping_a_burial_loses_nothing<U: DeadLettersUnderTest>(make: impl AsyncFn() -> U) {
    for polls in [1, 2, 3, 5] {
        let under_test = make().await;
        let letters = under_test.open().await;
        let dead: Vec<_> = (0..4).map(|offset| letter(offset, b"x")).collect();
        // Whatever came of it, the caller does not hear of it.
        let _ = cut(polls, answer("dead letters: bury", letters.bury(&dead))).await;
        must("dead letters: bury", letters.bury(&dead)).await;
        assert_kept(
            &under_test.buried().await,
            &dead,
            "dropped half-way and repeated",
        );
    }
}
