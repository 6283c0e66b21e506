//! The main job on the real file: every golden number to the last decimal.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "the exemption for tests does not reach functions that tests share"
)]

mod common;

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use docstream::queries::{InvoiceQueries, Limit, LineFilter, PageRequest};
use docstream::sqlite::{InvoiceStore, StoreOptions};
use docstream_testkit::retail::{self, golden};
use serde_json::{Value, json};

use common::{Run, counts};
use golden::DOCUMENTS;

/// No run may need more, whatever the size of its input.
const MOST_MEMORY_MB: u64 = 150;

#[test]
fn the_real_file_gives_its_golden_answers_and_again_the_same() {
    let Some(file) = retail::file() else { return };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");

    let first = Run::new(&data).input(&file).answer();
    assert_eq!(counts(&first), [DOCUMENTS, DOCUMENTS, 0, DOCUMENTS, 0, 0]);
    assert_eq!(first["rejections"], json!({}));
    golden_report(&first);

    let again = Run::new(&data).input(&file).answer();
    assert_eq!(counts(&again), [DOCUMENTS, DOCUMENTS, 0, 0, DOCUMENTS, 0]);
    golden_report(&again);
    ask_the_store(&data.join("store.db"));
}

#[test]
fn the_strict_policy_refuses_what_it_should_and_says_why() {
    let Some(file) = retail::file() else { return };
    let folder = tempfile::tempdir().unwrap();
    let answer = Run::new(folder.path())
        .input(&file)
        .with("--policy", "strict")
        .answer();
    let (rejected, stored) = (143_985, 397_924);
    assert_eq!(counts(&answer), [DOCUMENTS, stored, rejected, stored, 0, 0]);
    assert_eq!(answer["sales"]["net"], "8911407.904");
    assert_eq!(
        answer["faults"],
        json!({
            "/CustomerID missing": 135_080,
            "/InvoiceNo invalid_format": 9_291,
            "/Description missing": 1_454,
        })
    );
    let by_code = answer["rejections"].as_object().unwrap();
    let sum: u64 = by_code.values().filter_map(Value::as_u64).sum();
    assert_eq!(sum, rejected);
}

#[test]
fn any_other_writing_of_the_file_gives_the_same_answers() {
    let Some(file) = retail::file() else { return };
    let folder = tempfile::tempdir().unwrap();
    let written = Writings::of(&file, folder.path());
    let run = |name: &str| Run::new(&folder.path().join(name));

    let whole = [DOCUMENTS, DOCUMENTS, 0, DOCUMENTS, 0, 0];
    for (name, path) in [
        ("day first, semicolons, UTF-8, gzip", &written.day_first),
        ("ISO dates, JSON lines, zstd", &written.json),
    ] {
        let answer = run(name).input(path).answer();
        assert_eq!(counts(&answer), whole, "{name}");
        golden_report(&answer);
    }
    let answer = run("latin-1 from stdin").stdin(&written.plain).answer();
    assert_eq!(counts(&answer), whole);
    golden_report(&answer);
    // The same bytes are the same documents, compressed or not, by whatever name.
    let answer = run("latin-1 from stdin").input(&file).answer();
    assert_eq!(counts(&answer), [DOCUMENTS, DOCUMENTS, 0, 0, DOCUMENTS, 0]);
}

/// Every number of the answer that does not depend on the run.
fn golden_report(answer: &Value) {
    let month = |text: &str| {
        let (month, net) = text.split_once(' ').unwrap();
        (month.to_owned(), json!(net))
    };
    let months: serde_json::Map<_, _> = golden::MONTHS.into_iter().map(month).collect();
    assert_eq!(
        answer["sales"],
        json!({
            "net": "9747747.934",
            "gross": "10666684.544",
            "cancelled": "-896812.49",
            "by_month": months,
        })
    );
    assert_eq!(answer["lines"], DOCUMENTS);
    assert_eq!(answer["invoices"], 25_900);
    assert_eq!(answer["customers"], 4_372);
    assert_eq!(answer["products"], 4_070);
    assert_eq!(
        answer["cancelled"],
        json!({ "lines": 9_288, "invoices": 3_836 })
    );
    let top = answer["top_products"]["items"].as_array().unwrap();
    let top: Vec<_> = top
        .iter()
        .map(|item| [&item["stock_code"], &item["net"]].map(|text| text.as_str().unwrap()))
        .collect();
    assert_eq!(
        top,
        [
            ["DOT", "206245.48"],
            ["22423", "164762.19"],
            ["47566", "98302.98"],
            ["85123A", "97894.50"],
            ["85099B", "92356.03"],
            ["23084", "66756.59"],
            ["POST", "66230.64"],
            ["22086", "63791.94"],
            ["84879", "58959.73"],
            ["79321", "53768.06"],
        ]
    );
    let rule = answer["top_products"]["rule"].as_str().unwrap();
    assert!(
        rule.contains("net") && rule.contains("all stock codes"),
        "{rule}"
    );
    assert!(answer["elapsed_s"].as_f64().unwrap() > 0.0);
    assert!(answer["documents_per_s"].as_f64().unwrap() > 0.0);
    let memory = answer["peak_rss_mb"].as_u64().unwrap();
    assert!(memory < MOST_MEMORY_MB, "{memory} MB");
}

