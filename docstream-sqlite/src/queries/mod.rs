//! The answers of a store of invoice lines.
//!
//! Sums are made here and not by SQL: SQLite adds up in 64 bits and turns a product
//! that is too large into a float without a word. One pass over the table with the
//! few columns that a question needs is also faster than `GROUP BY`, which sorts.
//! Only where different invoices are counted do lines come in order, so that no answer
//! needs memory for every invoice: SQLite sorts in a file what is too much.

mod customers;
mod distinct;
mod invoices;
mod line;
mod lines;
mod products;
mod sums;
mod time;

use async_trait::async_trait;
use docstream_core::dates::Period;
use docstream_core::queries::{
    Customer, Customers, Invoice, InvoiceSummary, Limit, Line, LineFilter, Page, PageRequest,
    ProductQuery, QueryResult, Returns, Sales, StoredDocument, TopProducts, Totals,
};
use docstream_core::{CustomerId, DocId, Document, InvoiceLine, InvoiceQueries, Zone};

use crate::SqliteStore;

#[async_trait]
impl<S: 'static> InvoiceQueries for SqliteStore<InvoiceLine<S>>
where
    InvoiceLine<S>: Document,
{
    async fn invoice(&self, number: &str) -> QueryResult<Option<Invoice>> {
        let number = number.to_owned();
        let read = move |conn: &_| invoices::invoice(conn, number);
        Ok(self.readers().run(read).await?)
    }

    async fn customer(&self, id: CustomerId) -> QueryResult<Option<Customer>> {
        let read = move |conn: &_| customers::customer(conn, id);
        Ok(self.readers().run(read).await?)
    }

    async fn customer_invoices(
        &self,
        id: CustomerId,
        page: &PageRequest,
    ) -> QueryResult<Page<InvoiceSummary>> {
        let limit = page.limit;
        let after = page.cursor.as_ref().map(invoices::position).transpose()?;
        let read = move |conn: &_| invoices::history(conn, id, after.as_ref(), limit);
        Ok(self.readers().run(read).await?)
    }

    async fn lines(&self, filter: &LineFilter, page: &PageRequest) -> QueryResult<Page<Line>> {
        let (filter, limit) = (filter.clone(), page.limit);
        let after = page.cursor.as_ref().map(lines::position).transpose()?;
        let read = move |conn: &_| lines::lines(conn, &filter, after, limit);
        Ok(self.readers().run(read).await?)
    }

    async fn totals(&self) -> QueryResult<Totals> {
        Ok(self.readers().run(invoices::totals).await?)
    }

    async fn sales(&self, by: Period, zone: Zone) -> QueryResult<Sales> {
        let read = move |conn: &_| time::sales(conn, by, zone);
        Ok(self.readers().run(read).await?)
    }

    async fn products(&self, query: &ProductQuery) -> QueryResult<TopProducts> {
        let query = *query;
        let read = move |conn: &_| products::top(conn, &query);
        Ok(self.readers().run(read).await?)
    }

    async fn customers(&self, limit: Limit) -> QueryResult<Customers> {
        let read = move |conn: &_| customers::customers(conn, limit);
        Ok(self.readers().run(read).await?)
    }

    async fn returns(&self, by: Period, zone: Zone) -> QueryResult<Returns> {
        let read = move |conn: &_| time::returns(conn, by, zone);
        Ok(self.readers().run(read).await?)
    }

    async fn document(&self, id: DocId) -> QueryResult<Option<StoredDocument>> {
        Ok(self
            .readers()
            .run(move |conn| lines::document(conn, id))
            .await?)
    }
}
