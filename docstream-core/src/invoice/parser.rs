//! From bytes or cells to packed lines.

use super::columns::Columns;
use super::draft::Draft;
use super::json::{fast, read};
use super::{InvoiceLine, Policy};
use crate::{Code, ContentHash, DateParser, Dates, Fault, Limits, Rejection, Span, Stage};

/// What an invoice line must be: a policy, rules for dates, and limits.
///
/// ```
/// use docstream_core::{DateOrder, Dates, InvoiceRules, Policy, Zone};
///
/// let rules = InvoiceRules {
///     policy: Policy::Strict,
///     dates: Dates::iso(Zone::LONDON).order(DateOrder::MonthFirst),
///     ..InvoiceRules::default()
/// };
/// let mut text = String::new();
/// let json = br#"{"InvoiceNo":"C1","StockCode":"D","Quantity":1,"UnitPrice":1,"InvoiceDate":"12/1/2010 8:26","Country":"x"}"#;
/// let rejection = rules.parser().parse_json(json, &mut text).unwrap_err();
/// let wrong: Vec<_> = rejection.faults().map(|fault| &*fault.pointer).collect();
/// assert_eq!(wrong, ["/InvoiceNo", "/Description", "/CustomerID"]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct InvoiceRules {
    /// Which lines are good ones.
    pub policy: Policy,
    /// Which texts are dates.
    pub dates: Dates,
    /// How large a document may be.
    pub limits: Limits,
}

impl InvoiceRules {
    /// A parser by these rules. Make one for many documents: it keeps buffers, and
    /// the days it has seen.
    pub fn parser(&self) -> InvoiceParser<'_> {
        InvoiceParser {
            policy: self.policy,
            limits: self.limits,
            dates: self.dates.parser(),
            scratch: Vec::new(),
        }
    }
}

/// Reads invoice lines by the rules of an [`InvoiceRules`]: the whole way from
/// bytes to a good line and its content hash, without an allocation a document.
///
/// A line's texts are appended to the caller's arena; after a rejection the arena
/// is as it was.
///
/// A rejection names every fault of the document, in the order of the fields. Its
/// stage is [`Validate`](Stage::Validate) if the document could be read and only
/// asks for too much (a policy's rules, and numbers out of range), else
/// [`Parse`](Stage::Parse).
///
/// ```
/// use docstream_core::InvoiceRules;
///
/// let rules = InvoiceRules::default();
/// let mut parser = rules.parser();
/// let mut text = String::new();
/// let json = br#"{"InvoiceNo":536365,"StockCode":"85123a","Quantity":6,"UnitPrice":2.55,"InvoiceDate":"2010-12-01T08:26:00Z","Country":"France"}"#;
/// let (line, _hash) = parser.parse_json(json, &mut text)?;
/// assert_eq!(*line.view(&text).stock_code.folded(), "85123A");
/// # Ok::<(), docstream_core::Rejection>(())
/// ```
#[derive(Debug)]
pub struct InvoiceParser<'a> {
    policy: Policy,
    limits: Limits,
    dates: DateParser<'a>,
    scratch: Vec<u8>,
}

