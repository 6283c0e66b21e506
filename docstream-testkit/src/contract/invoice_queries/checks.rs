//! Each method beside the right answer.

use docstream_core::dates::Period;
use docstream_core::queries::{
    Codes, Cursor, Limit, Line, LineFilter, PageRequest, ProductOrder, ProductQuery, QueryError,
    QueryResult, StoredDocument, Totals,
};
use docstream_core::{CustomerId, DocId, InvoiceKind, InvoiceQueries, Money, SourceId, Zone};

use super::facts::Fact;
use super::pages::{assert_pages, limit};
use super::{Filled, ask, assert_answer, assert_list};

const PERIODS: [Period; 4] = [Period::Hour, Period::Day, Period::Week, Period::Month];
const ZONES: [Zone; 2] = [Zone::LONDON, Zone::UTC];
/// Nobody's number.
const NOBODY: CustomerId = CustomerId(4_000_000_000);

fn unknown_document() -> DocId {
    SourceId::new("default", "nowhere", &[]).doc(0)
}

/// A store without documents has an answer to everything.
pub async fn an_empty_store_knows_nothing(queries: &impl InvoiceQueries) {
    let totals = Totals {
        lines: 0,
        invoices: 0,
        customers: 0,
        products: 0,
        net: Money::ZERO,
        gross: Money::ZERO,
        cancelled: Money::ZERO,
        cancelled_lines: 0,
        cancelled_invoices: 0,
    };
    assert_answer(
        "totals of nothing",
        &ask("totals", queries.totals()).await,
        &totals,
    );
    nothing_is_known(queries).await;
    let page = PageRequest::default();
    let lines = ask("lines", queries.lines(&LineFilter::default(), &page)).await;
    assert!(
        lines.items.is_empty() && lines.next.is_none(),
        "queries: lines of nothing"
    );
    for by in PERIODS {
        let sales = ask("sales", queries.sales(by, Zone::LONDON)).await;
        assert_list("sales of nothing", &sales.items, &[]);
        let returns = ask("returns", queries.returns(by, Zone::UTC)).await;
        assert_list("returns of nothing", &returns.items, &[]);
    }
    let products = ask("products", queries.products(&ProductQuery::default())).await;
    assert_list("products of nothing", &products.items, &[]);
    let customers = ask("customers", queries.customers(Limit::default())).await;
    let counts = (
        customers.customers,
        customers.guest_lines,
        customers.top.len(),
    );
    assert_answer("customers of nothing", &counts, &(0, 0, 0));
}

/// Nothing is made up about what was never stored.
async fn nothing_is_known(queries: &impl InvoiceQueries) {
    for number in [
        "999999999",
        "c700602",
        "C",
        "",
        " 700604",
        "700604 ",
        "70060%",
        "7006_4",
    ] {
        let what = format!("the invoice {number:?}, which there is not");
        assert_answer(&what, &ask(&what, queries.invoice(number)).await, &None);
    }
    let what = "an unknown customer";
    assert_answer(what, &ask(what, queries.customer(NOBODY)).await, &None);
    let page = PageRequest::default();
    let history = ask(what, queries.customer_invoices(NOBODY, &page)).await;
    assert!(
        history.items.is_empty() && history.next.is_none(),
        "queries: {what}: a history"
    );
    let what = "an unknown document";
    assert_answer(
        what,
        &ask(what, queries.document(unknown_document())).await,
        &None,
    );
}

/// Lines, invoices, customers, codes, and the sums with their rules.
pub async fn totals_add_up<Q: InvoiceQueries>(store: &Filled<Q>) {
    let found = ask("totals", store.queries.totals()).await;
    assert_answer("totals", &found, &store.facts.totals());
}

/// Every invoice has all its lines, the earliest first, and what its first line says;
/// nothing is made up about others.
pub async fn invoices_have_all_their_lines<Q: InvoiceQueries>(store: &Filled<Q>) {
    for number in store.facts.invoice_numbers() {
        let what = format!("invoice {number}");
        let found = ask(&what, store.queries.invoice(&number)).await;
        assert_answer(&what, &found, &store.facts.invoice(&number));
    }
    nothing_is_known(&store.queries).await;
}

/// Spend, purchases, returns, dates and countries of every customer.
pub async fn known_customers_have_an_account<Q: InvoiceQueries>(store: &Filled<Q>) {
    for id in store.facts.customer_ids() {
        let what = format!("customer {id}");
        let found = ask(&what, store.queries.customer(CustomerId(id))).await;
        assert_answer(&what, &found, &store.facts.customer(id));
    }
}

