//! The core of docstream.

#[cfg(panic = "abort")]
compile_error!(
    "docstream needs panic = \"unwind\" (the default): a panic in a transform rejects that \
     document, and with panic = \"abort\" it would end the process"
);

mod audit;
mod batch;
mod crash_point;
pub mod dates;
mod dead_letters;
mod document;
mod error;
mod fault;
pub mod file;
mod id;
mod invoice;
mod limits;
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
mod validation;
mod value_fault;

pub use audit::{AuditReport, Finding, Scan, audit};
pub use batch::{Batch, BatchBuilder, Incoming};
pub use crash_point::crash_point;
pub use dates::{DateFault, DateOrder, DateParser, Dates, OrderEvidence, Timestamp, Zone};
pub use dead_letters::DeadLetters;
pub use document::{Document, Encoder, Field, Kind, Payload, Schema};
pub use error::{Class, Error, Recovery, Result};
pub use fault::{Code, Fault, UnknownCode};
pub use id::{ContentHash, ContentHasher, DocId, InvalidDocId, SourceId};
pub use invoice::{
    Columns, Country, CustomerId, Description, ExtraColumns, InvoiceKind, InvoiceLine, InvoiceNo,
    InvoiceParser, InvoiceRules, Policy, Quantity, StockCode, write_json,
};
pub use limits::Limits;
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
pub use validation::faults_of;
pub use value_fault::ValueFault;
