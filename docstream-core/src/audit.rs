//! Comparing what was accepted with what became of it.

use std::collections::HashMap;
use std::fmt;

use crate::{ContentHash, DocId, Result};

/// How many different documents one pass holds in memory: about 40 MB.
const PASS: u64 = 500_000;

/// How many ids a report names for each finding.
const NAMED: usize = 20;

/// Goes over documents and calls back with each one's id and what else the audit has
/// to know of it. Called more than once; the same documents every time, in any order.
///
/// ```
/// use docstream_core::{ContentHash, DocId, Result, Scan, SourceId};
///
/// fn count(side: &mut Scan<'_, ContentHash>) -> Result<u64> {
///     let mut count = 0;
///     side(&mut |_, _| count += 1)?;
///     Ok(count)
/// }
///
/// let source = SourceId::new("default", "example", &[]);
/// let mut stored = |each: &mut dyn FnMut(DocId, ContentHash)| {
///     (0..3).for_each(|row| each(source.doc(row), ContentHash::of_bytes(b"{}")));
///     Ok(())
/// };
/// assert_eq!(count(&mut stored)?, 3);
/// # Ok::<(), docstream_core::Error>(())
/// ```
pub type Scan<'a, What> = dyn FnMut(&mut dyn FnMut(DocId, What)) -> Result<()> + 'a;

/// What is known of a document in a buffer.
///
/// ```
/// use docstream_core::{Accepted, ContentHash, SourceId, audit};
///
/// let source = SourceId::new("default", "example", &[]);
/// let accepted = Accepted::new(ContentHash::of_bytes(b"{}"));
/// let report = audit(
///     &mut |each| {
///         each(source.doc(0), accepted);
///         each(source.doc(1), Accepted { pending: true, ..accepted });
///         Ok(())
///     },
///     &mut |_| Ok(()), // neither of them is stored
///     &mut |_| Ok(()),
/// )?;
/// assert_eq!((report.lost.first, report.pending), (vec![source.doc(0)], 1));
/// # Ok::<(), docstream_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// What it holds; `None` for one that was sent again, whose first copy has it.
    pub hash: Option<ContentHash>,
    /// Whether it is at or after the checkpoint up to which everything must have arrived.
    pub pending: bool,
}

impl Accepted {
    /// One that must have arrived by now.
    pub fn new(hash: ContentHash) -> Self {
        Self {
            hash: Some(hash),
            pending: false,
        }
    }
}

/// What is known of a dead letter.
///
/// ```
/// use docstream_core::{Accepted, AuditReport, Burial, ContentHash, Result, SourceId, audit};
///
/// /// One document that was accepted, buried and not stored.
/// fn buried(burial: Burial) -> Result<AuditReport> {
///     let id = SourceId::new("default", "example", &[]).doc(0);
///     audit(
///         &mut |each| { each(id, Accepted::new(ContentHash::of_bytes(b"{}"))); Ok(()) },
///         &mut |_| Ok(()),
///         &mut |each| { each(id, burial); Ok(()) },
///     )
/// }
/// assert!(buried(Burial::Open)?.is_clean());
/// assert_eq!(buried(Burial::Resent)?.lost.count, 1); // sent again, it did not arrive
/// # Ok::<(), docstream_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Burial {
    /// It was sent again, so that it must be stored, or buried once more.
    Resent,
    /// Its id belongs to a stored document of other content (`id_conflict`).
    Conflict,
    /// It is nowhere else.
    Open,
}

