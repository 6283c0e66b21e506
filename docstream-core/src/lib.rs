//! The core of docstream.

#[cfg(panic = "abort")]
compile_error!(
    "docstream needs panic = \"unwind\" (the default): a panic in a transform rejects that \
     document, and with panic = \"abort\" it would end the process"
);

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
