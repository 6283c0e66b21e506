//! The answers a store must give, worked out without any of the product's code.

use std::collections::{BTreeMap, HashSet};

use docstream_core::{Code, InvoiceKind};

use super::Verdict;
use super::line::GeneratedLine;

/// Sums and counts over documents, from their verdicts.
///
/// All money is in ten-thousandths of a pound.
///
/// ```
/// use docstream_testkit::generator::{Expected, Generator};
///
/// let generator = Generator::new(7).faults_per_million(50_000);
/// let expected: Expected = (0..2_000).map(|k| generator.document(k).verdict).collect();
/// assert_eq!(expected.documents, 2_000);
/// assert_eq!(expected.valid + expected.rejected(), 2_000);
/// assert_eq!(expected.by_month.values().sum::<i128>(), expected.net);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// All documents.
    pub documents: u64,
    /// Those that must be stored.
    pub valid: u64,
    /// Those that must be rejected, by the code of their first fault.
    pub rejections: BTreeMap<Code, u64>,
    /// Quantity times price over all valid lines.
    pub net: i128,
    /// The same over sales with quantity and price above 0.
    pub gross: i128,
    /// The same over cancellations: 0 or less.
    pub cancelled: i128,
    /// Cancelled lines.
    pub cancelled_lines: u64,
    /// Net by year and month on a clock in London.
    pub by_month: BTreeMap<(u16, u8), i128>,
    /// Net by stock code as written.
    pub by_product: BTreeMap<&'static str, i128>,
    customers: HashSet<u32>,
    invoices: HashSet<(InvoiceKind, u64)>,
    cancelled_invoices: HashSet<u64>,
}

impl Expected {
    /// Counts one document.
    pub fn add(&mut self, verdict: &Verdict) {
        self.documents += 1;
        match verdict {
            Verdict::Valid(line) => self.add_line(line),
            Verdict::Rejected { code, .. } => *self.rejections.entry(*code).or_default() += 1,
        }
    }

    fn add_line(&mut self, line: &GeneratedLine) {
        let amount = line.amount();
        self.valid += 1;
        self.net += amount;
        if line.kind == InvoiceKind::Cancellation {
            self.cancelled += amount;
            self.cancelled_lines += 1;
            self.cancelled_invoices.insert(line.invoice);
        } else if line.quantity > 0 && line.price > 0 {
            self.gross += amount;
        }
        *self
            .by_month
            .entry((line.time.year, line.time.month))
            .or_default() += amount;
        *self.by_product.entry(line.stock_code).or_default() += amount;
        self.customers.extend(line.customer);
        self.invoices.insert((line.kind, line.invoice));
    }

    /// Documents that must be rejected.
    pub fn rejected(&self) -> u64 {
        self.rejections.values().sum()
    }

    /// Distinct customers.
    pub fn customers(&self) -> u64 {
        self.customers.len() as u64
    }

    /// Distinct invoices of all kinds.
    pub fn invoices(&self) -> u64 {
        self.invoices.len() as u64
    }

    /// Distinct cancelled invoices.
    pub fn cancelled_invoices(&self) -> u64 {
        self.cancelled_invoices.len() as u64
    }

    /// Distinct stock codes as written.
    pub fn products(&self) -> u64 {
        self.by_product.len() as u64
    }
}

impl Extend<Verdict> for Expected {
    fn extend<I: IntoIterator<Item = Verdict>>(&mut self, verdicts: I) {
        for verdict in verdicts {
            self.add(&verdict);
        }
    }
}

impl FromIterator<Verdict> for Expected {
    fn from_iter<I: IntoIterator<Item = Verdict>>(verdicts: I) -> Self {
        let mut expected = Self::default();
        expected.extend(verdicts);
        expected
    }
}
