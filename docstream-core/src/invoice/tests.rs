//! What holds for lines as a whole.

mod agreement;
mod spellings;
mod wrong;

use super::*;
use crate::{Code, ContentHash, DateOrder, Dates, Rejection, Zone};

/// A good document, to be changed by a test.
pub(crate) const GOOD: &str = concat!(
    r#"{"InvoiceNo":"536365","StockCode":"85123A","Description":"WHITE HEART","Quantity":6,"#,
    r#""InvoiceDate":"2010-12-01T08:26:00Z","UnitPrice":2.55,"CustomerID":17850,"Country":"France"}"#,
);

fn rules(policy: Policy) -> InvoiceRules {
    InvoiceRules {
        policy,
        dates: Dates::iso(Zone::LONDON).order(DateOrder::MonthFirst),
        ..InvoiceRules::default()
    }
}

/// The line of a document, or what is wrong with it.
fn parse(json: &str) -> Result<(InvoiceLine, ContentHash), Rejection> {
    let mut text = String::from("before");
    let parsed = rules(Policy::Retail)
        .parser()
        .parse_json(json.as_bytes(), &mut text);
    if parsed.is_err() {
        assert_eq!(text, "before", "a rejection leaves texts behind");
    }
    parsed.map(|(line, hash)| (line.view(&text).to_owned(), hash))
}

/// The good document with `from` replaced, which must be in it.
fn with(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    GOOD.replacen(from, to, 1)
}

/// Pointers and codes of what is wrong with a document.
fn wrong(json: &str) -> Vec<(String, Code)> {
    let Err(rejection) = parse(json) else {
        panic!("taken: {json:.200}");
    };
    let fault = |fault: &crate::Fault| (fault.pointer.to_string(), fault.code);
    rejection.faults().map(fault).collect()
}

fn parse_row(columns: &Columns, row: &[&str]) -> Result<(InvoiceLine, ContentHash), Rejection> {
    let mut text = String::new();
    let rules = rules(Policy::Retail);
    let (line, hash) = rules
        .parser()
        .parse_row(columns, row.iter().copied(), &mut text)?;
    Ok((line.view(&text).to_owned(), hash))
}

const HEADER: [&str; 8] = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
];

const ROW: [&str; 8] = [
    "536365",
    "85123A",
    "WHITE HEART",
    "6",
    "12/1/2010 8:26",
    "2.55",
    "17850",
    "France",
];
