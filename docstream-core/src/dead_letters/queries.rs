//! Looking at what was buried.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::queries::{Page, PageRequest, QueryResult};
use crate::{Code, DocId, Fault, Offset, Partition, Stage, Timestamp};

/// The reading side of dead letters: look at them, and note which were sent again.
///
/// What a person looks at in the morning:
///
/// ```
#[doc = include_str!("example.txt")]
/// use docstream_core::queries::{PageRequest, QueryResult};
/// use docstream_core::{DeadLetterFilter, DeadLetterQueries};
///
/// async fn report(letters: &dyn DeadLetterQueries) -> QueryResult<Vec<String>> {
///     let page = letters.list(&DeadLetterFilter::open(), &PageRequest::default()).await?;
///     let lines = page.items.iter().map(|letter| format!("{} {}", letter.id, letter.errors[0]));
///     Ok(lines.collect())
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> QueryResult<()> {
/// # let letters = Shelf::default();
/// assert_eq!(report(&letters).await?, ["17 /Quantity: wrong_type: expected a whole number"]);
/// # Ok(())
/// # }
/// ```
#[async_trait]
pub trait DeadLetterQueries: Send + Sync + 'static {
    /// The entries that pass `filter`, in the order in which they were buried.
    async fn list(
        &self,
        filter: &DeadLetterFilter,
        page: &PageRequest,
    ) -> QueryResult<Page<DeadLetter>>;

    /// One entry with its original bytes.
    async fn get(&self, id: &DeadLetterId) -> QueryResult<Option<Buried>>;

    /// How many entries of each code pass `filter`, in the order of [`Code::ALL`];
    /// codes without any are left out.
    async fn counts(&self, filter: &DeadLetterFilter) -> QueryResult<Vec<(Code, u64)>>;

    /// Notes that these entries were sent again and their sending was confirmed.
    /// Gives how many were open until now.
    ///
    /// Cancel safe: a note that was cut off may or may not have been made, and is
    /// harmless to repeat.
    async fn mark_resent(&self, ids: &[DeadLetterId]) -> QueryResult<u64>;
}

/// Which entry, in the words of the store that keeps it.
///
/// ```
/// use docstream_core::DeadLetterId;
///
/// // From the path of a request; whether there is such an entry, the store knows.
/// let id = DeadLetterId::new("17");
/// assert_eq!(id.as_str(), "17");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeadLetterId(String);

impl DeadLetterId {
    /// The entry that the store knows as `id`.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as the store wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DeadLetterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Whether an entry still waits for somebody.
///
/// ```
/// use docstream_core::{DeadLetterFilter, DeadLetterState};
///
/// assert_eq!(serde_json::from_str::<DeadLetterState>(r#""resent""#)?, DeadLetterState::Resent);
/// assert_eq!(DeadLetterFilter::open().state, Some(DeadLetterState::Open));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeadLetterState {
    /// Nobody has sent it again.
    Open,
    /// It was sent again. Rejected once more, it is another entry with a higher attempt.
    Resent,
}

/// Which entries are wanted: those that pass every filter that is set.
///
/// ```
/// use docstream_core::{Code, DeadLetterFilter};
///
/// let undated = DeadLetterFilter { code: Some(Code::AmbiguousDate), ..DeadLetterFilter::open() };
/// assert_ne!(undated, DeadLetterFilter::default()); // which lets every entry pass
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeadLetterFilter {
    /// Whose first fault has this code.
    pub code: Option<Code>,
    /// Rejected at this stage.
    pub stage: Option<Stage>,
    /// Rejected in the pipeline of this consumer group.
    pub group: Option<String>,
    /// In this state.
    pub state: Option<DeadLetterState>,
}

impl DeadLetterFilter {
    /// The entries that nobody has sent again.
    pub fn open() -> Self {
        Self {
            state: Some(DeadLetterState::Open),
            ..Self::default()
        }
    }
}

/// A rejected document as it was buried, without its bytes.
///
/// As JSON it is what the HTTP API answers:
///
/// ```
#[doc = include_str!("example.txt")]
/// # let letter = buried().letter;
/// let json = serde_json::to_value(&letter)?;
/// assert_eq!(json["state"], "open");
/// assert_eq!(json["errors"][0]["code"], "wrong_type");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeadLetter {
    /// Which entry.
    pub id: DeadLetterId,
    /// The id the document was given where it entered.
    pub document: DocId,
    /// The consumer group whose pipeline rejected it.
    pub group: String,
    /// The partition it was read from.
    #[serde(serialize_with = "as_text")]
    pub partition: Partition,
    /// Its position there.
    #[serde(serialize_with = "as_number")]
    pub offset: Offset,
    /// Where in its way it was rejected.
    pub stage: Stage,
    /// Why, in the order of the document's fields; at least one.
    pub errors: Vec<Fault>,
    /// How many times it has been rejected, this time included.
    pub attempt: u32,
    /// How many bytes it has.
    pub size: u64,
    /// When it was buried.
    pub buried_at: Timestamp,
    /// Whether it still waits for somebody.
    pub state: DeadLetterState,
}

fn as_text<S: serde::Serializer>(partition: &Partition, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(partition.as_str())
}

fn as_number<S: serde::Serializer>(offset: &Offset, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(offset.0)
}

/// A dead letter with what is needed to send it again.
///
/// Under the id that it had, it can be stored only once:
///
/// ```
#[doc = include_str!("example.txt")]
/// use docstream_core::{Buried, Incoming, Offset};
///
/// fn again(buried: &Buried, offset: Offset) -> Incoming<'_> {
///     Incoming {
///         key: &buried.key,
///         attempt: buried.letter.attempt,
///         ..Incoming::new(buried.letter.document, offset, &buried.raw)
///     }
/// }
/// # let buried = buried();
/// assert_eq!(again(&buried, Offset(0)).id, buried.letter.document);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buried {
    /// The entry.
    pub letter: DeadLetter,
    /// Its partition key; empty for none.
    pub key: Vec<u8>,
    /// The original bytes, unchanged.
    pub raw: Vec<u8>,
}

const _: Option<&dyn DeadLetterQueries> = None;
