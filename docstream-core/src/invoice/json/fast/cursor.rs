//! A place in a JSON text, moved on by what is expected there.

use crate::{CustomerId, Money, Quantity};

/// What is left to read. A method that answers `None` has not moved, or the
/// caller gives up.
///
/// All of it is inlined, so that the place is kept in registers.
pub(super) struct Cursor<'a> {
    json: &'a str,
    rest: &'a [u8],
    longest: usize,
}

impl<'a> Cursor<'a> {
    #[inline]
    pub(super) fn new(json: &'a str, longest: usize) -> Self {
        Self {
            json,
            rest: json.as_bytes(),
            longest,
        }
    }

    /// Where in the document the rest begins.
    #[inline]
    fn at(&self) -> usize {
        self.json.len() - self.rest.len()
    }

    /// Passes `byte`, if it comes next.
    #[inline]
    fn pass(&mut self, byte: u8) -> bool {
        match self.rest {
            [first, rest @ ..] if *first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Passes `key`, from the comma before it to the colon or to the quote that begins its text.
    #[inline]
    pub(super) fn key<const N: usize>(&mut self, key: &[u8; N]) -> Option<()> {
        match self.rest.split_first_chunk::<N>() {
            Some((head, rest)) if same(head, key) => {
                self.rest = rest;
                Some(())
            }
            _ => {
                self.rest = spaced_key(self.rest, key)?;
                Some(())
            }
        }
    }

    /// Passes a blank, if one comes next.
    #[inline]
    pub(super) fn blank(&mut self) {
        if let [b' ', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    /// Passes the quote that begins a text, if it comes next.
    #[inline]
    pub(super) fn quote(&mut self) -> bool {
        self.pass(b'"')
    }

    /// Passes `null`, if it comes next.
    #[inline]
    pub(super) fn null(&mut self) -> bool {
        let rest = self.rest.strip_prefix(b"null");
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Passes a text whose first quote was passed with its key, up to the next quote:
    /// whether that ends the text, and whether it holds what is refused, is for
    /// [`is_plain`] to say.
    #[inline]
    pub(super) fn text(&mut self) -> Option<&'a str> {
        let len = quote(self.rest)?;
        if len > self.longest {
            return None;
        }
        let start = self.at();
        self.rest = self.rest.get(len + 1..)?;
        self.json.get(start..start + len)
    }

    /// Passes a whole number of at most `most` digits, 18 at the very most, and gives
    /// its value and how many there were.
    #[inline]
    fn number(&mut self, most: usize) -> Option<(i64, usize)> {
        let (mut value, mut len) = (0, 0);
        let start = self.rest;
        while let [byte, rest @ ..] = self.rest {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            if len == most {
                return None;
            }
            value = value * 10 + i64::from(digit);
            len += 1;
            self.rest = rest;
        }
        let leading_zero = len > 1 && start.first() == Some(&b'0');
        (len > 0 && !leading_zero).then_some((value, len))
    }

    /// Passes a whole number of at most `most` digits, 18 at the very most.
    #[cold]
    pub(super) fn digits(&mut self, most: usize) -> Option<&'a str> {
        let start = self.at();
        self.number(most)?;
        self.json.get(start..self.at())
    }

    /// Passes a customer's number.
    #[inline]
    pub(super) fn customer(&mut self) -> Option<CustomerId> {
        let (number, _) = self.number(10)?;
        u32::try_from(number).ok().map(CustomerId)
    }

    #[inline]
    pub(super) fn quantity(&mut self) -> Option<Quantity> {
        self.blank();
        let negative = self.pass(b'-');
        let (number, _) = self.number(10)?;
        let number = i32::try_from(if negative { -number } else { number }).ok()?;
        Some(Quantity(number))
    }

    #[inline]
    pub(super) fn price(&mut self) -> Option<Money> {
        self.blank();
        let negative = self.pass(b'-');
        let mut units = self.number(12)?.0 * 10_000;
        if self.pass(b'.') {
            let mut unit = 1_000;
            let fraction = self.rest.iter().map(|byte| byte.wrapping_sub(b'0'));
            let mut len = 0;
            for digit in fraction.take_while(|digit| *digit <= 9) {
                // After the fourth there is none left.
                if unit == 0 {
                    return None;
                }
                units += i64::from(digit) * unit;
                unit /= 10;
                len += 1;
            }
            if unit == 1_000 {
                return None;
            }
            self.rest = self.rest.get(len..)?;
        }
        let units = if negative { -units } else { units };
        Some(Money::from_ten_thousandths(units))
    }

    /// Passes the end of the object and of the document.
    #[inline]
    pub(super) fn end(&self) -> Option<()> {
        (self.rest == b"}").then_some(())
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
    // The last chunk overlaps the one before: the rest byte by byte would take longer.
    let rest_ascii = match texts.last_chunk() {
        Some(last) => all_ascii(last),
        None => rest.iter().all(|byte| ascii(*byte)),
    };
    if rest_ascii && chunks.iter().all(all_ascii) {
        return true;
    }
    let other = |byte: &u8| *byte < 0x20 || matches!(*byte, b'\\' | 0x7f | 0xc2);
    !texts.iter().any(other)
}

/// What follows `key` where there is a blank after its comma or before its quote.
// Not of the cursor, which would have to lie in memory for it.
#[cold]
fn spaced_key<'a>(json: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let after_blank = |json: &'a [u8]| json.strip_prefix(b" ").unwrap_or(json);
    let (comma, key) = key.split_first()?;
    let rest = after_blank(json.strip_prefix(std::slice::from_ref(comma))?);
    match key.strip_suffix(b"\"") {
        Some(name) => after_blank(rest.strip_prefix(name)?).strip_prefix(b"\""),
        None => rest.strip_prefix(key),
    }
}

/// Whether two pieces of JSON are the same: those of 8 to 16 bytes by two words that overlap.
#[inline]
fn same<const N: usize>(a: &[u8; N], b: &[u8; N]) -> bool {
    match (
        a.first_chunk::<8>(),
        b.first_chunk(),
        a.last_chunk::<8>(),
        b.last_chunk(),
    ) {
        (Some(a_first), Some(b_first), Some(a_last), Some(b_last)) if N <= 16 => {
            let difference =
                |a: &[u8; 8], b: &[u8; 8]| u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
            difference(a_first, b_first) | difference(a_last, b_last) == 0
        }
        _ => a == b,
    }
}

/// How many bytes come before the first quote.
#[inline]
fn quote(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    let (words, tail) = bytes.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        let word = u64::from_le_bytes(*word) ^ (ONES * u64::from(b'"'));
        // Marks the bytes that are zero; above the first mark there may be false ones.
        let marks = word.wrapping_sub(ONES) & !word & HIGHS;
        if marks != 0 {
            return Some(at + (marks.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    let tail = tail.iter().position(|&byte| byte == b'"')?;
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
            prop_assert!(cursor.quote());
            prop_assert_eq!(cursor.text(), Some(text.as_str()));
            prop_assert_eq!(cursor.rest, after.as_bytes());
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
