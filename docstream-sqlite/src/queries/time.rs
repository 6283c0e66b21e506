//! Sales and returns over time.

use std::collections::{BTreeMap, HashMap};

use docstream_core::dates::{Bucket, Period};
use docstream_core::queries::{Returns, ReturnsItem, Sales, SalesItem};
use docstream_core::{Result, Zone};
use rusqlite::Connection;

use super::distinct::Distinct;
use super::line::{each, get, kind, text, timestamp};
use super::sums::{Sums, money};

/// What is added up by period.
struct Periods<T> {
    by: Period,
    zone: Zone,
    found: HashMap<Bucket, T>,
    /// The moment that was asked for last. The lines of an invoice follow each
    /// other and have one moment, so mostly it is asked for again.
    last: Option<(i64, Bucket)>,
}

impl<T: Default> Periods<T> {
    fn new(by: Period, zone: Zone) -> Self {
        Self {
            by,
            zone,
            found: HashMap::new(),
            last: None,
        }
    }

    /// What is added up of the period of `moment`.
    fn at(&mut self, moment: i64) -> Result<&mut T> {
        let bucket = match self.last {
            Some((last, bucket)) if last == moment => bucket,
            _ => self.zone.bucket(timestamp(moment)?, self.by),
        };
        self.last = Some((moment, bucket));
        Ok(self.found.entry(bucket).or_default())
    }

    /// The periods by label, which sorts as time does.
    fn sorted<I>(self, item: impl Fn(String, T) -> Result<I>) -> Result<Vec<I>> {
        let found = self.found.into_iter();
        let labelled: BTreeMap<_, _> = found.map(|(b, sums)| (b.to_string(), sums)).collect();
        let items = labelled.into_iter();
        items.map(|(label, sums)| item(label, sums)).collect()
    }
}

pub(super) fn sales(conn: &Connection, by: Period, zone: Zone) -> Result<Sales> {
    let sql = "SELECT invoice_date, kind, quantity, unit_price FROM invoice_lines";
    let mut periods: Periods<Sums> = Periods::new(by, zone);
    each(conn, sql, [], |row| {
        let sums = periods.at(get(row, 0)?)?;
        sums.add(kind(row, 1)?, get(row, 2)?, get(row, 3)?);
        Ok(())
    })?;
    let items = periods.sorted(|period, sums| {
        Ok(SalesItem {
            period,
            lines: sums.lines,
            net: money(sums.net)?,
            gross: money(sums.gross)?,
        })
    })?;
    Ok(Sales {
        by: by.as_str(),
        zone: zone.name(),
        items,
    })
}

pub(super) fn returns(conn: &Connection, by: Period, zone: Zone) -> Result<Returns> {
    // In order, so that no period has to hold the invoices it has seen. The sign keeps
    // SQLite from walking all lines in that order to find the few of the kind.
    let sql = "SELECT invoice_date, kind, quantity, unit_price, invoice_no FROM invoice_lines
        WHERE kind = 'cancellation' ORDER BY +invoice_no";
    let mut periods: Periods<(Sums, Distinct)> = Periods::new(by, zone);
    each(conn, sql, [], |row| {
        let (sums, invoices) = periods.at(get(row, 0)?)?;
        sums.add(kind(row, 1)?, get(row, 2)?, get(row, 3)?);
        invoices.add(text(row, 4)?);
        Ok(())
    })?;
    let items = periods.sorted(|period, (sums, invoices)| {
        Ok(ReturnsItem {
            period,
            invoices: invoices.count,
            lines: sums.lines,
            cancelled: money(sums.cancelled)?,
        })
    })?;
    Ok(Returns {
        by: by.as_str(),
        zone: zone.name(),
        items,
    })
}
