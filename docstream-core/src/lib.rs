//! The core of docstream.

pub mod dates;
mod error;
mod fault;
mod id;
mod position;
mod rejection;

pub use dates::{DateFault, DateOrder, DateParser, Dates, OrderEvidence, Timestamp, Zone};
pub use error::{Class, Error, Recovery, Result};
pub use fault::{Code, Fault, UnknownCode};
pub use id::{ContentHash, ContentHasher, DocId, InvalidDocId, SourceId};
pub use position::{Checkpoint, Offset, Partition};
pub use rejection::{Rejected, Rejection, Stage};
