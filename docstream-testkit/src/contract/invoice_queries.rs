//! The contract of [`InvoiceQueries`]: every answer is compared with one that is
//! worked out from the facts of generated documents, by code that shares nothing
//! with a store's.
//!
//! A store of one's own under contract. This one is a beginning without any answers, and
//! the suite says so at the first question:
//!
//! ```should_panic
//! use docstream_core::{InvoiceLine, Span};
//! use docstream_testkit::contract::{self, InvoicesUnderTest};
//! # use docstream_core::dates::Period;
//! # use docstream_core::queries::*;
//! # use docstream_core::{CustomerId, DocId, Error, Sink, Write, WriteReport, Zone};
//!
//! /// Takes lines as a `Sink<InvoiceLine<Span>>`, answers as `InvoiceQueries`.
//! struct Store;
//! # #[async_trait::async_trait]
//! # impl Sink<InvoiceLine<Span>> for Store {
//! #     async fn write(&self, work: Write<InvoiceLine<Span>>) -> docstream_core::Result<WriteReport> {
//! #         Ok(WriteReport::written(work.len()))
//! #     }
//! #     async fn check(&self) -> docstream_core::Result<()> { Ok(()) }
//! # }
//! # fn away<T>() -> QueryResult<T> { Err(Error::transient("ask the store", "no answers yet").into()) }
//! # #[async_trait::async_trait]
//! # impl InvoiceQueries for Store {
//! #     async fn invoice(&self, _: &str) -> QueryResult<Option<Invoice>> { away() }
//! #     async fn customer(&self, _: CustomerId) -> QueryResult<Option<Customer>> { away() }
//! #     async fn customer_invoices(&self, _: CustomerId, _: &PageRequest) -> QueryResult<Page<InvoiceSummary>> { away() }
//! #     async fn lines(&self, _: &LineFilter, _: &PageRequest) -> QueryResult<Page<Line>> { away() }
//! #     async fn totals(&self) -> QueryResult<Totals> { away() }
//! #     async fn sales(&self, _: Period, _: Zone) -> QueryResult<Sales> { away() }
//! #     async fn products(&self, _: &ProductQuery) -> QueryResult<TopProducts> { away() }
//! #     async fn customers(&self, _: Limit) -> QueryResult<Customers> { away() }
//! #     async fn returns(&self, _: Period, _: Zone) -> QueryResult<Returns> { away() }
//! #     async fn document(&self, _: DocId) -> QueryResult<Option<StoredDocument>> { away() }
//! # }
//!
//! /// Where a new and empty store is.
//! struct Place;
//!
//! impl InvoicesUnderTest for Place {
//!     type Sink = Store;
//!     type Queries = Store;
//!
//!     async fn sink(&self) -> Store {
//!         Store // a store in a database connects to it
//!     }
//!
//!     async fn queries(&self) -> Store {
//!         Store
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! contract::invoice_queries::all(async || Place).await; // in a `#[tokio::test]`
//! # }
//! ```
//!
//! Filling a store takes most of the time. With [`fill`] it is done once, and each check is a
//! test of its own.

mod answers;
mod checks;
mod corpus;
mod facts;
mod london;
mod pages;
mod rankings;

use std::fmt::Debug;

use docstream_core::queries::QueryResult;
use docstream_core::{InvoiceLine, InvoiceQueries, Sink, Span, Timestamp, Write};

pub use self::checks::{
    an_empty_store_knows_nothing, customers_are_ranked, documents_say_where_they_came_from,
    foreign_cursors_are_refused, histories_are_the_newest_first, invoices_have_all_their_lines,
    known_customers_have_an_account, lines_pass_their_filters, products_are_ranked,
    returns_are_counted_where_they_happened, sales_are_counted_where_they_happened, totals_add_up,
};
use self::facts::Facts;
use super::{PATIENCE, must};

