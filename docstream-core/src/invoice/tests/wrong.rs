//! What is refused: the rows of pitfalls 2.8 and of the attacks on parsers, each
//! with its code.

use super::*;
use crate::{Limits, Stage};

fn document(code: Code) -> Vec<(String, Code)> {
    vec![(String::new(), code)]
}

fn field(pointer: &str, code: Code) -> Vec<(String, Code)> {
    vec![(pointer.to_owned(), code)]
}

#[test]
fn what_is_not_a_json_object_is_refused() {
    for json in [
        "{",
        "{}}",
        "{} {}",
        "nonsense",
        "{\"InvoiceNo\":01}",
        "{\"a\":NaN}",
        "{'a':1}",
        "{\"a\":1,}",
        "{\"a\":\"\u{1}\"}",
        "\u{feff}{}",
        "[1",
        "\"half",
        &format!("{GOOD}{GOOD}"),
        &format!("{GOOD},"),
    ] {
        assert_eq!(wrong(json), document(Code::MalformedJson), "{json:?}");
    }
    for json in [
        "[\"536365\",\"85123A\",null,6,\"\",2.55,17850,\"France\"]",
        "1",
        "null",
        "\"x\"",
    ] {
        assert_eq!(wrong(json), document(Code::WrongType), "{json}");
    }
    for json in ["", " \n"] {
        assert_eq!(wrong(json), document(Code::Empty));
    }
    let mut text = String::new();
    let latin_1 = [b"{\"a\":\"".as_slice(), &[0xa3], b"\"}"].concat();
    let rejection = rules(Policy::Retail)
        .parser()
        .parse_json(&latin_1, &mut text)
        .unwrap_err();
    assert_eq!(rejection.code(), Code::NotUtf8);
}

#[test]
fn values_of_the_wrong_kind_are_refused_each_with_its_code() {
    use Code::{AmbiguousDate, InvalidCharacter, InvalidDate, InvalidFormat, MalformedJson};
    use Code::{Missing, OutOfRange, TooLong, WrongType};
    let long = format!("\"{}\"", "x".repeat(8193));
    for (from, to, pointer, code) in [
        (
            "\"536365\"",
            "18446744073709551616",
            "/InvoiceNo",
            OutOfRange,
        ),
        (
            "\"536365\"",
            "9223372036854775808",
            "/InvoiceNo",
            OutOfRange,
        ),
        ("\"536365\"", "-5", "/InvoiceNo", WrongType),
        ("\"536365\"", "1.5", "/InvoiceNo", WrongType),
        ("\"536365\"", "\"536 365\"", "/InvoiceNo", InvalidFormat),
        ("\"536365\"", "{\"$gt\":\"\"}", "/InvoiceNo", WrongType),
        ("\"536365\"", "null", "/InvoiceNo", Missing),
        ("\"85123A\"", "85123", "/StockCode", WrongType),
        ("\"85123A\"", "\" \"", "/StockCode", Missing),
        ("\"85123A\"", "\"a\\u0000\"", "/StockCode", InvalidCharacter),
        (
            "\"WHITE HEART\"",
            "\"\\u001b[31m\"",
            "/Description",
            InvalidCharacter,
        ),
        (
            "\"WHITE HEART\"",
            "\"\u{7f}\"",
            "/Description",
            InvalidCharacter,
        ),
        (
            "\"WHITE HEART\"",
            "\"\u{85}\"",
            "/Description",
            InvalidCharacter,
        ),
        (
            "\"WHITE HEART\"",
            "\"\\ud800\"",
            "/Description",
            MalformedJson,
        ),
        ("\"WHITE HEART\"", &long, "/Description", TooLong),
        ("\"WHITE HEART\"", "true", "/Description", WrongType),
        (":6,", ":\"6\",", "/Quantity", WrongType),
        (":6,", ":6.0,", "/Quantity", WrongType),
        (":6,", ":1e2,", "/Quantity", WrongType),
        (":6,", ":2147483648,", "/Quantity", OutOfRange),
        (":6,", ":9223372036854775808,", "/Quantity", OutOfRange),
        ("2.55", "1e999", "/UnitPrice", OutOfRange),
        ("2.55", "0.10000000000000000555", "/UnitPrice", OutOfRange),
        ("2.55", "2.55555", "/UnitPrice", OutOfRange),
        ("2.55", "-0.01", "/UnitPrice", OutOfRange),
        ("2.55", "900000000000000", "/UnitPrice", OutOfRange),
        ("2.55", "\"NaN\"", "/UnitPrice", WrongType),
        ("2.55", "\"2,55\"", "/UnitPrice", WrongType),
        ("17850", "17850.5", "/CustomerID", WrongType),
        ("17850", "4294967296", "/CustomerID", OutOfRange),
        ("17850", "[17850]", "/CustomerID", WrongType),
        (
            "2010-12-01T08:26:00Z",
            "2011-02-30 10:00",
            "/InvoiceDate",
            InvalidDate,
        ),
        (
            "\"2010-12-01T08:26:00Z\"",
            "1291191960",
            "/InvoiceDate",
            WrongType,
        ),
        ("\"France\"", "\"\"", "/Country", Missing),
    ] {
        assert_eq!(
            wrong(&with(from, to)),
            field(pointer, code),
            "{from} -> {to:.60}"
        );
    }
    let iso = InvoiceRules::default();
    let json = with("2010-12-01T08:26:00Z", "12/1/2010 8:26");
    let rejection = iso
        .parser()
        .parse_json(json.as_bytes(), &mut String::new())
        .unwrap_err();
    assert_eq!(rejection.code(), AmbiguousDate);
}

