//! What people ask of stored invoice lines: the reading side of every store.
//!
//! The numbers have fixed meanings, the same in every store:
//!
//! | word | meaning |
//! | --- | --- |
//! | net | the sum of quantity times price over all lines |
//! | cancelled | the part of it on the lines of cancellations |
//! | gross | the sum over lines that are no cancellation, with quantity and price above zero |
//! | purchases | distinct sale invoices of a customer |
//! | returns | distinct cancellation invoices of a customer |
//!
//! Every ranking names its rule in words, and ties in it have a fixed order. Amounts
//! are [`Money`](crate::Money), in JSON a text; long lists come in [`Page`]s. A store
//! that answers is in `docstream-sqlite`; whoever asks needs [`InvoiceQueries`] alone.

mod customers;
mod error;
mod invoices;
mod page;
mod products;
mod stored;
mod time;

use async_trait::async_trait;

use crate::dates::Period;
use crate::{CustomerId, DocId, Zone};

pub use customers::{Customer, CustomerRank, Customers};
pub use error::{InvalidCursor, InvalidLimit, QueryError, QueryResult};
pub use invoices::{Invoice, InvoiceSummary, Line, LineFilter, Totals};
pub use page::{Cursor, Limit, Page, PageRequest};
pub use products::{
    Codes, ProductOrder, ProductQuery, ProductRank, TopProducts, UnknownWord, is_product,
};
pub use stored::StoredDocument;
pub use time::{Returns, ReturnsItem, Sales, SalesItem};

/// Reads the answers that people want from stored invoice lines.
///
/// Object safe: a query API or a dashboard holds an `Arc<dyn InvoiceQueries>` and
/// runs on any store. A question without an answer, such as an invoice that is not
/// there, is `None` or an empty list; [`QueryError`] says the rest. Every method only
/// reads, so that dropping its future changes nothing.
///
/// ```
/// use docstream_core::Money;
/// use docstream_core::queries::{InvoiceQueries, LineFilter, PageRequest, QueryResult};
///
/// /// The net of all lines that pass `filter`, read page by page.
/// async fn net(store: &dyn InvoiceQueries, filter: &LineFilter) -> QueryResult<Money> {
///     let (mut net, mut page) = (Money::ZERO, PageRequest::default());
///     loop {
///         let lines = store.lines(filter, &page).await?;
///         net = lines.items.iter().map(|line| line.net).fold(net, Money::saturating_add);
///         match lines.next {
///             Some(next) => page.cursor = Some(next),
///             None => return Ok(net),
///         }
///     }
/// }
/// # let _ = net;
/// ```
#[async_trait]
pub trait InvoiceQueries: Send + Sync + 'static {
    /// The invoice of that number with its lines; `None` if there is no line of it.
    async fn invoice(&self, number: &str) -> QueryResult<Option<Invoice>>;

    /// What is known of a customer; `None` if there is no line of theirs.
    async fn customer(&self, id: CustomerId) -> QueryResult<Option<Customer>>;

    /// The invoices of a customer, newest first; those of the same moment by number,
    /// the higher one first.
    async fn customer_invoices(
        &self,
        id: CustomerId,
        page: &PageRequest,
    ) -> QueryResult<Page<InvoiceSummary>>;

    /// The lines that pass `filter`, in the order of their ids: for the lines of a
    /// file the order of the file.
    async fn lines(&self, filter: &LineFilter, page: &PageRequest) -> QueryResult<Page<Line>>;

    /// Counts and sums over everything.
    async fn totals(&self) -> QueryResult<Totals>;

    /// Net and gross by hour, day, week or month as counted in `zone`. Periods
    /// without a line are left out.
    async fn sales(&self, by: Period, zone: Zone) -> QueryResult<Sales>;

    /// The products that sold best by the rule of `query`, which the answer names.
    async fn products(&self, query: &ProductQuery) -> QueryResult<TopProducts>;

    /// Customers in numbers, and those who spent most.
    async fn customers(&self, limit: Limit) -> QueryResult<Customers>;

    /// Cancellations by hour, day, week or month as counted in `zone`.
    async fn returns(&self, by: Period, zone: Zone) -> QueryResult<Returns>;

    /// A stored document with where it came from and when.
    async fn document(&self, id: DocId) -> QueryResult<Option<StoredDocument>>;
}

const _: Option<&dyn InvoiceQueries> = None;
