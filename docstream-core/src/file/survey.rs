//! A look at a whole file before it is read.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::compression::decompress;
use super::date_field::DateField;
use super::folder::{Candidate, settle};
use super::hashing::{Hash, Hashing, hex};
use super::records::{Records, names};
use super::registry::{Registry, Version};
use super::rejects::Line;
use super::scan::Content;
use super::split::split_row;
use super::stamp::Stamp;
use super::{Compression, Encoding, FileOptions, Format, Layout, trouble};
use crate::{Error, OrderEvidence, Partition, Result, SourceId};

const OPERATION: &str = "survey a file";

/// What a whole file tells that no single document can.
///
/// ```
/// use docstream_core::DateOrder;
/// use docstream_core::file::{FileOptions, Format, Survey};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("lines.csv");
/// std::fs::write(&path, "InvoiceNo;InvoiceDate\n536365;12/1/2010 8:26\n537226;12/13/2010 9:00\n")?;
/// let survey = &Survey::input(path, &FileOptions::default(), |_| {})?[0];
/// assert_eq!((survey.format, survey.layout.delimiter, survey.records), (Format::Csv, b';', 2));
/// assert_eq!(survey.dates.finish()?, Some(DateOrder::MonthFirst));
/// assert_eq!(survey.damage, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Survey {
    /// Where the file is.
    pub path: PathBuf,
    /// The bytes it takes on disk.
    pub stored_bytes: u64,
    /// How it is compressed.
    pub compression: Compression,
    /// Its decompressed bytes.
    pub bytes: u64,
    /// The SHA-256 of them.
    pub sha256: [u8; 32],
    /// What its records are.
    pub format: Format,
    /// Its encoding, never [`Encoding::Auto`].
    pub encoding: Encoding,
    /// How its documents are laid out, for the writer of a rejects file.
    pub layout: Layout,
    /// How many records it has, malformed ones included.
    pub records: u64,
    /// What its dates say about the order of day and month.
    pub dates: OrderEvidence,
    /// Where it is broken, if it is: what stands before can be read.
    pub damage: Option<Damage>,
    /// How many records it had when it was read before, if it has grown since.
    pub grown_from: Option<u64>,
    /// Other files of the folder that are not read, because this one holds every byte
    /// of them: copies of it, and copies of a version it has grown from.
    pub left_out: Vec<PathBuf>,
    pub(crate) identity: Hash,
    pub(crate) closed: bool,
    /// Its encoding if that was told by content, and not from ASCII alone.
    pub(crate) told: Option<Encoding>,
    pub(crate) stamp: Stamp,
    /// The numbers of records at which it ended without a line end before it grew.
    pub(crate) open_ends: Vec<u64>,
}

/// Where a compressed file is cut off or corrupt.
///
/// ```
/// use docstream_core::file::{FileOptions, Survey};
///
/// # use std::io::Write;
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("lines.csv.gz");
/// # let mut gzip = flate2::write::GzEncoder::new(Vec::new(), Default::default());
/// # gzip.write_all(b"name,grade\nAda,1\nBob,2\n")?;
/// # let gzip = gzip.finish()?;
/// std::fs::write(&path, &gzip[..gzip.len() - 4])?; // a download that broke off
/// let survey = &Survey::input(path, &FileOptions::default(), |_| {})?[0];
/// assert_eq!(survey.records, 2);
/// assert_eq!(survey.damage.as_ref().map(|damage| damage.at), Some(23));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Damage {
    /// The decompressed bytes before it.
    pub at: u64,
    /// What is wrong.
    pub message: String,
}

/// How far a survey is; told every 4,096 records and at the end of each file.
///
/// ```
/// use docstream_core::file::{FileOptions, Survey};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("lines.csv");
/// # std::fs::write(&path, "name,grade\nAda,1\n")?;
/// let mut percent = 0;
/// Survey::input(path, &FileOptions::default(), |so_far| {
///     percent = so_far.done * 100 / so_far.total.max(1);
/// })?;
/// assert_eq!(percent, 100);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Surveyed {
    /// Bytes read of the files as they are on disk.
    pub done: u64,
    /// Bytes of them in all.
    pub total: u64,
}

