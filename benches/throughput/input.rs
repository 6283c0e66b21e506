//! What is measured on: the real file, or generated documents where it is not at hand.

use std::io::Read;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::LazyLock;

use docstream::{
    Columns, DateOrder, Dates, ExtraColumns, InvoiceLine, InvoiceRules, Zone, write_json,
};
use docstream_testkit::generator::{CSV_HEADER, DateStyle, Generator};

/// Documents one after another in memory.
pub(crate) struct Documents {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Documents {
    fn new() -> Self {
        Self {
            bytes: Vec::new(),
            ends: Vec::new(),
        }
    }

    fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.ends.push(self.bytes.len());
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The documents `size` at a time: the bytes of each batch, and where in them each of its
    /// documents is.
    pub(crate) fn batches(
        &self,
        size: usize,
    ) -> impl Iterator<Item = (&[u8], impl Iterator<Item = Range<usize>>)> {
        (0..self.len()).step_by(size).map(move |first| {
            let start = |number: usize| number.checked_sub(1).map_or(0, |last| self.ends[last]);
            let last = (first + size).min(self.len());
            let base = start(first);
            let places = (first..last).map(move |at| start(at) - base..self.ends[at] - base);
            (&self.bytes[base..start(last)], places)
        })
    }

    /// The bytes of each document.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, end)| &self.bytes[start..*end])
    }
}

/// The rows of the file in UTF-8, header first.
pub(crate) static CSV: LazyLock<String> = LazyLock::new(|| match real_file() {
    Some(file) => file,
    None => generated(),
});

/// Every tenth thousand of the documents, so that all months are there, as the log holds
/// them: one JSON object each, in our own order of keys.
pub(crate) static LOGGED: LazyLock<Documents> = LazyLock::new(|| {
    let mut documents = Documents::new();
    each_line(|number, line| {
        if number / 1_000 % 10 == 0 {
            documents.push(|out| write_json(line, out));
        }
    });
    documents
});

/// The same documents with dates that name no zone, as they come in from a client.
pub(crate) static LOCAL: LazyLock<Documents> = LazyLock::new(|| {
    let mut documents = Documents::new();
    for document in LOGGED.iter() {
        let text = std::str::from_utf8(document).unwrap();
        let local = text.replacen("Z\",\"UnitPrice\"", "\",\"UnitPrice\"", 1);
        documents.push(|out| out.extend_from_slice(local.as_bytes()));
    }
    documents
});

/// The same documents with their keys in the order of the alphabet.
pub(crate) static FOREIGN: LazyLock<Documents> = LazyLock::new(|| {
    let mut documents = Documents::new();
    for document in LOGGED.iter() {
        let fields: std::collections::BTreeMap<&str, &serde_json::value::RawValue> =
            serde_json::from_slice(document).unwrap();
        documents.push(|out| serde_json::to_writer(out, &fields).unwrap());
    }
    documents
});

/// Calls `each` with every line of the file and its number.
pub(crate) fn each_line(mut each: impl FnMut(usize, &InvoiceLine<&str>)) {
    let rules = file_rules();
    let mut parser = rules.parser();
    let mut reader = csv::Reader::from_reader(CSV.as_bytes());
    let columns = Columns::from_header(reader.headers().unwrap(), ExtraColumns::Refuse).unwrap();
    let (mut row, mut text, mut number) = (csv::StringRecord::new(), String::new(), 0);
    while reader.read_record(&mut row).unwrap() {
        text.clear();
        let (line, _) = parser.parse_row(&columns, &row, &mut text).unwrap();
        each(number, &line.view(&text));
        number += 1;
    }
}

/// The rules by which the file is read.
pub(crate) fn file_rules() -> InvoiceRules {
    InvoiceRules {
        dates: Dates::iso(Zone::LONDON).order(DateOrder::MonthFirst),
        ..InvoiceRules::default()
    }
}

fn real_file() -> Option<String> {
    let path = match std::env::var_os("DOCSTREAM_RETAIL_CSV") {
        Some(path) => PathBuf::from(path),
        None => PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../shared/data/online-retail.csv.gz"
        )),
    };
    let mut bytes = std::fs::read(&path).ok()?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let packed = std::mem::take(&mut bytes);
        flate2::read::MultiGzDecoder::new(&packed[..])
            .read_to_end(&mut bytes)
            .unwrap();
    }
    eprintln!("measuring on {}", path.display());
    Some(encoding_rs::WINDOWS_1252.decode(&bytes).0.into_owned())
}

fn generated() -> String {
    eprintln!("measuring on generated documents: DOCSTREAM_RETAIL_CSV names no real file");
    let generator = Generator::new(42);
    let mut file = CSV_HEADER.as_bytes().to_vec();
    for k in 0..541_909 {
        generator.write_csv(k, DateStyle::MonthDayYear, &mut file);
    }
    String::from_utf8(file).unwrap()
}
