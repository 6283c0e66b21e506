//! The documents of the suite.

use docstream_core::{
    Batch, Epoch, Incoming, InvoiceKind, InvoiceLine, InvoiceRules, Offset, ParseInvoices,
    Partition, Raw, SourceId, Span, Timestamp, Transform,
};
use serde_json::json;

use super::facts::{Fact, Facts};
use crate::generator::{GeneratedLine, Generator};

const GENERATED: u64 = 4_000;
const BATCH: usize = 500;
/// Documents come from two sources, so that the order of ids is not the order in
/// which they are stored, and the lines of an invoice may lie far apart.
const ENTRIES: [&str; 2] = ["contract:0", "contract:1"];
const STRETCH: usize = 150;

/// The documents in batches, and what they say.
pub(super) async fn documents() -> (Vec<Batch<InvoiceLine<Span>>>, Facts) {
    let generator = Generator::new(11).span(GENERATED);
    let mut all: Vec<(GeneratedLine, i64, Vec<u8>)> = (0..GENERATED)
        .map(|k| {
            let line = generator.line(k);
            (line, line.time.unix_seconds, generator.document(k).body)
        })
        .collect();
    let hard = hard(&generator.line(0));
    all.extend(
        hard.into_iter()
            .map(|(line, seconds)| (line, seconds, json(&line, seconds))),
    );

    let (mut batches, mut facts) = (Vec::new(), Vec::new());
    for (entry, name) in ENTRIES.into_iter().enumerate() {
        let own = all
            .iter()
            .enumerate()
            .filter(|(index, _)| index / STRETCH % 2 == entry);
        let own: Vec<_> = own.map(|(_, document)| document).collect();
        let source = SourceId::new("default", "contract", &[name.as_bytes()]);
        for (part, from) in own.chunks(BATCH).zip((0..).step_by(BATCH)) {
            let partition = Partition::new(name);
            let mut builder = Batch::<Raw>::builder(partition, Epoch(1), Offset(from));
            for ((_, _, body), at) in part.iter().zip(from..) {
                builder.push(Incoming::new(source.doc(at), Offset(at), body), Raw::Bytes);
            }
            let parsed = ParseInvoices::new(InvoiceRules::default())
                .apply(builder.finish())
                .await;
            let batch = match parsed {
                Ok(batch) if batch.rejected_len() == 0 => batch,
                other => panic!("the documents of the suite are good ones: {other:?}"),
            };
            for (record, (line, seconds, _)) in batch.records().zip(part) {
                facts.push(Fact {
                    id: record.id(),
                    hash: record.hash(),
                    partition: name,
                    offset: record.offset().0,
                    invoice: line.invoice_no(),
                    line: *line,
                    seconds: *seconds,
                });
            }
            batches.push(batch);
        }
    }
    facts.sort_by_key(|fact| fact.id.to_bytes());
    (batches, Facts(facts))
}

fn json(line: &GeneratedLine, seconds: i64) -> Vec<u8> {
    let price = format!("{:.4}", line.price as f64 / 10_000.0);
    let document = json!({
        "InvoiceNo": line.invoice_no(),
        "StockCode": line.stock_code,
        "Description": (!line.description.is_empty()).then_some(line.description),
        "Quantity": line.quantity,
        "InvoiceDate": Timestamp::from_unix_seconds(seconds).map(|date| date.to_string()),
        "UnitPrice": price,
        "CustomerID": line.customer,
        "Country": line.country,
    });
    document.to_string().into_bytes()
}

/// Noon of 2011-03-01 in both zones.
const NOON: i64 = 1_298_980_800;

/// Moments that fall into different hours, days, weeks or months in London and UTC,
/// or near the changes of the clock.
const NIGHTS: [i64; 12] = [
    1_293_839_940, // 2010-12-31T23:59:00Z
    1_293_840_000, // 2011-01-01T00:00:00Z
    1_301_185_800, // 2011-03-27T00:30:00Z, before clocks go forward
    1_301_189_400, // 2011-03-27T01:30:00Z, after
    1_307_316_600, // 2011-06-05T23:30:00Z, Monday in London
    1_309_476_600, // 2011-06-30T23:30:00Z, July in London
    1_312_153_200, // 2011-07-31T23:00:00Z, the first moment of August there
    1_317_421_800, // 2011-09-30T22:30:00Z, still September there
    1_319_931_000, // 2011-10-29T23:30:00Z, half past midnight there
    1_319_934_600, // 2011-10-30T00:30:00Z, half past one there
    1_319_938_200, // 2011-10-30T01:30:00Z, half past one there again
    1_319_941_800, // 2011-10-30T02:30:00Z
];

