//! Customers.

use serde::Serialize;

use crate::{CustomerId, Money, Timestamp};

/// What is known of a customer.
///
/// ```
/// use docstream_core::CustomerId;
/// use docstream_core::queries::Customer;
///
/// let customer = Customer {
///     customer: CustomerId(17_850),
///     total_spend: "5288.63".parse()?,
///     purchases: 34,
///     returns: 1,
///     first: "2010-12-01T08:26:00Z".parse()?,
///     last: "2011-02-10T14:38:00Z".parse()?,
///     countries: vec!["United Kingdom".to_owned()],
/// };
/// let json = serde_json::to_value(&customer)?;
/// assert_eq!(json["customer"], 17_850);
/// assert_eq!(json["total_spend"], "5288.63"); // money is text
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Customer {
    /// The customer.
    pub customer: CustomerId,
    /// The net of all their lines.
    pub total_spend: Money,
    /// How many sale invoices.
    pub purchases: u64,
    /// How many cancellations.
    pub returns: u64,
    /// The date of their first line.
    pub first: Timestamp,
    /// The date of their last line.
    pub last: Timestamp,
    /// Every country their lines name, in alphabetical order.
    pub countries: Vec<String>,
}

/// Customers in numbers.
///
/// ```
/// use docstream_core::CustomerId;
/// use docstream_core::queries::{CustomerRank, Customers};
///
/// let best = CustomerRank {
///     customer: CustomerId(14_646),
///     net: "279489.02".parse()?,
///     purchases: 74,
///     returns: 3,
/// };
/// let customers = Customers {
///     customers: 4_372,
///     repeat_customers: 2_845,
///     single_customers: 1_494,
///     guest_lines: 135_080,
///     rule: Customers::RULE,
///     top: vec![best],
/// };
/// let json = serde_json::to_value(&customers)?;
/// assert_eq!(json["top"][0]["net"], "279489.02"); // money is text
/// // Those who only sent goods back have no sale invoice.
/// assert!(customers.repeat_customers + customers.single_customers <= customers.customers);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Customers {
    /// Distinct customers; guests are none.
    pub customers: u64,
    /// Customers with more than one sale invoice.
    pub repeat_customers: u64,
    /// Customers with exactly one sale invoice.
    pub single_customers: u64,
    /// Lines of guests.
    pub guest_lines: u64,
    /// The rule of `top`, in words.
    pub rule: &'static str,
    /// Those who spent most.
    pub top: Vec<CustomerRank>,
}

impl Customers {
    /// The rule of [`top`](Self::top).
    pub const RULE: &'static str = "net, returns counted against it; guests left out; ties by customer number, the lower first";
}

/// A customer in a ranking.
///
/// ```
/// use docstream_core::CustomerId;
/// use docstream_core::queries::CustomerRank;
///
/// let customer = CustomerId(14_646);
/// let rank = CustomerRank { customer, net: "279489.02".parse()?, purchases: 74, returns: 3 };
/// assert_eq!(format!("{}: {}", rank.customer, rank.net), "14646: 279489.02");
/// # Ok::<(), docstream_core::ValueFault>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CustomerRank {
    /// The customer.
    pub customer: CustomerId,
    /// The net of all their lines.
    pub net: Money,
    /// How many sale invoices.
    pub purchases: u64,
    /// How many cancellations.
    pub returns: u64,
}
