//! Invoices and their lines.

use serde::Serialize;

use crate::{CustomerId, DocId, InvoiceKind, Money, Timestamp};

/// An invoice with its lines.
///
/// ```
/// use docstream_core::queries::{Invoice, InvoiceQueries, QueryResult};
///
/// /// An invoice in one line.
/// fn describe(invoice: &Invoice) -> String {
///     let (lines, total) = (invoice.lines.len(), invoice.total);
///     format!("{} {} of {}: {lines} lines, {total}", invoice.kind, invoice.invoice, invoice.date)
/// }
///
/// async fn describe_by_number(store: &dyn InvoiceQueries, number: &str) -> QueryResult<String> {
///     let invoice = store.invoice(number).await?;
///     Ok(invoice.map_or_else(|| format!("no invoice {number}"), |found| describe(&found)))
/// }
/// # let invoice = Invoice {
/// #     invoice: "536365".to_owned(),
/// #     kind: docstream_core::InvoiceKind::Sale,
/// #     date: "2010-12-01T08:26:00Z".parse()?,
/// #     customer: None,
/// #     country: "United Kingdom".to_owned(),
/// #     lines: Vec::new(),
/// #     total: "139.12".parse()?,
/// # };
/// # assert_eq!(describe(&invoice), "sale 536365 of 2010-12-01T08:26:00Z: 0 lines, 139.12");
/// # let _ = describe_by_number;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Invoice {
    /// Its number, as written.
    pub invoice: String,
    /// Sale, cancellation or adjustment.
    pub kind: InvoiceKind,
    /// The date of its first line.
    pub date: Timestamp,
    /// Who bought, by its first line; nobody for a guest.
    pub customer: Option<CustomerId>,
    /// Where the customer is, by its first line.
    pub country: String,
    /// Its lines, the earliest first, then in the order of their ids.
    pub lines: Vec<Line>,
    /// The net of all lines.
    pub total: Money,
}

/// A line of an invoice as it is stored.
///
/// ```
/// use docstream_core::queries::Line;
/// use docstream_core::{CustomerId, InvoiceKind, Money, SourceId};
///
/// let unit_price: Money = "3.39".parse()?;
/// let line = Line {
///     id: SourceId::new("default", "request", &[b"order-17"]).doc(0),
///     invoice: "536365".to_owned(),
///     kind: InvoiceKind::Sale,
///     stock_code: "85123a".to_owned(),
///     product: "85123A".to_owned(),
///     description: Some("WHITE HANGING HEART T-LIGHT HOLDER".to_owned()),
///     quantity: 6,
///     date: "2010-12-01T08:26:00Z".parse()?,
///     unit_price,
///     net: unit_price.saturating_mul(6),
///     customer: Some(CustomerId(17_850)),
///     country: "United Kingdom".to_owned(),
/// };
/// let json = serde_json::to_value(&line)?;
/// assert_eq!((&json["kind"], &json["net"]), (&"sale".into(), &"20.34".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The document's id.
    pub id: DocId,
    /// The number of the invoice.
    pub invoice: String,
    /// Sale, cancellation or adjustment.
    pub kind: InvoiceKind,
    /// What was sold: the code as written.
    pub stock_code: String,
    /// The code trimmed and in upper case.
    pub product: String,
    /// What was sold in words, trimmed.
    pub description: Option<String>,
    /// How many; negative where they came back.
    pub quantity: i64,
    /// When the invoice was made.
    pub date: Timestamp,
    /// The price of one.
    pub unit_price: Money,
    /// Quantity times price.
    pub net: Money,
    /// Who bought; nobody for a guest.
    pub customer: Option<CustomerId>,
    /// Where the customer is.
    pub country: String,
}

/// An invoice in the history of a customer.
///
/// ```
/// use docstream_core::queries::{InvoiceQueries, PageRequest, QueryResult};
/// use docstream_core::{CustomerId, InvoiceKind};
///
/// /// The numbers of the newest cancellations of a customer.
/// async fn sent_back(store: &dyn InvoiceQueries, id: CustomerId) -> QueryResult<Vec<String>> {
///     let page = store.customer_invoices(id, &PageRequest::default()).await?;
///     let cancelled = page.items.into_iter().filter(|of| of.kind == InvoiceKind::Cancellation);
///     Ok(cancelled.map(|of| of.invoice).collect())
/// }
/// # let _ = sent_back;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InvoiceSummary {
    /// Its number.
    pub invoice: String,
    /// Sale, cancellation or adjustment.
    pub kind: InvoiceKind,
    /// The date of its first line of this customer.
    pub date: Timestamp,
    /// How many lines of this customer it has.
    pub lines: u64,
    /// Their net.
    pub total: Money,
}

/// Which lines are wanted: those that pass every filter that is set.
///
/// ```
/// use docstream_core::queries::LineFilter;
/// use docstream_core::{CustomerId, InvoiceKind};
///
/// let filter = LineFilter {
///     customer: Some(CustomerId(17_850)),
///     kind: Some(InvoiceKind::Sale),
///     from: Some("2010-12-01T00:00:00Z".parse()?),
///     to: Some("2011-01-01T00:00:00Z".parse()?), // not included
///     ..LineFilter::default()
/// };
/// assert_eq!(filter.country, None); // of any country
/// # Ok::<(), docstream_core::dates::InvalidTimestamp>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineFilter {
    /// Of this invoice, as written.
    pub invoice: Option<String>,
    /// Of this customer.
    pub customer: Option<CustomerId>,
    /// Of this country, as written.
    pub country: Option<String>,
    /// Of this stock code, as written.
    pub stock_code: Option<String>,
    /// Of this kind of invoice.
    pub kind: Option<InvoiceKind>,
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub to: Option<Timestamp>,
}

/// Counts and sums over all lines.
///
/// Of the reference data, a year of an online shop:
///
/// ```
/// use docstream_core::queries::Totals;
///
/// let totals = Totals {
///     lines: 541_909,
///     invoices: 25_900,
///     customers: 4_372,
///     products: 4_070,
///     net: "9747747.934".parse()?,
///     gross: "10666684.544".parse()?,
///     cancelled: "-896812.49".parse()?,
///     cancelled_lines: 9_288,
///     cancelled_invoices: 3_836,
/// };
/// // The rest is on lines with a price or a quantity not above zero.
/// let rest = totals.net.checked_sub(totals.gross).and_then(|net| net.checked_sub(totals.cancelled));
/// assert_eq!(rest, "-22124.12".parse().ok());
/// # Ok::<(), docstream_core::ValueFault>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Lines.
    pub lines: u64,
    /// Distinct invoices.
    pub invoices: u64,
    /// Distinct customers; guests are none.
    pub customers: u64,
    /// Distinct stock codes, as written.
    pub products: u64,
    /// The sum of quantity times price over all lines.
    pub net: Money,
    /// The sum over lines that are no cancellation, with quantity and price above zero.
    pub gross: Money,
    /// The sum over the lines of cancellations.
    pub cancelled: Money,
    /// How many lines cancellations have.
    pub cancelled_lines: u64,
    /// How many cancellations there are.
    pub cancelled_invoices: u64,
}
