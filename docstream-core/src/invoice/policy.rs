//! Which lines are good ones.

use std::fmt;
use std::str::FromStr;

use super::{InvoiceKind, InvoiceLine};
use crate::Money;

/// What is asked of a line that could be read.
///
/// | rule | `Retail` | `Strict` |
/// | --- | --- | --- |
/// | `InvoiceNo` | a sale, cancellation or adjustment | digits only |
/// | `Description` | may be absent | required |
/// | `CustomerID` | may be absent: a guest | required |
/// | `UnitPrice` | at least 0 except on an adjustment | at least 0 |
/// | `Quantity` | any | any |
///
/// ```
/// use docstream_core::Policy;
///
/// assert_eq!("strict".parse::<Policy>()?, Policy::Strict);
/// # Ok::<(), docstream_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Policy {
    /// What a shop's books hold: guests, returns and corrections are good lines.
    #[default]
    Retail,
    /// What the reference API took: registered customers' purchases, described.
    Strict,
}

impl Policy {
    /// The policy as it is written in options.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Retail => "retail",
            Self::Strict => "strict",
        }
    }

    /// Whether `line` keeps every rule; the faults of one that does not come from
    /// `validator`, where [`InvoiceLine`] is a `ValidateArgs` with a policy.
    ///
    /// ```
    /// use docstream_core::{InvoiceLine, Policy};
    ///
    /// # let guest = r#"{"InvoiceNo":"536544","StockCode":"21773","Quantity":1,"UnitPrice":2.51,"InvoiceDate":"2010-12-01T14:32:00Z","Country":"United Kingdom"}"#;
    /// let line: InvoiceLine = serde_json::from_str(guest)?;
    /// assert!(Policy::Retail.admits(&line));
    /// assert!(!Policy::Strict.admits(&line)); // who bought is not said
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn admits<S>(self, line: &InvoiceLine<S>) -> bool {
        Self::admits_price(line.kind(), line.unit_price)
            && match self {
                Self::Retail => true,
                Self::Strict => {
                    self.admits_kind(line.kind())
                        && line.description.is_some()
                        && line.customer_id.is_some()
                }
            }
    }

    pub(crate) fn admits_price(kind: InvoiceKind, price: Money) -> bool {
        !price.is_negative() || kind == InvoiceKind::Adjustment
    }

    pub(crate) fn admits_kind(self, kind: InvoiceKind) -> bool {
        match self {
            Self::Retail => true,
            Self::Strict => kind == InvoiceKind::Sale,
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Policy {
    type Err = crate::Error;

    fn from_str(word: &str) -> Result<Self, crate::Error> {
        [Self::Retail, Self::Strict]
            .into_iter()
            .find(|policy| policy.as_str() == word)
            .ok_or_else(|| crate::Error::config("read a policy", "expected `retail` or `strict`"))
    }
}