/// The pages of every customer's history, joined, are the whole of it.
pub async fn histories_are_the_newest_first<Q: InvoiceQueries>(store: &Filled<Q>) {
    for id in store.facts.customer_ids() {
        let right = store.facts.history(id);
        for size in [1, 2, right.len(), 1_000] {
            let what = format!("the history of customer {id}");
            assert_pages(&what, size, &right, async |page| {
                store.queries.customer_invoices(CustomerId(id), page).await
            })
            .await;
        }
    }
}

fn passes(fact: &Fact, filter: &LineFilter) -> bool {
    let LineFilter {
        invoice,
        customer,
        country,
        stock_code,
        kind,
        from,
        to,
    } = filter;
    invoice
        .as_ref()
        .is_none_or(|wanted| fact.invoice == *wanted)
        && customer.is_none_or(|wanted| fact.customer() == Some(wanted))
        && country
            .as_ref()
            .is_none_or(|wanted| fact.line.country == wanted)
        && stock_code
            .as_ref()
            .is_none_or(|wanted| fact.line.stock_code == wanted)
        && kind.is_none_or(|wanted| fact.kind() == wanted)
        && from.is_none_or(|from| fact.date() >= from)
        && to.is_none_or(|to| fact.date() < to)
}

/// Each filter alone, from a line that there is, and several together.
fn filters(fact: &Fact) -> Vec<LineFilter> {
    let none = LineFilter::default;
    let invoice = Some(fact.invoice.clone());
    let country = Some(fact.line.country.to_owned());
    let stock_code = Some(fact.line.stock_code.to_owned());
    let (customer, kind, at) = (fact.customer(), Some(fact.kind()), Some(fact.date()));
    vec![
        LineFilter {
            invoice: invoice.clone(),
            ..none()
        },
        LineFilter { customer, ..none() },
        LineFilter {
            country: country.clone(),
            ..none()
        },
        LineFilter {
            stock_code: stock_code.clone(),
            ..none()
        },
        LineFilter { kind, ..none() },
        LineFilter { from: at, ..none() },
        LineFilter { to: at, ..none() },
        LineFilter {
            from: at,
            to: at,
            ..none()
        },
        LineFilter {
            country: country.clone(),
            kind,
            to: at,
            ..none()
        },
        LineFilter {
            customer,
            country: country.clone(),
            from: at,
            ..none()
        },
        LineFilter {
            invoice,
            customer,
            country,
            stock_code,
            kind,
            from: at,
            to: None,
        },
    ]
}

/// The pages of lines that pass a filter, joined, are all of them, in the order of
/// their ids.
pub async fn lines_pass_their_filters<Q: InvoiceQueries>(store: &Filled<Q>) {
    let facts = &store.facts;
    let mut wanted = vec![LineFilter::default()];
    // The planted ones are few, so that some of them are named.
    let named = facts.iter().filter(|fact| {
        matches!(
            fact.line.invoice,
            700_109 | 700_202 | 700_400 | 700_500 | 700_600 | 700_602
        )
    });
    for fact in facts.iter().step_by(701).chain(named) {
        wanted.extend(filters(fact));
    }
    for kind in [
        InvoiceKind::Sale,
        InvoiceKind::Cancellation,
        InvoiceKind::Adjustment,
    ] {
        wanted.push(LineFilter {
            kind: Some(kind),
            ..LineFilter::default()
        });
    }
    let text = |text: &str| Some(text.to_owned());
    wanted.extend([
        LineFilter {
            country: text("united kingdom"),
            ..LineFilter::default()
        },
        LineFilter {
            stock_code: text("99983d"),
            ..LineFilter::default()
        },
        LineFilter {
            customer: Some(NOBODY),
            ..LineFilter::default()
        },
        LineFilter {
            invoice: text("%"),
            ..LineFilter::default()
        },
    ]);
    for filter in wanted {
        let right = facts.only(|fact| passes(fact, &filter));
        let right: Vec<Line> = right.into_iter().map(Fact::shown).collect();
        let (third, all) = (right.len() / 3 + 1, right.len());
        for size in [third, all, all + 1].map(|size| size.clamp(1, 1_000)) {
            let what = format!("lines by {filter:?}");
            assert_pages(&what, size, &right, async |page| {
                store.queries.lines(&filter, page).await
            })
            .await;
        }
    }
}

