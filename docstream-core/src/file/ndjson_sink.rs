//! NDJSON as a sink.

use std::marker::PhantomData;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use memchr::memchr;

use super::append::AppendFile;
use super::blocking;
use super::tail::Entries;
use crate::{Code, Fault, Outcome, Payload, Rejection, Result, Sink, Stage, Write, WriteReport};

const OPERATION: &str = "append lines to a file";

/// Appends each document as a line to a file; durable when a write returns.
///
/// Not idempotent: a write that is repeated after a crash is there twice. A line
/// that a crash cut off is removed when the file is opened again.
///
/// ```
/// use docstream_core::Pipeline;
/// use docstream_core::file::NdJsonSink;
/// use docstream_core::memory::MemoryStream;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("documents.ndjson");
/// let stream = MemoryStream::bytes("orders", [["{\"a\":1}", "{\"a\":2}"]]);
/// let sink = NdJsonSink::open(&path)?;
/// Pipeline::from(stream.source()).halt_on_reject().into_sink(sink).run().await?;
/// assert_eq!(std::fs::read_to_string(path)?, "{\"a\":1}\n{\"a\":2}\n");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct NdJsonSink<T> {
    file: Arc<Mutex<AppendFile>>,
    documents: PhantomData<fn(T)>,
}

impl<T: Payload> NdJsonSink<T> {
    /// Opens the file at `path`, or makes it.
    ///
    /// # Errors
    ///
    /// Somebody else is writing to it, it is no regular file, or what it holds is no JSON.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let file = AppendFile::open(OPERATION, path.as_ref(), &Entries::Json)?;
        Ok(Self {
            file: Arc::new(Mutex::new(file)),
            documents: PhantomData,
        })
    }
}

#[async_trait]
impl<T: Payload> Sink<T> for NdJsonSink<T> {
    async fn write(&self, work: Write<T>) -> Result<WriteReport> {
        let mut lines = Vec::new();
        let mut report = WriteReport::default();
        for (index, record) in work.records() {
            let start = lines.len();
            T::write_payload(record, &mut lines);
            if memchr(b'\n', &lines[start..]).is_some() {
                lines.truncate(start);
                report
                    .others
                    .push((index, Outcome::Rejected(several_lines())));
            } else {
                lines.push(b'\n');
                report.written += 1;
            }
        }
        let file = Arc::clone(&self.file);
        blocking(OPERATION, move || {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            file.append(OPERATION, &lines)
        })
        .await?;
        Ok(report)
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

#[cold]
fn several_lines() -> Rejection {
    let message = "a document in a file of lines must be one line";
    Rejection::new(Stage::Sink, Fault::document(Code::InvalidFormat, message))
}
