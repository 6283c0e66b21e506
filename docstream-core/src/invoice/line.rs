//! The invoice line.

use crate::{
    ContentHash, ContentHasher, Country, CustomerId, Description, InvoiceKind, InvoiceNo, Money,
    Quantity, StockCode, Timestamp,
};

/// One line of a retail invoice, in one of three forms by where its texts are:
///
/// - `InvoiceLine<String>` owns them: the easy form, and the one that serde knows;
/// - [`InvoiceLine<Span>`](crate::Span) keeps them in its batch's text arena: what travels through
///   a pipeline, without an allocation a document;
/// - `InvoiceLine<&str>` is a view of either.
///
/// A line has no identity of its own: two equal lines of an invoice are two lines.
///
/// ```
/// use docstream_core::InvoiceLine;
///
/// let line: InvoiceLine = serde_json::from_str(
///     r#"{"InvoiceNo": 536365, "StockCode": "85123A", "Quantity": 6, "UnitPrice": 2.55,
///         "InvoiceDate": "2010-12-01T08:26:00Z", "CustomerID": null, "Country": "United Kingdom"}"#,
/// )?;
/// assert_eq!(line.net().to_string(), "15.30");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InvoiceLine<S = String> {
    /// The invoice that the line belongs to.
    pub invoice_no: InvoiceNo<S>,
    /// What was sold.
    pub stock_code: StockCode<S>,
    /// What was sold, in words.
    pub description: Option<Description<S>>,
    /// How many; negative where they came back.
    pub quantity: Quantity,
    /// When the invoice was made.
    pub invoice_date: Timestamp,
    /// The price of one.
    pub unit_price: Money,
    /// Who bought; a guest is nobody.
    pub customer_id: Option<CustomerId>,
    /// Where the customer is.
    pub country: Country<S>,
}

impl<S> InvoiceLine<S> {
    /// What the invoice is.
    pub const fn kind(&self) -> InvoiceKind {
        self.invoice_no.kind()
    }

    /// The price of all pieces; what came back counts against it. Fits
    /// [`Money::ten_thousandths`] for every line that was parsed.
    pub fn net(&self) -> Money {
        self.unit_price.saturating_mul(i64::from(self.quantity.0))
    }
}

impl InvoiceLine<&str> {
    /// The hash of what the line holds: the raw fields in order, each with its
    /// type and length. How they were spelled does not count: `"536365"` and
    /// `536365`, CSV and JSON, `2.5` and `2.50`, a null and an absent field hash alike.
    ///
    /// `scratch` is cleared and reused.
    ///
    /// ```
    /// use docstream_core::InvoiceLine;
    ///
    /// # let written = r#"{"InvoiceNo":536365,"StockCode":"71053","Quantity":6,"UnitPrice":2.5,"InvoiceDate":"2010-12-01T08:26:00Z","Country":"France"}"#;
    /// # let written_otherwise = r#"{"Country":"France","InvoiceNo":"536365","StockCode":"71053","Quantity":6,"UnitPrice":"2.50","InvoiceDate":"2010-12-01 08:26"}"#;
    /// let line: InvoiceLine = serde_json::from_str(written)?;
    /// let same: InvoiceLine = serde_json::from_str(written_otherwise)?;
    /// let mut scratch = Vec::new();
    /// assert_eq!(line.view().content_hash(&mut scratch), same.view().content_hash(&mut scratch));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[inline]
    pub fn content_hash(&self, scratch: &mut Vec<u8>) -> ContentHash {
        self.hash_with(|text| text, scratch)
    }
}

impl<S> InvoiceLine<S> {
    /// [`content_hash`](InvoiceLine::content_hash) of a line whose texts `text` finds.
    #[inline]
    pub(crate) fn hash_with<'a>(
        &'a self,
        text: impl Fn(&'a S) -> &'a str,
        scratch: &mut Vec<u8>,
    ) -> ContentHash {
        scratch.clear();
        ContentHasher::put_text(scratch, text(self.invoice_no.text()));
        ContentHasher::put_text(scratch, text(self.stock_code.raw()));
        match &self.description {
            Some(description) => ContentHasher::put_text(scratch, text(description.raw())),
            None => ContentHasher::put_null(scratch),
        }
        ContentHasher::put_integer(scratch, i64::from(self.quantity.0));
        ContentHasher::put_integer(scratch, self.invoice_date.unix_micros());
        match self.unit_price.ten_thousandths() {
            Some(price) => ContentHasher::put_integer(scratch, price),
            None => ContentHasher::put_text(scratch, &self.unit_price.to_string()),
        }
        match self.customer_id {
            Some(customer) => ContentHasher::put_integer(scratch, i64::from(customer.0)),
            None => ContentHasher::put_null(scratch),
        }
        ContentHasher::put_text(scratch, text(self.country.text()));
        ContentHash::of_bytes(scratch)
    }
}