impl Survey {
    /// Surveys the file at `path`, or each regular file of the folder at `path` in
    /// the order of their names. Empty files of a folder are left out, hidden ones
    /// (whose names begin with a dot, such as `.DS_Store`), and files whose whole
    /// content another one has: see [`left_out`](Self::left_out).
    ///
    /// Blocks until every byte is read: an async program that does other work
    /// meanwhile calls it by `tokio::task::spawn_blocking`.
    ///
    /// # Errors
    ///
    /// There is nothing to read, a file is nothing that can be read, or the registry
    /// file is damaged or of a newer version.
    pub fn input(
        path: impl AsRef<Path>,
        options: &FileOptions,
        mut progress: impl FnMut(Surveyed),
    ) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let at = |error: Error| error.with("path", path.display());
        let about = fs::metadata(path).map_err(|error| at(trouble(OPERATION, &error)))?;
        let registry = Registry::open(options.registry.as_deref())?;
        if about.is_file() {
            let total = about.len();
            let mut told = |done| progress(Surveyed { done, total });
            let survey = Self::file(path, options, &registry, &mut told)?;
            let empty = || at(Error::config(OPERATION, "the file is empty"));
            return Ok(vec![survey.ok_or_else(empty)?.0]);
        }
        if !about.is_dir() {
            let message = "expected a file or a folder; give what comes through a pipe as standard input: `-`, or `spool_stdin` in a program";
            return Err(at(Error::config(OPERATION, message)));
        }
        let files = files_of(path).map_err(|error| at(trouble(OPERATION, &error)))?;
        let total = files.iter().map(|(_, length)| length).sum();
        let mut found = Vec::new();
        let mut before = 0;
        for (file, length) in files {
            let mut told = |done| {
                progress(Surveyed {
                    done: before + done,
                    total,
                });
            };
            found.extend(Self::file(&file, options, &registry, &mut told)?);
            before += length;
        }
        let surveys = settle(found);
        match surveys.is_empty() {
            false => Ok(surveys),
            true => Err(at(Error::config(
                OPERATION,
                "the folder has no file to read",
            ))),
        }
    }

    /// Where its documents enter.
    pub fn source(&self, tenant: &str) -> SourceId {
        SourceId::new(tenant, "file", &[&self.identity])
    }

    /// The partition that the file is.
    pub fn partition(&self) -> Partition {
        Partition::new(format!("file:{}", hex(&self.identity[..16])))
    }

    /// The file as the registry keeps it.
    pub(crate) fn version(&self) -> Version {
        Version {
            identity: self.identity,
            length: self.bytes,
            hash: self.sha256,
            records: self.records,
            closed: self.closed,
            encoding: self.told,
        }
    }

    fn file(
        path: &Path,
        options: &FileOptions,
        registry: &Registry,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Option<Candidate>> {
        let at = |error: Error| error.with("path", path.display());
        let file = File::open(path).map_err(|error| at(trouble(OPERATION, &error)))?;
        let about = file.metadata();
        let about = about.map_err(|error| at(trouble(OPERATION, &error)))?;
        let done = Arc::new(AtomicU64::new(0));
        let (compression, reader) = decompress(Counting(file, Arc::clone(&done))).map_err(at)?;
        let reader = Hashing::new(reader, registry.lengths());
        let Some(mut records) = Records::open(reader, options).map_err(at)? else {
            return Ok(None);
        };
        let mut seen = Seen::new(&records, options);
        let damage = loop {
            match records.next() {
                Ok(Some(found)) => seen.see(found.raw, &found.content),
                Ok(None) => break None,
                Err(error) => break Some(error.to_string()),
            }
            if records.count().is_multiple_of(4_096) {
                progress(done.load(Relaxed));
            }
        };
        progress(done.load(Relaxed));
        let hashing = records.get_ref();
        let (bytes, sha256) = (hashing.length(), hashing.hash());
        let damage = damage.map(|message| Damage { at: bytes, message });
        // A file that is cut off may be cut in a character; then it is not judged by it.
        let utf8 = hashing.is_utf8(damage.is_some());
        // A character whose end is still to be written tells nothing.
        let tells = !hashing.is_ascii() && utf8 == hashing.is_utf8(true);
        let known = registry.find(bytes, sha256, hashing.passed());
        let identity = known.map_or(sha256, |known| known.identity);
        // What was read before keeps its text when a file grows.
        let before = known.and_then(|known| known.encoding);
        let encoding = match (options.encoding, before) {
            (Encoding::Auto, Some(before)) => before,
            (Encoding::Auto, None) if utf8 => Encoding::Utf8,
            (Encoding::Auto, None) => Encoding::Windows1252,
            (declared, _) => declared,
        };
        let layout = match records.format() {
            Format::Csv => Layout::rows(
                names(records.header(), encoding).map_err(at)?,
                records.delimiter(),
                encoding,
            ),
            Format::NdJson => Layout::lines(encoding),
            Format::Rejects => seen.layout.unwrap_or(Layout::lines(encoding)),
        };
        let passed = hashing.passed().to_vec();
        let survey = Self {
            path: path.to_owned(),
            stored_bytes: about.len(),
            stamp: Stamp::of(&about),
            compression,
            bytes,
            sha256,
            format: records.format(),
            encoding,
            layout,
            records: records.count(),
            dates: seen.dates,
            damage,
            grown_from: known
                .filter(|known| known.length < bytes)
                .map(|known| known.records),
            left_out: Vec::new(),
            identity,
            open_ends: registry.open_ends(identity, bytes),
            closed: records.closed(),
            told: (options.encoding == Encoding::Auto && tells).then_some(encoding),
        };
        Ok(Some((survey, passed)))
    }
}

