//! How files are to be read.

use std::path::PathBuf;
use std::sync::Arc;

use super::Encoding;

/// What the records of a file are.
///
/// ```
/// use docstream_core::file::{FileOptions, Format, Survey};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("lines");
/// std::fs::write(&path, "{\"name\":\"Ada\"}\n\n{\"name\":\"Bob\"}\n")?;
/// let survey = &Survey::input(path, &FileOptions::default(), |_| {})?[0];
/// assert_eq!((survey.format, survey.records), (Format::NdJson, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Rows under a header row.
    Csv,
    /// One JSON object a line. Blank lines are no records.
    NdJson,
    /// A rejects file: each line carries a document that was refused, with its id.
    Rejects,
}

impl Format {
    /// The format as it is written in options.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::NdJson => "ndjson",
            Self::Rejects => "rejects",
        }
    }
}

/// How files are to be read. The default tells everything by content.
///
/// ```
/// use docstream_core::file::{Encoding, FileOptions};
///
/// let options = FileOptions::default().encoding(Encoding::Latin1).tenant("north");
/// assert_eq!(options.document_bytes, 1024 * 1024);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileOptions {
    /// The format; told by the first lines if `None`, so that one bad line among them
    /// is a bad document and nothing more.
    pub format: Option<Format>,
    /// The encoding.
    pub encoding: Encoding,
    /// What separates the columns of CSV; told by the header if `None`.
    pub delimiter: Option<u8>,
    /// Bytes of one document; 1 MiB.
    pub document_bytes: usize,
    /// The tenant that the documents' ids are of; `default`.
    pub tenant: String,
    /// The consumer group whose progress is kept; `default`.
    pub group: Arc<str>,
    /// The column or field whose dates tell the order of day and month; `InvoiceDate`.
    pub date_field: String,
    /// The file in which progress is kept, for sinks that keep no checkpoints.
    pub positions: Option<PathBuf>,
    /// The file in which known files are kept, so that one that grew is known again.
    pub registry: Option<PathBuf>,
}

impl Default for FileOptions {
    fn default() -> Self {
        Self {
            format: None,
            encoding: Encoding::Auto,
            delimiter: None,
            document_bytes: 1024 * 1024,
            tenant: "default".to_owned(),
            group: Arc::from("default"),
            date_field: "InvoiceDate".to_owned(),
            positions: None,
            registry: None,
        }
    }
}

impl FileOptions {
    /// Declares the format.
    #[must_use]
    pub const fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// Declares the encoding.
    #[must_use]
    pub const fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Declares what separates the columns of CSV: an ASCII character.
    #[must_use]
    pub const fn delimiter(mut self, delimiter: u8) -> Self {
        self.delimiter = Some(delimiter);
        self
    }

    /// Sets the bytes of one document.
    #[must_use]
    pub const fn document_bytes(mut self, bytes: usize) -> Self {
        self.document_bytes = bytes;
        self
    }

    /// Sets the tenant.
    #[must_use]
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = tenant.into();
        self
    }

    /// Sets the consumer group.
    #[must_use]
    pub fn group(mut self, group: impl Into<Arc<str>>) -> Self {
        self.group = group.into();
        self
    }

    /// Sets the column or field of the dates.
    #[must_use]
    pub fn date_field(mut self, name: impl Into<String>) -> Self {
        self.date_field = name.into();
        self
    }

    /// Keeps progress in the file at `path`.
    #[must_use]
    pub fn positions(mut self, path: impl Into<PathBuf>) -> Self {
        self.positions = Some(path.into());
        self
    }

    /// Keeps known files in the file at `path`.
    #[must_use]
    pub fn registry(mut self, path: impl Into<PathBuf>) -> Self {
        self.registry = Some(path.into());
        self
    }
}