/// Compares what a buffer accepted with what is stored and what is buried. What is
/// neither is lost, or pending if its time has yet to come.
///
/// Reads its three sides as often as needed to stay within a bounded memory, so
/// nothing may change meanwhile: stop the pipelines, or work on copies.
///
/// ```
/// use docstream_core::{Accepted, ContentHash, SourceId, audit};
///
/// let source = SourceId::new("default", "example", &[]);
/// let hash = ContentHash::of_bytes(b"same");
/// let report = audit(
///     &mut |each| { (0..2).for_each(|n| each(source.doc(n), Accepted::new(hash))); Ok(()) },
///     &mut |each| { each(source.doc(0), hash); Ok(()) },
///     &mut |_| Ok(()),
/// )?;
/// assert_eq!((report.accepted, report.stored, report.lost.count), (2, 1, 1));
/// assert!(!report.is_clean());
/// # Ok::<(), docstream_core::Error>(())
/// ```
///
/// # Errors
///
/// Whatever a scan fails with.
pub fn audit<'a>(
    accepted: &mut Scan<'a, Accepted>,
    stored: &mut Scan<'a, ContentHash>,
    buried: &mut Scan<'a, Burial>,
) -> Result<AuditReport> {
    let mut total = 0;
    accepted(&mut |_, _| total += 1)?;
    stored(&mut |_, _| total += 1)?;
    buried(&mut |_, _| total += 1)?;
    let passes = total / PASS + 1;
    let mut report = AuditReport::default();
    for pass in 0..passes {
        let mut fates: HashMap<DocId, Fate> = HashMap::new();
        let here = |id: DocId| bucket(id) % passes == pass;
        stored(&mut |id, hash| {
            if here(id) {
                let fate = fates.entry(id).or_default();
                fate.stored_times += 1;
                fate.stored = Some(hash);
            }
        })?;
        accepted(&mut |id, Accepted { hash, pending }| {
            if here(id) {
                let fate = fates.entry(id).or_default();
                // Sent again from the dead letters, a document is in the buffer twice,
                // perhaps mended: any of them may be the one that is stored.
                if fate.accepted.is_none() || (hash.is_some() && fate.stored == hash) {
                    fate.accepted = hash;
                }
                fate.pending |= pending;
            }
        })?;
        buried(&mut |id, burial| {
            if here(id) {
                let fate = fates.entry(id).or_default();
                fate.buried = fate.buried.max(Some(burial));
            }
        })?;
        for (id, fate) in &fates {
            report.note(*id, fate);
        }
    }
    Ok(report)
}

fn bucket(id: DocId) -> u64 {
    let source = u128::from_be_bytes(*id.source().as_bytes());
    (source as u64).wrapping_add(id.position())
}

/// What is known of one document.
#[derive(Default)]
struct Fate {
    accepted: Option<ContentHash>,
    pending: bool,
    stored: Option<ContentHash>,
    stored_times: u32,
    buried: Option<Burial>,
}

/// What an [`audit`] found. [`is_clean`](Self::is_clean) is the promise kept.
///
/// `Display` is a table for a person, with the ids of each [`Finding`].
///
/// ```
/// use docstream_core::{Accepted, ContentHash, SourceId, audit};
///
/// # let id = SourceId::new("default", "example", &[]).doc(0);
/// # let hash = ContentHash::of_bytes(b"{}");
/// let report = audit(
///     &mut |each| { each(id, Accepted::new(hash)); Ok(()) },
///     &mut |each| { each(id, hash); each(id, hash); Ok(()) }, // there are two rows of it
///     &mut |_| Ok(()),
/// )?;
/// assert!(!report.is_clean());
/// assert_eq!((report.stored, report.doubled.count), (1, 1));
/// assert!(report.to_string().contains(&id.to_string()));
/// # Ok::<(), docstream_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuditReport {
    /// Different documents in the buffer.
    pub accepted: u64,
    /// Different documents in the store.
    pub stored: u64,
    /// Different documents in the dead letters.
    pub buried: u64,
    /// Accepted, neither stored nor buried, and on its way: at or after the checkpoint.
    /// No fault; zero once everything accepted was processed.
    pub pending: u64,
    /// Accepted, but neither stored nor buried nor pending.
    pub lost: Finding,
    /// Stored more than once.
    pub doubled: Finding,
    /// Stored or buried, but never accepted.
    pub phantom: Finding,
    /// Stored with content that was never accepted under that id; buried although it is
    /// stored; or buried for a conflict with a document that is not stored.
    pub unexplained: Finding,
}

