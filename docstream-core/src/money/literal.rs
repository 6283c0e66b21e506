//! Numbers from their literal text, exactly: never through a float.

/// Why a literal has no exact value in the wanted unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LiteralFault {
    /// Not a number of the JSON grammar.
    NotANumber,
    /// More decimals than the unit has.
    TooPrecise,
    /// Does not fit 64 bits in the unit.
    TooLarge,
}

/// The value of `literal` in units of `10^-scale`: `("2.55", 4)` is 25,500.
///
/// The grammar is JSON's, exponents included, but leading zeros are allowed.
pub(crate) fn scaled(literal: &str, scale: i64) -> Result<i64, LiteralFault> {
    let (negative, digits) = match literal.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, literal),
    };
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (&digits[..at], read_exponent(&digits[at + 1..])?),
        None => (digits, 0),
    };
    let (significand, zeros) = read_mantissa(mantissa)?;
    let Some(significand) = significand else {
        return Err(LiteralFault::TooLarge);
    };
    if significand == 0 {
        return Ok(0);
    }
    let power = exponent.saturating_add(zeros).saturating_add(scale);
    if power < 0 {
        return Err(LiteralFault::TooPrecise);
    }
    let value = u32::try_from(power)
        .ok()
        .and_then(|power| 10_i128.checked_pow(power))
        .and_then(|factor| factor.checked_mul(i128::from(significand)))
        .ok_or(LiteralFault::TooLarge)?;
    i64::try_from(if negative { -value } else { value }).map_err(|_| LiteralFault::TooLarge)
}

/// The digits without trailing zeros, `None` where they exceed 64 bits, and the
/// power of ten they stand for.
fn read_mantissa(mantissa: &str) -> Result<(Option<u64>, i64), LiteralFault> {
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((_, "")) => return Err(LiteralFault::NotANumber),
        Some(parts) => parts,
        None => (mantissa, ""),
    };
    if whole.is_empty() {
        return Err(LiteralFault::NotANumber);
    }
    let mut significand = Some(0_u64);
    // Zeros are held back until another digit follows: trailing ones cost no precision.
    let mut held_back = 0_u32;
    for byte in whole.bytes().chain(fraction.bytes()) {
        if !byte.is_ascii_digit() {
            return Err(LiteralFault::NotANumber);
        }
        if byte == b'0' {
            held_back += u32::from(significand != Some(0));
            continue;
        }
        significand = significand
            .zip(10_u64.checked_pow(held_back + 1))
            .and_then(|(value, factor)| value.checked_mul(factor))
            .and_then(|value| value.checked_add(u64::from(byte - b'0')));
        held_back = 0;
    }
    Ok((significand, i64::from(held_back) - fraction.len() as i64))
}

fn read_exponent(text: &str) -> Result<i64, LiteralFault> {
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(LiteralFault::NotANumber);
    }
    // Past 32 bits the sign alone decides; a million zeros in the mantissa cannot undo it.
    let exponent = digits.parse::<u32>().unwrap_or(u32::MAX);
    Ok(if negative {
        -i64::from(exponent)
    } else {
        i64::from(exponent)
    })
}

#[cfg(test)]
mod tests {
    use super::LiteralFault::{NotANumber, TooLarge, TooPrecise};
    use super::*;

    #[test]
    fn literals_have_exact_values() {
        for (literal, scale, value) in [
            ("2.55", 4, Ok(25_500)),
            ("2.5e0", 4, Ok(25_000)),
            ("25E-1", 4, Ok(25_000)),
            ("-0.0001", 4, Ok(-1)),
            ("-0", 4, Ok(0)),
            ("0e999999999999", 4, Ok(0)),
            ("2.50000000000", 4, Ok(25_000)),
            ("0.00001", 4, Err(TooPrecise)),
            ("0.10000000000000000555", 4, Err(TooPrecise)),
            ("1e999", 4, Err(TooLarge)),
            ("1e-999999999999", 4, Err(TooPrecise)),
            ("922337203685477.5807", 4, Ok(i64::MAX)),
            ("922337203685477.5808", 4, Err(TooLarge)),
            ("-922337203685477.5808", 4, Ok(i64::MIN)),
            ("17850.0", 0, Ok(17_850)),
            ("1785e1", 0, Ok(17_850)),
            ("17850.5", 0, Err(TooPrecise)),
            ("18446744073709551616", 0, Err(TooLarge)),
        ] {
            assert_eq!(scaled(literal, scale), value, "{literal}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for text in [
            "", "-", "+1", ".5", "5.", "1.2.3", "1e", "1e+", "1e1.5", "NaN", "inf", "1,5", " 1",
            "1 ", "0x1", "--1", "1_000", "\u{0661}",
        ] {
            assert_eq!(scaled(text, 4), Err(NotANumber), "{text:?}");
        }
    }

    #[test]
    fn a_million_digits_are_read_once() {
        assert_eq!(scaled(&"9".repeat(1_000_000), 0), Err(TooLarge));
        assert_eq!(
            scaled(&format!("1{}", "0".repeat(1_000_000)), 0),
            Err(TooLarge)
        );
        let long = format!("1{}e-1000000", "0".repeat(1_000_000));
        assert_eq!(scaled(&long, 0), Ok(1));
    }
}
