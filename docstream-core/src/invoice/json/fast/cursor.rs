//! A place in a JSON text, moved on by what is expected there.

use crate::{CustomerId, Money, Quantity};

/// What is left to read. A method that answers `None` has not moved, or the
/// caller gives up.
pub(super) struct Cursor<'a> {
    json: &'a str,
    at: usize,
    longest: usize,
}

impl<'a> Cursor<'a> {
    #[inline]
    pub(super) fn new(json: &'a str, longest: usize) -> Self {
        Self {
            json,
            at: 0,
            longest,
        }
    }

    #[inline]
    fn rest(&self) -> &'a [u8] {
        self.json.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Passes `byte`, if it comes next.
    #[inline]
    fn pass(&mut self, byte: u8) -> bool {
        let next = self.rest().first() == Some(&byte);
        self.at += usize::from(next);
        next
    }

    /// Passes `key` and a blank.
    #[inline]
    pub(super) fn key<const N: usize>(&mut self, key: &[u8; N]) -> Option<()> {
        // An array of fixed length is compared in a few words.
        if self.rest().first_chunk::<N>() != Some(key) {
            return None;
        }
        self.at += N;
        self.pass(b' ');
        Some(())
    }

    /// Passes `key`, which begins with a comma, and a blank after the comma and after the key.
    #[inline]
    pub(super) fn next_key<const N: usize>(&mut self, key: &[u8; N]) -> Option<()> {
        self.key(key).or_else(|| self.spaced_key(key))
    }

    #[cold]
    fn spaced_key(&mut self, key: &[u8]) -> Option<()> {
        let rest = self.rest().strip_prefix(b", ")?.strip_prefix(&key[1..])?;
        self.at = self.json.len() - rest.len();
        self.pass(b' ');
        Some(())
    }

    /// Whether a text comes next.
    #[inline]
    pub(super) fn is_text(&self) -> bool {
        self.rest().first() == Some(&b'"')
    }

    /// Passes `null`, if it comes next.
    #[inline]
    pub(super) fn null(&mut self) -> bool {
        let next = self.rest().starts_with(b"null");
        self.at += if next { 4 } else { 0 };
        next
    }

    /// Passes a text, up to the first quote: whether that ends the text, and whether it
    /// holds what is refused, is for [`is_plain`] to say.
    #[inline]
    pub(super) fn text(&mut self) -> Option<&'a str> {
        let (b'"', text) = self.rest().split_first()? else {
            return None;
        };
        let len = quote(text)?;
        let start = self.at + 1;
        self.at = start + len + 1;
        let text = self.json.get(start..start + len)?;
        (len <= self.longest).then_some(text)
    }

    /// Passes a whole number of at most `most` digits, 18 at the very most, and gives
    /// its value and how many there were.
    #[inline]
    fn number(&mut self, most: usize) -> Option<(i64, usize)> {
        let (mut value, mut len) = (0, 0);
        for byte in self.rest() {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            if len == most {
                return None;
            }
            value = value * 10 + i64::from(digit);
            len += 1;
        }
        let start = self.at;
        self.at += len;
        let leading_zero = len > 1 && self.json.as_bytes().get(start) == Some(&b'0');
        (len > 0 && !leading_zero).then_some((value, len))
    }

    /// Passes a whole number of at most `most` digits, 18 at the very most.
    #[inline]
    pub(super) fn digits(&mut self, most: usize) -> Option<&'a str> {
        let start = self.at;
        self.number(most)?;
        self.json.get(start..self.at)
    }

    /// Passes a customer's number.
    #[inline]
    pub(super) fn customer(&mut self) -> Option<CustomerId> {
        let (number, _) = self.number(10)?;
        u32::try_from(number).ok().map(CustomerId)
    }

    #[inline]
    pub(super) fn quantity(&mut self) -> Option<Quantity> {
        let negative = self.pass(b'-');
        let (number, _) = self.number(10)?;
        let number = i32::try_from(if negative { -number } else { number }).ok()?;
        Some(Quantity(number))
    }

    #[inline]
    pub(super) fn price(&mut self) -> Option<Money> {
        let negative = self.pass(b'-');
        let mut units = self.number(12)?.0 * 10_000;
        if self.pass(b'.') {
            let mut unit = 1_000;
            let fraction = self.rest().iter().map(|byte| byte.wrapping_sub(b'0'));
            for digit in fraction.take_while(|digit| *digit <= 9) {
                // After the fourth there is none left.
                if unit == 0 {
                    return None;
                }
                units += i64::from(digit) * unit;
                unit /= 10;
                self.at += 1;
            }
            if unit == 1_000 {
                return None;
            }
        }
        let units = if negative { -units } else { units };
        Some(Money::from_ten_thousandths(units))
    }

    /// Passes the end of the object and of the document.
    #[inline]
    pub(super) fn end(&self) -> Option<()> {
        (self.rest() == b"}").then_some(())
    }
}

/// Whether `texts` hold no escape, no control character, and no C2, the first byte of what
/// may be one.
#[inline]
pub(super) fn is_plain(texts: &[u8]) -> bool {
    // Nearly all are printable ASCII, which takes the compiler a few words for 16 bytes.
    let ascii = |byte: u8| (byte as i8) > 0x1f && byte != b'\\' && byte != 0x7f;
    let all_ascii = |bytes: &[u8; 16]| bytes.iter().fold(true, |all, byte| all & ascii(*byte));
    let (chunks, rest) = texts.as_chunks::<16>();
    let mut last = [b' '; 16];
    last[..rest.len()].copy_from_slice(rest);
    if chunks.iter().all(all_ascii) && all_ascii(&last) {
        return true;
    }
    let other = |byte: &u8| *byte < 0x20 || matches!(*byte, b'\\' | 0x7f | 0xc2);
    !texts.iter().any(other)
}

/// How many bytes come before the first quote.
#[inline]
fn quote(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    let mut at = 0;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk) ^ (ONES * u64::from(b'"'));
        // Marks the bytes that are zero; above the first mark there may be false ones.
        let marks = word.wrapping_sub(ONES) & !word & HIGHS;
        if marks != 0 {
            return Some(at + (marks.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    let tail = bytes.get(at..)?.iter().position(|&byte| byte == b'"')?;
    Some(at + tail)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn eight_bytes_at_a_time_find_what_one_at_a_time_finds(bytes: Vec<u8>) {
            prop_assert_eq!(quote(&bytes), bytes.iter().position(|byte| *byte == b'"'));
        }

        #[test]
        fn a_text_ends_at_its_quote(text in "[ -!#-\\[\\]-~]{0,40}", after in "[ -\\[\\]-~]{0,10}") {
            let json = format!("\"{text}\"{after}");
            let mut cursor = Cursor::new(&json, 100);
            prop_assert_eq!(cursor.text(), Some(text.as_str()));
            prop_assert_eq!(cursor.rest(), after.as_bytes());
        }

        #[test]
        fn what_has_escapes_or_may_have_controls_is_not_plain(
            before in "[ -\\[\\]-~é€😀]{0,40}",
            stop in "[\\\\\x00-\x1f\x7f-\u{bf}]",
        ) {
            let with_stop = format!("{before}{stop}{before}");
            prop_assert!(is_plain(before.as_bytes()));
            prop_assert!(!is_plain(with_stop.as_bytes()));
        }
    }
}
