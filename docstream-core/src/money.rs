//! Exact amounts of money.

pub(crate) mod literal;

use std::fmt;
use std::iter::Sum;
use std::ops::Neg;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Code, ValueFault};
use literal::LiteralFault;

const SCALE: u32 = 4;
const UNIT: u128 = 10_000;

/// An amount of money: exact, at most four decimals, never a float.
///
/// Prints plainly with at least two decimals and no further zeros. In JSON
/// answers it is that text; a document's price is the same text as a number.
///
/// ```
/// use docstream_core::Money;
///
/// let price: Money = "2.55".parse()?;
/// assert_eq!(price.checked_mul(6).map(|net| net.to_string()).as_deref(), Some("15.30"));
/// assert_eq!("1e3".parse::<Money>()?.to_string(), "1000.00");
/// assert_eq!("0.0010".parse::<Money>()?.to_string(), "0.001");
/// let total: Money = [price, -price, price].into_iter().sum();
/// assert_eq!(total, price);
/// # Ok::<(), docstream_core::ValueFault>(())
/// ```
// Always of scale 4, so that the mantissa alone is the value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Money(Decimal);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::from_parts(0, 0, 0, false, SCALE));

    /// The amount of `units` ten-thousandths: 25,500 is 2.55.
    ///
    /// ```
    /// use docstream_core::Money;
    ///
    /// let price = Money::from_ten_thousandths(25_500);
    /// assert_eq!(price.to_string(), "2.55");
    /// assert_eq!(price.ten_thousandths(), Some(25_500));
    /// ```
    pub fn from_ten_thousandths(units: i64) -> Self {
        Self(Decimal::new(units, SCALE))
    }

    /// The amount in ten-thousandths, if that fits 64 bits. A price that was
    /// parsed always fits; a sum may not.
    pub fn ten_thousandths(self) -> Option<i64> {
        i64::try_from(self.units()).ok()
    }

    /// The amount as a decimal of [`rust_decimal`].
    pub fn to_decimal(self) -> Decimal {
        self.0
    }

    /// Whether the amount is below zero.
    pub fn is_negative(self) -> bool {
        self.units() < 0
    }

    /// The sum of both, unless it passes 7.9e24.
    ///
    /// ```
    /// use docstream_core::Money;
    ///
    /// let (a, b): (Money, Money) = ("0.1".parse()?, "0.2".parse()?);
    /// assert_eq!(a.checked_add(b), "0.3".parse().ok()); // exactly
    /// # Ok::<(), docstream_core::ValueFault>(())
    /// ```
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Self::from_units(self.units().checked_add(other.units())?)
    }

    /// The difference of both, unless it passes 7.9e24.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        Self::from_units(self.units().checked_sub(other.units())?)
    }

    /// The amount `times` over, unless it passes 7.9e24.
    pub fn checked_mul(self, times: i64) -> Option<Self> {
        Self::from_units(self.units().checked_mul(i128::from(times))?)
    }

    /// The sum of both, or the largest amount of that sign where it passes 7.9e24.
    #[must_use]
    pub fn saturating_add(self, other: Self) -> Self {
        self.checked_add(other)
            .unwrap_or_else(|| Self::most(other.is_negative()))
    }

    /// The amount `times` over, or the largest amount of that sign where it passes 7.9e24.
    ///
    /// ```
    /// use docstream_core::Money;
    ///
    /// let mut much = Money::from_ten_thousandths(i64::MAX);
    /// much = much.saturating_mul(i64::MAX);
    /// assert_eq!(much.saturating_mul(2), much); // it stays where it is
    /// ```
    #[must_use]
    pub fn saturating_mul(self, times: i64) -> Self {
        self.checked_mul(times)
            .unwrap_or_else(|| Self::most(self.is_negative() != (times < 0)))
    }

    fn most(negative: bool) -> Self {
        Self(Decimal::from_parts(
            u32::MAX,
            u32::MAX,
            u32::MAX,
            negative,
            SCALE,
        ))
    }

    fn units(self) -> i128 {
        self.0.mantissa()
    }

    fn from_units(units: i128) -> Option<Self> {
        Decimal::try_from_i128_with_scale(units, SCALE)
            .ok()
            .map(Self)
    }

    /// Writes what [`Display`](fmt::Display) prints.
    pub(crate) fn write_plain(self, out: &mut Vec<u8>) {
        let units = self.units();
        if units < 0 {
            out.push(b'-');
        }
        let units = units.unsigned_abs();
        let (whole, fraction) = match u64::try_from(units) {
            // 128-bit division is a call; nearly every amount does without it.
            Ok(units) => (u128::from(units / 10_000), (units % 10_000) as u32),
            Err(_) => (units / UNIT, (units % UNIT) as u32),
        };
        write_whole(whole, out);
        let digit = |unit: u32| b'0' + (fraction / unit % 10) as u8;
        out.extend_from_slice(&[b'.', digit(1_000), digit(100)]);
        if fraction % 100 != 0 {
            out.push(digit(10));
        }
        if fraction % 10 != 0 {
            out.push(digit(1));
        }
    }
}

