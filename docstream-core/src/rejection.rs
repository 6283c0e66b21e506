//! A document's own fault, as a value.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Code, DocId, Fault, Offset, Partition};

/// Where in its way a document was rejected.
///
/// ```
/// use docstream_core::Stage;
///
/// assert_eq!(Stage::Validate.to_string(), "validate");
/// assert_eq!("sink".parse::<Stage>()?, Stage::Sink);
/// # Ok::<(), docstream_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// Reading records out of bytes: lines, rows, frames.
    Read,
    /// Parsing a record into a document.
    Parse,
    /// Checking a parsed document against a policy.
    Validate,
    /// A transform after that.
    Transform,
    /// Writing to a sink.
    Sink,
}

impl Stage {
    /// The stage as it is written in dead letters and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Parse => "parse",
            Self::Validate => "validate",
            Self::Transform => "transform",
            Self::Sink => "sink",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Stage {
    type Err = crate::Error;

    fn from_str(word: &str) -> Result<Self, crate::Error> {
        [
            Self::Read,
            Self::Parse,
            Self::Validate,
            Self::Transform,
            Self::Sink,
        ]
        .into_iter()
        .find(|stage| stage.as_str() == word)
        .ok_or_else(|| crate::Error::config("read a stage", "not a stage of docstream"))
    }
}

/// Why a document is rejected: its own fault, never the service's.
///
/// The test for a rejection: would the next, different document from the same
/// source pass here? If not, it is not the document's fault but an
/// [`Error`](crate::Error).
///
/// ```
/// use docstream_core::{Code, Fault, Rejection, Stage};
///
/// let rejection = Rejection::new(Stage::Validate, Fault::new("/Country", Code::Missing, "is required"));
/// assert_eq!(rejection.code(), Code::Missing);
/// assert_eq!(rejection.to_string(), "validate: /Country: missing: is required");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    stage: Stage,
    // Boxed: a rejection rides in `Result`s of the hot path, which should stay small.
    faults: Box<Faults>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Faults {
    first: Fault,
    rest: Vec<Fault>,
}

impl Rejection {
    /// A rejection for one fault.
    pub fn new(stage: Stage, fault: Fault) -> Self {
        Self {
            stage,
            faults: Box::new(Faults {
                first: fault,
                rest: Vec::new(),
            }),
        }
    }

    /// A rejection for all `faults` of a document, in the order of its fields;
    /// `None` if there are none.
    ///
    /// ```
    /// use docstream_core::{Code, Fault, Rejection, Stage};
    ///
    /// let mut faults = Vec::new();
    /// faults.push(Fault::new("/Country", Code::Missing, "is required"));
    /// faults.push(Fault::new("/Quantity", Code::WrongType, "expected a whole number"));
    /// let rejection = Rejection::from_faults(Stage::Parse, faults).ok_or("no fault")?;
    /// assert_eq!((rejection.code(), rejection.faults().count()), (Code::Missing, 2));
    /// # Ok::<(), &str>(())
    /// ```
    pub fn from_faults(stage: Stage, faults: Vec<Fault>) -> Option<Self> {
        let mut faults = faults.into_iter();
        let first = faults.next()?;
        Some(Self {
            stage,
            faults: Box::new(Faults {
                first,
                rest: faults.collect(),
            }),
        })
    }

    /// Where the document was rejected.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// The code of the first fault: what reports count a document under.
    pub fn code(&self) -> Code {
        self.faults.first.code
    }

    /// All faults, at least one, in the order of the document's fields.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> + Clone {
        std::iter::once(&self.faults.first).chain(&self.faults.rest)
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.stage)?;
        for (index, fault) in self.faults().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

/// A rejected document on its way to the dead letters: everything needed to
/// understand it, mend it and send it again.
///
/// ```
/// use docstream_core::{Code, Fault, Offset, Partition, Rejected, Rejection, SourceId, Stage};
///
/// let why = Rejection::new(Stage::Parse, Fault::document(Code::MalformedJson, "expected JSON"));
/// let rejected = Rejected {
///     id: SourceId::new("default", "request", &[b"order-17"]).doc(3),
///     group: "billing".into(),
///     partition: Partition::new("memory:orders/0"),
///     offset: Offset(3),
///     key: Vec::new(),
///     raw: b"not JSON".to_vec(),
///     rejection: why,
///     attempt: 1,
/// };
/// let report = format!("{}: {}", rejected.offset, rejected.rejection);
/// assert_eq!(report, "3: parse: malformed_json: expected JSON");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The id the document was given where it entered.
    pub id: DocId,
    /// The consumer group whose pipeline rejected it; empty outside of one.
    pub group: std::sync::Arc<str>,
    /// The partition it was read from.
    pub partition: Partition,
    /// Its own position in the partition.
    pub offset: Offset,
    /// Its partition key, where it has one.
    pub key: Vec<u8>,
    /// The original bytes, unchanged.
    pub raw: Vec<u8>,
    /// Why.
    pub rejection: Rejection,
    /// How many times it has been rejected, this time included.
    pub attempt: u32,
}
