//! The answers, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use docstream::dates::Period;
use docstream::pipeline::Summary;
use docstream::queries::{
    Customers, InvoiceQueries, Limit, ProductQuery, Sales, TopProducts, Totals,
};
use docstream::{Code, Zone};
use serde_json::{Value, json};

use crate::failure::Failure;

/// What one run did, and what the whole store holds.
pub(crate) struct Report {
    ingest: Summary,
    drain: Summary,
    totals: Totals,
    months: Sales,
    top: TopProducts,
    customers: Customers,
    elapsed: Duration,
    notes: Vec<String>,
}

impl Report {
    /// Asks `store` for its answers.
    pub(crate) async fn new(
        ingest: Summary,
        drain: Summary,
        store: &impl InvoiceQueries,
        elapsed: Duration,
        notes: Vec<String>,
    ) -> Result<Self, Failure> {
        let ten = Limit::new(10).unwrap_or_default();
        let products = ProductQuery {
            limit: ten,
            ..ProductQuery::default()
        };
        Ok(Self {
            ingest,
            drain,
            totals: store.totals().await?,
            months: store.sales(Period::Month, Zone::LONDON).await?,
            top: store.products(&products).await?,
            customers: store.customers(ten).await?,
            elapsed,
            notes,
        })
    }

    fn accepted(&self) -> u64 {
        self.ingest.read - self.ingest.rejected
    }

    /// Documents of the input that were there already: in the log, or in the store if the
    /// log has forgotten them. What an earlier run left in the log is not of this input.
    fn duplicates(&self) -> u64 {
        self.ingest.duplicates + self.drain.duplicates.min(self.ingest.written)
    }

    /// Rejected documents by the code of their first fault, before and after the buffer.
    fn rejections(&self) -> BTreeMap<Code, u64> {
        let mut all = self.ingest.rejections.clone();
        for (code, count) in &self.drain.rejections {
            *all.entry(*code).or_default() += count;
        }
        all
    }

    /// All faults by pointer and code: a document may have several.
    fn faults(&self) -> BTreeMap<String, u64> {
        let mut all: BTreeMap<String, u64> = BTreeMap::new();
        for ((pointer, code), count) in self.ingest.faults.iter().chain(&self.drain.faults) {
            *all.entry(format!("{pointer} {code}").trim_start().to_owned())
                .or_default() += count;
        }
        all
    }

    fn rate(&self) -> f64 {
        self.ingest.read.max(self.drain.read) as f64 / self.elapsed.as_secs_f64().max(1e-9)
    }

    /// The report as one JSON object.
    pub(crate) fn json(&self) -> Value {
        let months: serde_json::Map<String, Value> = self
            .months
            .items
            .iter()
            .map(|month| (month.period.clone(), json!(month.net)))
            .collect();
        let top: Vec<Value> = (self.top.items.iter())
            .map(|item| json!({ "stock_code": item.stock_code, "net": item.net }))
            .collect();
        json!({
            "documents": {
                "read": self.ingest.read,
                "accepted": self.accepted(),
                "rejected": self.ingest.rejected,
                "stored": self.drain.written,
                "duplicates": self.duplicates(),
                "dead_lettered": self.drain.rejected,
            },
            "rejections": self.rejections().iter().map(|(code, n)| (code.to_string(), json!(n)))
                .collect::<serde_json::Map<_, _>>(),
            "faults": self.faults(),
            "sales": {
                "net": self.totals.net,
                "gross": self.totals.gross,
                "cancelled": self.totals.cancelled,
                "by_month": months,
            },
            "lines": self.totals.lines,
            "invoices": self.totals.invoices,
            "customers": self.totals.customers,
            "products": self.totals.products,
            "cancelled": { "lines": self.totals.cancelled_lines, "invoices": self.totals.cancelled_invoices },
            "top_products": { "rule": self.top.rule, "items": top },
            "top_customers": { "rule": self.customers.rule, "items": self.customers.top },
            "notes": self.notes,
            "elapsed_s": (self.elapsed.as_secs_f64() * 1e3).round() / 1e3,
            "documents_per_s": self.rate().round(),
            "peak_rss_mb": peak_rss_mb(),
        })
    }

    /// The report for a person.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        // Writing to a `String` does not fail.
        let _ = self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "This run")?;
        let counts = [
            ("read", self.ingest.read),
            ("accepted", self.accepted()),
            ("rejected", self.ingest.rejected),
            ("stored", self.drain.written),
            ("duplicates", self.duplicates()),
            ("dead letters", self.drain.rejected),
        ];
        for (name, count) in counts {
            writeln!(out, "  {name:<14}{:>16}", grouped(&count.to_string()))?;
        }
        if self.accepted() > 0 && self.drain.written == 0 && self.duplicates() >= self.accepted() {
            writeln!(
                out,
                "  Every accepted document was there already: nothing is stored twice."
            )?;
        }
        let faults = self.faults();
        if !faults.is_empty() {
            writeln!(
                out,
                "\nWhy documents were refused (a document may have several faults)"
            )?;
            for (fault, count) in &faults {
                writeln!(out, "  {fault:<38}{:>12}", grouped(&count.to_string()))?;
            }
        }
        writeln!(out, "\nThe whole store")?;
        let totals = &self.totals;
        let lines = [
            ("net sales", totals.net.to_string()),
            ("gross sales", totals.gross.to_string()),
            ("cancelled", totals.cancelled.to_string()),
            ("lines", totals.lines.to_string()),
            ("invoices", totals.invoices.to_string()),
            ("customers", totals.customers.to_string()),
            ("products", totals.products.to_string()),
            ("cancelled lines", totals.cancelled_lines.to_string()),
            ("returns", totals.cancelled_invoices.to_string()),
        ];
        for (name, value) in lines {
            writeln!(out, "  {name:<16}{:>18}", grouped(&value))?;
        }
        writeln!(out, "\nNet sales by month ({})", self.months.zone)?;
        for month in &self.months.items {
            writeln!(
                out,
                "  {:<16}{:>18}",
                month.period,
                grouped(&month.net.to_string())
            )?;
        }
        writeln!(out, "\nTop products by {}", self.top.rule)?;
        for item in &self.top.items {
            writeln!(
                out,
                "  {:<16}{:>18}",
                item.stock_code,
                grouped(&item.net.to_string())
            )?;
        }
        writeln!(out, "\nTop customers by {}", self.customers.rule)?;
        for item in &self.customers.top {
            writeln!(
                out,
                "  {:<16}{:>18}  {} purchases, {} returns",
                item.customer,
                grouped(&item.net.to_string()),
                item.purchases,
                item.returns
            )?;
        }
        for note in &self.notes {
            writeln!(out, "\nNote: {note}")?;
        }
        let (elapsed, rate) = (self.elapsed.as_secs_f64(), self.rate());
        write!(
            out,
            "\n{elapsed:.1} s, {} documents/s",
            grouped(&format!("{rate:.0}"))
        )?;
        match peak_rss_mb() {
            Some(peak) => writeln!(out, ", {peak} MB of memory at most"),
            None => writeln!(out),
        }
    }
}

/// A number with a comma between thousands.
fn grouped(number: &str) -> String {
    let (sign, rest) = number
        .strip_prefix('-')
        .map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = rest.split_at(rest.find('.').unwrap_or(rest.len()));
    let mut out = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + fraction
}

/// The most memory the process had, in MB, where the system tells.
fn peak_rss_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes / 1024)
}
