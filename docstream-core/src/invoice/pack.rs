//! From one form of a line to another.

use super::number::kind_of;
use super::text::REQUIRED;
use super::words::any_lowercase;
use crate::{Country, Description, InvoiceLine, InvoiceNo, Span, StockCode, ValueFault};

// Each `place` takes a text whose characters were checked already.

impl InvoiceNo<Span> {
    #[inline]
    pub(crate) fn place(number: &str, arena: &mut String) -> Result<Self, ValueFault> {
        let kind = kind_of(number)?;
        Ok(Self::from_parts(Span::push(arena, number), kind))
    }
}

impl StockCode<Span> {
    #[inline]
    pub(crate) fn place(code: &str, arena: &mut String) -> Result<Self, ValueFault> {
        let (start, clean) = trim(code)?;
        let raw = Span::push(arena, code);
        let folded = if any_lowercase(clean.as_bytes()) {
            let start = arena.len();
            arena.extend(clean.chars().map(|letter| letter.to_ascii_uppercase()));
            Span::since(start, arena)
        } else {
            raw.part(start, clean.len())
        };
        Ok(Self::from_parts(raw, folded))
    }
}

impl Description<Span> {
    #[inline]
    pub(crate) fn place(text: &str, arena: &mut String) -> Result<Self, ValueFault> {
        let (start, clean) = trim(text)?;
        let raw = Span::push(arena, text);
        Ok(Self::from_parts(raw, raw.part(start, clean.len())))
    }
}

impl Country<Span> {
    #[inline]
    pub(crate) fn place(name: &str, arena: &mut String) -> Result<Self, ValueFault> {
        trim(name)?;
        Ok(Self::from_parts(Span::push(arena, name)))
    }
}

/// What is left of a text without the white space around it, and where it starts.
#[inline]
fn trim(text: &str) -> Result<(usize, &str), ValueFault> {
    let plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    if plain(text.as_bytes().first()) && plain(text.as_bytes().last()) {
        return Ok((0, text));
    }
    let clean = text.trim();
    if clean.is_empty() {
        return Err(REQUIRED);
    }
    Ok((text.len() - text.trim_start().len(), clean))
}

impl<S> InvoiceLine<S> {
    /// The same line with its texts in another place. Texts that are equal here
    /// are passed on one by one: `place` may answer them from what it has.
    #[inline]
    fn map<'a, T>(&'a self, mut place: impl FnMut(&'a S) -> T) -> InvoiceLine<T> {
        InvoiceLine {
            invoice_no: InvoiceNo::from_parts(place(self.invoice_no.text()), self.kind()),
            stock_code: StockCode::from_parts(
                place(self.stock_code.raw()),
                place(self.stock_code.folded()),
            ),
            description: self.description.as_ref().map(|description| {
                Description::from_parts(place(description.raw()), place(description.clean()))
            }),
            quantity: self.quantity,
            invoice_date: self.invoice_date,
            unit_price: self.unit_price,
            customer_id: self.customer_id,
            country: Country::from_parts(place(self.country.text())),
        }
    }
}

impl InvoiceLine<&str> {
    /// The line with texts of its own.
    pub fn to_owned(&self) -> InvoiceLine {
        self.map(|text| (*text).to_owned())
    }

    /// The line with its texts appended to `arena`.
    ///
    /// ```
    /// use docstream_core::InvoiceLine;
    ///
    /// # let json = r#"{"InvoiceNo":"536365","StockCode":"71053","Quantity":6,"UnitPrice":3.39,"InvoiceDate":"2010-12-01T08:26:00Z","Country":"France"}"#;
    /// let line: InvoiceLine = serde_json::from_str(json)?;
    /// let mut arena = String::new();
    /// let packed = line.view().pack(&mut arena);
    /// assert_eq!(arena, "53636571053France");
    /// assert_eq!(packed.view(&arena).to_owned(), line);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn pack(&self, arena: &mut String) -> InvoiceLine<Span> {
        let mut last = ("", Span::default());
        self.map(|text| {
            // A text and its cleaned form, mostly the same, come one after the other.
            if last.0 != *text {
                last = (text, Span::push(arena, text));
            }
            last.1
        })
    }
}

impl InvoiceLine<Span> {
    /// The line with its texts seen in `arena`, the one it was packed into.
    #[inline]
    pub fn view<'a>(&self, arena: &'a str) -> InvoiceLine<&'a str> {
        self.map(|span| span.text(arena))
    }
}

impl InvoiceLine {
    /// The line with its texts seen where they are.
    #[inline]
    pub fn view(&self) -> InvoiceLine<&str> {
        self.map(String::as_str)
    }
}
