//! Dead letters are kept once, byte for byte, until they were sent again.

use std::path::Path;
use std::sync::Mutex;

use docstream_core::queries::{Limit, PageRequest, QueryError};
use docstream_core::{
    Code, DeadLetterFilter, DeadLetterId, DeadLetterQueries, DeadLetterState, DeadLetters, Error,
    Fault, Offset, Partition, Rejected, Rejection, SourceId, Stage, resend,
};

use super::SqliteDeadLetters;

fn open(path: &Path) -> SqliteDeadLetters {
    SqliteDeadLetters::open(path.join("store.db")).unwrap()
}

fn rejected(offset: u64, attempt: u32, code: Code) -> Rejected {
    let faults = vec![
        Fault::new("/Quantity", code, "expected a whole number"),
        Fault::new("/Country", Code::Missing, "is required"),
    ];
    Rejected {
        id: SourceId::new("default", "test", &[]).doc(offset),
        group: "group".into(),
        partition: Partition::new("memory:test/0"),
        offset: Offset(offset),
        key: vec![0xff, 0],
        raw: vec![0xa3, 0, 0xff, b'\n', offset as u8],
        rejection: Rejection::from_faults(Stage::Parse, faults).unwrap(),
        attempt,
    }
}

#[tokio::test]
async fn a_letter_comes_back_byte_for_byte_with_all_its_faults() {
    let folder = tempfile::tempdir().unwrap();
    let letters = open(folder.path());
    let dead = rejected(u64::MAX, 1, Code::WrongType);
    letters.bury(std::slice::from_ref(&dead)).await.unwrap();
    drop(letters);
    let letters = open(folder.path());
    let page = letters
        .list(&DeadLetterFilter::default(), &PageRequest::default())
        .await
        .unwrap();
    let [letter] = page.items.as_slice() else {
        panic!("{page:?}")
    };
    let buried = letters.get(&letter.id).await.unwrap().unwrap();
    assert_eq!(buried.letter, *letter);
    assert_eq!((buried.raw, buried.key), (dead.raw, dead.key));
    assert_eq!((letter.document, letter.offset), (dead.id, dead.offset));
    let faults: Vec<_> = dead.rejection.faults().cloned().collect();
    assert_eq!(letter.errors, faults);
    assert_eq!((letter.attempt, letter.size), (1, 5));
    assert_eq!(letter.state, DeadLetterState::Open);
    let unknown = DeadLetterId::new("nothing");
    assert_eq!(letters.get(&unknown).await.unwrap(), None);
}

#[tokio::test]
async fn the_same_letter_is_kept_once() {
    let folder = tempfile::tempdir().unwrap();
    let letters = open(folder.path());
    let dead = [
        rejected(1, 1, Code::WrongType),
        rejected(2, 1, Code::WrongType),
    ];
    letters.bury(&dead).await.unwrap();
    letters.bury(&dead).await.unwrap();
    letters.bury(&[]).await.unwrap();
    let all = DeadLetterFilter::default();
    assert_eq!(letters.counts(&all).await.unwrap(), [(Code::WrongType, 2)]);
    // Documents made from one share its place and are letters of their own.
    let mut child = rejected(1, 1, Code::WrongType);
    child.id = child.id.child(0);
    letters.bury(&[child]).await.unwrap();
    assert_eq!(letters.counts(&all).await.unwrap(), [(Code::WrongType, 3)]);
}

#[tokio::test]
async fn filters_counts_and_pages_agree() {
    let folder = tempfile::tempdir().unwrap();
    let letters = open(folder.path());
    let dead: Vec<_> = (0..25)
        .map(|n| {
            let code = if n % 5 == 0 {
                Code::Missing
            } else {
                Code::WrongType
            };
            rejected(n, 1, code)
        })
        .collect();
    letters.bury(&dead).await.unwrap();
    let all = DeadLetterFilter::default();
    assert_eq!(
        letters.counts(&all).await.unwrap(),
        [(Code::Missing, 5), (Code::WrongType, 20)]
    );
    let filter = DeadLetterFilter {
        code: Some(Code::WrongType),
        stage: Some(Stage::Parse),
        group: Some("group".to_owned()),
        state: Some(DeadLetterState::Open),
    };
    let mut page = PageRequest {
        limit: Limit::new(7).unwrap(),
        cursor: None,
    };
    let mut offsets = Vec::new();
    loop {
        let listed = letters.list(&filter, &page).await.unwrap();
        offsets.extend(listed.items.iter().map(|letter| letter.offset.0));
        page.cursor = listed.next;
        if page.cursor.is_none() {
            break;
        }
    }
    let expected: Vec<_> = (0..25).filter(|n| n % 5 != 0).collect();
    assert_eq!(offsets, expected);
    let other = DeadLetterFilter {
        group: Some("other".to_owned()),
        ..DeadLetterFilter::default()
    };
    assert_eq!(letters.counts(&other).await.unwrap(), []);
    page.cursor = Some(docstream_core::queries::Cursor::new(b"x"));
    let error = letters.list(&all, &page).await.unwrap_err();
    assert!(matches!(error, QueryError::Cursor(_)));
}

#[tokio::test]
async fn letters_are_marked_only_after_their_sending_was_confirmed() {
    let folder = tempfile::tempdir().unwrap();
    let letters = open(folder.path());
    let dead: Vec<_> = (0..250).map(|n| rejected(n, 1, Code::WrongType)).collect();
    letters.bury(&dead).await.unwrap();
    let filter = DeadLetterFilter::default();

    let away = resend(&letters, &filter, async |_| {
        Err(Error::transient("send", "away"))
    });
    assert!(away.await.is_err());
    let open = letters.counts(&DeadLetterFilter::open()).await.unwrap();
    assert_eq!(open, [(Code::WrongType, 250)]);

    // The place they are sent to rejects every tenth again.
    let sent = Mutex::new(Vec::new());
    let confirmed = resend(&letters, &filter, async |buried| {
        let again: Vec<_> = buried
            .iter()
            .filter(|one| one.letter.offset.0 % 10 == 0)
            .map(|one| {
                rejected(
                    one.letter.offset.0,
                    one.letter.attempt + 1,
                    Code::OutOfRange,
                )
            })
            .collect();
        letters.bury(&again).await?;
        sent.lock().unwrap().extend(buried);
        Ok(())
    });
    assert_eq!(confirmed.await.unwrap(), 250);
    let sent = sent.into_inner().unwrap();
    let raw: Vec<_> = sent.into_iter().map(|one| one.raw).collect();
    let expected: Vec<_> = dead.into_iter().map(|one| one.raw).collect();
    assert_eq!(raw, expected);
    let open = letters.counts(&DeadLetterFilter::open()).await.unwrap();
    assert_eq!(open, [(Code::OutOfRange, 25)]);
}