/// What the command does not print.
#[tokio::main]
async fn ask_the_store(path: &Path) {
    let store = InvoiceStore::open(path, StoreOptions::default()).unwrap();
    golden::answers(&store).await;
    assert_eq!(pounds(&store).await, 32);
}

/// The pound signs in all descriptions.
async fn pounds(store: &InvoiceStore) -> usize {
    let mut page = PageRequest {
        limit: Limit::MAX,
        cursor: None,
    };
    let mut pounds = 0;
    loop {
        let part = store.lines(&LineFilter::default(), &page).await.unwrap();
        for line in &part.items {
            pounds += json!(line)["description"]
                .to_string()
                .matches('\u{a3}')
                .count();
        }
        page.cursor = part.next;
        if page.cursor.is_none() {
            return pounds;
        }
    }
}

/// The real file, written in other ways.
struct Writings {
    /// As it is, not compressed.
    plain: PathBuf,
    /// Day before month, semicolons, UTF-8, gzip.
    day_first: PathBuf,
    /// One JSON object a line with ISO dates, zstd.
    json: PathBuf,
}

impl Writings {
    fn of(file: &Path, folder: &Path) -> Self {
        let in_folder = |name: &str| folder.join(name);
        let written = Self {
            plain: in_folder("plain.csv"),
            day_first: in_folder("day-first.csv.gz"),
            json: in_folder("lines.ndjson.zst"),
        };
        let bytes = unpacked(file);
        std::fs::write(&written.plain, &bytes).unwrap();

        let create = |path: &Path| BufWriter::new(File::create(path).unwrap());
        let packed =
            flate2::write::GzEncoder::new(create(&written.day_first), flate2::Compression::fast());
        let mut rows = csv::WriterBuilder::new()
            .delimiter(b';')
            .from_writer(packed);
        let mut lines = zstd::Encoder::new(create(&written.json), 1).unwrap();

        let mut reader = csv::Reader::from_reader(&bytes[..]);
        let names = reader.headers().unwrap().clone();
        let date = names.iter().position(|name| name == "InvoiceDate").unwrap();
        rows.write_record(&names).unwrap();
        for row in reader.byte_records() {
            let mut cells: Vec<String> = row.unwrap().iter().map(latin1).collect();
            let when = When::month_first(&cells[date]);
            cells[date] = when.day_first();
            rows.write_record(&cells).unwrap();
            cells[date] = when.iso();
            let object: serde_json::Map<_, _> = names
                .iter()
                .zip(&cells)
                .map(|(name, cell)| (name.to_owned(), value(name, cell)))
                .collect();
            serde_json::to_writer(&mut lines, &object).unwrap();
            lines.write_all(b"\n").unwrap();
        }
        rows.into_inner()
            .unwrap_or_else(|error| panic!("{error}"))
            .finish()
            .unwrap();
        lines.finish().unwrap().flush().unwrap();
        written
    }
}

/// The bytes of `file`, decompressed if they are gzip.
fn unpacked(file: &Path) -> Vec<u8> {
    let bytes = std::fs::read(file).unwrap();
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return bytes;
    }
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(&bytes[..])
        .read_to_end(&mut plain)
        .unwrap();
    plain
}

/// Each byte of latin-1 is the character of its number.
fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// A cell as JSON: numbers as numbers, nothing as null.
fn value(name: &str, cell: &str) -> Value {
    match name {
        _ if cell.is_empty() => Value::Null,
        "Quantity" | "CustomerID" => json!(cell.parse::<i64>().unwrap()),
        _ => json!(cell),
    }
}

/// A date of the file, such as 12/1/2010 8:26, in its parts.
struct When([u32; 5]);

impl When {
    fn month_first(text: &str) -> Self {
        let mut parts = text
            .split(['/', ' ', ':'])
            .map(|part| part.parse().unwrap());
        Self(std::array::from_fn(|_| parts.next().unwrap()))
    }

    fn day_first(&self) -> String {
        let [month, day, year, hour, minute] = self.0;
        format!("{day}/{month}/{year} {hour}:{minute:02}")
    }

    fn iso(&self) -> String {
        let [month, day, year, hour, minute] = self.0;
        format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:00")
    }
}