/// How many documents, and the ids of the first few.
///
/// ```
/// use docstream_core::{Accepted, ContentHash, SourceId, audit};
///
/// # let source = SourceId::new("default", "example", &[]);
/// let accepted = Accepted::new(ContentHash::of_bytes(b"{}"));
/// let report = audit(
///     &mut |each| { (0..25).for_each(|n| each(source.doc(n), accepted)); Ok(()) },
///     &mut |_| Ok(()),
///     &mut |_| Ok(()),
/// )?;
/// assert_eq!((report.lost.count, report.lost.first.len()), (25, 20));
/// # Ok::<(), docstream_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// How many.
    pub count: u64,
    /// At most 20 of them.
    pub first: Vec<DocId>,
}

impl Finding {
    fn add(&mut self, id: DocId) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push(id);
        }
    }
}

impl AuditReport {
    /// Whether nothing is lost, doubled, phantom or unexplained, whatever is pending.
    pub fn is_clean(&self) -> bool {
        [&self.lost, &self.doubled, &self.phantom, &self.unexplained]
            .iter()
            .all(|f| f.count == 0)
    }

    fn note(&mut self, id: DocId, fate: &Fate) {
        self.accepted += u64::from(fate.accepted.is_some());
        self.stored += u64::from(fate.stored.is_some());
        self.buried += u64::from(fate.buried.is_some());
        if fate.stored_times > 1 {
            self.doubled.add(id);
        }
        match (fate.accepted, fate.stored, fate.buried) {
            (None, None, None) | (Some(_), None, Some(Burial::Open)) => {}
            (Some(_), Some(_), Some(Burial::Conflict)) => {}
            (None, _, _) => self.phantom.add(id),
            (Some(_), None, None | Some(Burial::Resent)) if fate.pending => self.pending += 1,
            (Some(_), None, None | Some(Burial::Resent)) => self.lost.add(id),
            (Some(_), None, Some(Burial::Conflict)) | (Some(_), Some(_), Some(Burial::Open)) => {
                self.unexplained.add(id);
            }
            (Some(accepted), Some(stored), None | Some(Burial::Resent)) => {
                if accepted != stored {
                    self.unexplained.add(id);
                }
            }
        }
    }
}

