//! The core of docstream.

mod batch;
pub mod dates;
mod dead_letters;
mod document;
mod error;
mod fault;
mod id;
#[path = "money_stub.rs"]
mod money;
mod observer;
pub mod pipeline;
mod position;
mod raw;
mod receipt;
mod record;
mod rejection;
mod sink;
mod source;
mod span;
mod transform;

pub use batch::{Batch, BatchBuilder, Incoming};
pub use dates::{DateFault, DateOrder, DateParser, Dates, OrderEvidence, Timestamp, Zone};
pub use dead_letters::DeadLetters;
pub use document::{Document, Encoder, Field, Kind, Payload, Schema};
pub use error::{Class, Error, Recovery, Result};
pub use fault::{Code, Fault, UnknownCode};
pub use id::{ContentHash, ContentHasher, DocId, InvalidDocId, SourceId};
pub use money::Money;
pub use observer::{Event, Observer};
pub use pipeline::Pipeline;
pub use position::{Checkpoint, Offset, Partition};
pub use raw::{Raw, Row};
pub use receipt::{Advance, Epoch, Extent, Receipt};
pub use record::{Headers, Record, RecordRef};
pub use rejection::{Rejected, Rejection, Stage};
pub use sink::{IdempotentSink, Outcome, Sink, Write, WriteReport};
pub use source::{Checkpoints, Committer, Demand, Next, Release, Source};
pub use span::Span;
pub use transform::{Chain, Identity, Retain, Transform, TryMap, retain, try_map};
