//! The right answers about invoices, customers and time, by brute force.

use std::collections::{BTreeMap, BTreeSet};

use docstream_core::dates::Period;
use docstream_core::queries::{
    Customer, Invoice, InvoiceSummary, Returns, ReturnsItem, Sales, SalesItem, Totals,
};
use docstream_core::{CustomerId, InvoiceKind, Zone};

use super::facts::{Fact, Facts, money};
use super::london::label;

fn net(facts: &[&Fact]) -> docstream_core::Money {
    money(facts.iter().map(|fact| fact.net()).sum())
}

/// How many different invoices of `kind` there are.
pub(super) fn invoices_of(kind: InvoiceKind, facts: &[&Fact]) -> u64 {
    let of_kind = facts.iter().filter(|fact| fact.kind() == kind);
    of_kind
        .map(|fact| &fact.invoice)
        .collect::<BTreeSet<_>>()
        .len() as u64
}

impl Facts {
    pub(super) fn invoice_numbers(&self) -> BTreeSet<String> {
        self.iter().map(|fact| fact.invoice.clone()).collect()
    }

    pub(super) fn customer_ids(&self) -> BTreeSet<u32> {
        self.iter().filter_map(|fact| fact.line.customer).collect()
    }

    pub(super) fn invoice(&self, number: &str) -> Option<Invoice> {
        let mut lines = self.only(|fact| fact.invoice == number);
        // Stable: those of the same moment stay in the order of their ids.
        lines.sort_by_key(|fact| fact.seconds);
        let first = lines.first()?;
        Some(Invoice {
            invoice: number.to_owned(),
            kind: first.kind(),
            date: first.date(),
            customer: first.customer(),
            country: first.line.country.to_owned(),
            total: net(&lines),
            lines: lines.iter().map(|fact| fact.shown()).collect(),
        })
    }

    pub(super) fn customer(&self, id: u32) -> Option<Customer> {
        let own = self.only(|fact| fact.line.customer == Some(id));
        let countries: BTreeSet<_> = own.iter().map(|fact| fact.line.country).collect();
        Some(Customer {
            customer: CustomerId(id),
            total_spend: net(&own),
            purchases: invoices_of(InvoiceKind::Sale, &own),
            returns: invoices_of(InvoiceKind::Cancellation, &own),
            first: own.iter().map(|fact| fact.date()).min()?,
            last: own.iter().map(|fact| fact.date()).max()?,
            countries: countries.into_iter().map(str::to_owned).collect(),
        })
    }

    /// The whole history of a customer.
    pub(super) fn history(&self, id: u32) -> Vec<InvoiceSummary> {
        let own = self.only(|fact| fact.line.customer == Some(id));
        let numbers: BTreeSet<_> = own.iter().map(|fact| &fact.invoice).collect();
        let summary = |number: &String| {
            let lines = own.iter().filter(|fact| fact.invoice == *number);
            let lines: Vec<&Fact> = lines.copied().collect();
            Some(InvoiceSummary {
                kind: lines.first()?.kind(),
                date: lines.iter().map(|fact| fact.date()).min()?,
                lines: lines.len() as u64,
                total: net(&lines),
                invoice: number.clone(),
            })
        };
        let mut history: Vec<_> = numbers.into_iter().filter_map(summary).collect();
        history.sort_by(|one, other| (other.date, &other.invoice).cmp(&(one.date, &one.invoice)));
        history
    }

    pub(super) fn totals(&self) -> Totals {
        let all = self.only(|_| true);
        let cancelled = self.only(|fact| fact.kind() == InvoiceKind::Cancellation);
        let codes: BTreeSet<_> = all.iter().map(|fact| fact.line.stock_code).collect();
        Totals {
            lines: all.len() as u64,
            invoices: self.invoice_numbers().len() as u64,
            customers: self.customer_ids().len() as u64,
            products: codes.len() as u64,
            net: net(&all),
            gross: money(all.iter().map(|fact| fact.gross()).sum()),
            cancelled: net(&cancelled),
            cancelled_lines: cancelled.len() as u64,
            cancelled_invoices: invoices_of(InvoiceKind::Cancellation, &cancelled),
        }
    }

    fn by_label(&self, by: Period, zone: Zone) -> BTreeMap<String, Vec<&Fact>> {
        let mut periods: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for fact in self.iter() {
            let period = label(fact.seconds, by, zone);
            periods.entry(period).or_default().push(fact);
        }
        periods
    }

    pub(super) fn sales(&self, by: Period, zone: Zone) -> Sales {
        let item = |(period, facts): (String, Vec<&Fact>)| SalesItem {
            period,
            lines: facts.len() as u64,
            net: net(&facts),
            gross: money(facts.iter().map(|fact| fact.gross()).sum()),
        };
        Sales {
            by: by.as_str(),
            zone: zone.name(),
            items: self.by_label(by, zone).into_iter().map(item).collect(),
        }
    }

    pub(super) fn returns(&self, by: Period, zone: Zone) -> Returns {
        let item = |(period, mut facts): (String, Vec<&Fact>)| {
            facts.retain(|fact| fact.kind() == InvoiceKind::Cancellation);
            (!facts.is_empty()).then(|| ReturnsItem {
                period,
                invoices: invoices_of(InvoiceKind::Cancellation, &facts),
                lines: facts.len() as u64,
                cancelled: net(&facts),
            })
        };
        let periods = self.by_label(by, zone).into_iter();
        Returns {
            by: by.as_str(),
            zone: zone.name(),
            items: periods.filter_map(item).collect(),
        }
    }
}
