//! Values as cells of CSV.

use std::fmt::Display;
use std::io::Write as _;

use crate::dates::Timestamp;
use crate::{Encoder, Money};

/// Writes the cells of one row.
#[derive(Debug)]
pub(crate) struct Cells<'a> {
    out: &'a mut Vec<u8>,
    safe: bool,
    first: bool,
}

impl<'a> Cells<'a> {
    /// A row at the end of `out`; with `safe` no text is a formula to a spreadsheet.
    pub(crate) fn new(out: &'a mut Vec<u8>, safe: bool) -> Self {
        Self {
            out,
            safe,
            first: true,
        }
    }

    /// Ends the row.
    pub(crate) fn end(self) {
        self.out.extend_from_slice(b"\r\n");
    }

    /// Puts a text cell, in quotes where it needs them.
    pub(crate) fn put_text(&mut self, text: &str) {
        self.separate();
        let formula = self.safe && is_formula(text);
        let special = |byte: u8| matches!(byte, b',' | b'"' | b'\r' | b'\n');
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
        let outer_blank = [text.as_bytes().first(), text.as_bytes().last()]
            .into_iter()
            .flatten()
            .any(blank);
        // An empty text in quotes is told apart from no value.
        if !formula && !text.is_empty() && !outer_blank && !text.bytes().any(special) {
            self.out.extend_from_slice(text.as_bytes());
            return;
        }
        self.out.push(b'"');
        if formula {
            self.out.push(b'\'');
        }
        for byte in text.bytes() {
            if byte == b'"' {
                self.out.push(b'"');
            }
            self.out.push(byte);
        }
        self.out.push(b'"');
    }

    fn separate(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
    }

    fn plain(&mut self, value: impl Display) {
        self.separate();
        // Writing to memory does not fail.
        let _ = write!(self.out, "{value}");
    }
}

/// Whether a spreadsheet would run the text.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

impl Encoder for Cells<'_> {
    fn null(&mut self) {
        self.separate();
    }

    fn text(&mut self, value: &str) {
        self.put_text(value);
    }

    fn integer(&mut self, value: i64) {
        self.plain(value);
    }

    fn money(&mut self, value: Money) {
        self.plain(value);
    }

    fn real(&mut self, value: f64) {
        self.plain(value);
    }

    fn boolean(&mut self, value: bool) {
        self.plain(value);
    }

    fn timestamp(&mut self, value: Timestamp) {
        self.plain(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str, safe: bool) -> String {
        let mut out = Vec::new();
        Cells::new(&mut out, safe).put_text(text);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn in7_no_text_is_a_formula_and_numbers_stay_numbers() {
        for text in [
            "=cmd|'/c calc'!A1",
            "+1+1",
            "-2+3",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "\nx",
            "＝1",
        ] {
            assert_eq!(cell(text, true), format!("\"'{text}\""));
        }
        let mut out = Vec::new();
        let mut cells = Cells::new(&mut out, true);
        cells.integer(-5);
        cells.money("-1.5".parse().unwrap());
        cells.null();
        cells.boolean(true);
        cells.end();
        assert_eq!(out, b"-5,-1.50,,true\r\n");
    }

    #[test]
    fn what_is_special_stands_in_quotes() {
        assert_eq!(cell("a\"b", false), "\"a\"\"b\"");
        assert_eq!(cell(" x", false), "\" x\"");
        assert_eq!(cell("-2+3", false), "-2+3");
        assert_eq!(cell("", false), "\"\"");
    }
}
