//! The real file, read whole: every total to the last decimal.

#![allow(clippy::unwrap_used, reason = "functions that only tests call")]

use std::collections::BTreeMap;
use std::io::Read;

use docstream_core::dates::Period;
use docstream_core::{
    Code, Columns, DateOrder, Dates, ExtraColumns, InvoiceKind, InvoiceLine, InvoiceRules, Money,
    Policy, Zone, write_json,
};
use docstream_testkit::retail::{self, golden};

/// The real file in UTF-8; `None` where it is not at hand.
fn real_file() -> Option<String> {
    let path = retail::file()?;
    let mut bytes = std::fs::read(&path).unwrap();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let packed = std::mem::take(&mut bytes);
        flate2::read::MultiGzDecoder::new(&packed[..])
            .read_to_end(&mut bytes)
            .unwrap();
    }
    Some(encoding_rs::WINDOWS_1252.decode(&bytes).0.into_owned())
}

fn rules(policy: Policy) -> InvoiceRules {
    InvoiceRules {
        policy,
        dates: Dates::iso(Zone::LONDON).order(DateOrder::MonthFirst),
        ..InvoiceRules::default()
    }
}

/// Gives every row of `file` to `each`.
fn rows(file: &str, mut each: impl FnMut(&Columns, &csv::StringRecord)) {
    let mut reader = csv::Reader::from_reader(file.as_bytes());
    let columns = Columns::from_header(reader.headers().unwrap(), ExtraColumns::Refuse).unwrap();
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row).unwrap() {
        each(&columns, &row);
    }
}

#[derive(Default)]
struct Totals {
    lines: u64,
    pounds: usize,
    net: Money,
    gross: Money,
    cancelled: Money,
    cancelled_lines: u64,
    months: BTreeMap<String, Money>,
}

impl Totals {
    fn add(&mut self, line: &InvoiceLine<&str>) {
        let net = line.net();
        self.lines += 1;
        self.pounds += line
            .description
            .iter()
            .filter(|d| d.raw().contains('£'))
            .count();
        self.net = self.net.saturating_add(net);
        if line.kind() == InvoiceKind::Cancellation {
            self.cancelled = self.cancelled.saturating_add(net);
            self.cancelled_lines += 1;
        } else if line.quantity.0 > 0 && line.unit_price > Money::ZERO {
            self.gross = self.gross.saturating_add(net);
        }
        let month = Zone::LONDON.bucket(line.invoice_date, Period::Month);
        let sum = self.months.entry(month.to_string()).or_default();
        *sum = sum.saturating_add(net);
    }
}

#[test]
fn the_real_file_has_its_golden_totals_and_survives_json() {
    let Some(file) = real_file() else { return };
    let rules = rules(Policy::Retail);
    let mut parser = rules.parser();
    let mut totals = Totals::default();
    let (mut text, mut again, mut json) = (String::new(), String::new(), Vec::new());
    rows(&file, |columns, row| {
        text.clear();
        let (line, hash) = parser.parse_row(columns, row, &mut text).unwrap();
        let line = line.view(&text);
        totals.add(&line);

        json.clear();
        again.clear();
        write_json(&line, &mut json);
        let (read_back, same_hash) = parser.parse_json(&json, &mut again).unwrap();
        assert_eq!((read_back.view(&again), same_hash), (line, hash));
    });
    assert_eq!((totals.lines, totals.pounds), (golden::DOCUMENTS, 32));
    assert_eq!(totals.net.to_string(), "9747747.934");
    assert_eq!(totals.cancelled.to_string(), "-896812.49");
    assert_eq!(totals.cancelled_lines, 9_288);
    assert_eq!(totals.gross.to_string(), "10666684.544");
    let months: Vec<_> = totals
        .months
        .iter()
        .map(|(month, net)| format!("{month} {net}"))
        .collect();
    assert_eq!(months, golden::MONTHS);
}

#[test]
fn the_strict_policy_takes_and_refuses_the_golden_counts() {
    let Some(file) = real_file() else { return };
    let rules = rules(Policy::Strict);
    let mut parser = rules.parser();
    let mut text = String::new();
    let (mut accepted, mut net, mut rejected) = (0, Money::ZERO, 0);
    let mut faults = BTreeMap::<_, u64>::new();
    rows(&file, |columns, row| {
        text.clear();
        match parser.parse_row(columns, row, &mut text) {
            Ok((line, _)) => {
                accepted += 1;
                net = net.saturating_add(line.net());
            }
            Err(rejection) => {
                rejected += 1;
                for fault in rejection.faults() {
                    *faults
                        .entry((fault.pointer.clone(), fault.code))
                        .or_default() += 1;
                }
            }
        }
    });
    assert_eq!((accepted, rejected), (397_924, 143_985));
    assert_eq!(net.to_string(), "8911407.904");
    let faults: Vec<_> = faults
        .iter()
        .map(|((field, code), n)| (&**field, *code, *n))
        .collect();
    assert_eq!(
        faults,
        [
            ("/CustomerID", Code::Missing, 135_080),
            ("/Description", Code::Missing, 1_454),
            ("/InvoiceNo", Code::InvalidFormat, 9_291),
        ]
    );
}
