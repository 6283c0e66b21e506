//! Laws of the generator as a whole.

use std::collections::{BTreeSet, HashMap};

use proptest::prelude::*;

use docstream_core::InvoiceKind;

use super::*;

/// FNV-1a: a checksum that needs no library and never changes.
fn checksum(bytes: &[u8], mut sum: u64) -> u64 {
    for byte in bytes {
        sum = (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
    }
    sum
}

/// A change here changes every document anyone has ever named by seed and
/// number: make it on purpose, and say so in the changelog.
#[test]
fn the_first_ten_thousand_documents_of_seed_0_never_change() {
    let generator = Generator::new(0).faults_per_million(20_000);
    let (mut json, mut csv) = (Vec::new(), Vec::new());
    for k in 0..10_000 {
        generator.write_json(k, &mut json);
        json.push(b'\n');
        generator.write_csv(k, DateStyle::MonthDayYear, &mut csv);
    }
    let mut spread = Vec::new();
    for k in 0..1_000 {
        generator.write_json(k * 12_345, &mut spread);
    }
    let start = 0xCBF2_9CE4_8422_2325;
    let sums = [&json, &csv, &spread].map(|bytes| checksum(bytes, start));
    assert_eq!(
        sums,
        [
            13_327_631_558_063_555_737,
            4_316_906_527_369_721_926,
            11_721_743_469_326_950_155
        ]
    );
}

proptest! {
    #[test]
    fn a_document_is_a_function_of_seed_and_number(
        seed: u64,
        numbers in prop::collection::vec(0..10_000_000_u64, 1..20),
    ) {
        let generator = Generator::new(seed).faults_per_million(200_000);
        let forwards: Vec<Generated> = numbers.iter().map(|k| generator.document(*k)).collect();
        let other = Generator::new(seed).faults_per_million(200_000);
        for (k, document) in numbers.iter().zip(&forwards).rev() {
            prop_assert_eq!(&other.document(*k), document);
            let mut out = b"before".to_vec();
            prop_assert_eq!(other.write_json(*k, &mut out), document.verdict);
            prop_assert_eq!(&out[6..], &document.body[..]);
        }
    }

    #[test]
    fn two_seeds_give_two_streams(one: u64, two: u64) {
        prop_assume!(one != two);
        let bodies = |seed| {
            let generator = Generator::new(seed);
            (0..50).map(|k| generator.document(k).body).collect::<Vec<_>>()
        };
        prop_assert_ne!(bodies(one), bodies(two));
    }

    #[test]
    fn every_number_has_a_document(seed: u64, k in 0..=u64::MAX >> 16, span in 1..u64::MAX >> 16) {
        let line = Generator::new(seed).span(span).line(k);
        prop_assert!(!line.stock_code.is_empty() && !line.country.is_empty());
        prop_assert!((8..=20).contains(&line.time.hour));
    }

    #[test]
    fn valid_json_says_the_facts_in_every_spelling(seed: u64, k in 0..2_000_000_u64) {
        let generator = Generator::new(seed).spellings_per_million(900_000);
        let document = generator.document(k);
        let line = *document.verdict.line().unwrap();
        let value: serde_json::Value = serde_json::from_slice(&document.body).unwrap();
        let text = |name: &str| match &value[name] {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Null => String::new(),
            other => other.to_string(),
        };
        let whole = |text: String| text.trim_end_matches(".0").to_owned();
        prop_assert_eq!(whole(text("InvoiceNo")), line.invoice_no());
        prop_assert_eq!(text("StockCode"), line.stock_code);
        prop_assert_eq!(text("Description"), line.description);
        prop_assert_eq!(text("Quantity"), line.quantity.to_string());
        let price = text("UnitPrice").parse::<f64>().unwrap() * 10_000.0;
        prop_assert_eq!(price.round() as i64, line.price);
        let customer = line.customer.map(|id| id.to_string()).unwrap_or_default();
        prop_assert_eq!(whole(text("CustomerID")), customer);
        prop_assert_eq!(text("Country"), line.country);
        let date = text("InvoiceDate").replace('T', " ");
        let mut local = Vec::new();
        super::text::iso(&line.time, b' ', &mut local);
        prop_assert!(date.as_bytes().starts_with(&local), "{}", date);
        let zone = &date[local.len()..];
        match line.time.offset_seconds {
            0 => prop_assert!(["", "Z", "+00:00"].contains(&zone)),
            _ => prop_assert!(["", "+01:00"].contains(&zone)),
        }
    }
}

/// Splits one row, without its line end, into fields.
fn split(row: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for char in row.chars() {
        match char {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            char => fields.last_mut().unwrap().push(char),
        }
    }
    fields
}

#[test]
fn rows_say_the_facts_and_fit_latin_1() {
    let generator = Generator::new(3);
    for k in (0..200_000).step_by(7) {
        let row = generator.row(k, DateStyle::DayMonthYear);
        let line = row.verdict.line().unwrap();
        let text = String::from_utf8(row.body.clone()).unwrap();
        assert!(text.chars().all(|char| u32::from(char) < 256), "{text}");
        let fields = split(text.strip_suffix("\r\n").unwrap());
        assert_eq!(fields.len(), 8, "{text}");
        assert_eq!(fields[0], line.invoice_no());
        assert_eq!(fields[2], line.description.replace('"', ""));
        let (month, day) = (line.time.month, line.time.day);
        assert!(fields[4].starts_with(&format!("{day}/{month}/201")));
    }
}

#[test]
fn the_lines_of_an_invoice_stand_together_and_agree() {
    let generator = Generator::new(5);
    let mut seen: HashMap<u64, (u64, GeneratedLine)> = HashMap::new();
    let mut last = 0;
    for k in 0..100_000 {
        let line = generator.line(k);
        assert!(line.invoice >= last, "invoices rise");
        last = line.invoice;
        let (first, head) = *seen.entry(line.invoice).or_insert((k, line));
        assert!(k - first < 2_048);
        assert_eq!(
            (line.kind, line.customer, line.country),
            (head.kind, head.customer, head.country)
        );
        assert!((0..=60).contains(&(line.time.unix_seconds - head.time.unix_seconds).abs()));
    }
}

#[test]
fn dates_start_again_after_the_span() {
    let generator = Generator::new(0).span(50_000);
    assert_eq!(generator.line(0).time.month, 12);
    assert_eq!(generator.line(49_999).time.year, 2011);
    assert_eq!(generator.line(52_000).time.year, 2010);
}

#[test]
fn poisons_have_their_own_names() {
    let names: BTreeSet<&str> = Poison::ALL.iter().map(|poison| poison.name()).collect();
    assert_eq!(names.len(), Poison::ALL.len());
}

#[test]
fn json_poisons_are_what_they_say() {
    let generator = Generator::new(9);
    for poison in Poison::in_json() {
        for k in 0..if poison == Poison::TooLarge { 2 } else { 200 } {
            let document = generator.spoiled(k, poison);
            let parsed = serde_json::from_slice::<serde_json::Value>(&document.body);
            let Verdict::Rejected { code, pointer } = document.verdict else {
                panic!("{poison:?} must be rejected");
            };
            assert_eq!(code, poison.code());
            assert!(!document.body.contains(&b'\n'), "one line of NDJSON");
            let text = std::str::from_utf8(&document.body);
            assert_eq!(text.is_err(), code == Code::NotUtf8, "{poison:?}");
            match code {
                Code::MalformedJson | Code::NotUtf8 | Code::Empty => {
                    assert!(parsed.is_err(), "{poison:?} {text:?}");
                }
                Code::TooLarge => assert!(document.body.len() > 1_048_576),
                Code::TooDeep => assert!(document.body.windows(33).any(|w| w == [b'['; 33])),
                Code::UnknownField => assert!(parsed.unwrap().pointer(pointer).is_some()),
                Code::Missing => {
                    let value = parsed.unwrap();
                    let found = value.pointer(pointer);
                    assert!(found.is_none_or(|v| v.is_null() || v == ""), "{text:?}");
                }
                _ => assert!(parsed.is_ok(), "{poison:?} {text:?}"),
            }
        }
    }
}

#[test]
fn row_poisons_are_one_row_of_eight_fields_unless_they_say_otherwise() {
    let generator = Generator::new(9);
    for poison in Poison::in_csv() {
        for k in 0..if poison == Poison::TooLarge { 2 } else { 100 } {
            let row = generator.spoiled_row(k, poison, DateStyle::MonthDayYear);
            assert_eq!(row.poison, Some(poison));
            let text = String::from_utf8(row.body).unwrap();
            let fields = split(text.strip_suffix("\r\n").unwrap());
            let whole = !matches!(poison, Poison::WrongColumns | Poison::UnclosedQuote);
            assert_eq!(fields.len() == 8, whole, "{poison:?} {text}");
        }
    }
}

#[test]
fn a_mix_holds_its_share_and_all_of_its_kinds() {
    let generator = Generator::new(2).faults_per_million(50_000);
    let mut kinds = BTreeSet::new();
    let mut faulty = 0;
    for k in 0..20_000 {
        let document = generator.document(k);
        assert_eq!(document.poison.is_none(), document.verdict.is_valid());
        faulty += u32::from(document.poison.is_some());
        kinds.extend(document.poison);
    }
    assert!((850..1_150).contains(&faulty), "{faulty}");
    assert_eq!(
        kinds.len(),
        Poison::in_json().count() - 1,
        "all but the large one"
    );
    assert!(!kinds.contains(&Poison::TooLarge));
}

/// Shares of the real file, by hundredths, over half as many documents.
#[test]
fn the_stream_has_the_shape_of_the_real_file() {
    let generator = Generator::new(0);
    let lines: Vec<GeneratedLine> = (0..270_000).map(|k| generator.line(k)).collect();
    let share = |is: &dyn Fn(&GeneratedLine) -> bool| {
        lines.iter().filter(|line| is(line)).count() as f64 / lines.len() as f64
    };
    let near = |name: &str, got: f64, real: f64, tolerance: f64| {
        assert!(
            (got / real - 1.0).abs() < tolerance,
            "{name}: {got}, really {real}"
        );
    };
    near(
        "guests",
        share(&|line| line.customer.is_none()),
        0.2493,
        0.15,
    );
    near(
        "at home",
        share(&|line| line.country == "United Kingdom"),
        0.9143,
        0.02,
    );
    near(
        "cancelled",
        share(&|line| line.kind == InvoiceKind::Cancellation),
        0.01714,
        0.2,
    );
    near("negative", share(&|line| line.quantity < 0), 0.0196, 0.2);
    near("at no price", share(&|line| line.price == 0), 0.00464, 0.25);
    near(
        "undescribed",
        share(&|line| line.description.is_empty()),
        0.00268,
        0.3,
    );
    let codes: BTreeSet<&str> = lines.iter().map(|line| line.stock_code).collect();
    assert!(codes.len() > 3_700, "{}", codes.len());
    assert!(
        ["POST", "DOT", "M", "C2", "BANK CHARGES"]
            .iter()
            .all(|code| codes.contains(code))
    );
}