/// A cursor that no page gave out is the fault of whoever asks.
pub async fn foreign_cursors_are_refused<Q: InvoiceQueries>(store: &Filled<Q>) {
    fn assert_refused<T>(list: &str, answer: &QueryResult<T>) {
        let refused = matches!(answer, Err(QueryError::Cursor(_)));
        assert!(refused, "queries: {list} took a cursor that it never gave");
    }
    for bytes in [&b""[..], b"x", b"\xff\xfe", b"\0\0\0\0\0\0\0\0\xff"] {
        let page = PageRequest {
            cursor: Some(Cursor::new(bytes)),
            ..PageRequest::default()
        };
        let lines = store.queries.lines(&LineFilter::default(), &page).await;
        assert_refused("lines", &lines);
        let history = store
            .queries
            .customer_invoices(CustomerId(90_010), &page)
            .await;
        assert_refused("a history", &history);
    }
}

/// By hour, day, week and month, in London and in UTC, across both changes of the
/// clock.
pub async fn sales_are_counted_where_they_happened<Q: InvoiceQueries>(store: &Filled<Q>) {
    for (by, zone) in PERIODS
        .into_iter()
        .flat_map(|by| ZONES.map(|zone| (by, zone)))
    {
        let what = format!("sales by {by} in {zone}");
        let (found, right) = (
            ask(&what, store.queries.sales(by, zone)).await,
            store.facts.sales(by, zone),
        );
        assert_list(&what, &found.items, &right.items);
        assert_answer(&what, &(found.by, found.zone), &(right.by, right.zone));
    }
}

/// Cancellations by hour, day, week and month, in London and in UTC.
pub async fn returns_are_counted_where_they_happened<Q: InvoiceQueries>(store: &Filled<Q>) {
    for (by, zone) in PERIODS
        .into_iter()
        .flat_map(|by| ZONES.map(|zone| (by, zone)))
    {
        let what = format!("returns by {by} in {zone}");
        let found = ask(&what, store.queries.returns(by, zone)).await;
        let right = store.facts.returns(by, zone);
        assert_list(&what, &found.items, &right.items);
        assert_answer(&what, &(found.by, found.zone), &(right.by, right.zone));
    }
}

/// By each rule, cut at several places so that ties are cut, too.
pub async fn products_are_ranked<Q: InvoiceQueries>(store: &Filled<Q>) {
    for order in [
        ProductOrder::Net,
        ProductOrder::Gross,
        ProductOrder::Quantity,
    ] {
        for codes in [Codes::All, Codes::Products] {
            for size in [1, 2, 3, 5, 8, 13, 100, 1_000] {
                let query = ProductQuery {
                    order,
                    codes,
                    limit: limit(size),
                };
                let what = format!("the best {size} products by {order:?} of {codes:?}");
                let found = ask(&what, store.queries.products(&query)).await;
                let right = store.facts.products(&query);
                assert_list(&what, &found.items, &right.items);
                assert_answer(&what, &found.rule, &right.rule);
            }
        }
    }
}

/// Counts of customers, and those who spent most, ties by number.
pub async fn customers_are_ranked<Q: InvoiceQueries>(store: &Filled<Q>) {
    let mut right = store.facts.customers();
    for size in [1_000, 100, 5, 3, 2, 1] {
        right.top.truncate(size);
        let what = format!("customers, the first {size}");
        let found = ask(&what, store.queries.customers(limit(size))).await;
        assert_list(&what, &found.top, &right.top);
        assert_answer(&what, &found, &right);
    }
}

/// A document says who it is, what it holds, where it came from and when it was stored.
pub async fn documents_say_where_they_came_from<Q: InvoiceQueries>(store: &Filled<Q>) {
    let [before, after] = store.stored_between;
    for fact in store.facts.iter().step_by(37) {
        let what = format!("document {}", fact.id);
        let Some(found) = ask(&what, store.queries.document(fact.id)).await else {
            panic!("queries: {what} is stored and is not found");
        };
        let stored_at = found.stored_at;
        let right = StoredDocument {
            id: fact.id,
            content_hash: fact.hash.to_string(),
            partition: fact.partition.to_owned(),
            offset: fact.offset,
            stored_at,
            line: fact.shown(),
        };
        assert_answer(&what, &found, &right);
        // A store may keep milliseconds.
        let millis = |at: docstream_core::Timestamp| at.unix_micros().div_euclid(1_000);
        assert!(
            (millis(before)..=millis(after)).contains(&millis(stored_at)),
            "queries: {what} was stored at {stored_at}, not between {before} and {after}"
        );
    }
}
