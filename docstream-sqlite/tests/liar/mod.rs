//! A store that gives one wrong answer.

use async_trait::async_trait;
use docstream_core::dates::Period;
use docstream_core::queries::{
    Codes, Customer, Customers, Invoice, InvoiceSummary, Limit, Line, LineFilter, Page,
    PageRequest, ProductOrder, ProductQuery, QueryResult, Returns, Sales, StoredDocument,
    TopProducts, Totals,
};
use docstream_core::{CustomerId, DocId, InvoiceQueries, Zone};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lie {
    /// A page leaves its last item to nobody.
    ShortPage,
    /// A page of lines begins with the last item of the one before.
    DoubledItem,
    /// A last page that is full says that there is more.
    EmptyLastPage,
    /// All guests together are one customer.
    GuestsAreACustomer,
    /// Cancellations count in the gross.
    GrossWithCancellations,
    /// Months are counted in UTC, whatever zone is asked for.
    MonthsInUtc,
    /// So are the hours of returns.
    ReturnsInUtc,
    /// Codes of goods are as written.
    CaseNotFolded,
    /// Products that tie come in the opposite order.
    ProductTies,
    /// Customers that tie come in the opposite order.
    CustomerTies,
    /// Invoices of the same moment come in the opposite order.
    HistoryTies,
    /// The end of a range is in it.
    InclusiveTo,
    /// An invoice number is looked up without case.
    CaselessInvoice,
    /// An invoice has the date of its last line.
    LastLineDates,
    /// A rule that is not the one that was asked for.
    WrongRule,
    /// Any document is found under any id.
    AnyDocument,
}

impl Lie {
    /// Each with what the suite must say of it.
    pub(crate) const ALL: [(Self, &'static str); 16] = [
        (Self::ShortPage, "that is not the last"),
        (Self::DoubledItem, "lines by"),
        (Self::EmptyLastPage, "there is more after the last item"),
        (Self::GuestsAreACustomer, "totals"),
        (Self::GrossWithCancellations, "totals"),
        (Self::MonthsInUtc, "sales by month in Europe/London"),
        (Self::ReturnsInUtc, "returns by hour in Europe/London"),
        (Self::CaseNotFolded, "of Products"),
        (Self::ProductTies, "products by"),
        (Self::CustomerTies, "customers, the first"),
        (Self::HistoryTies, "the history of customer 90010"),
        (Self::InclusiveTo, "lines by"),
        (Self::CaselessInvoice, "which there is not"),
        (Self::LastLineDates, "invoice "),
        (Self::WrongRule, "of Products"),
        (Self::AnyDocument, "an unknown document"),
    ];
}

/// Answers as `honest` does, but for one lie.
#[derive(Debug)]
pub(crate) struct Lying<Q> {
    pub(crate) honest: Q,
    pub(crate) lie: Lie,
}

impl<Q> Lying<Q> {
    fn tells(&self, lie: Lie) -> bool {
        self.lie == lie
    }
}

/// Turns round each run of items that are alike.
fn turn_ties<T>(items: &mut [T], alike: impl Fn(&T, &T) -> bool) {
    for tied in items.chunk_by_mut(alike) {
        tied.reverse();
    }
}

#[async_trait]
impl<Q: InvoiceQueries> InvoiceQueries for Lying<Q> {
    async fn invoice(&self, number: &str) -> QueryResult<Option<Invoice>> {
        let mut found = self.honest.invoice(number).await?;
        if found.is_none() && self.tells(Lie::CaselessInvoice) {
            found = self.honest.invoice(&number.to_uppercase()).await?;
        }
        if let (Some(invoice), true) = (&mut found, self.tells(Lie::LastLineDates)) {
            invoice.date = invoice.lines.last().map_or(invoice.date, |line| line.date);
        }
        Ok(found)
    }

    async fn customer(&self, id: CustomerId) -> QueryResult<Option<Customer>> {
        self.honest.customer(id).await
    }

