//! The core of docstream.

pub mod dates;
mod error;
mod fault;
mod id;
mod invoice;
mod limits;
mod money;
mod position;
mod rejection;
mod span;
mod validation;
mod value_fault;

pub use dates::{DateFault, DateOrder, DateParser, Dates, OrderEvidence, Timestamp, Zone};
pub use error::{Class, Error, Recovery, Result};
pub use fault::{Code, Fault, UnknownCode};
pub use id::{ContentHash, ContentHasher, DocId, InvalidDocId, SourceId};
pub use invoice::{
    Columns, Country, CustomerId, Description, ExtraColumns, InvoiceKind, InvoiceLine, InvoiceNo,
    InvoiceParser, InvoiceRules, Policy, Quantity, StockCode, write_json,
};
pub use limits::Limits;
pub use money::Money;
pub use position::{Checkpoint, Offset, Partition};
pub use rejection::{Rejected, Rejection, Stage};
pub use span::Span;
pub use validation::faults_of;
pub use value_fault::ValueFault;
