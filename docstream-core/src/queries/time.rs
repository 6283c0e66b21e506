//! Sales and returns over time.

use serde::Serialize;

use crate::Money;

/// Sales over time. Periods without a line are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sales {
    /// `hour`, `day`, `week` or `month`.
    pub by: &'static str,
    /// The zone in which they are counted.
    pub zone: &'static str,
    /// The periods, the earliest first.
    pub items: Vec<SalesItem>,
}

/// The sales of a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SalesItem {
    /// The period: its local start, as [`Bucket`](crate::dates::Bucket) prints it.
    pub period: String,
    /// Lines.
    pub lines: u64,
    /// The sum of quantity times price over all lines.
    pub net: Money,
    /// The sum over lines that are no cancellation, with quantity and price above zero.
    pub gross: Money,
}

/// Cancellations over time. Periods without one are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Returns {
    /// `hour`, `day`, `week` or `month`.
    pub by: &'static str,
    /// The zone in which they are counted.
    pub zone: &'static str,
    /// The periods, the earliest first.
    pub items: Vec<ReturnsItem>,
}

/// The cancellations of a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReturnsItem {
    /// The period: its local start, as [`Bucket`](crate::dates::Bucket) prints it.
    pub period: String,
    /// Distinct cancellation invoices.
    pub invoices: u64,
    /// Their lines.
    pub lines: u64,
    /// The sum over these lines: not above zero.
    pub cancelled: Money,
}