/// Appends a whole number in decimal digits.
pub(crate) fn write_whole(mut number: u128, out: &mut Vec<u8>) {
    let mut digits = [0; 39];
    let mut at = digits.len();
    while let Ok(small) = u64::try_from(number)
        && small >= 10
    {
        at -= 1;
        digits[at] = b'0' + (small % 10) as u8;
        number = u128::from(small / 10);
    }
    while number >= 10 {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    at -= 1;
    digits[at] = b'0' + number as u8;
    out.extend_from_slice(&digits[at..]);
}

impl Default for Money {
    fn default() -> Self {
        Self::ZERO
    }
}

impl Neg for Money {
    type Output = Self;

    fn neg(self) -> Self {
        // Not `-self.0`: that makes a negative zero.
        Self(Decimal::from_i128_with_scale(-self.units(), SCALE))
    }
}

/// Adds up, and stays at the largest amount (7.9e24) where a sum would pass it.
impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::saturating_add)
    }
}

impl From<Money> for Decimal {
    fn from(money: Money) -> Self {
        money.0
    }
}

impl TryFrom<Decimal> for Money {
    type Error = ValueFault;

    fn try_from(decimal: Decimal) -> Result<Self, ValueFault> {
        let decimal = decimal.normalize();
        10_i128
            .checked_pow(SCALE.wrapping_sub(decimal.scale()))
            .filter(|_| decimal.scale() <= SCALE)
            .and_then(|factor| decimal.mantissa().checked_mul(factor))
            .and_then(Self::from_units)
            .ok_or(RANGE)
    }
}

const RANGE: ValueFault = ValueFault::new(
    Code::OutOfRange,
    "expected at most 4 decimals and 15 digits before them",
);
const FORM: ValueFault = ValueFault::new(
    Code::InvalidFormat,
    "expected a decimal number such as 2.55",
);

impl FromStr for Money {
    type Err = ValueFault;

    /// Reads a number of the JSON grammar, exponents included.
    fn from_str(literal: &str) -> Result<Self, ValueFault> {
        match literal::scaled(literal, i64::from(SCALE)) {
            Ok(units) => Ok(Self::from_ten_thousandths(units)),
            Err(LiteralFault::NotANumber) => Err(FORM),
            Err(LiteralFault::TooPrecise | LiteralFault::TooLarge) => Err(RANGE),
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::with_capacity(24);
        self.write_plain(&mut text);
        f.pad(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Money({self})")
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn amounts_print_plainly_with_at_least_two_decimals() {
        for text in [
            "2.55",
            "0.001",
            "5.00",
            "-11062.06",
            "9747747.934",
            "0.0001",
            "0.10",
            "-0.05",
            "0.00",
        ] {
            assert_eq!(money(text).to_string(), text);
        }
        assert_eq!(money("5").to_string(), "5.00");
        assert_eq!(money("-0").to_string(), "0.00");
        assert_eq!(format!("{:>8}", money("2.5")), "    2.50");
    }

    #[test]
    fn a_sum_is_exact_where_floats_are_not() {
        let tenth = money("0.1");
        let sum: Money = std::iter::repeat_n(tenth, 3).sum();
        assert_eq!(sum, money("0.3"));
    }

    #[test]
    fn nothing_wraps() {
        let large = Money::from_ten_thousandths(i64::MAX);
        let largest = large.checked_mul(i64::from(u32::MAX)).unwrap();
        assert_eq!(largest.ten_thousandths(), None);
        assert_eq!(largest.checked_mul(i64::MAX), None);
        let capped: Money = [largest, largest, largest, largest].into_iter().sum();
        assert!(capped >= largest);
        assert_eq!(
            (-largest).checked_sub(largest).map(|m| m.is_negative()),
            Some(true)
        );
    }

    #[test]
    fn decimals_go_in_and_out() {
        assert_eq!(Money::try_from(Decimal::new(255, 2)), Ok(money("2.55")));
        assert_eq!(
            Money::try_from(Decimal::new(2_550_000, 6)),
            Ok(money("2.55"))
        );
        assert!(Money::try_from(Decimal::new(1, 5)).is_err());
        assert!(Money::try_from(Decimal::MAX).is_err());
        assert_eq!(Decimal::from(money("2.55")), Decimal::new(255, 2));
    }

    proptest! {
        #[test]
        fn an_amount_survives_its_text(units: i64) {
            let amount = Money::from_ten_thousandths(units);
            prop_assert_eq!(amount.to_string().parse::<Money>(), Ok(amount));
            prop_assert_eq!(amount.ten_thousandths(), Some(units));
            let json = serde_json::to_string(&amount).unwrap();
            prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), amount);
        }

        #[test]
        fn sums_of_units_are_sums_of_amounts(a in -1_i64 << 60..1 << 60, b in -1_i64 << 60..1 << 60) {
            let (x, y) = (Money::from_ten_thousandths(a), Money::from_ten_thousandths(b));
            prop_assert_eq!(x.checked_add(y).unwrap().ten_thousandths(), Some(a + b));
            prop_assert_eq!(x.checked_sub(y).unwrap().ten_thousandths(), Some(a - b));
        }
    }
}
