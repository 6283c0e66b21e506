//! CSV as a sink.

use std::marker::PhantomData;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::append::AppendFile;
use super::blocking;
use super::csv_cells::Cells;
use super::tail::Entries;
use crate::{Document, Result, Sink, Write, WriteReport};

const OPERATION: &str = "append rows to a file";

/// Appends each document as a row of CSV to a file, under a header row of the
/// schema's field names; durable when a write returns.
///
/// Not idempotent: a write that is repeated after a crash is there twice. A row
/// that a crash cut off is removed when the file is opened again.
///
/// ```
/// use docstream_core::file::CsvSink;
/// use docstream_core::memory::MemoryStream;
/// use docstream_core::{ParseInvoices, Pipeline};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("lines.csv");
/// # let json = r#"{"InvoiceNo":"536365","StockCode":"71053","Description":"=1+1","Quantity":6,"UnitPrice":3.39,"InvoiceDate":"2010-12-01T08:26:00Z","Country":"France"}"#;
/// let sink = CsvSink::open(&path)?.safe_for_spreadsheets();
/// Pipeline::from(MemoryStream::bytes("orders", [[json]]).source())
///     .transform(ParseInvoices::default())
///     .halt_on_reject()
///     .into_sink(sink)
///     .run()
///     .await?;
/// let content = std::fs::read_to_string(path)?;
/// let row = content.lines().nth(1);
/// assert_eq!(row, Some(r#"536365,sale,71053,71053,"'=1+1",,6,2010-12-01T08:26:00Z,3.39,,France"#));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct CsvSink<T> {
    file: Arc<Mutex<AppendFile>>,
    safe: bool,
    documents: PhantomData<fn(T)>,
}

impl<T: Document> CsvSink<T> {
    /// Opens the file at `path`, or makes it with its header row.
    ///
    /// # Errors
    ///
    /// The file has another header or is no regular file, or somebody else is writing to it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let mut header = Vec::new();
        let mut cells = Cells::new(&mut header, false);
        T::schema()
            .fields
            .iter()
            .for_each(|field| cells.put_text(field.name));
        cells.end();
        let entries = Entries::Rows { header: &header };
        let mut file = AppendFile::open(OPERATION, path.as_ref(), &entries)?;
        if file.length() == 0 {
            file.append(OPERATION, &header)?;
        }
        Ok(Self {
            file: Arc::new(Mutex::new(file)),
            safe: false,
            documents: PhantomData,
        })
    }

    /// Puts `'` before texts that a spreadsheet would take for a formula. Numbers
    /// stay as they are.
    #[must_use]
    pub const fn safe_for_spreadsheets(mut self) -> Self {
        self.safe = true;
        self
    }
}

#[async_trait]
impl<T: Document> Sink<T> for CsvSink<T> {
    async fn write(&self, work: Write<T>) -> Result<WriteReport> {
        let mut rows = Vec::new();
        for (_, record) in work.records() {
            let mut cells = Cells::new(&mut rows, self.safe);
            record.doc().encode(record.text(), &mut cells);
            cells.end();
        }
        let file = Arc::clone(&self.file);
        blocking(OPERATION, move || {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            file.append(OPERATION, &rows)
        })
        .await?;
        Ok(WriteReport::written(work.len()))
    }

    async fn check(&self) -> Result<()> {
        let file = Arc::clone(&self.file);
        blocking(OPERATION, move || {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            file.append(OPERATION, b"")
        })
        .await
    }
}
