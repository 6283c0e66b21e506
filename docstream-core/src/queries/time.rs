//! Sales and returns over time.

use serde::Serialize;

use crate::Money;

/// Sales over time. Periods without a line are left out.
///
/// ```
/// use docstream_core::queries::{Sales, SalesItem};
///
/// let december = SalesItem {
///     period: "2010-12".to_owned(),
///     lines: 42_481,
///     net: "748957.02".parse()?,
///     gross: "823746.14".parse()?,
/// };
/// let sales = Sales { by: "month", zone: "Europe/London", items: vec![december] };
/// let json = serde_json::to_value(&sales)?;
/// assert_eq!(json["items"][0]["period"], "2010-12");
/// assert_eq!(json["items"][0]["net"], "748957.02"); // money is text
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// use docstream_core::queries::SalesItem;
///
/// let december = SalesItem {
///     period: "2010-12".to_owned(),
///     lines: 42_481,
///     net: "748957.02".parse()?,
///     gross: "823746.14".parse()?,
/// };
/// assert_eq!(december.gross.checked_sub(december.net), "74789.12".parse().ok());
/// # Ok::<(), docstream_core::ValueFault>(())
/// ```
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
///
/// ```
/// use docstream_core::queries::{Returns, ReturnsItem};
///
/// let december = ReturnsItem {
///     period: "2010-12".to_owned(),
///     invoices: 326,
///     lines: 728,
///     cancelled: "-74789.12".parse()?,
/// };
/// let returns = Returns { by: "month", zone: "Europe/London", items: vec![december] };
/// let json = serde_json::to_value(&returns)?;
/// assert_eq!(json["items"][0]["cancelled"], "-74789.12");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// use docstream_core::queries::ReturnsItem;
///
/// let month = |period: &str, cancelled: &str| {
///     let cancelled = cancelled.parse()?;
///     Ok::<_, docstream_core::ValueFault>(ReturnsItem {
///         period: period.to_owned(),
///         invoices: 1,
///         lines: 1,
///         cancelled,
///     })
/// };
/// let months = [month("2010-12", "-12.50")?, month("2011-01", "-99.00")?];
/// let worst = months.iter().min_by_key(|month| month.cancelled); // below zero
/// assert_eq!(worst.map(|month| &*month.period), Some("2011-01"));
/// # Ok::<(), docstream_core::ValueFault>(())
/// ```
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
