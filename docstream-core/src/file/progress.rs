//! How far the reading of files is.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// How far a [`FileSource`](super::FileSource) has read; it may be ahead of what
/// the pipeline has done by a few batches.
///
/// ```
/// use docstream_core::file::{FileOptions, FileSource};
/// # use docstream_core::Pipeline;
/// # use docstream_core::memory::MemorySink;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("lines.csv");
/// # std::fs::write(&path, "name,grade\nAda,1\nBob,2\n")?;
/// let source = FileSource::open(path, FileOptions::default())?;
/// let progress = source.progress(); // for another task, which draws a bar
/// assert_eq!((progress.records(), progress.total_records()), (0, 2));
/// let pipeline = Pipeline::from(source).halt_on_reject().into_idempotent_sink(MemorySink::new());
/// pipeline.run().await?;
/// assert_eq!((progress.records(), progress.bytes()), (2, progress.total_bytes()));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct FileProgress {
    bytes: AtomicU64,
    total_bytes: AtomicU64,
    records: AtomicU64,
    total_records: AtomicU64,
    left_over: AtomicU64,
}

impl FileProgress {
    pub(crate) fn new(total_bytes: u64, total_records: u64) -> Self {
        Self {
            total_bytes: total_bytes.into(),
            total_records: total_records.into(),
            ..Self::default()
        }
    }

    /// Decompressed bytes read.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Relaxed)
    }

    /// Decompressed bytes in all.
    pub fn total_bytes(&self) -> u64 {
        self.total_bytes.load(Relaxed)
    }

    /// Records read, those passed over after a restart included.
    pub fn records(&self) -> u64 {
        self.records.load(Relaxed)
    }

    /// Records in all.
    pub fn total_records(&self) -> u64 {
        self.total_records.load(Relaxed)
    }

    /// Bytes that came to the files after they were surveyed and were left: run
    /// again to read them. Of a compressed file compressed bytes.
    pub fn left_over(&self) -> u64 {
        self.left_over.load(Relaxed)
    }

    pub(crate) fn add_bytes(&self, count: u64) {
        self.bytes.fetch_add(count, Relaxed);
    }

    pub(crate) fn add_records(&self, count: u64) {
        self.records.fetch_add(count, Relaxed);
    }

    pub(crate) fn add_left_over(&self, count: u64) {
        self.left_over.fetch_add(count, Relaxed);
    }

    /// The bytes and the records that were read.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.bytes(), self.records())
    }

    /// Goes back to earlier [`counts`](Self::counts).
    pub(crate) fn go_back(&self, (bytes, records): (u64, u64)) {
        self.bytes.store(bytes, Relaxed);
        self.records.store(records, Relaxed);
    }
}
