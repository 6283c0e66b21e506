//! Customers.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};

use docstream_core::queries::{Customer, CustomerRank, Customers, Limit};
use docstream_core::{CustomerId, InvoiceKind, Result};
use rusqlite::Connection;

use super::invoices::note;
use super::line::{each, get, kind, text, timestamp};
use super::sums::{Sums, money};

pub(super) fn customer(conn: &Connection, customer: CustomerId) -> Result<Option<Customer>> {
    let sql = "SELECT invoice_date, kind, invoice_no, quantity, unit_price, country
        FROM invoice_lines WHERE customer_id = ?1";
    let mut sums = Sums::default();
    let (mut purchases, mut returns) = (HashSet::new(), HashSet::new());
    let mut countries = BTreeSet::new();
    let (mut first, mut last) = (i64::MAX, i64::MIN);
    each(conn, sql, [customer.0], |row| {
        let (date, kind) = (get(row, 0)?, kind(row, 1)?);
        first = first.min(date);
        last = last.max(date);
        sums.add(kind, get(row, 3)?, get(row, 4)?);
        match kind {
            InvoiceKind::Sale => note(&mut purchases, text(row, 2)?),
            InvoiceKind::Cancellation => note(&mut returns, text(row, 2)?),
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
        purchases: purchases.len() as u64,
        returns: returns.len() as u64,
        first: timestamp(first)?,
        last: timestamp(last)?,
        countries: countries.into_iter().collect(),
    }))
}

/// What is added up of a customer.
#[derive(Default)]
struct Account {
    sums: Sums,
    purchases: HashSet<String>,
    returns: HashSet<String>,
}

pub(super) fn customers(conn: &Connection, limit: Limit) -> Result<Customers> {
    let sql = "SELECT customer_id, kind, invoice_no, quantity, unit_price FROM invoice_lines";
    let mut accounts: HashMap<u32, Account> = HashMap::new();
    let mut guest_lines = 0;
    each(conn, sql, [], |row| {
        let Some(customer) = get::<Option<u32>>(row, 0)? else {
            guest_lines += 1;
            return Ok(());
        };
        let (kind, account) = (kind(row, 1)?, accounts.entry(customer).or_default());
        account.sums.add(kind, get(row, 3)?, get(row, 4)?);
        match kind {
            InvoiceKind::Sale => note(&mut account.purchases, text(row, 2)?),
            InvoiceKind::Cancellation => note(&mut account.returns, text(row, 2)?),
            InvoiceKind::Adjustment => {}
        }
        Ok(())
    })?;
    let with = |test: fn(usize) -> bool| {
        let all = accounts.values();
        all.filter(|account| test(account.purchases.len())).count() as u64
    };
    let (repeat_customers, single_customers) = (with(|n| n > 1), with(|n| n == 1));
    let mut top: Vec<_> = accounts.iter().collect();
    top.sort_unstable_by_key(|(customer, account)| (Reverse(account.sums.net), **customer));
    let rank = |(customer, account): (&u32, &Account)| {
        Ok(CustomerRank {
            customer: CustomerId(*customer),
            net: money(account.sums.net)?,
            purchases: account.purchases.len() as u64,
            returns: account.returns.len() as u64,
        })
    };
    Ok(Customers {
        customers: accounts.len() as u64,
        repeat_customers,
        single_customers,
        guest_lines,
        rule: Customers::RULE,
        top: top
            .into_iter()
            .take(limit.get())
            .map(rank)
            .collect::<Result<_>>()?,
    })
}
