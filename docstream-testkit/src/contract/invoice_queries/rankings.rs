//! The right rankings, by brute force.

use std::collections::BTreeMap;

use docstream_core::queries::{
    Codes, CustomerRank, Customers, ProductOrder, ProductQuery, ProductRank, TopProducts,
};
use docstream_core::{CustomerId, InvoiceKind};

use super::answers::invoices_of;
use super::facts::{Fact, Facts, money};

/// What is added up of a product.
#[derive(Default)]
struct Sums {
    net: i128,
    gross: i128,
    quantity: i64,
}

impl Facts {
    pub(super) fn products(&self, query: &ProductQuery) -> TopProducts {
        let mut products: BTreeMap<String, Sums> = BTreeMap::new();
        for fact in self.iter() {
            let code = match query.codes {
                Codes::All => fact.line.stock_code.to_owned(),
                Codes::Products if is_goods(&fact.product()) => fact.product(),
                Codes::Products => continue,
            };
            let sums = products.entry(code).or_default();
            sums.net += fact.net();
            sums.gross += fact.gross();
            sums.quantity += fact.line.quantity;
        }
        let mut ranked: Vec<_> = products.into_iter().collect();
        // Stable, of a list by code: so are ties.
        ranked.sort_by_key(|(_, sums)| -match query.order {
            ProductOrder::Net => sums.net,
            ProductOrder::Gross => sums.gross,
            ProductOrder::Quantity => i128::from(sums.quantity),
        });
        let rank = |(stock_code, sums): (String, Sums)| ProductRank {
            stock_code,
            net: money(sums.net),
            gross: money(sums.gross),
            quantity: sums.quantity,
        };
        let best = ranked.into_iter().take(query.limit.get());
        TopProducts {
            rule: query.rule(),
            items: best.map(rank).collect(),
        }
    }

    /// Everything about customers but the length of the ranking, which is whole.
    pub(super) fn customers(&self) -> Customers {
        let rank = |id: u32| {
            let own: Vec<&Fact> = self.only(|fact| fact.line.customer == Some(id));
            CustomerRank {
                customer: CustomerId(id),
                net: money(own.iter().map(|fact| fact.net()).sum()),
                purchases: invoices_of(InvoiceKind::Sale, &own),
                returns: invoices_of(InvoiceKind::Cancellation, &own),
            }
        };
        let mut top: Vec<_> = self.customer_ids().into_iter().map(rank).collect();
        let count = |test: fn(u64) -> bool| {
            let all = top.iter().filter(|rank| test(rank.purchases));
            all.count() as u64
        };
        let (repeat_customers, single_customers) = (count(|n| n > 1), count(|n| n == 1));
        // Stable, of a list by number: so are ties.
        top.sort_by_key(|one| std::cmp::Reverse(one.net));
        Customers {
            customers: top.len() as u64,
            repeat_customers,
            single_customers,
            guest_lines: self.only(|fact| fact.line.customer.is_none()).len() as u64,
            rule: Customers::RULE,
            top,
        }
    }
}

/// Five digits, then nothing but letters.
fn is_goods(code: &str) -> bool {
    let letters = code.trim_start_matches(|c: char| c.is_ascii_digit());
    code.len() - letters.len() == 5 && letters.chars().all(|c| c.is_ascii_alphabetic())
}
