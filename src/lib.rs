// The pages of the guide are Markdown files that link to each other. Of two definitions of
// one link the first counts, so those here, before a page, replace those at its end.
//! [architecture]: crate::architecture
//! [contributing]: crate::contributing
//! [custom document]: crate::custom_document
//! [decisions]: crate::decisions
//! [guarantees]: crate::guarantees
//! [operations]: crate::operations
//! [performance]: crate::performance
#![doc = concat!("[changelog]: ", env!("CARGO_PKG_REPOSITORY"), "/blob/HEAD/CHANGELOG.md")]
#![doc = concat!("[security]: ", env!("CARGO_PKG_REPOSITORY"), "/blob/HEAD/SECURITY.md")]
#![doc = ""]
#![doc = include_str!("../README.md")]
//!
//! ## Where to look
//!
//! | to | look at |
//! | --- | --- |
//! | run something | [`Pipeline`], [`pipeline`], [`Observer`] |
//! | read files or standard input | [`file`](mod@file) |
//! | read retail invoices | [`InvoiceLine`], [`ParseInvoices`], [`InvoiceRules`], [`dates`] |
//! | use a type of your own | [`custom_document`], [`ParseJson`], [`Validate`], [`Document`] |
#![cfg_attr(
    feature = "sqlite",
    doc = "| keep a log and a store in files | [`sqlite::Log`], [`sqlite::InvoiceStore`], [`sqlite::SqliteStore`] |"
)]
//! | ask a store | [`InvoiceQueries`], [`queries`] |
//! | see what was rejected, send it again | [`DeadLetterQueries`], [`resend`] |
//! | check the promise | [`audit`](fn@audit) |
//! | write an adapter | [`contributing`], [`Source`], [`Sink`], [`IdempotentSink`] |
//! | test | [`memory`] |
#![cfg_attr(
    feature = "testkit",
    doc = "| test an adapter, or a pipeline that fails | [`testkit::contract`], [`testkit::faulty`], [`testkit::generator`] |"
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub use docstream_core::*;

#[cfg(feature = "sqlite")]
#[cfg_attr(docsrs, doc(cfg(feature = "sqlite")))]
#[doc(inline)]
pub use docstream_sqlite as sqlite;

#[cfg(feature = "testkit")]
#[cfg_attr(docsrs, doc(cfg(feature = "testkit")))]
#[doc(inline)]
pub use docstream_testkit as testkit;

/// Guide: a document type of your own, from JSON to a table.
///
/// ````
#[doc = include_str!("../examples/custom_document.rs")]
/// ````
///
/// Next: [Architecture](crate::architecture).
pub mod custom_document {}

/// Guide: one picture, the words, the life of a batch.
///
/// [contributing]: crate::contributing
/// [crash points]: crate::guarantees#crash-points
/// [decisions]: crate::decisions
/// [guarantees]: crate::guarantees
/// [operations]: crate::operations
/// [performance]: crate::performance
///
#[doc = include_str!("../docs/architecture.md")]
///
/// Next: [Guarantees](crate::guarantees).
pub mod architecture {}

/// Guide: what is promised, what is not, and which test shows each promise.
///
#[doc = include_str!("../docs/guarantees.md")]
///
/// Next: [Operations](crate::operations).
pub mod guarantees {}

/// Guide: running it. Data folder, lag, retention, dead letters, backup, exit codes.
///
/// [decisions]: crate::decisions
///
#[doc = include_str!("../docs/operations.md")]
///
/// Next: [Decisions](crate::decisions).
pub mod operations {}

/// Guide: where the code leaves the design it began with, and why.
///
/// [embedded log]: crate::architecture#the-embedded-log
///
#[doc = include_str!("../docs/decisions.md")]
///
/// Next: [Performance](crate::performance).
pub mod decisions {}

/// Guide: goals, what is compared with what, how to measure.
///
#[doc = include_str!("../docs/performance.md")]
///
/// Next: [Contributing](crate::contributing).
pub mod performance {}

/// Guide: how the tree is laid out and checked, and how to add an adapter, step by step.
///
#[doc = concat!("[changelog]: ", env!("CARGO_PKG_REPOSITORY"), "/blob/HEAD/CHANGELOG.md")]
/// [guarantees]: crate::guarantees
/// [operations]: crate::operations
///
#[doc = include_str!("../CONTRIBUTING.md")]
pub mod contributing {}