#[test]
fn keys_that_do_not_belong_are_named() {
    let with_key = |key: &str| with("{", &format!("{{{key}:1,"));
    for (key, pointer) in [
        ("\"is_admin\"", "/is_admin"),
        ("\"invoiceno\"", "/invoiceno"),
        ("\"$where\"", "/$where"),
        ("\"__proto__\"", "/__proto__"),
        ("\"a/b~c\"", "/a~1b~0c"),
    ] {
        assert_eq!(wrong(&with_key(key)), field(pointer, Code::UnknownField));
    }
    let control = with_key("\"a\\u0000\"");
    assert_eq!(wrong(&control), field("", Code::InvalidCharacter));
    let twice = with("{", "{\"Quantity\":6,");
    assert_eq!(wrong(&twice), field("/Quantity", Code::DuplicateField));
    let long = with_key(&format!("\"{}\"", "k".repeat(1_000_000)));
    assert!(wrong(&long)[0].0.len() < 100);
}

#[test]
fn all_faults_come_at_once_in_the_order_of_the_fields() {
    let json = r#"{"x":1,"Country":"","UnitPrice":-1,"Quantity":"6","InvoiceDate":"soon","InvoiceNo":"C1","y":[]}"#;
    let mut text = String::new();
    let rejection = rules(Policy::Strict)
        .parser()
        .parse_json(json.as_bytes(), &mut text)
        .unwrap_err();
    let faults: Vec<_> = rejection.faults().map(|f| (&*f.pointer, f.code)).collect();
    assert_eq!(
        faults,
        [
            ("/InvoiceNo", Code::InvalidFormat),
            ("/StockCode", Code::Missing),
            ("/Description", Code::Missing),
            ("/Quantity", Code::WrongType),
            ("/InvoiceDate", Code::InvalidDate),
            ("/UnitPrice", Code::OutOfRange),
            ("/CustomerID", Code::Missing),
            ("/Country", Code::Missing),
            ("/x", Code::UnknownField),
            ("/y", Code::UnknownField),
        ]
    );
    assert!(
        !rejection.to_string().contains("soon"),
        "values are never echoed"
    );
}

#[test]
fn the_stage_tells_unreadable_from_unwanted() {
    let stage = |json: &str| parse(json).unwrap_err().stage();
    assert_eq!(stage(&with("2.55", "-1")), Stage::Validate);
    assert_eq!(stage(&with("2.55", "1e99")), Stage::Validate);
    assert_eq!(
        stage(&with("2.55", "-1").replace(":6,", ":null,")),
        Stage::Parse
    );
    assert_eq!(stage("{"), Stage::Parse);
}

