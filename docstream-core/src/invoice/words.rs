//! Questions about every byte of a short text, answered for all of them at once.

const fn repeat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

const HIGHS: u64 = repeat(0x80);

/// A text of 4 to 8 bytes as one word, in which those in the middle stand twice.
#[inline]
fn word(text: &[u8]) -> Option<u64> {
    if text.len() > 8 {
        return None;
    }
    let (first, last) = (text.first_chunk::<4>()?, text.last_chunk::<4>()?);
    Some(u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32)
}

/// Whether `text` has nothing but digits.
#[inline]
pub(crate) fn all_digits(text: &[u8]) -> bool {
    let Some(word) = word(text) else {
        return text.iter().all(u8::is_ascii_digit);
    };
    let digits = word ^ repeat(b'0');
    // The addition reaches a byte's highest bit where it is above 9.
    (digits.wrapping_add(repeat(0x80 - 10)) | digits) & HIGHS == 0
}

/// Whether `text` has a lower-case letter of ASCII.
#[inline]
pub(crate) fn any_lowercase(text: &[u8]) -> bool {
    let Some(word) = word(text) else {
        return text.iter().any(u8::is_ascii_lowercase);
    };
    let low = word & !HIGHS;
    // Each addition reaches a byte's highest bit: from `a` on, and after `z`.
    let (from_a, after_z) = (low + repeat(0x80 - b'a'), low + repeat(0x7f - b'z'));
    from_a & !after_z & !word & HIGHS != 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn all_at_once_is_one_by_one(
            text in prop::collection::vec(
                prop_oneof![20 => b'0'..=b'9', 1 => b'A'..=b'Z', 1 => prop::sample::select(&b"/:@[`az{"[..]), 1 => any::<u8>()],
                0..12,
            ),
        ) {
            prop_assert_eq!(all_digits(&text), text.iter().all(u8::is_ascii_digit));
            prop_assert_eq!(any_lowercase(&text), text.iter().any(u8::is_ascii_lowercase));
        }
    }
}
