//! Customers.

use serde::Serialize;

use crate::{CustomerId, Money, Timestamp};

/// What is known of a customer.
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
