//! What every store of the real file must answer, to the last decimal.

#![allow(
    clippy::unwrap_used,
    reason = "a wrong answer fails the test that asked"
)]

use docstream_core::dates::Period;
use docstream_core::queries::{
    Codes, InvoiceSummary, Limit, LineFilter, Page, PageRequest, ProductOrder, ProductQuery,
    TopProducts,
};
use docstream_core::{CustomerId, InvoiceKind, InvoiceQueries, Money, Zone};

/// The documents of the file.
pub const DOCUMENTS: u64 = 541_909;

/// The net sales of each month in London.
pub const MONTHS: [&str; 13] = [
    "2010-12 748957.02",
    "2011-01 560000.26",
    "2011-02 498062.65",
    "2011-03 683267.08",
    "2011-04 493207.121",
    "2011-05 723333.51",
    "2011-06 691123.12",
    "2011-07 681300.111",
    "2011-08 682680.51",
    "2011-09 1019687.622",
    "2011-10 1070704.67",
    "2011-11 1461756.25",
    "2011-12 433668.01",
];

/// Asks `store` everything that is known of the real file under the retail policy.
///
/// # Panics
///
/// If an answer is wrong.
pub async fn answers(store: &dyn InvoiceQueries) {
    totals(store).await;
    months_and_returns(store).await;
    products(store).await;
    customers(store).await;
    invoices(store).await;
    lines(store).await;
}

async fn totals(store: &dyn InvoiceQueries) {
    let totals = store.totals().await.unwrap();
    assert_eq!(totals.lines, 541_909);
    assert_eq!((totals.invoices, totals.customers), (25_900, 4_372));
    assert_eq!(totals.products, 4_070);
    assert_eq!(totals.net.to_string(), "9747747.934");
    assert_eq!(totals.gross.to_string(), "10666684.544");
    assert_eq!(totals.cancelled.to_string(), "-896812.49");
    let cancelled = (totals.cancelled_lines, totals.cancelled_invoices);
    assert_eq!(cancelled, (9_288, 3_836));
}

async fn months_and_returns(store: &dyn InvoiceQueries) {
    let sales = store.sales(Period::Month, Zone::LONDON).await.unwrap();
    let months: Vec<_> = sales
        .items
        .iter()
        .map(|item| format!("{} {}", item.period, item.net))
        .collect();
    assert_eq!(months, MONTHS);
    for by in [Period::Hour, Period::Day, Period::Week] {
        let sales = store.sales(by, Zone::LONDON).await.unwrap();
        assert_eq!(
            sales.items.iter().map(|item| item.lines).sum::<u64>(),
            541_909
        );
        let net: Money = sales.items.iter().map(|item| item.net).sum();
        let gross: Money = sales.items.iter().map(|item| item.gross).sum();
        assert_eq!(net.to_string(), "9747747.934");
        assert_eq!(gross.to_string(), "10666684.544");
        assert!(sales.items.is_sorted_by(|a, b| a.period < b.period));
    }
    let returns = store.returns(Period::Month, Zone::LONDON).await.unwrap();
    assert_eq!(
        returns.items.iter().map(|item| item.invoices).sum::<u64>(),
        3_836
    );
    assert_eq!(
        returns.items.iter().map(|item| item.lines).sum::<u64>(),
        9_288
    );
    let cancelled: Money = returns.items.iter().map(|item| item.cancelled).sum();
    assert_eq!(cancelled.to_string(), "-896812.49");
}

fn by_net(top: &TopProducts) -> Vec<String> {
    let items = top.items.iter();
    items
        .map(|item| format!("{} {}", item.stock_code, item.net))
        .collect()
}

async fn products(store: &dyn InvoiceQueries) {
    let mut query = ProductQuery {
        limit: Limit::new(10).unwrap(),
        ..ProductQuery::default()
    };
    let all = store.products(&query).await.unwrap();
    assert_eq!(
        by_net(&all),
        [
            "DOT 206245.48",
            "22423 164762.19",
            "47566 98302.98",
            "85123A 97894.50",
            "85099B 92356.03",
            "23084 66756.59",
            "POST 66230.64",
            "22086 63791.94",
            "84879 58959.73",
            "79321 53768.06",
        ]
    );
    query.codes = Codes::Products;
    let goods = store.products(&query).await.unwrap();
    assert_eq!(
        by_net(&goods),
        [
            "22423 164762.19",
            "85123A 99846.98",
            "47566 98302.98",
            "85099B 92356.03",
            "23084 66756.59",
            "22086 63791.94",
            "84879 58959.73",
            "79321 53768.06",
            "22502 51041.37",
            "22197 50987.47",
        ]
    );
    assert_ne!(goods.rule, all.rule);
    query.order = ProductOrder::Quantity;
    let pieces = store.products(&query).await.unwrap();
    assert!(pieces.items.is_sorted_by(|a, b| a.quantity >= b.quantity));
    query.order = ProductOrder::Gross;
    let gross = store.products(&query).await.unwrap();
    assert!(gross.items.is_sorted_by(|a, b| a.gross >= b.gross));
}

