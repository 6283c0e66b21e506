//! Files that hold what nobody wants to read.

use super::*;
use crate::file::lines::Lines;
use crate::file::rows::Rows;
use crate::file::scan::{Content, KEPT_OF_TOO_LARGE};
use crate::file::window::Window;

fn faulty(got: &Got) -> (Code, &str) {
    match got {
        Got::Fault(code, message) => (*code, message),
        other => panic!("expected a fault, got {other:?}"),
    }
}

fn csv(bytes: &str) -> Vec<Got> {
    read(bytes.as_bytes(), &FileOptions::default())
}

#[test]
fn a_line_of_a_gigabyte_is_one_rejected_document() {
    const GIGABYTE: u64 = 1 << 30;
    let limit = 1 << 20;
    let line = std::io::repeat(b'x').take(GIGABYTE);
    let file = (&b"{\"a\":1}\n"[..])
        .chain(line)
        .chain(&b"\n{\"b\":2}\n"[..]);
    let mut lines = Lines::new(Window::new(file, limit), limit);
    assert_eq!(lines.next().unwrap().unwrap().raw, b"{\"a\":1}");
    let long = lines.next().unwrap().unwrap();
    assert!(matches!(&long.content, Content::Bad(fault) if fault.code == Code::TooLarge));
    assert_eq!(long.raw, [b'x'; KEPT_OF_TOO_LARGE]);
    assert_eq!(lines.next().unwrap().unwrap().raw, b"{\"b\":2}");
    assert!(lines.next().unwrap().is_none());
    assert!(lines.capacity() <= 2 * limit);
}

#[test]
fn a_row_of_a_gigabyte_is_one_rejected_document() {
    const GIGABYTE: u64 = 1 << 30;
    let limit = 1 << 20;
    for start in [&b"x"[..], b"\"x"] {
        let line = std::io::repeat(b'x').take(GIGABYTE);
        let file = start.chain(line).chain(&b"\n1,2\n"[..]);
        let mut rows = Rows::new(Window::new(file, limit), b',', 2, limit);
        let long = rows.next().unwrap().unwrap();
        assert!(matches!(&long.content, Content::Bad(fault) if fault.code == Code::TooLarge));
        assert_eq!(long.raw.len(), KEPT_OF_TOO_LARGE);
        assert_eq!(rows.next().unwrap().unwrap().raw, b"1,2");
        assert!(rows.next().unwrap().is_none());
        assert!(rows.capacity() <= 3 * limit);
    }
}

#[test]
fn a_document_may_be_as_large_as_the_limit_and_no_larger() {
    let options = FileOptions::default().document_bytes(8);
    for end in ["\n", "\r\n", ""] {
        let file = format!("{{}}\n{{\"a\":12}}{end}");
        assert_eq!(
            read(file.as_bytes(), &options)[1],
            text("{\"a\":12}"),
            "{end:?}"
        );
        let file = format!("{{}}\n{{\"a\":123}}{end}");
        assert_eq!(
            faulty(&read(file.as_bytes(), &options)[1]).0,
            Code::TooLarge
        );
        let file = format!("a,b\n1234,678{end}");
        assert_eq!(read(file.as_bytes(), &options), [row(["1234", "678"])]);
        let file = format!("a,b\n1234,6789{end}");
        assert_eq!(
            faulty(&read(file.as_bytes(), &options)[0]).0,
            Code::TooLarge
        );
    }
}

#[test]
fn a_row_of_a_million_columns_is_rejected_and_counted() {
    let file = format!("a,b\n1,2\n{}\n3,4\n", ",".repeat(999_999));
    let got = csv(&file);
    let (code, message) = faulty(&got[1]);
    assert_eq!(code, Code::MalformedCsv);
    assert!(
        message.contains("expected 2") && message.contains("found 1000000"),
        "{message}"
    );
    assert_eq!([&got[0], &got[2]], [&row(["1", "2"]), &row(["3", "4"])]);
}

