//! What is stored, as the generator knows it.

use docstream_core::queries::Line;
use docstream_core::{ContentHash, CustomerId, DocId, InvoiceKind, Money, Timestamp};

use crate::generator;

/// A document and what it says.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub(super) id: DocId,
    pub(super) hash: ContentHash,
    pub(super) partition: &'static str,
    pub(super) offset: u64,
    /// The number of its invoice, as written.
    pub(super) invoice: String,
    pub(super) line: generator::GeneratedLine,
    /// Counts, instead of the time of `line`.
    pub(super) seconds: i64,
}

/// All documents, in the order of their ids.
#[derive(Clone, Debug)]
pub(super) struct Facts(pub(super) Vec<Fact>);

impl Fact {
    pub(super) fn kind(&self) -> InvoiceKind {
        self.line.kind
    }

    pub(super) fn customer(&self) -> Option<CustomerId> {
        self.line.customer.map(CustomerId)
    }

    pub(super) fn date(&self) -> Timestamp {
        match Timestamp::from_unix_seconds(self.seconds) {
            Some(date) => date,
            None => panic!("the dates of the suite are of 2010 and 2011"),
        }
    }

    pub(super) fn net(&self) -> i128 {
        self.line.amount()
    }

    /// What the line adds to the gross.
    pub(super) fn gross(&self) -> i128 {
        let line = &self.line;
        let counts = line.kind != InvoiceKind::Cancellation && line.quantity > 0 && line.price > 0;
        if counts { self.net() } else { 0 }
    }

    /// The code trimmed and in upper case.
    pub(super) fn product(&self) -> String {
        self.line.stock_code.trim().to_ascii_uppercase()
    }

    /// The line as a store must show it.
    pub(super) fn shown(&self) -> Line {
        let description = self.line.description.trim();
        Line {
            id: self.id,
            invoice: self.invoice.clone(),
            kind: self.kind(),
            stock_code: self.line.stock_code.to_owned(),
            product: self.product(),
            description: (!description.is_empty()).then(|| description.to_owned()),
            quantity: self.line.quantity,
            date: self.date(),
            unit_price: Money::from_ten_thousandths(self.line.price),
            net: money(self.net()),
            customer: self.customer(),
            country: self.line.country.to_owned(),
        }
    }
}

impl Facts {
    pub(super) fn iter(&self) -> std::slice::Iter<'_, Fact> {
        self.0.iter()
    }

    /// The documents of which `is_wanted`.
    pub(super) fn only(&self, is_wanted: impl Fn(&Fact) -> bool) -> Vec<&Fact> {
        self.iter().filter(|fact| is_wanted(fact)).collect()
    }
}

/// An amount in ten-thousandths.
pub(super) fn money(amount: i128) -> Money {
    match i64::try_from(amount) {
        Ok(amount) => Money::from_ten_thousandths(amount),
        Err(_) => panic!("the amounts of the suite are small"),
    }
}