/// A store under test that nobody else fills. The page of the [module](self)
/// implements it.
pub trait InvoicesUnderTest {
    /// What fills it.
    type Sink: Sink<InvoiceLine<Span>>;
    /// What answers.
    type Queries: InvoiceQueries;

    /// Opens the end that is written.
    fn sink(&self) -> impl Future<Output = Self::Sink>;

    /// Opens the end that answers.
    fn queries(&self) -> impl Future<Output = Self::Queries>;
}

/// A store and what it holds, for the checks of the suite; [`fill`] makes it.
#[derive(Debug)]
pub struct Filled<Q> {
    queries: Q,
    facts: Facts,
    /// Before the first write and after the last.
    stored_between: [Timestamp; 2],
}

/// Runs every check of the suite; `make` makes an empty store.
///
/// # Panics
///
/// If an answer is wrong; the message says which.
pub async fn all<U: InvoicesUnderTest>(make: impl AsyncFn() -> U) {
    an_empty_store_knows_nothing(&make().await.queries().await).await;
    every_answer_is_right(&fill(&make().await).await).await;
}

impl<Q> Filled<Q> {
    /// The same documents, with answers from `queries`.
    pub fn answered_by<R>(&self, queries: R) -> Filled<R> {
        Filled {
            queries,
            facts: self.facts.clone(),
            stored_between: self.stored_between,
        }
    }
}

/// Runs every check of the suite that asks a filled store.
///
/// # Panics
///
/// If an answer is wrong; the message says which.
pub async fn every_answer_is_right<Q: InvoiceQueries>(store: &Filled<Q>) {
    totals_add_up(store).await;
    invoices_have_all_their_lines(store).await;
    known_customers_have_an_account(store).await;
    histories_are_the_newest_first(store).await;
    lines_pass_their_filters(store).await;
    foreign_cursors_are_refused(store).await;
    sales_are_counted_where_they_happened(store).await;
    returns_are_counted_where_they_happened(store).await;
    products_are_ranked(store).await;
    customers_are_ranked(store).await;
    documents_say_where_they_came_from(store).await;
}

/// Writes the documents of the suite into an empty store: some thousand generated
/// ones, and those that a careless store gets wrong.
///
/// # Panics
///
/// If a write fails, or its report is not that all are written.
pub async fn fill<U: InvoicesUnderTest>(under_test: &U) -> Filled<U::Queries> {
    let before = Timestamp::now();
    let (batches, facts) = corpus::documents().await;
    let sink = under_test.sink().await;
    for batch in batches {
        let work = Write::all(batch);
        let report = must("sink: write", sink.write(work.clone())).await;
        if let Err(error) = report.check(&work) {
            panic!("sink: the report does not add up: {error}");
        }
        assert_eq!(
            report.written as usize,
            work.len(),
            "sink: all documents are new and good: {report:?}"
        );
    }
    must("sink: close", sink.close()).await;
    Filled {
        queries: under_test.queries().await,
        facts,
        stored_between: [before, Timestamp::now()],
    }
}

/// The answer to a question, which must come in time and be no error.
async fn ask<T: Debug>(what: &str, question: impl Future<Output = QueryResult<T>>) -> T {
    match tokio::time::timeout(PATIENCE, question).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => panic!("queries: {what} failed: {error}"),
        Err(_) => panic!("queries: {what} gave no answer within {PATIENCE:?}"),
    }
}

/// Compares an answer with the right one, and shows the first that differs of long lists.
fn assert_answer<T: PartialEq + Debug>(what: &str, found: &T, right: &T) {
    assert!(
        found == right,
        "queries: {what}: wrong answer\n  found {found:?}\n  right {right:?}"
    );
}

fn assert_list<T: PartialEq + Debug>(what: &str, found: &[T], right: &[T]) {
    for (index, (found, right)) in found.iter().zip(right).enumerate() {
        assert_answer(&format!("{what}: item {index}"), found, right);
    }
    assert_eq!(
        found.len(),
        right.len(),
        "queries: {what}: wrong number of items"
    );
}
