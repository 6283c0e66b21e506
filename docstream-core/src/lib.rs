//! The core of docstream: documents, and the pipeline that carries them.
//!
//! A [`Source`] yields [`Batch`]es of records, a [`Transform`] maps them, a [`Sink`]
//! writes them, and a [`Pipeline`] is the one fixed algorithm between the three: it
//! retries, buries rejected documents in [`DeadLetters`], keeps a ledger of everything
//! in flight and commits only what is settled without a gap.
//!
//! ```
//! use docstream_core::memory::{MemoryDeadLetters, MemorySink, MemoryStream};
//! use docstream_core::{ParseInvoices, Pipeline};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let good = r#"{"InvoiceNo":"536365","StockCode":"71053","Quantity":6,"UnitPrice":3.39,
//!     "InvoiceDate":"2010-12-01T08:26:00Z","Country":"United Kingdom"}"#;
//! let stream = MemoryStream::bytes("orders", [[good, "not JSON"]]);
//! let (sink, dead) = (MemorySink::new(), MemoryDeadLetters::new());
//! let summary = Pipeline::from(stream.source())
//!     .transform(ParseInvoices::default())
//!     .dead_letters(dead.clone())
//!     .into_idempotent_sink(sink.clone())
//!     .run()
//!     .await?;
//! assert_eq!((summary.read, summary.written, summary.rejected), (2, 1, 1));
//! assert_eq!(dead.buried()[0].raw, b"not JSON");
//! # Ok(())
//! # }
//! ```
//!
//! The one rule behind the types: a document's own fault is a [`Rejection`], a value;
//! everything else is an [`Error`] that says whether to retry or to stop. And silence
//! never counts as success: a [`Receipt`] that is dropped commits nothing.
//!
//! | to | look at |
//! | --- | --- |
//! | run something | [`Pipeline`], [`pipeline`] |
//! | read retail invoices | [`InvoiceLine`], [`ParseInvoices`], [`InvoiceRules`], [`dates`] |
//! | use a type of your own | [`ParseJson`], [`Validate`], [`Document`], [`Payload`] |
//! | write an adapter | [`Source`], [`Sink`], [`IdempotentSink`], [`Advance`] |
//! | ask a store | [`queries::InvoiceQueries`] |
//! | read and write files | [`file`](mod@file) |
//! | look at what was rejected, and send it again | [`DeadLetterQueries`], [`resend`] |
//! | watch a run | [`Observer`], [`pipeline::Summary`] |
//! | test without anything outside | [`memory`] |
//! | check the promise | [`audit`](fn@audit) |
//!
//! No HTTP, no database, no C. The feature `zstd` reads zstd-compressed files;
//! `failpoints` is for tests: see [`crash_point`].

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
pub mod memory;
mod money;
mod observer;
mod parse_json;
pub mod pipeline;
mod position;
pub mod queries;
mod raw;
mod receipt;
mod record;
mod rejection;
mod sink;
mod source;
mod span;
mod take;
mod transform;
mod validation;
mod value_fault;

pub use audit::{Accepted, AuditReport, Burial, Finding, Scan, audit};
pub use batch::{Batch, BatchBuilder, Incoming};
pub use crash_point::crash_point;
pub use dates::{DateFault, DateOrder, DateParser, Dates, OrderEvidence, Timestamp, Zone};
pub use dead_letters::{
    Buried, DeadLetter, DeadLetterFilter, DeadLetterId, DeadLetterQueries, DeadLetterState,
    DeadLetters, resend,
};
pub use document::{Document, Encoder, Field, FieldType, Payload, Schema};
pub use error::{Class, Error, Recovery, Result};
pub use fault::{Code, Fault, UnknownCode};
pub use id::{ContentHash, ContentHasher, DocId, InvalidDocId, SourceId};
pub use invoice::{
    Columns, Country, CustomerId, Description, ExtraColumns, InvoiceKind, InvoiceLine, InvoiceNo,
    InvoiceParser, InvoiceRules, ParseInvoices, Policy, Quantity, StockCode, write_json,
};
pub use limits::Limits;
pub use money::Money;
pub use observer::{Event, Observer};
pub use parse_json::{ParseJson, Validate};
pub use pipeline::Pipeline;
pub use position::{Checkpoint, Offset, Partition};
pub use queries::InvoiceQueries;
pub use raw::{Raw, Row};
pub use receipt::{Advance, Epoch, Extent, Receipt};
pub use record::{Headers, RecordRef};
pub use rejection::{Rejected, Rejection, Stage};
pub use sink::{IdempotentSink, Outcome, Sink, Write, WriteReport};
pub use source::{Checkpoints, Committer, Demand, Next, Release, Source};
pub use span::Span;
pub use take::Take;
pub use transform::{Chain, Identity, Retain, Transform, TryMap, retain, try_map};
pub use validation::faults_of;
pub use value_fault::ValueFault;
