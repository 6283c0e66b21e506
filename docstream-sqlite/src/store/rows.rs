//! Documents as values of columns.

use std::panic::{AssertUnwindSafe, catch_unwind};

use docstream_core::{
    Code, Document, Encoder, Error, Fault, Money, Outcome, Partition, Rejection, Result, Span,
    Stage, Timestamp, Write,
};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};

/// The documents of a write, encoded where the caller runs: the thread that
/// writes, of which there is one, has only to bind.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) partition: Partition,
    pub(super) heads: Vec<Head>,
    pub(super) refused: Vec<(u32, Outcome)>,
    cells: Cells,
    width: usize,
}

/// Who a document is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    /// Its index in the batch.
    pub(super) index: u32,
    pub(super) id: [u8; 24],
    pub(super) hash: [u8; 16],
    pub(super) offset: i64,
}

#[derive(Clone, Copy, Debug)]
enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text(Span),
}

/// Takes values of documents.
#[derive(Debug, Default)]
pub(super) struct Cells {
    cells: Vec<Cell>,
    text: String,
    refusal: Option<&'static str>,
}

impl Rows {
    pub(super) fn encode<D: Document>(work: &Write<D>) -> Result<Self> {
        let width = D::schema().fields.len();
        let batch = work.batch();
        let mut rows = Self {
            partition: batch.extent().partition.clone(),
            heads: Vec::with_capacity(work.len()),
            refused: Vec::new(),
            cells: Cells {
                cells: Vec::with_capacity(work.len() * width),
                text: String::with_capacity(batch.text().len()),
                refusal: None,
            },
            width,
        };
        for (index, record) in work.records() {
            let (cells, text) = (rows.cells.cells.len(), rows.cells.text.len());
            let encode = || record.doc().encode(record.text(), &mut rows.cells);
            let refusal = match catch_unwind(AssertUnwindSafe(encode)) {
                Err(_) => Some("its columns could not be written down"),
                Ok(()) => rows.cells.refusal.take(),
            };
            if let Some(message) = refusal {
                rows.cells.cells.truncate(cells);
                rows.cells.text.truncate(text);
                rows.cells.refusal = None;
                rows.refused.push((index, refused(message)));
                continue;
            }
            let values = rows.cells.cells.len() - cells;
            if values != width {
                let message = format!("a document gave {values} values for {width} columns");
                return Err(Error::bug("encode a document", message));
            }
            rows.heads.push(Head {
                index,
                id: record.id().to_bytes(),
                hash: record.hash().to_bytes(),
                offset: record.offset().0 as i64,
            });
        }
        Ok(rows)
    }

    /// The values of the `row`-th document.
    pub(super) fn values(&self, row: usize) -> impl Iterator<Item = ValueRef<'_>> {
        let from = row * self.width;
        let cells = self.cells.cells.get(from..from + self.width);
        cells.unwrap_or_default().iter().map(|cell| match *cell {
            Cell::Null => ValueRef::Null,
            Cell::Integer(value) => ValueRef::Integer(value),
            Cell::Real(value) => ValueRef::Real(value),
            Cell::Text(span) => ValueRef::Text(span.text(&self.cells.text).as_bytes()),
        })
    }
}

/// The store does not take this document.
#[cold]
pub(super) fn refused(message: &'static str) -> Outcome {
    reject(Code::RefusedByStore, message)
}

#[cold]
pub(super) fn reject(code: Code, message: &'static str) -> Outcome {
    Outcome::Rejected(Rejection::new(Stage::Sink, Fault::document(code, message)))
}

impl Encoder for Cells {
    fn null(&mut self) {
        self.cells.push(Cell::Null);
    }

    fn text(&mut self, value: &str) {
        if self.text.len() + value.len() > u32::MAX as usize {
            self.refusal = Some("a batch has at most 4 GiB of text");
            return;
        }
        let span = Span::push(&mut self.text, value);
        self.cells.push(Cell::Text(span));
    }

    fn integer(&mut self, value: i64) {
        self.cells.push(Cell::Integer(value));
    }

    fn money(&mut self, value: Money) {
        match value.ten_thousandths() {
            Some(units) => self.integer(units),
            None => self.refusal = Some("expected amounts of at most 15 digits before the point"),
        }
    }

    fn real(&mut self, value: f64) {
        if value.is_nan() {
            // SQLite would make it NULL without a word.
            self.refusal = Some("expected a number where it has none (NaN)");
        }
        self.cells.push(Cell::Real(value));
    }

    fn boolean(&mut self, value: bool) {
        self.integer(i64::from(value));
    }

    fn timestamp(&mut self, value: Timestamp) {
        self.integer(value.unix_micros());
    }
}

/// A value to bind, borrowed.
pub(super) struct Bound<'a>(pub(super) ValueRef<'a>);

impl rusqlite::ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            ValueRef::Null => ToSqlOutput::Owned(Value::Null),
            other => ToSqlOutput::Borrowed(other),
        })
    }
}
