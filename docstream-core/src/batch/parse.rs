//! From raw records to documents.

use std::sync::Arc;

use super::guard::guarded;
use super::{Batch, Texts};
use crate::record::RecordRef;
use crate::{ContentHash, Raw, Rejection, Row};

impl Batch<Raw> {
    /// Parses every record into a document; a record that cannot be parsed is rejected.
    ///
    /// `parse` gets the record, and the text arena of the new batch to put texts
    /// into ([`Span::push`](crate::Span::push)); it gives the document and, if it makes one, the
    /// content hash (one that the record already carries wins: it was made at entry).
    ///
    /// ```
    /// use docstream_core::{Code, Fault, Rejection, Span, Stage};
    ///
    /// # use docstream_core::{Batch, Epoch, Incoming, Offset, Partition, Raw, SourceId};
    /// # let source = SourceId::new("default", "example", &[]);
    /// # let mut builder = Batch::builder(Partition::new("memory:example"), Epoch(1), Offset(0));
    /// # for (number, raw) in (0..).zip([&b" mug "[..], b"\xff"]) {
    /// #     builder.push(Incoming::new(source.doc(number), Offset(number), raw), Raw::Bytes);
    /// # }
    /// # let batch = builder.finish();
    /// let not_utf8 = || Rejection::new(Stage::Parse, Fault::document(Code::NotUtf8, "expected UTF-8"));
    /// let batch = batch.parse(|record, text| {
    ///     let word = record.payload_str().ok_or_else(not_utf8)?;
    ///     Ok((Span::push(text, word.trim()), None))
    /// });
    /// assert_eq!((batch.text(), batch.len(), batch.rejected_len()), ("mug", 1, 1));
    /// ```
    #[must_use]
    pub fn parse<U>(
        mut self,
        mut parse: impl FnMut(
            RecordRef<'_, Raw>,
            &mut String,
        ) -> Result<(U, Option<ContentHash>), Rejection>,
    ) -> Batch<U> {
        let mut text = String::with_capacity(self.raw.len() / 2);
        let mut kept = Vec::with_capacity(self.records.len());
        let mut refused = Vec::new();
        // Once for all: a fraction of the cost of checking every document.
        let utf8 = std::str::from_utf8(&self.raw).ok();
        for record in &self.records {
            let mark = text.len();
            let at = RecordRef {
                record,
                batch: &self,
                utf8,
            };
            match guarded(|| parse(at, &mut text)) {
                Ok((doc, hash)) => {
                    let mut made = record.with(doc);
                    made.hash = record.hash.or(hash);
                    kept.push(made);
                }
                Err(rejection) => {
                    text.truncate(mark);
                    refused.push((record.with(()), rejection));
                }
            }
        }
        for (record, rejection) in refused {
            self.refuse(record, rejection);
        }
        self.rebuild(
            Arc::new(Texts {
                text,
                ..Texts::default()
            }),
            kept,
        )
    }

    pub(crate) fn row<'a>(&'a self, first: u32, len: u32) -> Option<Row<'a>> {
        let fields = self
            .texts
            .fields
            .get(first as usize..first as usize + len as usize)?;
        Some(Row {
            header: self.texts.header.as_ref()?,
            fields,
            text: &self.texts.text,
        })
    }
}
