//! Invoices and their lines.

use serde::Serialize;

use crate::{CustomerId, DocId, InvoiceKind, Money, Timestamp};

/// An invoice with its lines.
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
