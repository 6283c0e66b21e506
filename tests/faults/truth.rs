//! What has to be there in the end, known without the program.

use std::collections::HashSet;
use std::path::Path;

use docstream::queries::{InvoiceQueries, Totals};
use docstream::sqlite::{InvoiceStore, Log, LogOptions, StoreOptions, audit};
use docstream::{AuditReport, Money};
use docstream_testkit::generator::Expected;

use crate::input::Input;

/// The sums of an input.
#[derive(Debug)]
pub(crate) struct Truth {
    input: Input,
    rejected: u64,
    totals: Totals,
}

impl Truth {
    pub(crate) fn of(input: &Input) -> Self {
        let Some((generator, documents)) = input.generator() else {
            return Self::of_real_file(input);
        };
        let verdicts = (0..documents).map(|k| generator.document(k).verdict);
        let expected: Expected = verdicts.collect();
        let money = |units: i128| Money::from_ten_thousandths(units.try_into().unwrap());
        Self {
            input: input.clone(),
            rejected: expected.rejected(),
            totals: Totals {
                lines: expected.valid,
                invoices: expected.invoices(),
                customers: expected.customers(),
                products: expected.products(),
                net: money(expected.net),
                gross: money(expected.gross),
                cancelled: money(expected.cancelled),
                cancelled_lines: expected.cancelled_lines,
                cancelled_invoices: expected.cancelled_invoices(),
            },
        }
    }

    fn of_real_file(input: &Input) -> Self {
        let money = Money::from_ten_thousandths;
        Self {
            input: input.clone(),
            rejected: 0,
            totals: Totals {
                lines: 541_909,
                invoices: 25_900,
                customers: 4_372,
                products: 4_070,
                net: money(97_477_479_340),
                gross: money(106_666_845_440),
                cancelled: money(-8_968_124_900),
                cancelled_lines: 9_288,
                cancelled_invoices: 3_836,
            },
        }
    }

    pub(crate) fn rejected(&self) -> u64 {
        self.rejected
    }

    /// Audits the folder `data` and compares every sum.
    pub(crate) fn check(&self, data: &Path) {
        let (log, store) = open(data);
        let report = audit(&log, &store).unwrap();
        assert!(report.is_clean(), "{report}");
        assert_eq!(report.accepted, self.totals.lines, "{report}");
        assert_eq!(report.stored, self.totals.lines, "{report}");
        assert_eq!(report.buried, 0, "{report}");
        assert_eq!(report.pending, 0, "{report}");
        let runtime = tokio::runtime::Runtime::new().unwrap();
        assert_eq!(runtime.block_on(store.totals()).unwrap(), self.totals);
        assert_eq!(self.refused(&store), self.rejected);
    }

    /// Different generated documents in the dead letters.
    fn refused(&self, store: &InvoiceStore) -> u64 {
        let partition = self.input.partition();
        let mut ids = HashSet::new();
        let dead = store.dead_letters();
        dead.scan_ids(partition.as_slice(), |id, _| {
            ids.insert(id);
        })
        .unwrap();
        ids.len() as u64
    }
}

fn open(data: &Path) -> (Log, InvoiceStore) {
    (
        Log::open(data.join("log.db"), LogOptions::default()).unwrap(),
        InvoiceStore::open(data.join("store.db"), StoreOptions::default()).unwrap(),
    )
}

/// What the audit of the folder `data` finds, where a run has come to its end.
pub(crate) fn audited(data: &Path) -> AuditReport {
    let (log, store) = open(data);
    let report = audit(&log, &store).unwrap();
    assert_eq!(report.pending, 0, "{report}");
    report
}
