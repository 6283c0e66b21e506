//! Quantities.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Code, ValueFault};

/// How many pieces; negative where they came back. Any 32-bit number.
///
/// Reads integer literals only: `6.0` and `6e0` are refused.
///
/// ```
/// use docstream_core::Quantity;
///
/// assert_eq!("-80995".parse(), Ok(Quantity(-80995)));
/// assert!("6.0".parse::<Quantity>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity(pub i32);

pub(crate) const FORM: ValueFault = ValueFault::new(Code::WrongType, "expected a whole number");
const RANGE: ValueFault = ValueFault::new(
    Code::OutOfRange,
    "expected a number from -2147483648 to 2147483647",
);

impl FromStr for Quantity {
    type Err = ValueFault;

    fn from_str(literal: &str) -> Result<Self, ValueFault> {
        let digits = literal.strip_prefix('-').unwrap_or(literal);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(FORM);
        }
        literal.parse().map(Self).map_err(|_| RANGE)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
