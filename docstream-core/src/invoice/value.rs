//! A field's value as it came in, before it is known what it should be.

use std::borrow::Cow;

use super::text::check_characters;
use crate::money::literal::{LiteralFault, scaled};
use crate::{Code, CustomerId, Limits, Money, Quantity, ValueFault};

/// What a document has for a field.
#[derive(Clone, Debug, Default)]
pub(crate) enum Value<'a> {
    /// Nothing: no such key, or null.
    #[default]
    Absent,
    /// A JSON text, unescaped.
    Text(Cow<'a, str>),
    /// The literal of a JSON number.
    Number(&'a str),
    /// A cell of a table: a text or a number, the column tells.
    Cell(&'a str),
    /// Nothing that any field takes.
    Refused(ValueFault),
}

const TEXT: ValueFault = ValueFault::new(Code::WrongType, "expected a text");
const LONG: ValueFault = ValueFault::new(Code::TooLong, "the text is longer than a text may be");
const NUMBER: ValueFault = ValueFault::new(Code::WrongType, "expected a number or a decimal text");
const INVOICE: ValueFault =
    ValueFault::new(Code::WrongType, "expected a text or a whole number from 0");
const INVOICE_RANGE: ValueFault =
    ValueFault::new(Code::OutOfRange, "expected a number of at most 18 digits");

impl<'a> Value<'a> {
    /// The text of the value, `None` where there is none.
    pub(crate) fn text(&self, limits: &Limits) -> Result<Option<&str>, ValueFault> {
        let text: &str = match self {
            Self::Absent => return Ok(None),
            Self::Text(text) => text,
            Self::Cell(text) => text,
            Self::Number(_) => return Err(TEXT),
            Self::Refused(fault) => return Err(*fault),
        };
        if text.len() > limits.text_bytes {
            return Err(LONG);
        }
        check_characters(text)?;
        let holds_something = text.as_bytes().first().is_some_and(u8::is_ascii_graphic)
            || !text.trim_start().is_empty();
        Ok(holds_something.then_some(text))
    }

    /// An invoice number in its one spelling: 536365.0 is 536365, as a number or a text.
    pub(crate) fn invoice_no(
        &'a self,
        limits: &Limits,
    ) -> Result<Option<Cow<'a, str>>, ValueFault> {
        let (literal, is_number) = match self {
            Self::Number(literal) => (*literal, true),
            _ => match self.text(limits)? {
                Some(text) => (text, false),
                None => return Ok(None),
            },
        };
        if literal.bytes().all(|byte| byte.is_ascii_digit()) && literal.len() <= 18 {
            return Ok(Some(Cow::Borrowed(literal)));
        }
        // A text is taken for a number only where it has a fraction: pandas writes 536365.0.
        if !is_number && !literal.contains('.') {
            return Ok(Some(Cow::Borrowed(literal)));
        }
        match scaled(literal, 0) {
            Ok(number @ 0..=999_999_999_999_999_999) => Ok(Some(Cow::Owned(number.to_string()))),
            Ok(0..) | Err(LiteralFault::TooLarge) if is_number => Err(INVOICE_RANGE),
            _ if is_number => Err(INVOICE),
            _ => Ok(Some(Cow::Borrowed(literal))),
        }
    }

    /// A quantity, `None` where there is none.
    pub(crate) fn quantity(&self, limits: &Limits) -> Result<Option<Quantity>, ValueFault> {
        match self {
            Self::Number(literal) => literal.parse().map(Some),
            Self::Text(_) => Err(super::quantity::FORM),
            _ => self.text(limits)?.map(str::parse).transpose(),
        }
    }

    /// A price, `None` where there is none.
    pub(crate) fn price(&self, limits: &Limits) -> Result<Option<Money>, ValueFault> {
        let literal = match self {
            Self::Number(literal) => Some(*literal),
            _ => self.text(limits)?,
        };
        let price = literal.map(str::parse::<Money>).transpose();
        price.map_err(|fault| match fault.code {
            Code::InvalidFormat => NUMBER,
            _ => fault,
        })
    }

    /// A customer, `None` for a guest.
    pub(crate) fn customer(&self, limits: &Limits) -> Result<Option<CustomerId>, ValueFault> {
        let literal = match self {
            Self::Number(literal) => Some(*literal),
            _ => self.text(limits)?,
        };
        literal.map(str::parse).transpose()
    }
}
