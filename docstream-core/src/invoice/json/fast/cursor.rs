//! A place in a JSON text, moved on by what is expected there.

use crate::{Money, Quantity};

/// What is left to read. A method that answers `None` has not moved, or the
/// caller gives up.
pub(super) struct Cursor<'a> {
    rest: &'a str,
    longest: usize,
}

impl<'a> Cursor<'a> {
    #[inline]
    pub(super) fn new(json: &'a str, longest: usize) -> Self {
        Self {
            rest: json,
            longest,
        }
    }

    /// Passes `key` and a blank.
    #[inline]
    pub(super) fn key<const N: usize>(&mut self, key: &[u8; N]) -> Option<()> {
        self.skip(self.rest.as_bytes().strip_prefix(key)?)
    }

    /// Passes a comma, a blank, `key` and a blank.
    #[inline]
    pub(super) fn next_key<const N: usize>(&mut self, key: &[u8; N]) -> Option<()> {
        let rest = self.rest.as_bytes().strip_prefix(b",")?;
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        self.skip(rest.strip_prefix(key)?)
    }

    #[inline]
    fn skip(&mut self, rest: &[u8]) -> Option<()> {
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        self.advance(self.rest.len() - rest.len())
    }

    #[inline]
    fn advance(&mut self, bytes: usize) -> Option<()> {
        self.rest = self.rest.get(bytes..)?;
        Some(())
    }

    /// Whether a text comes next.
    #[inline]
    pub(super) fn is_text(&self) -> bool {
        self.rest.as_bytes().first() == Some(&b'"')
    }

    /// Passes `null`, if it comes next.
    #[inline]
    pub(super) fn null(&mut self) -> bool {
        match self.rest.strip_prefix("null") {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Passes a text without escapes and control characters.
    #[inline]
    pub(super) fn text(&mut self) -> Option<&'a str> {
        let text = self.rest.strip_prefix('"')?;
        let len = plain_len(text.as_bytes())?;
        let (text, rest) = text.split_at_checked(len)?;
        self.rest = rest.strip_prefix('"')?;
        (len <= self.longest).then_some(text)
    }

    /// Passes a whole number of at most `most` digits.
    #[inline]
    pub(super) fn digits(&mut self, most: usize) -> Option<&'a str> {
        let bytes = self.rest.as_bytes();
        let len = bytes
            .iter()
            .take(most + 1)
            .take_while(|b| b.is_ascii_digit())
            .count();
        let leading_zero = len > 1 && bytes.first() == Some(&b'0');
        if len == 0 || len > most || leading_zero {
            return None;
        }
        let (digits, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(digits)
    }

    #[inline]
    fn minus(&mut self) -> bool {
        match self.rest.strip_prefix('-') {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    #[inline]
    pub(super) fn quantity(&mut self) -> Option<Quantity> {
        let negative = self.minus();
        let number = whole(self.digits(10)?);
        let number = i32::try_from(if negative { -number } else { number }).ok()?;
        Some(Quantity(number))
    }

    #[inline]
    pub(super) fn price(&mut self) -> Option<Money> {
        let negative = self.minus();
        let mut units = whole(self.digits(12)?) * 10_000;
        if let Some(fraction) = self.rest.strip_prefix('.') {
            let len = fraction
                .bytes()
                .take(5)
                .take_while(u8::is_ascii_digit)
                .count();
            let factor = [1_000, 100, 10, 1].get(len.checked_sub(1)?)?;
            let (digits, rest) = fraction.split_at_checked(len)?;
            units += whole(digits) * factor;
            self.rest = rest;
        }
        Some(Money::from_ten_thousandths(if negative {
            -units
        } else {
            units
        }))
    }

    /// Passes the end of the object and of the document.
    #[inline]
    pub(super) fn end(&self) -> Option<()> {
        (self.rest == "}").then_some(())
    }
}

/// The value of at most 18 digits.
fn whole(digits: &str) -> i64 {
    let digit = |byte: u8| i64::from(byte - b'0');
    digits
        .bytes()
        .fold(0, |number, byte| number * 10 + digit(byte))
}

/// How many bytes come before the first that is not plain: a quote, a backslash,
/// a control character, or the first byte of what may be one (C2).
#[inline]
fn plain_len(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    // Marks the bytes that are zero; above the first mark there may be false ones.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let mut at = 0;
    while let Some(chunk) = bytes[at..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let equal = |byte: u8| zeros(word ^ (ONES * u64::from(byte)));
        let below_blank = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        // DEL and all beyond ASCII.
        let above_tilde = (word.wrapping_add(ONES) | word) & HIGHS;
        let marks = below_blank | above_tilde | equal(b'"') | equal(b'\\');
        if marks == 0 {
            at += 8;
            continue;
        }
        at += (marks.trailing_zeros() / 8) as usize;
        if bytes[at] < 0x80 || bytes[at] == 0xc2 {
            return Some(at);
        }
        at += 1;
    }
    let is_plain = |byte: u8| byte >= 0x20 && !matches!(byte, b'"' | b'\\' | 0x7f | 0xc2);
    let tail = bytes[at..].iter().position(|&byte| !is_plain(byte))?;
    Some(at + tail)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn eight_bytes_at_a_time_find_what_one_at_a_time_finds(bytes: Vec<u8>) {
            let stop = |byte: &u8| *byte < 0x20 || matches!(byte, b'"' | b'\\' | 0x7f | 0xc2);
            prop_assert_eq!(plain_len(&bytes), bytes.iter().position(stop));
        }

        #[test]
        fn a_plain_text_ends_at_its_quote(text in "[ -!#-\\[\\]-~]{0,40}", after in "[ -~]{0,10}") {
            let json = format!("\"{text}\"{after}");
            let mut cursor = Cursor::new(&json, 100);
            prop_assert_eq!(cursor.text(), Some(text.as_str()));
            prop_assert_eq!(cursor.rest, after);
        }
    }
}
