//! The core of docstream.

mod error;
mod fault;
mod id;
mod position;
mod rejection;

pub use error::{Class, Error, Recovery, Result};
pub use fault::{Code, Fault, UnknownCode};
pub use id::{ContentHash, ContentHasher, DocId, InvalidDocId, SourceId};
pub use position::{Checkpoint, Offset, Partition};
pub use rejection::{Rejected, Rejection, Stage};
