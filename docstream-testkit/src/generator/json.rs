//! A line as JSON: the plain form quickly, and a form that can be altered.

use docstream_core::InvoiceKind;

use super::line::{GeneratedLine, prefix};
use super::text;

/// The plain form: wire names in the order of the data set, no white space.
pub(super) fn plain(line: &GeneratedLine, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"InvoiceNo\":\"");
    out.extend_from_slice(prefix(line.kind).as_bytes());
    text::integer(line.invoice, out);
    out.extend_from_slice(b"\",\"StockCode\":");
    text::json_string(line.stock_code, out);
    out.extend_from_slice(b",\"Description\":");
    text::json_string(line.description, out);
    out.extend_from_slice(b",\"Quantity\":");
    text::signed(line.quantity, out);
    out.extend_from_slice(b",\"InvoiceDate\":\"");
    text::iso(&line.time, b' ', out);
    out.extend_from_slice(b"\",\"UnitPrice\":");
    text::money(line.price, out);
    out.extend_from_slice(b",\"CustomerID\":");
    match line.customer {
        Some(customer) => text::integer(u64::from(customer), out),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"Country\":");
    text::json_string(line.country, out);
    out.push(b'}');
}

/// The wire names, in order; an index into them names a field here.
pub(super) const NAMES: [&str; 8] = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
];
pub(super) const POINTERS: [&str; 8] = [
    "/InvoiceNo",
    "/StockCode",
    "/Description",
    "/Quantity",
    "/InvoiceDate",
    "/UnitPrice",
    "/CustomerID",
    "/Country",
];
pub(super) const INVOICE_NO: usize = 0;
pub(super) const STOCK_CODE: usize = 1;
pub(super) const DESCRIPTION: usize = 2;
pub(super) const QUANTITY: usize = 3;
pub(super) const INVOICE_DATE: usize = 4;
pub(super) const UNIT_PRICE: usize = 5;
pub(super) const CUSTOMER_ID: usize = 6;
pub(super) const COUNTRY: usize = 7;

/// A document in pieces: names and values as they will stand, escaped and quoted.
pub(super) struct Draft {
    pub(super) members: Vec<(String, Vec<u8>)>,
    /// White space after `{`, before `}`, and round `:` and `,`.
    pub(super) blank: &'static str,
}

impl Draft {
    pub(super) fn new(line: &GeneratedLine) -> Self {
        let value = |write: &dyn Fn(&mut Vec<u8>)| {
            let mut out = Vec::new();
            write(&mut out);
            out
        };
        let quoted = |text: &str| value(&|out| text::json_string(text, out));
        let values = [
            quoted(&line.invoice_no()),
            quoted(line.stock_code),
            quoted(line.description),
            value(&|out| text::signed(line.quantity, out)),
            quoted(&text::text(|out| text::iso(&line.time, b' ', out))),
            value(&|out| text::money(line.price, out)),
            value(&|out| match line.customer {
                Some(customer) => text::integer(u64::from(customer), out),
                None => out.extend_from_slice(b"null"),
            }),
            quoted(line.country),
        ];
        Self {
            members: NAMES
                .iter()
                .map(|name| format!("\"{name}\""))
                .zip(values)
                .collect(),
            blank: "",
        }
    }

    /// A document of `line` as a sale, for faults that only a sale can have.
    pub(super) fn sale(line: &GeneratedLine) -> Self {
        Self::new(&GeneratedLine {
            kind: InvoiceKind::Sale,
            ..*line
        })
    }

    pub(super) fn set(&mut self, field: usize, value: impl Into<Vec<u8>>) {
        self.members[field].1 = value.into();
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let blank = self.blank.as_bytes();
        out.push(b'{');
        for (index, (name, value)) in self.members.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(blank);
            out.extend_from_slice(name.as_bytes());
            out.push(b':');
            out.extend_from_slice(blank);
            out.extend_from_slice(value);
        }
        out.extend_from_slice(blank);
        out.push(b'}');
    }
}