impl InvoiceParser<'_> {
    /// Reads one JSON object in any of the spellings that are taken; the form that
    /// [`write_json`](crate::write_json) makes by a shorter way.
    ///
    /// # Errors
    ///
    /// The document is rejected.
    pub fn parse_json(
        &mut self,
        raw: &[u8],
        text: &mut String,
    ) -> Result<(InvoiceLine<Span>, ContentHash), Rejection> {
        self.admit(raw.len(), text.len())?;
        let json = std::str::from_utf8(raw).map_err(|_| not_utf8())?;
        self.parse_admitted(json, text)
    }

    /// As [`parse_json`](Self::parse_json), for a document that is known to be UTF-8:
    /// to check a whole batch at once costs a fraction of checking every document.
    ///
    /// # Errors
    ///
    /// The document is rejected.
    pub fn parse_json_str(
        &mut self,
        json: &str,
        text: &mut String,
    ) -> Result<(InvoiceLine<Span>, ContentHash), Rejection> {
        self.admit(json.len(), text.len())?;
        self.parse_admitted(json, text)
    }

    fn parse_admitted(
        &mut self,
        json: &str,
        text: &mut String,
    ) -> Result<(InvoiceLine<Span>, ContentHash), Rejection> {
        let start = text.len();
        let (policy, limits) = (self.policy, &self.limits);
        if let Some(line) = fast::read(json, policy, &mut self.dates, limits, text) {
            return Ok(self.hashed(line, text));
        }
        text.truncate(start);
        self.parse_any_json(json, text)
    }

    /// The general way alone.
    // Cold, so that the compiler takes each step of the short way for the likely one.
    #[cold]
    pub(crate) fn parse_any_json(
        &mut self,
        json: &str,
        text: &mut String,
    ) -> Result<(InvoiceLine<Span>, ContentHash), Rejection> {
        let start = text.len();
        let members = read::members(json, &self.limits)
            .map_err(|fault| Rejection::new(Stage::Parse, fault))?;
        let line = Draft::read(&members.values, &mut self.dates, &self.limits, text)
            .finish(self.policy, members.strays)
            .inspect_err(|_| text.truncate(start))?;
        Ok(self.hashed(line, text))
    }

    /// Reads one row of a table whose header gave `columns`.
    ///
    /// # Errors
    ///
    /// The row is rejected.
    ///
    /// ```
    /// # use docstream_core::{Columns, ExtraColumns, InvoiceRules, Rejection};
    /// let header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
    /// let columns = Columns::from_header(header.split(','), ExtraColumns::Refuse)?;
    /// let row = "536365,71053,WHITE METAL LANTERN,6,2010-12-01 08:26,3.39,17850.0,United Kingdom";
    /// let mut text = String::new();
    /// let rules = InvoiceRules::default();
    /// let (line, _hash) = rules.parser().parse_row(&columns, row.split(','), &mut text)?;
    /// assert_eq!(line.net().to_string(), "20.34");
    /// # Ok::<(), Rejection>(())
    /// ```
    pub fn parse_row<'f>(
        &mut self,
        columns: &Columns,
        cells: impl IntoIterator<Item = &'f str>,
        text: &mut String,
    ) -> Result<(InvoiceLine<Span>, ContentHash), Rejection> {
        let start = text.len();
        let mut bytes = 0;
        let cells = cells.into_iter().inspect(|cell| bytes += cell.len());
        let values = columns.values(cells).ok_or_else(wrong_number_of_cells)?;
        self.admit(bytes, start)?;
        let line = Draft::read(&values, &mut self.dates, &self.limits, text)
            .finish(self.policy, Vec::new())
            .inspect_err(|_| text.truncate(start))?;
        Ok(self.hashed(line, text))
    }

    /// Refuses what is too large, or has no room left in an arena of 4 GiB.
    fn admit(&self, bytes: usize, start: usize) -> Result<(), Rejection> {
        // A folded stock code may take its place a second time.
        let room = u32::MAX as usize - start.min(u32::MAX as usize);
        if bytes > self.limits.document_bytes || bytes > room / 2 {
            return Err(self.too_large());
        }
        Ok(())
    }

    #[cold]
    fn too_large(&self) -> Rejection {
        let message = format!("larger than {} bytes", self.limits.document_bytes);
        Rejection::new(Stage::Parse, Fault::document(Code::TooLarge, message))
    }

    fn hashed(&mut self, line: InvoiceLine<Span>, text: &str) -> (InvoiceLine<Span>, ContentHash) {
        let hash = hash_of(&line, text, &mut self.scratch);
        (line, hash)
    }
}

// Without a view of the line: of its eight texts four are hashed.
#[inline]
fn hash_of(line: &InvoiceLine<Span>, text: &str, scratch: &mut Vec<u8>) -> ContentHash {
    line.hash_with(|span| span.text(text), scratch)
}

#[cold]
fn not_utf8() -> Rejection {
    let fault = Fault::document(Code::NotUtf8, "expected UTF-8");
    Rejection::new(Stage::Parse, fault)
}

#[cold]
fn wrong_number_of_cells() -> Rejection {
    let message = "the row has not as many columns as the header";
    Rejection::new(Stage::Parse, Fault::document(Code::MalformedCsv, message))
}