/// Lines that a careless store gets wrong.
fn hard(base: &GeneratedLine) -> Vec<(GeneratedLine, i64)> {
    let plain = GeneratedLine {
        kind: InvoiceKind::Sale,
        invoice: 700_000,
        stock_code: "99999",
        description: "PLANTED",
        quantity: 2,
        price: 12_500,
        customer: None,
        country: "United Kingdom",
        ..*base
    };
    let mut hard = Vec::new();
    for (at, invoice) in NIGHTS.into_iter().zip(700_100..) {
        hard.push((GeneratedLine { invoice, ..plain }, at));
        let (kind, quantity) = (InvoiceKind::Cancellation, -1);
        hard.push((
            GeneratedLine {
                kind,
                invoice,
                quantity,
                customer: Some(90_000),
                ..plain
            },
            at + 60,
        ));
    }
    codes(&plain, &mut hard);
    customers(&plain, &mut hard);
    amounts(&plain, &mut hard);
    hard
}

/// Codes that tie, that differ in case or in blanks alone, and that are no product.
fn codes(plain: &GeneratedLine, hard: &mut Vec<(GeneratedLine, i64)>) {
    let codes = [
        "99983b",
        "99983A",
        "99983a",
        "99983C",
        "99983B",
        "99982Z",
        "99981",
        "99982z",
        " 99984d ",
        "POST",
        "post",
        "99985É",
        "9998",
        "999860",
        "99987AB",
        "BANK CHARGES",
    ];
    for (stock_code, invoice) in codes.into_iter().zip(700_200..) {
        hard.push((
            GeneratedLine {
                stock_code,
                invoice,
                quantity: 1_000,
                price: 1_000_000,
                ..*plain
            },
            NOON,
        ));
    }
}

/// Customers that tie, invoices of one moment, of two moments and of two customers.
fn customers(plain: &GeneratedLine, hard: &mut Vec<(GeneratedLine, i64)>) {
    let of = |customer: u32, invoice| GeneratedLine {
        customer: Some(customer),
        invoice,
        ..*plain
    };
    for (customer, invoice) in [90_003, 90_001, 90_004, 90_002].into_iter().zip(700_300..) {
        hard.push((
            GeneratedLine {
                quantity: 1_000,
                price: 2_000_000,
                ..of(customer, invoice)
            },
            NOON,
        ));
    }
    for invoice in [700_402, 700_400, 700_404, 700_401, 700_403] {
        hard.push((of(90_010, invoice), NOON));
        hard.push((
            GeneratedLine {
                kind: InvoiceKind::Cancellation,
                quantity: -1,
                ..of(90_010, invoice)
            },
            NOON,
        ));
    }
    // The line that is stored first is the later one, and of another customer.
    hard.push((of(90_020, 700_500), NOON + 3_600));
    hard.push((
        GeneratedLine {
            customer: None,
            country: "EIRE",
            ..of(90_020, 700_500)
        },
        NOON,
    ));
    hard.push((
        GeneratedLine {
            country: "France",
            ..of(90_021, 700_500)
        },
        NOON + 1_800,
    ));
    // Later lines of an older invoice make it no newer.
    for (invoice, minutes) in [(700_510, 0), (700_511, 10), (700_510, 20), (700_511, 5)] {
        hard.push((
            GeneratedLine {
                country: "Spain",
                ..of(90_022, invoice)
            },
            NOON + minutes * 60,
        ));
    }
    hard.push((
        GeneratedLine {
            country: "Belgium",
            ..of(90_022, 700_512)
        },
        NOON - 86_400,
    ));
    // Nothing but a return; nothing but an adjustment.
    hard.push((
        GeneratedLine {
            kind: InvoiceKind::Cancellation,
            quantity: -3,
            ..of(90_023, 700_520)
        },
        NOON,
    ));
    hard.push((
        GeneratedLine {
            kind: InvoiceKind::Adjustment,
            ..of(90_024, 700_521)
        },
        NOON,
    ));
}

/// Amounts that count in one sum and not in another.
fn amounts(plain: &GeneratedLine, hard: &mut Vec<(GeneratedLine, i64)>) {
    let of = |kind, invoice, quantity, price| GeneratedLine {
        kind,
        invoice,
        quantity,
        price,
        ..*plain
    };
    let lines = [
        of(InvoiceKind::Adjustment, 700_600, 1, -110_620_600),
        of(InvoiceKind::Adjustment, 700_601, 1, 110_620_600),
        of(InvoiceKind::Cancellation, 700_602, 5, 30_000),
        of(InvoiceKind::Cancellation, 700_603, -5, 0),
        of(InvoiceKind::Sale, 700_604, -20, 30_000),
        of(InvoiceKind::Sale, 700_605, 20, 0),
        of(InvoiceKind::Sale, 700_606, 3, 1),
        // Two equal lines of an invoice are two lines.
        of(InvoiceKind::Sale, 700_607, 4, 40_000),
        of(InvoiceKind::Sale, 700_607, 4, 40_000),
    ];
    hard.extend(lines.map(|line| (line, NOON)));
    hard.push((
        GeneratedLine {
            description: "",
            invoice: 700_608,
            ..*plain
        },
        NOON,
    ));
    hard.push((
        GeneratedLine {
            description: " '£ \"ÉTÉ\"; --% ",
            invoice: 700_609,
            ..*plain
        },
        NOON,
    ));
}
