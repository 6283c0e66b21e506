//! Customers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::money::literal::{LiteralFault, scaled};
use crate::{Code, ValueFault};

/// A customer's number. A guest has none: `Option<CustomerId>`.
///
/// Reads `17850` and `17850.0` alike.
///
/// ```
/// use docstream_core::CustomerId;
///
/// assert_eq!("17850.0".parse(), Ok(CustomerId(17850)));
/// assert!("17850.5".parse::<CustomerId>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CustomerId(pub u32);

const FORM: ValueFault = ValueFault::new(Code::WrongType, "expected a whole number or nothing");
const RANGE: ValueFault =
    ValueFault::new(Code::OutOfRange, "expected a number from 0 to 4294967295");

impl FromStr for CustomerId {
    type Err = ValueFault;

    fn from_str(literal: &str) -> Result<Self, ValueFault> {
        match scaled(literal, 0) {
            Ok(number) => u32::try_from(number).map(Self).map_err(|_| RANGE),
            Err(LiteralFault::TooLarge) => Err(RANGE),
            Err(LiteralFault::NotANumber | LiteralFault::TooPrecise) => Err(FORM),
        }
    }
}

impl fmt::Display for CustomerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
