//! Files as sources, sinks and dead letters: CSV and NDJSON, plain, gzip or zstd,
//! in UTF-8, latin-1 or windows-1252, a file, a folder of files or standard input.
//!
//! A file is read twice. A [`Survey`] reads it once from end to end and tells what
//! no single document could: which file this is (the hash of its bytes, from which
//! its documents get their ids), its encoding, how many documents there are, and
//! what the dates say about the order of day and month. Then a [`FileSource`] gives
//! the documents, and stops with an error if the file is not the one surveyed.
//!
//! Memory is bounded whatever a file holds: a line of a gigabyte is one rejected
//! document of which the head is kept, and a quote that is never closed hurts only
//! the line it stands on.
//!
//! The position of a document is its number in the file, from 0. Blank lines and the
//! header row are not counted.
//!
//! ```
//! use docstream_core::file::{FileOptions, FileSource, NdJsonSink, Survey};
//! use docstream_core::{Dates, InvoiceRules, ParseInvoices, Pipeline};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
//! # let input = folder.path().join("online-retail.csv");
//! # std::fs::write(&input, format!("{header}\n537226,22811,T-LIGHT HOLDER,6,12/13/2010 9:00,2.95,15987,France\n"))?;
//! # let output = folder.path().join("lines.ndjson");
//! let options = FileOptions::default();
//! let surveys = Survey::input(input, &options, |_| {})?;
//! let dates = Dates::default().order(surveys[0].dates.finish()?);
//! let summary = Pipeline::from(FileSource::new(surveys, options)?)
//!     .transform(ParseInvoices::new(InvoiceRules { dates, ..InvoiceRules::default() }))
//!     .halt_on_reject()
//!     .into_sink(NdJsonSink::open(&output)?)
//!     .run()
//!     .await?;
//! assert_eq!(summary.written, 1);
//! assert!(std::fs::read_to_string(output)?.contains("2010-12-13T09:00:00Z"));
//! # Ok(())
//! # }
//! ```

mod append;
mod atomic;
mod compression;
mod csv_cells;
mod csv_sink;
mod date_field;
mod dead_letters;
mod encoding;
mod folder;
mod hashing;
mod lines;
mod ndjson_sink;
mod options;
mod positions;
mod progress;
mod records;
mod registry;
mod rejects;
mod resend;
mod rows;
mod scan;
mod shape;
mod source;
mod split;
mod spool;
mod stamp;
mod survey;
mod surveyed;
mod tail;
mod window;
mod worker;

pub use compression::Compression;
pub use csv_sink::CsvSink;
pub use dead_letters::FileDeadLetters;
pub use encoding::Encoding;
pub use ndjson_sink::NdJsonSink;
pub use options::{FileOptions, Format};
pub use progress::FileProgress;
pub use rejects::{Layout, write_rejects};
pub use source::FileSource;
pub use spool::spool_stdin;
pub use survey::{Damage, Survey, Surveyed};

use std::io;

use crate::{Class, Error};

/// `ELOOP`, links that lead in a circle, for which `ErrorKind` has no stable name.
const LINKS_IN_A_CIRCLE: i32 = match () {
    () if cfg!(any(target_os = "linux", target_os = "android")) => 40,
    () if cfg!(unix) => 62,
    () => 1921,
};

/// The error of an operation on a file: worth another try unless a person has to act.
#[cold]
pub(crate) fn trouble(operation: &'static str, error: &io::Error) -> Error {
    use io::ErrorKind as Kind;
    let class = match error.kind() {
        Kind::NotFound
        | Kind::PermissionDenied
        | Kind::ReadOnlyFilesystem
        | Kind::IsADirectory
        | Kind::NotADirectory
        | Kind::InvalidInput
        | Kind::InvalidData => Class::Config,
        _ if error.raw_os_error() == Some(LINKS_IN_A_CIRCLE) => Class::Config,
        _ => Class::Transient,
    };
    Error::new(class, operation, error.to_string())
}

/// Does blocking work away from the tasks of the runtime.
pub(crate) async fn blocking<T: Send + 'static>(
    operation: &'static str,
    work: impl FnOnce() -> crate::Result<T> + Send + 'static,
) -> crate::Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(Error::unknown(operation, error.to_string())),
    }
}

#[cfg(test)]
mod tests;
#[cfg(feature = "zstd")]
mod zstd_frames;
