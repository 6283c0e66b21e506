//! Rejects files: documents that were refused, written down so that they can be
//! mended and sent again.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use super::Encoding;
use super::scan::KEPT_OF_TOO_LARGE;
use crate::{Code, DocId, Error, Fault, Partition, Rejected, Result, Stage};

/// How the documents of a file are laid out in its bytes: what a row needs so that
/// it can be read without its file.
///
/// [`FileSource::layouts`](super::FileSource::layouts) gives those of its files; where
/// documents come from elsewhere, it is made by hand:
///
/// ```
/// use docstream_core::file::{Encoding, Layout};
///
/// let layout = Layout::rows(["name", "grade"].map(Box::from).into(), b';', Encoding::Utf8);
/// assert_eq!(layout.header.as_deref().map(<[_]>::len), Some(2));
/// assert_eq!(Layout::lines(Encoding::Utf8).header, None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Layout {
    /// The names of the columns; `None` if the file is not CSV.
    pub header: Option<Arc<[Box<str>]>>,
    /// What separates the columns.
    pub delimiter: u8,
    /// The encoding of the text.
    pub encoding: Encoding,
    /// Whether documents that are UTF-8 are to be read as that whatever `encoding`
    /// says: those of a rejects file may have been mended.
    mixed: bool,
}

impl Layout {
    /// Rows under `header`.
    pub fn rows(header: Arc<[Box<str>]>, delimiter: u8, encoding: Encoding) -> Self {
        Self {
            header: Some(header),
            delimiter,
            encoding,
            mixed: false,
        }
    }

    /// Lines of JSON.
    pub const fn lines(encoding: Encoding) -> Self {
        Self {
            header: None,
            delimiter: b',',
            encoding,
            mixed: false,
        }
    }
}

/// A line of a rejects file: `{"id", "errors", "raw" | "raw_base64"}` and where it
/// came from. A document that was a row has the names of its columns with it, and
/// one that is not UTF-8 its encoding.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) id: DocId,
    pub(crate) errors: Vec<Fault>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    raw: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    raw_base64: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) header: Option<Vec<Box<str>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) delimiter: Option<char>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) encoding: Option<Encoding>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_base64: Option<String>,
    #[serde(default = "read")]
    stage: Stage,
    #[serde(default)]
    pub(crate) group: String,
    #[serde(default)]
    pub(crate) partition: String,
    #[serde(default)]
    pub(crate) offset: u64,
    #[serde(default)]
    pub(crate) attempt: u32,
}

fn read() -> Stage {
    Stage::Read
}

impl Line {
    fn new(dead: &Rejected, layout: Option<&Layout>) -> Self {
        // Bytes of another encoding may happen to be UTF-8.
        let text = std::str::from_utf8(&dead.raw).ok().filter(|text| {
            let utf8 = |layout: &Layout| layout.mixed || layout.encoding.is_utf8();
            text.is_ascii() || layout.is_none_or(utf8)
        });
        // A rejects file that is rejected from may hold rows and objects.
        let object = dead.raw.trim_ascii_start().starts_with(b"{");
        let rows = layout.filter(|layout| layout.header.is_some() && !object);
        Self {
            id: dead.id,
            errors: dead.rejection.faults().cloned().collect(),
            raw: text.map(str::to_owned),
            raw_base64: text.is_none().then(|| BASE64.encode(&dead.raw)),
            header: rows.and_then(|layout| Some(layout.header.as_ref()?.to_vec())),
            delimiter: rows
                .filter(|layout| layout.delimiter != b',')
                .map(|layout| char::from(layout.delimiter)),
            encoding: layout
                .map(|layout| layout.encoding)
                .filter(|_| text.is_none()),
            key_base64: (!dead.key.is_empty()).then(|| BASE64.encode(&dead.key)),
            stage: dead.rejection.stage(),
            group: dead.group.as_ref().to_owned(),
            partition: dead.partition.as_str().to_owned(),
            offset: dead.offset.0,
            attempt: dead.attempt,
        }
    }

    /// The line of a rejects file; the fault says what is wrong with it otherwise.
    pub(crate) fn parse(line: &[u8]) -> Result<Self, Fault> {
        let line: Self = serde_json::from_slice(line).map_err(|_| not_a_line())?;
        if line.raw.is_some() == line.raw_base64.is_some() {
            return Err(not_a_line());
        }
        Ok(line)
    }