#[test]
fn a_header_of_a_million_columns_is_refused() {
    let message = refused(format!("{}\n1,2\n", ",".repeat(999_999)).as_bytes());
    assert!(message.contains("more than 1024 columns"), "{message}");
    let message = refused(format!("{}\n1,2\n", "a,".repeat(1 << 20)).as_bytes());
    assert!(message.contains("larger than a document"), "{message}");
}

#[test]
fn a_header_that_opens_a_quote_is_refused() {
    let message = refused(b"a,\"b\n1,2\n");
    assert!(
        message.contains("header") && message.contains("quote"),
        "{message}"
    );
}

#[test]
fn an_unclosed_quote_hurts_only_its_own_line() {
    let good = ["1,2", "3,4", "5,6"];
    for at in 0..=good.len() {
        let mut lines = good.to_vec();
        lines.insert(at, "x,\"y");
        let got = csv(&format!("a,b\n{}\n", lines.join("\n")));
        assert_eq!(got.len(), 4, "at {at}: {got:?}");
        let (code, message) = faulty(&got[at]);
        assert_eq!(code, Code::MalformedCsv);
        assert!(message.contains("quote"), "{message}");
        let rest: Vec<_> = got
            .iter()
            .filter(|got| matches!(got, Got::Row(_)))
            .collect();
        assert_eq!(rest, [&row(["1", "2"]), &row(["3", "4"]), &row(["5", "6"])]);
    }
}

#[test]
fn an_unclosed_quote_in_the_last_line_without_a_line_end_is_found() {
    let got = csv("a,b\n1,2\nx,\"y");
    assert_eq!(got[0], row(["1", "2"]));
    assert!(faulty(&got[1]).1.contains("quote"));
}

#[test]
fn an_unclosed_quote_before_a_quoted_row_costs_only_the_bad_line() {
    let got = csv("a,b\nx,\"y\n\"1\",\"2\"\n3,4\n");
    assert_eq!(got[1..], [row(["1", "2"]), row(["3", "4"])]);
    assert!(faulty(&got[0]).1.contains("quote"));
}

#[test]
fn quotes_opened_on_every_line_do_not_make_reading_quadratic() {
    // Each of these lines opens a quote whether the line before left one open or not.
    let file = format!("a,b\n{}1,2\n", "x\",\",z\n".repeat(100_000));
    let got = csv(&file);
    assert_eq!(got.len(), 100_001);
    assert_eq!(got[100_000], row(["1", "2"]));
}

#[test]
fn a_row_with_the_wrong_number_of_columns_is_rejected_with_both_numbers() {
    let got = csv("a,b\n1\n1,2,3\n1,2\n");
    for (at, found) in [(0, "found 1"), (1, "found 3")] {
        let (code, message) = faulty(&got[at]);
        assert_eq!(code, Code::MalformedCsv);
        assert!(
            message.contains("expected 2") && message.contains(found),
            "{message}"
        );
    }
    assert_eq!(got[2], row(["1", "2"]));
}

#[test]
fn bytes_that_are_not_utf_8_reject_their_own_record() {
    let options = FileOptions::default().encoding(Encoding::Utf8);
    let got = read(b"a,b\n1,\xa3\n\xc3,\xa3\n1,2\n", &options);
    assert_eq!(faulty(&got[0]).0, Code::NotUtf8);
    assert_eq!(
        faulty(&got[1]).0,
        Code::NotUtf8,
        "two halves of a character"
    );
    assert_eq!(got[2], row(["1", "2"]));
    let got = read(b"{}\n{\"a\":\"\xa3\"}\n{}", &options);
    assert_eq!(faulty(&got[1]).0, Code::NotUtf8);
}

#[test]
fn nul_bytes_pass_through() {
    assert_eq!(csv("a,b\n\0,\"\0\"\n"), [row(["\0", "\0"])]);
    assert_eq!(csv("{\"a\":\"\0\"}\n"), [text("{\"a\":\"\0\"}")]);
}

#[test]
fn an_array_of_json_says_what_to_do() {
    assert!(refused(b"[{\"a\":1}]").contains("one object a line"));
}

#[test]
fn nothing_but_blank_lines_is_nothing() {
    for file in ["", "\n", "\r\n\r\n", "\u{feff}"] {
        assert_eq!(csv(file), []);
    }
}
