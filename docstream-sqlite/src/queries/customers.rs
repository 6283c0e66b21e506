//! Customers.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use docstream_core::queries::{Customer, CustomerRank, Customers, Limit};
use docstream_core::{CustomerId, InvoiceKind, Result};
use rusqlite::Connection;

use super::distinct::Distinct;
use super::line::{OPERATION, each, get, kind, text, timestamp};
use super::sums::{Sums, money};
use crate::error::sqlite;

pub(super) fn customer(conn: &Connection, customer: CustomerId) -> Result<Option<Customer>> {
    let sql = "SELECT invoice_date, kind, invoice_no, quantity, unit_price, country
        FROM invoice_lines WHERE customer_id = ?1 ORDER BY invoice_no";
    let mut sums = Sums::default();
    let (mut purchases, mut returns) = (Distinct::default(), Distinct::default());
    let mut countries = BTreeSet::new();
    let (mut first, mut last) = (i64::MAX, i64::MIN);
    each(conn, sql, [customer.0], |row| {
        let (date, kind) = (get(row, 0)?, kind(row, 1)?);
        first = first.min(date);
        last = last.max(date);
        sums.add(kind, get(row, 3)?, get(row, 4)?);
        match kind {
            InvoiceKind::Sale => purchases.add(text(row, 2)?),
            InvoiceKind::Cancellation => returns.add(text(row, 2)?),
            InvoiceKind::Adjustment => {}
        }
        if !countries.contains(text(row, 5)?) {
            countries.insert(get::<String>(row, 5)?);
        }
        Ok(())
    })?;
    if sums.lines == 0 {
        return Ok(None);
    }
    Ok(Some(Customer {
        customer,
        total_spend: money(sums.net)?,
        purchases: purchases.count,
        returns: returns.count,
        first: timestamp(first)?,
        last: timestamp(last)?,
        countries: countries.into_iter().collect(),
    }))
}

/// What is added up of a customer, whose lines come in the order of their invoices.
#[derive(Default)]
struct Account {
    sums: Sums,
    purchases: Distinct,
    returns: Distinct,
}

/// The worst of them is the greatest: first the least net, then the highest number.
type Rank = (Reverse<i128>, u32, u64, u64);

/// What is known of the customers whose lines have all been seen: counts, and no more
/// of them than the answer names.
struct Ranking {
    limit: usize,
    customers: u64,
    repeat: u64,
    single: u64,
    top: BinaryHeap<Rank>,
}

impl Ranking {
    fn add(&mut self, customer: u32, account: &Account) {
        let (purchases, returns) = (account.purchases.count, account.returns.count);
        self.customers += 1;
        self.repeat += u64::from(purchases > 1);
        self.single += u64::from(purchases == 1);
        self.top
            .push((Reverse(account.sums.net), customer, purchases, returns));
        if self.top.len() > self.limit {
            self.top.pop();
        }
    }
}

pub(super) fn customers(conn: &Connection, limit: Limit) -> Result<Customers> {
    // One snapshot for all of it.
    let snapshot = conn.unchecked_transaction().map_err(sqlite(OPERATION))?;
    let mut guest_lines = 0;
    let sql = "SELECT count(*) FROM invoice_lines WHERE customer_id IS NULL";
    each(&snapshot, sql, [], |row| {
        guest_lines = get::<i64>(row, 0)? as u64;
        Ok(())
    })?;
    let mut ranking = Ranking {
        limit: limit.get(),
        customers: 0,
        repeat: 0,
        single: 0,
        top: BinaryHeap::new(),
    };
    // In order, so that one customer is held at a time and not the invoices of all.
    let sql = "SELECT customer_id, kind, invoice_no, quantity, unit_price FROM invoice_lines
        WHERE customer_id IS NOT NULL ORDER BY customer_id, invoice_no";
    let mut current: Option<(u32, Account)> = None;
    each(&snapshot, sql, [], |row| {
        let customer = get(row, 0)?;
        if let Some((last, account)) = current.take_if(|(last, _)| *last != customer) {
            ranking.add(last, &account);
        }
        let (_, account) = current.get_or_insert_with(|| (customer, Account::default()));
        let kind = kind(row, 1)?;
        account.sums.add(kind, get(row, 3)?, get(row, 4)?);
        match kind {
            InvoiceKind::Sale => account.purchases.add(text(row, 2)?),
            InvoiceKind::Cancellation => account.returns.add(text(row, 2)?),
            InvoiceKind::Adjustment => {}
        }
        Ok(())
    })?;
    if let Some((last, account)) = current {
        ranking.add(last, &account);
    }
    let rank = |(Reverse(net), customer, purchases, returns): Rank| {
        Ok(CustomerRank {
            customer: CustomerId(customer),
            net: money(net)?,
            purchases,
            returns,
        })
    };
    let top = ranking.top.into_sorted_vec();
    Ok(Customers {
        customers: ranking.customers,
        repeat_customers: ranking.repeat,
        single_customers: ranking.single,
        guest_lines,
        rule: Customers::RULE,
        top: top.into_iter().map(rank).collect::<Result<_>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ranking_holds_no_more_customers_than_it_names() {
        let mut ranking = Ranking {
            limit: 3,
            customers: 0,
            repeat: 0,
            single: 0,
            top: BinaryHeap::new(),
        };
        for customer in 0..100 {
            let mut account = Account::default();
            account
                .sums
                .add(InvoiceKind::Sale, i64::from(customer % 10), 10_000);
            account.purchases.add("1");
            if customer % 2 == 0 {
                account.purchases.add("2");
            }
            ranking.add(customer, &account);
            assert!(ranking.top.len() <= 3);
        }
        assert_eq!(
            (ranking.customers, ranking.repeat, ranking.single),
            (100, 50, 50)
        );
        let top = ranking.top.into_sorted_vec();
        // Of as much the lower number is first.
        assert_eq!(
            top.iter().map(|rank| rank.1).collect::<Vec<_>>(),
            [9, 19, 29]
        );
    }
}