impl fmt::Display for AuditReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "accepted     {:>12}", self.accepted)?;
        writeln!(f, "stored       {:>12}", self.stored)?;
        writeln!(f, "dead letters {:>12}", self.buried)?;
        writeln!(f, "pending      {:>12}", self.pending)?;
        let findings = [
            ("lost", &self.lost),
            ("doubled", &self.doubled),
            ("phantom", &self.phantom),
            ("unexplained", &self.unexplained),
        ];
        for (name, finding) in findings {
            write!(f, "{name:<12} {:>12}", finding.count)?;
            for id in &finding.first {
                write!(f, "\n    {id}")?;
            }
            if finding.count > finding.first.len() as u64 && !finding.first.is_empty() {
                write!(f, "\n    ...")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SourceId;

    type Side = [(u64, &'static [u8])];

    fn run(accepted: &Side, stored: &Side, buried: &[(u64, Burial)]) -> AuditReport {
        let due = |&(position, content)| (position, Accepted::new(ContentHash::of_bytes(content)));
        let accepted: Vec<_> = accepted.iter().map(due).collect();
        run_pending(&accepted, stored, buried)
    }

    fn run_pending(
        accepted: &[(u64, Accepted)],
        stored: &Side,
        buried: &[(u64, Burial)],
    ) -> AuditReport {
        let source = SourceId::new("t", "k", &[]);
        let scan = |side: &Side, each: &mut dyn FnMut(DocId, ContentHash)| {
            for (position, content) in side {
                each(source.doc(*position), ContentHash::of_bytes(content));
            }
            Ok(())
        };
        audit(
            &mut |each| {
                accepted
                    .iter()
                    .for_each(|(position, accepted)| each(source.doc(*position), *accepted));
                Ok(())
            },
            &mut |each| scan(stored, each),
            &mut |each| {
                buried
                    .iter()
                    .for_each(|(position, burial)| each(source.doc(*position), *burial));
                Ok(())
            },
        )
        .unwrap()
    }

    #[test]
    fn stored_or_buried_is_clean() {
        let report = run(&[(0, b"a"), (1, b"b")], &[(0, b"a")], &[(1, Burial::Open)]);
        assert!(report.is_clean(), "{report}");
    }

    #[test]
    fn each_kind_of_wrong_is_told_apart() {
        let accepted = [
            (0, &b"a"[..]),
            (1, b"b"),
            (2, b"c"),
            (3, b"d"),
            (4, b"e"),
            (5, b"f"),
        ];
        let stored = [
            (1, &b"b"[..]),
            (1, b"b"),
            (2, b"other"),
            (3, b"d"),
            (9, b"z"),
        ];
        let buried = [
            (3, Burial::Open),
            (4, Burial::Open),
            (5, Burial::Conflict),
            (8, Burial::Open),
        ];
        let report = run(&accepted, &stored, &buried);
        let counts = [
            &report.lost,
            &report.doubled,
            &report.phantom,
            &report.unexplained,
        ];
        assert_eq!(
            counts.map(|finding| finding.count),
            [1, 1, 2, 3],
            "{report}"
        );
    }

    #[test]
    fn a_conflicting_document_is_stored_as_it_was_and_buried_as_it_came() {
        let report = run(&[(0, b"a")], &[(0, b"a")], &[(0, Burial::Conflict)]);
        assert!(report.is_clean(), "{report}");
    }

    #[test]
    fn a_document_sent_again_must_arrive() {
        let twice = [(0, &b"a"[..]), (0, b"a")];
        assert!(run(&twice, &[(0, b"a")], &[(0, Burial::Resent)]).is_clean());
        assert_eq!(run(&twice, &[], &[(0, Burial::Resent)]).lost.count, 1);
        let again = [(0, Burial::Resent), (0, Burial::Open)];
        assert!(run(&twice, &[], &again).is_clean());
    }

    #[test]
    fn what_is_at_or_after_the_checkpoint_is_pending_until_it_arrives() {
        let accepted = Accepted::new(ContentHash::of_bytes(b"a"));
        let pending = Accepted {
            pending: true,
            ..accepted
        };
        let both = [(0, accepted), (1, pending), (2, pending), (3, pending)];
        let stored = [(2, &b"a"[..])];
        let report = run_pending(&both, &stored, &[(3, Burial::Open)]);
        assert_eq!((report.pending, report.lost.count), (1, 1), "{report}");
        assert_eq!(report.accepted, 4);
        let report = run_pending(&both[1..], &stored, &[(3, Burial::Open)]);
        assert!(report.is_clean(), "{report}");
        assert!(
            report.to_string().contains("pending                 1"),
            "{report}"
        );
    }

    #[test]
    fn a_document_sent_again_is_pending_by_its_second_copy() {
        let first = Accepted::new(ContentHash::of_bytes(b"a"));
        let again = |pending| Accepted {
            hash: None,
            pending,
        };
        let resent = [(0, Burial::Resent)];
        for (pending, expected) in [(true, (1, 0)), (false, (0, 1))] {
            let report = run_pending(&[(0, first), (0, again(pending))], &[], &resent);
            assert_eq!((report.pending, report.lost.count), expected, "{report}");
            assert_eq!(report.accepted, 1);
        }
    }

    #[test]
    fn a_document_that_was_mended_and_sent_again_is_stored_as_it_was_mended() {
        let both = [(0, &b"a"[..]), (0, b"mended")];
        let resent = [(0, Burial::Resent)];
        for stored in [&b"a"[..], b"mended"] {
            assert!(run(&both, &[(0, stored)], &resent).is_clean());
        }
        let other = run(&both, &[(0, b"other")], &resent);
        assert_eq!(other.unexplained.count, 1);
    }
}