    async fn customer_invoices(
        &self,
        id: CustomerId,
        page: &PageRequest,
    ) -> QueryResult<Page<InvoiceSummary>> {
        let mut found = self.honest.customer_invoices(id, page).await?;
        if self.tells(Lie::ShortPage) && found.next.is_some() {
            found.items.pop();
        }
        if self.tells(Lie::EmptyLastPage) && found.items.len() == page.limit.get() {
            found.next = found.next.or_else(|| page.cursor.clone());
        }
        if self.tells(Lie::HistoryTies) {
            turn_ties(&mut found.items, |one, other| one.date == other.date);
        }
        Ok(found)
    }

    async fn lines(&self, filter: &LineFilter, page: &PageRequest) -> QueryResult<Page<Line>> {
        let mut filter = filter.clone();
        if let (Some(to), true) = (filter.to, self.tells(Lie::InclusiveTo)) {
            filter.to = docstream_core::Timestamp::from_unix_micros(to.unix_micros() + 1);
        }
        let mut found = self.honest.lines(&filter, page).await?;
        if self.tells(Lie::DoubledItem) && page.cursor.is_some() {
            let first = found.items.first().cloned();
            found.items.extend(first);
            found.items.rotate_right(1);
            found.items.truncate(page.limit.get());
        }
        Ok(found)
    }

    async fn totals(&self) -> QueryResult<Totals> {
        let mut totals = self.honest.totals().await?;
        if self.tells(Lie::GuestsAreACustomer) {
            totals.customers += 1;
        }
        if self.tells(Lie::GrossWithCancellations) {
            totals.gross = totals.gross.saturating_add(totals.cancelled);
        }
        Ok(totals)
    }

    async fn sales(&self, by: Period, zone: Zone) -> QueryResult<Sales> {
        let wrong = self.tells(Lie::MonthsInUtc) && by == Period::Month;
        let asked = if wrong { Zone::UTC } else { zone };
        let sales = self.honest.sales(by, asked).await?;
        Ok(Sales {
            zone: zone.name(),
            ..sales
        })
    }

    async fn products(&self, query: &ProductQuery) -> QueryResult<TopProducts> {
        let mut wide = *query;
        if self.tells(Lie::CaseNotFolded) {
            wide.codes = Codes::All;
            wide.limit = Limit::MAX;
        }
        let mut found = self.honest.products(&wide).await?;
        found.rule = query.rule();
        if self.tells(Lie::CaseNotFolded) {
            let goods = |code: &str| docstream_core::queries::is_product(code.trim());
            found
                .items
                .retain(|item| query.codes == Codes::All || goods(&item.stock_code));
            found.items.truncate(query.limit.get());
        }
        if self.tells(Lie::ProductTies) {
            turn_ties(&mut found.items, |one, other| match query.order {
                ProductOrder::Net => one.net == other.net,
                ProductOrder::Gross => one.gross == other.gross,
                ProductOrder::Quantity => one.quantity == other.quantity,
            });
        }
        if self.tells(Lie::WrongRule) && query.codes == Codes::Products {
            found.rule = ProductQuery::default().rule();
        }
        Ok(found)
    }

    async fn customers(&self, limit: Limit) -> QueryResult<Customers> {
        let mut found = self.honest.customers(limit).await?;
        if self.tells(Lie::CustomerTies) {
            turn_ties(&mut found.top, |one, other| one.net == other.net);
        }
        Ok(found)
    }

    async fn returns(&self, by: Period, zone: Zone) -> QueryResult<Returns> {
        let asked = if self.tells(Lie::ReturnsInUtc) {
            Zone::UTC
        } else {
            zone
        };
        let returns = self.honest.returns(by, asked).await?;
        Ok(Returns {
            zone: zone.name(),
            ..returns
        })
    }

    async fn document(&self, id: DocId) -> QueryResult<Option<StoredDocument>> {
        let found = self.honest.document(id).await?;
        if found.is_some() || !self.tells(Lie::AnyDocument) {
            return Ok(found);
        }
        let page = PageRequest::default();
        let lines = self.honest.lines(&LineFilter::default(), &page).await?;
        match lines.items.first() {
            Some(line) => self.honest.document(line.id).await,
            None => Ok(None),
        }
    }
}
