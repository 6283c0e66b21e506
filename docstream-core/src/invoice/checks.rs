//! The policies' rules for `validator`: all faults of a line that is refused.
//!
//! The hot path asks [`Policy::admits`] yes or no; a property test holds the two
//! together.

use std::borrow::Cow;

use serde::Serialize;
use validator::{Validate, ValidateArgs, ValidationError, ValidationErrors};

use super::draft::{Draft, Optional};
use super::field::Field;
use super::{InvoiceKind, InvoiceLine, Policy};
use crate::{Code, Fault, Money, faults_of};

/// What the rules look at. A field that could not be read is not asked about.
#[derive(Validate)]
#[validate(context = Policy)]
struct Checks {
    #[validate(custom(function = "number", use_context))]
    invoice_no: Option<InvoiceKind>,
    #[validate(custom(function = "presence", use_context))]
    description: Presence,
    #[validate(custom(function = "price", use_context))]
    unit_price: Option<Price>,
    #[validate(custom(function = "presence", use_context))]
    customer_id: Presence,
}

// `validator` keeps the value beside the error, hence `Serialize`; `faults_of` drops it.
#[derive(Serialize)]
struct Price {
    price: Money,
    kind: InvoiceKind,
}

#[derive(Serialize)]
enum Presence {
    Present,
    Absent,
    Unread,
}

impl Presence {
    fn of<T>(field: Optional<&T>) -> Self {
        field.map_or(Self::Absent, |_| Self::Present)
    }

    fn read<T>(field: Option<&Optional<T>>) -> Self {
        field.map_or(Self::Unread, |field| Self::of(field.as_ref()))
    }
}

fn refuse(code: Code, message: &'static str) -> Result<(), ValidationError> {
    Err(ValidationError::new(code.as_str()).with_message(Cow::Borrowed(message)))
}

fn number(kind: &InvoiceKind, policy: &Policy) -> Result<(), ValidationError> {
    if policy.admits_kind(*kind) {
        return Ok(());
    }
    refuse(Code::InvalidFormat, "expected digits only")
}

fn presence(presence: &Presence, policy: &Policy) -> Result<(), ValidationError> {
    match (policy, presence) {
        (Policy::Strict, Presence::Absent) => refuse(Code::Missing, "is required"),
        _ => Ok(()),
    }
}

fn price(price: &Price, _policy: &Policy) -> Result<(), ValidationError> {
    if Policy::admits_price(price.kind, price.price) {
        return Ok(());
    }
    refuse(
        Code::OutOfRange,
        "must be at least 0 except on an adjustment",
    )
}

/// The rules' fields in `validator`'s names and ours.
const NAMES: [(&str, &str); 4] = [
    ("invoice_no", Field::InvoiceNo.name()),
    ("description", Field::Description.name()),
    ("unit_price", Field::UnitPrice.name()),
    ("customer_id", Field::CustomerId.name()),
];

/// Every rule of `policy` that `draft` breaks, in the order of the fields.
pub(crate) fn faults(draft: &Draft, policy: Policy) -> Vec<Fault> {
    let kind = draft.invoice_no.map(|number| number.kind());
    let checks = Checks {
        invoice_no: kind,
        description: Presence::read(draft.description.as_ref()),
        unit_price: draft
            .unit_price
            .zip(kind)
            .map(|(price, kind)| Price { price, kind }),
        customer_id: Presence::read(draft.customer_id.as_ref()),
    };
    match checks.validate_with_args(&policy) {
        Ok(()) => Vec::new(),
        Err(errors) => faults_of(&errors, &NAMES),
    }
}

/// For users who collect with `validator` themselves.
///
/// ```
/// use docstream_core::{InvoiceLine, Policy};
/// use validator::ValidateArgs;
///
/// # let json = r#"{"InvoiceNo":"C536379","StockCode":"D","Quantity":-1,"UnitPrice":27.50,"InvoiceDate":"2010-12-01T09:41:00Z","Country":"France"}"#;
/// let line: InvoiceLine = serde_json::from_str(json)?;
/// assert!(line.validate_with_args(Policy::Retail).is_ok());
/// assert_eq!(line.validate_with_args(Policy::Strict).unwrap_err().errors().len(), 3);
/// # Ok::<(), serde_json::Error>(())
/// ```
impl<S> ValidateArgs<'_> for InvoiceLine<S> {
    type Args = Policy;

    fn validate_with_args(&self, policy: Policy) -> Result<(), ValidationErrors> {
        let checks = Checks {
            invoice_no: Some(self.kind()),
            description: Presence::of(self.description.as_ref()),
            unit_price: Some(Price {
                price: self.unit_price,
                kind: self.kind(),
            }),
            customer_id: Presence::of(self.customer_id.as_ref()),
        };
        checks.validate_with_args(&policy)
    }
}
