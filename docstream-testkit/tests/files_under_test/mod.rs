//! The file endpoints, put under test.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::marker::PhantomData;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use docstream_core::file::{CsvSink, FileDeadLetters, FileOptions, FileSource, NdJsonSink};
use docstream_core::{
    Batch, InvoiceLine, InvoiceRules, Offset, ParseInvoices, Partition, Raw, Rejected, Rejection,
    Span, Transform,
};
use docstream_testkit::contract::{DeadLettersUnderTest, SinkUnderTest, SourceUnderTest, Stored};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use tempfile::TempDir;

#[derive(Clone, Copy)]
pub(crate) enum Format {
    Csv,
    NdJson,
    Gzip,
}

/// A file or a folder of files.
pub(crate) struct Input {
    folder: TempDir,
    input: PathBuf,
    documents: usize,
}

/// Rows with line ends in quotes and blank lines between them, which are no documents.
fn csv(from: usize, rows: usize) -> Vec<u8> {
    let mut csv = b"number,text\r\n".to_vec();
    for number in from..from + rows {
        let blank = if number % 9 == 0 { "\r\n" } else { "" };
        write!(
            csv,
            "{number},\"a \"\"quoted\"\"\r\ntext, {number}\"\r\n{blank}"
        )
        .unwrap();
    }
    csv
}

fn ndjson(from: usize, lines: usize) -> Vec<u8> {
    let mut ndjson = Vec::new();
    for number in from..from + lines {
        let blank = if number % 9 == 0 { "\n" } else { "" };
        write!(ndjson, "{{\"number\": {number}, \"text\": \"☃\"}}\n{blank}").unwrap();
    }
    ndjson
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

impl Input {
    const DOCUMENTS: usize = 50;

    pub(crate) fn file(format: Format) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (name, bytes) = match format {
            Format::Csv => ("a.csv", csv(0, Self::DOCUMENTS)),
            Format::NdJson => ("a.ndjson", ndjson(0, Self::DOCUMENTS)),
            Format::Gzip => ("a.csv.gz", gzip(&csv(0, Self::DOCUMENTS))),
        };
        let input = folder.path().join(name);
        fs::write(&input, bytes).unwrap();
        Self {
            folder,
            input,
            documents: Self::DOCUMENTS,
        }
    }

    /// Three files of different formats.
    pub(crate) fn folder() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("in");
        fs::create_dir(&input).unwrap();
        fs::write(input.join("1.csv"), csv(0, 30)).unwrap();
        fs::write(input.join("2.ndjson"), ndjson(30, 25)).unwrap();
        fs::write(input.join("3.csv.gz"), gzip(&csv(55, 20))).unwrap();
        Self {
            folder,
            input,
            documents: 75,
        }
    }
}

impl SourceUnderTest for Input {
    type Source = FileSource;

    async fn open(&self) -> FileSource {
        let positions = self.folder.path().join("positions.json");
        let options = FileOptions::default().positions(positions);
        FileSource::open(&self.input, options).unwrap()
    }

    fn documents(&self) -> usize {
        self.documents
    }

    fn starts_over(&self) -> bool {
        true
    }
}

/// A file that a sink appends to.
pub(crate) struct Output<S> {
    folder: TempDir,
    sink: PhantomData<S>,
}

impl<S> Output<S> {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            folder,
            sink: PhantomData,
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap_or_default()
    }
}

fn stored(number: &str) -> Stored {
    let number = number.parse().unwrap();
    Stored { id: None, number }
}

impl SinkUnderTest for Output<NdJsonSink<Raw>> {
    type Doc = Raw;
    type Sink = NdJsonSink<Raw>;

    async fn open(&self) -> Self::Sink {
        NdJsonSink::open(self.file()).unwrap()
    }

    fn raw(&self, number: u64) -> Vec<u8> {
        number.to_string().into_bytes()
    }

    async fn parse(&self, batch: Batch<Raw>) -> Batch<Raw> {
        batch
    }

    async fn stored(&self) -> Vec<Stored> {
        self.text().lines().map(stored).collect()
    }
}

impl SinkUnderTest for Output<CsvSink<InvoiceLine<Span>>> {
    type Doc = InvoiceLine<Span>;
    type Sink = CsvSink<InvoiceLine<Span>>;

    async fn open(&self) -> Self::Sink {
        CsvSink::open(self.file()).unwrap()
    }

    fn raw(&self, number: u64) -> Vec<u8> {
        format!(
            r#"{{"InvoiceNo":{number},"StockCode":"a,\"b\"","Description":null,"Quantity":-6,
            "InvoiceDate":"2011-07-01T08:26:00","UnitPrice":2.55,"CustomerID":null,"Country":"EIRE"}}"#
        )
        .into_bytes()
    }

    async fn parse(&self, batch: Batch<Raw>) -> Batch<InvoiceLine<Span>> {
        let parse = ParseInvoices::new(InvoiceRules::default());
        parse.apply(batch).await.unwrap()
    }

    async fn stored(&self) -> Vec<Stored> {
        let text = self.text();
        let numbers = text.lines().skip(1).filter_map(|row| row.split(',').next());
        numbers
            .map(|number| stored(number.trim_matches('"')))
            .collect()
    }
}

/// A rejects file.
pub(crate) struct Buried(TempDir);

impl Buried {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("rejects.ndjson")
    }
}

impl DeadLettersUnderTest for Buried {
    type DeadLetters = FileDeadLetters;

    async fn open(&self) -> FileDeadLetters {
        FileDeadLetters::open(self.file(), BTreeMap::new()).unwrap()
    }

    async fn buried(&self) -> Vec<Rejected> {
        let text = fs::read_to_string(self.file()).unwrap();
        text.lines().map(rejected).collect()
    }
}

fn rejected(line: &str) -> Rejected {
    let line: Value = serde_json::from_str(line).unwrap();
    let bytes = |name: &str| {
        line[name]
            .as_str()
            .map(|coded| BASE64.decode(coded).unwrap())
    };
    let text = line["raw"].as_str().map(|text| text.as_bytes().to_vec());
    let faults = serde_json::from_value(line["errors"].clone()).unwrap();
    let stage = line["stage"].as_str().unwrap().parse().unwrap();
    Rejected {
        id: line["id"].as_str().unwrap().parse().unwrap(),
        group: line["group"].as_str().unwrap().into(),
        partition: Partition::new(line["partition"].as_str().unwrap()),
        offset: Offset(line["offset"].as_u64().unwrap()),
        key: bytes("key_base64").unwrap_or_default(),
        raw: text.or(bytes("raw_base64")).unwrap(),
        rejection: Rejection::from_faults(stage, faults).unwrap(),
        attempt: line["attempt"].as_u64().unwrap() as u32,
    }
}
