//! Dead letters in a file.

use std::collections::{BTreeMap, HashSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::append::AppendFile;
use super::rejects::{Layout, Line, write_line};
use super::tail::Entries;
use super::{blocking, trouble};
use crate::{ContentHash, ContentHasher, DeadLetters, DocId, Partition, Rejected, Result};

const OPERATION: &str = "bury dead letters in a file";

/// Buries rejected documents in a rejects file, which can be read as input again:
/// see [`write_rejects`](super::write_rejects) for its lines.
///
/// A document of the same group, partition, offset, id and attempt is kept once, also
/// when the file is opened again; that takes 16 bytes of memory for each.
///
/// ```
/// use docstream_core::file::{FileDeadLetters, FileOptions, FileSource};
/// # use docstream_core::memory::MemorySink;
/// # use docstream_core::{ParseInvoices, Pipeline};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
/// # let input = folder.path().join("lines.csv");
/// # std::fs::write(&input, format!("{header}\n536365,71053,LANTERN,six,2010-12-01 08:26,3.39,,France\n"))?;
/// # let rejects = folder.path().join("rejects.ndjson");
/// # let sink = MemorySink::new();
/// let source = FileSource::open(input, FileOptions::default())?;
/// let dead_letters = FileDeadLetters::open(&rejects, source.layouts())?;
/// # let pipeline = Pipeline::from(source).transform(ParseInvoices::default());
/// let pipeline = pipeline.dead_letters(dead_letters).into_idempotent_sink(sink.clone());
/// assert_eq!(pipeline.run().await?.rejected, 1);
/// // A person mends the row, and the file is the input of another run.
/// let mended = std::fs::read_to_string(&rejects)?.replace(",six,", ",6,");
/// std::fs::write(&rejects, mended)?;
/// let source = FileSource::open(rejects, FileOptions::default())?;
/// # let pipeline = Pipeline::from(source).transform(ParseInvoices::default());
/// # let pipeline = pipeline.halt_on_reject().into_idempotent_sink(sink);
/// assert_eq!(pipeline.run().await?.written, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct FileDeadLetters {
    layouts: Arc<BTreeMap<Partition, Layout>>,
    graves: Arc<Mutex<Graves>>,
}

#[derive(Debug)]
struct Graves {
    file: AppendFile,
    known: HashSet<[u8; 16]>,
}

impl FileDeadLetters {
    /// Opens the file at `path`, or makes it. `layouts` tell how the documents of
    /// each partition are laid out; without them a row of CSV cannot be sent again.
    ///
    /// # Errors
    ///
    /// Somebody else is writing to it, or it is no regular file, or no rejects file: the
    /// file that the documents came from, for instance, is left as it is.
    pub fn open(path: impl AsRef<Path>, layouts: BTreeMap<Partition, Layout>) -> Result<Self> {
        let path = path.as_ref();
        let trouble = |error| trouble(OPERATION, &error).with("path", path.display());
        let file = AppendFile::open(OPERATION, path, &Entries::Rejects)?;
        let mut known = HashSet::new();
        let reader = BufReader::new(std::fs::File::open(path).map_err(trouble)?);
        for line in reader.split(b'\n') {
            // A line that a person has broken is no reason to bury nothing any more.
            if let Ok(line) = Line::parse(&line.map_err(trouble)?) {
                known.insert(key(
                    &line.group,
                    &line.partition,
                    line.offset,
                    line.id,
                    line.attempt,
                ));
            }
        }
        Ok(Self {
            layouts: Arc::new(layouts),
            graves: Arc::new(Mutex::new(Graves { file, known })),
        })
    }
}

fn key(group: &str, partition: &str, offset: u64, id: DocId, attempt: u32) -> [u8; 16] {
    let mut bytes = Vec::with_capacity(128);
    ContentHasher::put_text(&mut bytes, group);
    ContentHasher::put_text(&mut bytes, partition);
    ContentHasher::put_integer(&mut bytes, offset as i64);
    ContentHasher::put_integer(&mut bytes, i64::from(attempt));
    bytes.extend_from_slice(&id.to_bytes());
    ContentHash::of_bytes(&bytes).to_bytes()
}

#[async_trait]
impl DeadLetters for FileDeadLetters {
    async fn bury(&self, dead: &[Rejected]) -> Result<()> {
        let mut entries = Vec::with_capacity(dead.len());
        for dead in dead {
            let partition = dead.partition.as_str();
            let key = key(&dead.group, partition, dead.offset.0, dead.id, dead.attempt);
            let mut line = Vec::new();
            write_line(&mut line, dead, &self.layouts)?;
            entries.push((key, line));
        }
        let graves = Arc::clone(&self.graves);
        blocking(OPERATION, move || {
            let mut graves = graves.lock().unwrap_or_else(PoisonError::into_inner);
            let mut here = HashSet::new();
            entries.retain(|(key, _)| !graves.known.contains(key) && here.insert(*key));
            let lines: Vec<u8> = entries.into_iter().flat_map(|(_, line)| line).collect();
            graves.file.append(OPERATION, &lines)?;
            graves.known.extend(here);
            Ok(())
        })
        .await
    }
}
