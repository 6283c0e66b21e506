//! The parser as a stage of a pipeline.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::{Columns, ExtraColumns, InvoiceLine, InvoiceRules};
use crate::{Batch, Error, Raw, RecordRef, Result, Span, Transform};

/// Parses, checks and cleans raw records, JSON objects or rows of a table, into
/// invoice lines packed in the text arena of their batch.
///
/// A header row that an invoice line cannot be read by is the source's fault, not a
/// document's: it stops the pipeline and says what is wrong with it.
///
/// ```
/// use docstream_core::memory::{MemorySink, MemoryStream};
/// use docstream_core::{InvoiceRules, ParseInvoices, Pipeline, Policy};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let of_a_guest = r#"{"InvoiceNo":"536544","StockCode":"21773","Quantity":1,"UnitPrice":2.51,"InvoiceDate":"2010-12-01T14:32:00Z","Country":"United Kingdom"}"#;
/// let strict = InvoiceRules { policy: Policy::Strict, ..InvoiceRules::default() };
/// for (rules, written) in [(InvoiceRules::default(), 1), (strict, 0)] {
///     let summary = Pipeline::from(MemoryStream::bytes("orders", [[of_a_guest]]).source())
///         .transform(ParseInvoices::new(rules))
///         .discard_rejects()
///         .into_idempotent_sink(MemorySink::new())
///         .run()
///         .await?;
///     assert_eq!((summary.written, summary.rejected), (written, 1 - written));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct ParseInvoices {
    rules: InvoiceRules,
    extra: ExtraColumns,
    /// All batches of a file share a header.
    seen: Mutex<Option<Seen>>,
}

/// The columns of the header seen last.
#[derive(Debug)]
struct Seen {
    header: Arc<[Box<str>]>,
    columns: Arc<Columns>,
}

impl ParseInvoices {
    /// Parses by `rules`.
    pub fn new(rules: InvoiceRules) -> Self {
        Self {
            rules,
            ..Self::default()
        }
    }

    /// What to do with columns that an invoice line does not have.
    #[must_use]
    pub fn extra_columns(mut self, extra: ExtraColumns) -> Self {
        self.extra = extra;
        self
    }

    fn columns(&self, header: &Arc<[Box<str>]>) -> Result<Arc<Columns>> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Seen {
            header: known,
            columns,
        }) = &*seen
            && Arc::ptr_eq(known, header)
        {
            return Ok(Arc::clone(columns));
        }
        let names = header.iter().map(|name| &**name);
        let columns = Columns::from_header(names, self.extra)
            .map_err(|faults| Error::config("read the header row", faults.to_string()))?;
        let columns = Arc::new(columns);
        *seen = Some(Seen {
            header: Arc::clone(header),
            columns: Arc::clone(&columns),
        });
        Ok(columns)
    }

    fn parse(&self, batch: Batch<Raw>) -> Result<Batch<InvoiceLine<Span>>> {
        let first_row = batch.records().find_map(|record| record.row());
        let columns = first_row
            .map(|row| self.columns(row.header()))
            .transpose()?;
        let mut parser = self.rules.parser();
        Ok(batch.parse(|record: RecordRef<'_, Raw>, text| {
            let (line, hash) = match (record.row(), &columns) {
                (Some(row), Some(columns)) => parser.parse_row(columns, row.iter(), text)?,
                _ => match record.payload_str() {
                    Some(json) => parser.parse_json_str(json, text)?,
                    None => parser.parse_json(record.payload(), text)?,
                },
            };
            Ok((line, Some(hash)))
        }))
    }
}

#[async_trait]
impl Transform<Raw> for ParseInvoices {
    type Out = InvoiceLine<Span>;

    async fn apply(&self, batch: Batch<Raw>) -> Result<Batch<InvoiceLine<Span>>> {
        self.parse(batch)
    }
}