    /// The document's bytes.
    pub(crate) fn raw(&self) -> Result<Vec<u8>, Fault> {
        let raw = match (&self.raw, &self.raw_base64) {
            (Some(text), _) => text.clone().into_bytes(),
            (None, Some(coded)) => BASE64
                .decode(coded)
                .map_err(|_| Fault::document(Code::InvalidFormat, "`raw_base64` must be base64"))?,
            (None, None) => return Err(not_a_line()),
        };
        let cut = self.errors.iter().any(|fault| fault.code == Code::TooLarge)
            && self.stage == Stage::Read
            && raw.len() == KEPT_OF_TOO_LARGE;
        if cut {
            let message = "only the head of this document was kept; put in the whole of it";
            return Err(Fault::document(Code::TooLarge, message));
        }
        Ok(raw)
    }

    /// The encoding of its bytes: what was mended is text, and text is UTF-8.
    pub(crate) fn encoding(&self) -> Encoding {
        match self.raw {
            Some(_) => Encoding::Utf8,
            None => self.encoding.unwrap_or(Encoding::Utf8),
        }
    }

    /// How the document is laid out.
    pub(crate) fn layout(&self) -> Layout {
        let delimiter = self.delimiter.and_then(|c| u8::try_from(c).ok());
        Layout {
            header: self.header.as_deref().map(Arc::from),
            delimiter: delimiter.unwrap_or(b','),
            encoding: self.encoding.unwrap_or(Encoding::Utf8),
            mixed: true,
        }
    }

    /// The document's partition key.
    pub(crate) fn key(&self) -> Vec<u8> {
        let coded = self.key_base64.as_deref().unwrap_or_default();
        BASE64.decode(coded).unwrap_or_default()
    }
}

#[cold]
fn not_a_line() -> Fault {
    let message =
        "expected a line of a rejects file: an object with id, errors and raw or raw_base64";
    Fault::document(Code::MalformedJson, message)
}

/// Whether `line` is of a rejects file.
pub(crate) fn is_line(line: &[u8]) -> bool {
    Line::parse(line).is_ok()
}

/// Appends `dead` as a line to `out`.
pub(crate) fn write_line(
    out: &mut Vec<u8>,
    dead: &Rejected,
    layouts: &BTreeMap<Partition, Layout>,
) -> Result<()> {
    let line = Line::new(dead, layouts.get(&dead.partition));
    serde_json::to_writer(&mut *out, &line)
        .map_err(|error| Error::bug("write a dead letter", error.to_string()))?;
    out.push(b'\n');
    Ok(())
}

/// Writes rejected documents as a rejects file, which can be read as input again.
///
/// Each line is `{"id", "errors": [{"pointer", "code", "message"}], "raw" | "raw_base64"}`
/// and says where the document came from. A document that was a row of CSV carries
/// the names of its columns in `header`, if `layouts` knows its partition: mend
/// `raw`, and send the line again. It keeps its id.
///
/// ```
/// use docstream_core::file::{FileOptions, FileSource, write_rejects};
/// use docstream_core::memory::{MemoryDeadLetters, MemorySink};
/// use docstream_core::{ParseInvoices, Pipeline};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("lines.csv");
/// # let header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
/// # std::fs::write(&path, format!("{header}\n536365,71053,LANTERN,six,2010-12-01 08:26,3.39,,France\n"))?;
/// let source = FileSource::open(path, FileOptions::default())?;
/// let (layouts, dead) = (source.layouts(), MemoryDeadLetters::new());
/// # Pipeline::from(source)
/// #     .transform(ParseInvoices::default())
/// #     .dead_letters(dead.clone())
/// #     .into_idempotent_sink(MemorySink::new())
/// #     .run()
/// #     .await?;
/// // ... and when a pipeline has run:
/// let mut out = Vec::new();
/// write_rejects(&mut out, &dead.buried(), &layouts)?;
/// let line: serde_json::Value = serde_json::from_slice(&out)?;
/// assert_eq!(line["errors"][0]["pointer"], "/Quantity");
/// assert_eq!(line["header"][3], "Quantity");
/// assert_eq!(line["raw"], "536365,71053,LANTERN,six,2010-12-01 08:26,3.39,,France");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Writing to `out` failed; the lines before are in it.
pub fn write_rejects<'a>(
    mut out: impl Write,
    rejected: impl IntoIterator<Item = &'a Rejected>,
    layouts: &BTreeMap<Partition, Layout>,
) -> Result<()> {
    let mut line = Vec::new();
    for dead in rejected {
        line.clear();
        write_line(&mut line, dead, layouts)?;
        out.write_all(&line)
            .map_err(|error| super::trouble("write a rejects file", &error))?;
    }
    Ok(())
}
