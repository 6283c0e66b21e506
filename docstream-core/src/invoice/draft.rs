//! A line while it is read: the fields that are good so far, and all faults.

use super::checks;
use super::field::Field;
use super::text::REQUIRED;
use super::value::Value;
use crate::{
    Code, Country, CustomerId, DateFault, DateParser, Description, Fault, InvoiceLine, InvoiceNo,
    Limits, Money, Policy, Quantity, Rejection, Span, Stage, StockCode, Timestamp, ValueFault,
};

/// A line with its good fields. The outer `Option` of a field is whether it could be read.
pub(crate) struct Draft {
    pub(crate) invoice_no: Option<InvoiceNo<Span>>,
    pub(crate) stock_code: Option<StockCode<Span>>,
    pub(crate) description: Option<Optional<Description<Span>>>,
    pub(crate) quantity: Option<Quantity>,
    pub(crate) invoice_date: Option<Timestamp>,
    pub(crate) unit_price: Option<Money>,
    pub(crate) customer_id: Option<Optional<CustomerId>>,
    pub(crate) country: Option<Country<Span>>,
    faults: Vec<Fault>,
}

/// A field that a good document may leave out.
pub(crate) type Optional<T> = Option<T>;

struct Faults(Vec<Fault>);

impl Faults {
    fn keep<T>(&mut self, field: Field, read: Result<T, ValueFault>) -> Option<T> {
        read.map_err(|fault| self.0.push(fault.at(field.pointer())))
            .ok()
    }

    fn keep_date(&mut self, read: Result<Timestamp, DateFault>) -> Option<Timestamp> {
        read.map_err(|fault| {
            let pointer = Field::InvoiceDate.pointer();
            self.0
                .push(Fault::new(pointer, fault.code(), fault.message()));
        })
        .ok()
    }
}

impl Draft {
    /// Reads every field, the bad ones into faults.
    pub(crate) fn read(
        values: &[Value<'_>; Field::COUNT],
        dates: &mut DateParser<'_>,
        limits: &Limits,
        arena: &mut String,
    ) -> Self {
        let value = |field: Field| &values[field as usize];
        let mut faults = Faults(Vec::new());
        let invoice_no = value(Field::InvoiceNo)
            .invoice_no(limits)
            .and_then(|number| InvoiceNo::place(&number.ok_or(REQUIRED)?, arena));
        let invoice_no = faults.keep(Field::InvoiceNo, invoice_no);
        let stock_code = value(Field::StockCode)
            .text(limits)
            .and_then(|code| StockCode::place(code.ok_or(REQUIRED)?, arena));
        let stock_code = faults.keep(Field::StockCode, stock_code);
        let description = value(Field::Description)
            .text(limits)
            .and_then(|text| text.map(|text| Description::place(text, arena)).transpose());
        let description = faults.keep(Field::Description, description);
        let quantity = value(Field::Quantity)
            .quantity(limits)
            .and_then(|quantity| quantity.ok_or(REQUIRED));
        let quantity = faults.keep(Field::Quantity, quantity);
        let date = value(Field::InvoiceDate)
            .text(limits)
            .and_then(|text| text.ok_or(REQUIRED));
        let date = faults.keep(Field::InvoiceDate, date);
        let invoice_date = date.and_then(|text| faults.keep_date(dates.parse(text)));
        let unit_price = value(Field::UnitPrice)
            .price(limits)
            .and_then(|price| price.ok_or(REQUIRED));
        let unit_price = faults.keep(Field::UnitPrice, unit_price);
        let customer_id = value(Field::CustomerId).customer(limits);
        let customer_id = faults.keep(Field::CustomerId, customer_id);
        let country = value(Field::Country)
            .text(limits)
            .and_then(|name| Country::place(name.ok_or(REQUIRED)?, arena));
        let country = faults.keep(Field::Country, country);
        Self {
            invoice_no,
            stock_code,
            description,
            quantity,
            invoice_date,
            unit_price,
            customer_id,
            country,
            faults: faults.0,
        }
    }

    /// The line if it is whole and `policy` admits it; else all that is wrong with
    /// it. `strays` are faults outside of the known fields.
    pub(crate) fn finish(
        mut self,
        policy: Policy,
        strays: Vec<Fault>,
    ) -> Result<InvoiceLine<Span>, Rejection> {
        if let Some(line) = self.whole()
            && strays.is_empty()
            && fits(line.quantity, line.unit_price)
            && policy.admits(&line)
        {
            return Ok(line);
        }
        let unreadable =
            !strays.is_empty() || self.faults.iter().any(|f| f.code != Code::OutOfRange);
        let stage = if unreadable {
            Stage::Parse
        } else {
            Stage::Validate
        };
        if let (Some(quantity), Some(price)) = (self.quantity, self.unit_price)
            && !fits(quantity, price)
        {
            self.faults.push(TOO_MUCH.at(Field::UnitPrice.pointer()));
        }
        let mut faults = checks::faults(&self, policy);
        faults.append(&mut self.faults);
        let place = |fault: &Fault| Field::ALL.iter().position(|f| f.pointer() == fault.pointer);
        faults.sort_by_key(place);
        faults.extend(strays);
        // Never empty: the line was refused above for one of these.
        let disagreement = || Fault::document(Code::InvalidFormat, "the policy refuses it");
        Err(Rejection::from_faults(stage, faults)
            .unwrap_or_else(|| Rejection::new(stage, disagreement())))
    }

    fn whole(&self) -> Option<InvoiceLine<Span>> {
        if !self.faults.is_empty() {
            return None;
        }
        Some(InvoiceLine {
            invoice_no: self.invoice_no?,
            stock_code: self.stock_code?,
            description: self.description?,
            quantity: self.quantity?,
            invoice_date: self.invoice_date?,
            unit_price: self.unit_price?,
            customer_id: self.customer_id?,
            country: self.country?,
        })
    }
}

const TOO_MUCH: ValueFault = ValueFault::new(
    Code::OutOfRange,
    "times the quantity must stay below 922 trillion",
);

/// Whether the price of all pieces fits [`Money::ten_thousandths`].
pub(crate) fn fits(quantity: Quantity, price: Money) -> bool {
    price
        .ten_thousandths()
        .and_then(|price| price.checked_mul(i64::from(quantity.0)))
        .is_some()
}