async fn customers(store: &dyn InvoiceQueries) {
    let customers = store.customers(Limit::new(5).unwrap()).await.unwrap();
    assert_eq!(customers.customers, 4_372);
    assert_eq!(customers.repeat_customers, 2_845);
    assert_eq!(customers.single_customers, 1_494);
    assert_eq!(customers.guest_lines, 135_080);
    let top: Vec<_> = customers
        .top
        .iter()
        .map(|c| format!("{} {} {} {}", c.customer, c.net, c.purchases, c.returns))
        .collect();
    assert_eq!(
        top,
        [
            "14646 279489.02 74 3",
            "18102 256438.49 60 2",
            "17450 187482.17 46 9",
            "14911 132572.62 201 47",
            "12415 123725.45 21 5",
        ]
    );
    let customer = store.customer(CustomerId(17850)).await.unwrap().unwrap();
    assert_eq!(customer.total_spend.to_string(), "5288.63");
    assert_eq!((customer.purchases, customer.returns), (34, 1));
    assert_eq!(customer.countries, ["United Kingdom"]);
    assert_eq!(customer.first.to_string(), "2010-12-01T08:26:00Z");
    assert_eq!(store.customer(CustomerId(1)).await.unwrap(), None);
}

async fn invoices(store: &dyn InvoiceQueries) {
    let invoice = store.invoice("536365").await.unwrap().unwrap();
    assert_eq!((invoice.lines.len(), invoice.kind), (7, InvoiceKind::Sale));
    assert_eq!(invoice.total.to_string(), "139.12");
    assert_eq!(invoice.customer, Some(CustomerId(17850)));
    let largest = store.invoice("573585").await.unwrap().unwrap();
    assert_eq!(largest.lines.len(), 1_114);
    let returned = store.invoice("C536379").await.unwrap().unwrap();
    assert_eq!(returned.kind, InvoiceKind::Cancellation);
    assert_eq!(store.invoice("1' OR '1'='1").await.unwrap(), None);

    // Page by page the history is the same as at once, and adds up to the customer.
    let whole = history(store, Limit::MAX).await;
    assert_eq!(whole.len(), 35);
    let total: Money = whole.iter().map(|invoice| invoice.total).sum();
    assert_eq!(total.to_string(), "5288.63");
    assert!(whole.is_sorted_by(|a, b| (a.date, &a.invoice) > (b.date, &b.invoice)));
    for limit in [1, 7, 35] {
        assert_eq!(history(store, Limit::new(limit).unwrap()).await, whole);
    }
}

async fn history(store: &dyn InvoiceQueries, limit: Limit) -> Vec<InvoiceSummary> {
    let mut page = PageRequest {
        limit,
        cursor: None,
    };
    let mut all = Vec::new();
    loop {
        let part = store.customer_invoices(CustomerId(17850), &page).await;
        let Page { items, next } = part.unwrap();
        all.extend(items);
        page.cursor = match next {
            Some(next) => Some(next.to_string().parse().unwrap()),
            None => return all,
        };
    }
}

async fn count(store: &dyn InvoiceQueries, filter: LineFilter) -> usize {
    let mut page = PageRequest {
        limit: Limit::MAX,
        cursor: None,
    };
    let mut count = 0;
    loop {
        let part = store.lines(&filter, &page).await.unwrap();
        assert!(part.items.is_sorted_by(|a, b| a.id < b.id));
        count += part.items.len();
        page.cursor = part.next;
        if page.cursor.is_none() {
            return count;
        }
    }
}

async fn lines(store: &dyn InvoiceQueries) {
    let of = LineFilter::default;
    let invoice = Some("573585".to_owned());
    assert_eq!(count(store, LineFilter { invoice, ..of() }).await, 1_114);
    let kind = Some(InvoiceKind::Cancellation);
    assert_eq!(count(store, LineFilter { kind, ..of() }).await, 9_288);
    let stock_code = Some("POST".to_owned());
    assert_eq!(count(store, LineFilter { stock_code, ..of() }).await, 1_256);
    let country = Some("Unspecified".to_owned());
    assert_eq!(count(store, LineFilter { country, ..of() }).await, 446);
    let customer = Some(CustomerId(17850));
    assert_eq!(count(store, LineFilter { customer, ..of() }).await, 312);
    let from = Some("2010-12-01T08:26:00Z".parse().unwrap());
    let to = Some("2010-12-01T08:27:00Z".parse().unwrap());
    assert_eq!(count(store, LineFilter { from, to, ..of() }).await, 7);

    let first = PageRequest {
        limit: Limit::new(1).unwrap(),
        cursor: None,
    };
    let page = store.lines(&of(), &first).await.unwrap();
    let line = page.items.into_iter().next().unwrap();
    let stored = store.document(line.id).await.unwrap().unwrap();
    assert_eq!(stored.line, line);
    let json = serde_json::to_value(store.invoice("536365").await.unwrap()).unwrap();
    assert_eq!(json["total"], "139.12");
    assert_eq!(json["date"], "2010-12-01T08:26:00Z");
    assert_eq!(json["lines"][0]["unit_price"], "2.55");
}