#[test]
fn in2_hostile_shapes_stop_at_the_limits() {
    let too_deep = document(Code::TooDeep);
    assert_eq!(wrong(&"[".repeat(100_000)), too_deep);
    assert_eq!(wrong(&"{\"a\":".repeat(100_000)), too_deep);
    let nested = |levels: usize| {
        let (open, close) = ("[".repeat(levels - 1), "]".repeat(levels - 1));
        with("{", &format!("{{\"a\":{open}{close},"))
    };
    assert_eq!(wrong(&nested(33)), too_deep);
    assert_eq!(wrong(&nested(32)), field("/a", Code::UnknownField));
    let escapes = format!("\"{}\"", "\\u0061".repeat(170_000));
    let long = with("\"WHITE HEART\"", &escapes);
    assert_eq!(wrong(&long), field("/Description", Code::TooLong));
    let digits = with("2.55", &"9".repeat(1_000_000));
    assert_eq!(wrong(&digits), field("/UnitPrice", Code::OutOfRange));
    assert_eq!(
        wrong(&with("2.55", &"9".repeat(1 << 20))),
        document(Code::TooLarge)
    );
    let keys: String = (0..80_000).map(|key| format!("\"k{key}\":1,")).collect();
    assert!(wrong(&with("{", &format!("{{{keys}"))).len() <= 20);
}

#[test]
fn limits_can_be_set() {
    let rules = InvoiceRules {
        limits: Limits::default().document_bytes(400).text_bytes(10),
        ..InvoiceRules::default()
    };
    let code = |json: &str| {
        let parsed = rules
            .parser()
            .parse_json(json.as_bytes(), &mut String::new());
        parsed.map_err(|rejection| rejection.code()).err()
    };
    assert_eq!(
        code(GOOD),
        Some(Code::TooLong),
        "the date has twenty characters"
    );
    assert_eq!(
        code(&format!("{GOOD}{}", " ".repeat(400))),
        Some(Code::TooLarge)
    );
}

#[test]
fn a_header_must_name_every_field_once() {
    let faults = |header: &[&str], extra| {
        let rejection = Columns::from_header(header.iter().copied(), extra).unwrap_err();
        rejection.to_string()
    };
    let with_extra = [&HEADER[..], &["Note"]].concat();
    let message = faults(&with_extra, ExtraColumns::Refuse);
    assert!(
        message.contains("column 9") && message.contains("`ExtraColumns::Ignore`"),
        "{message}"
    );
    let columns = Columns::from_header(with_extra.iter().copied(), ExtraColumns::Ignore).unwrap();
    let row = [&ROW[..], &["a note\0"]].concat();
    assert_eq!(parse_row(&columns, &row), parse(GOOD));
    let message = faults(&HEADER[..7], ExtraColumns::Ignore);
    assert_eq!(
        message,
        "read: /Country: missing: the header has no such column"
    );
    let twice = [&HEADER[..], &["Price"]].concat();
    assert!(faults(&twice, ExtraColumns::Ignore).contains("/UnitPrice: duplicate_field"));
}

#[test]
fn a_row_must_have_the_headers_columns() {
    let columns = Columns::from_header(HEADER, ExtraColumns::Refuse).unwrap();
    for row in [&ROW[..7], &[&ROW[..], &[""]].concat(), &[]] {
        let rejection = parse_row(&columns, row).unwrap_err();
        assert_eq!(rejection.code(), Code::MalformedCsv);
    }
    let mut row = ROW;
    (row[3], row[7]) = ("6.0", "a\0");
    let rejection = parse_row(&columns, &row).unwrap_err();
    let faults: Vec<_> = rejection.faults().map(|f| (&*f.pointer, f.code)).collect();
    assert_eq!(
        faults,
        [
            ("/Quantity", Code::WrongType),
            ("/Country", Code::InvalidCharacter)
        ]
    );
}
