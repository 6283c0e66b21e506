//! The reference document: one line of a retail invoice.

mod checks;
mod columns;
mod country;
mod customer;
mod description;
mod document;
mod draft;
mod field;
mod json;
mod line;
mod number;
mod pack;
mod parser;
mod policy;
mod quantity;
mod stock_code;
mod text;
mod transform;
mod value;
mod words;

#[cfg(test)]
mod tests;

pub use columns::{Columns, ExtraColumns};
pub use country::Country;
pub use customer::CustomerId;
pub use description::Description;
pub use json::write_json;
pub use line::InvoiceLine;
pub use number::{InvoiceKind, InvoiceNo};
pub use parser::{InvoiceParser, InvoiceRules};
pub use policy::Policy;
pub use quantity::Quantity;
pub use stock_code::StockCode;
pub use transform::ParseInvoices;

pub(crate) use json::exceeds_depth;