/// The regular files of a folder that are not hidden, with their lengths, in the
/// order of their names.
fn files_of(folder: &Path) -> io::Result<Vec<(PathBuf, u64)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // Systems and editors put files of their own into any folder.
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let path = entry.path();
        let about = fs::metadata(&path)?;
        if about.is_file() {
            files.push((path, about.len()));
        }
    }
    files.sort();
    Ok(files)
}

/// What is gathered from the records.
struct Seen {
    dates: OrderEvidence,
    wanted: String,
    column: Option<usize>,
    field: Option<DateField>,
    layout: Option<Layout>,
}

impl Seen {
    fn new<R: Read>(records: &Records<R>, options: &FileOptions) -> Self {
        let wanted = options.date_field.as_bytes();
        Self {
            dates: OrderEvidence::default(),
            wanted: options.date_field.clone(),
            column: records
                .header()
                .iter()
                .position(|name| name.trim_ascii().eq_ignore_ascii_case(wanted)),
            field: (records.format() == Format::NdJson)
                .then(|| DateField::new(&options.date_field)),
            layout: None,
        }
    }

    fn see(&mut self, raw: &[u8], content: &Content<'_>) {
        match (content, self.column, &self.field) {
            (Content::Row { fields, ends }, Some(column), _) => {
                let start = column.checked_sub(1).map_or(0, |before| ends[before]);
                let date = fields.get(start..ends[column]).unwrap_or_default();
                self.dates
                    .observe(std::str::from_utf8(date).unwrap_or_default());
            }
            (Content::Line, _, Some(field)) => {
                field.find(raw, |date| self.dates.observe(date));
            }
            (Content::Line, ..) => {
                let line = Line::parse(raw).ok();
                let date = line.as_ref().and_then(|line| date_of(line, &self.wanted));
                self.dates.observe(&date.unwrap_or_default());
                if self.layout.is_none() {
                    self.layout = line.map(|line| line.layout());
                }
            }
            _ => self.dates.observe(""),
        }
    }
}

/// The date of a document of a rejects file.
fn date_of(line: &Line, wanted: &str) -> Option<String> {
    let (raw, layout) = (line.raw().ok()?, line.layout());
    let Some(header) = layout.header else {
        let mut date = None;
        DateField::new(wanted).find(&raw, |text| date = Some(text.to_owned()));
        return date;
    };
    let column = header
        .iter()
        .position(|name| name.trim().eq_ignore_ascii_case(wanted))?;
    let mut fields = split_row(&raw, layout.delimiter).ok()?;
    String::from_utf8(fields.get_mut(column).map(std::mem::take)?).ok()
}

/// Counts the bytes that pass.
struct Counting(File, Arc<AtomicU64>);

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read(buffer)?;
        self.1.fetch_add(count as u64, Relaxed);
        Ok(count)
    }
}
