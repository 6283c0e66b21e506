//! The facts of a document.

use docstream_core::InvoiceKind;

use super::calendar::{self, LondonTime};
use super::catalogue;
use super::countries;
use super::draws::{Draws, Purpose};
use super::quantity;
use super::shape::{self, Class, NUMBERS, Slot};
use super::specials::{self, Channel};
use super::words;

/// One invoice line, exactly: what a correct reader must find in the document.
///
/// ```
/// use docstream_core::InvoiceKind;
/// use docstream_testkit::generator::Generator;
///
/// let line = Generator::new(0).line(0);
/// assert_eq!((line.kind, line.invoice), (InvoiceKind::Cancellation, 536_365));
/// assert_eq!(line.invoice_no(), "C536365");
/// assert!(line.quantity < 0 && line.amount() < 0); // in ten-thousandths of a pound
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GeneratedLine {
    /// What kind of invoice.
    pub kind: InvoiceKind,
    /// The invoice's number without its prefix.
    pub invoice: u64,
    /// The code as written.
    pub stock_code: &'static str,
    /// The description as written, outer blanks included; may be empty.
    pub description: &'static str,
    /// Pieces; negative for what came back.
    pub quantity: i64,
    /// When, to the minute.
    pub time: LondonTime,
    /// The price of a piece in ten-thousandths of a pound.
    pub price: i64,
    /// `None` for a guest.
    pub customer: Option<u32>,
    /// The country.
    pub country: &'static str,
}

impl GeneratedLine {
    /// The invoice's number as written.
    pub fn invoice_no(&self) -> String {
        format!("{}{}", prefix(self.kind), self.invoice)
    }

    /// Quantity times price in ten-thousandths of a pound.
    pub fn amount(&self) -> i128 {
        i128::from(self.quantity) * i128::from(self.price)
    }
}

/// The real file's first invoice.
const FIRST_INVOICE: u64 = 536_365;

/// The line of document `k` where the dates run once through their thirteen
/// months in every `span` documents.
pub(super) fn line(seed: u64, span: u64, k: u64) -> GeneratedLine {
    let (block, slot) = shape::slot(seed, k);
    let invoice = block * NUMBERS + u64::from(slot.ordinal);
    let first = k - k % shape::BLOCK + u64::from(slot.start);
    let mut draws = Draws::at(seed, Purpose::Invoice, invoice);
    let basket = draws.bits();
    let kind = match slot.class {
        Class::Cancellation => InvoiceKind::Cancellation,
        // Three of 2,315 in the real file.
        Class::Correction if draws.per_million(1_300) => InvoiceKind::Adjustment,
        _ => InvoiceKind::Sale,
    };
    let guest = match slot.class {
        Class::Customer => false,
        Class::Guest | Class::Correction => true,
        Class::Cancellation => draws.per_million(41_000),
    };
    let (customer, country) = if guest {
        (None, countries::guest(&mut draws))
    } else {
        let (customer, country) = countries::customer(&mut draws);
        (Some(customer), country)
    };
    let two_times = draws.per_million(1_700);
    let index = copied(seed, k, k - first);
    let later = u8::from(two_times && index > u64::from(slot.lines) / 2);
    let mut line = GeneratedLine {
        kind,
        invoice: FIRST_INVOICE + invoice,
        stock_code: "",
        description: "",
        quantity: 1,
        time: calendar::time(first % span.max(1), span, later),
        price: 0,
        customer,
        country,
    };
    let draws = Draws::at(seed, Purpose::GeneratedLine, first + index);
    fill(&mut line, draws, &slot, basket, index);
    line
}

/// The line of the invoice that this one repeats in every field: nearly always
/// itself.
fn copied(seed: u64, k: u64, index: u64) -> u64 {
    let mut draws = Draws::at(seed, Purpose::Copy, k);
    if index > 0 && draws.per_million(8_000) {
        return index - 1 - u64::from(draws.below(index.min(8) as u32));
    }
    index
}

fn fill(line: &mut GeneratedLine, mut draws: Draws, slot: &Slot, basket: u32, index: u64) {
    let draws = &mut draws;
    if line.kind == InvoiceKind::Adjustment {
        line.stock_code = specials::BAD_DEBT.code;
        line.description = specials::BAD_DEBT.description;
        let price = specials::BAD_DEBT.price(draws);
        line.price = if draws.per_million(333_333) {
            price
        } else {
            -price
        };
        return;
    }
    let channel = match slot.class {
        Class::Cancellation => Channel::Cancelled,
        Class::Customer => Channel::Customer,
        Class::Guest | Class::Correction => Channel::Guest,
    };
    if slot.class != Class::Correction
        && let Some(special) =
            last_line(draws, line, slot, index).or_else(|| specials::special_line(draws, channel))
    {
        line.stock_code = special.code;
        line.description = special.description;
        line.price = special.price(draws);
        line.quantity = if line.kind == InvoiceKind::Cancellation {
            -1
        } else {
            1
        };
        return;
    }
    // Even steps through the range of popularity: an invoice of many lines
    // repeats a product seldom, as real ones do; one line in a hundred does.
    let again = u64::from(index > 0 && draws.per_million(11_000));
    let step = (index - again) as u32;
    let product = catalogue::product_at(basket.wrapping_add(step.wrapping_mul(0x9E37_79B9)));
    line.stock_code = &product.code;
    line.description = match &product.renamed {
        Some(renamed) if draws.per_million(100_000) => renamed,
        _ => &product.description,
    };
    match slot.class {
        Class::Correction => {
            let found = draws.per_million(455_000);
            line.quantity = quantity::correction(draws, found);
            let junk = draws.pick(words::JUNK).unwrap_or_default();
            line.description = draws.weighted(&[(628, ""), (235, junk), (137, line.description)]);
        }
        Class::Guest => {
            line.quantity = quantity::guest(draws, product.web_price);
            line.price = product.web_price;
        }
        Class::Customer => {
            line.quantity = quantity::customer(draws, product.price);
            line.price = price(product.price, line.quantity, draws);
        }
        Class::Cancellation => {
            line.quantity = -quantity::cancelled(draws, product.price);
            line.price = price(product.price, -line.quantity, draws);
        }
    }
}

/// Postage ends most invoices of the web shop and half of those sent abroad.
fn last_line(
    draws: &mut Draws,
    line: &GeneratedLine,
    slot: &Slot,
    index: u64,
) -> Option<&'static specials::Special> {
    if index + 1 != u64::from(slot.lines) || slot.lines == 1 {
        return None;
    }
    match slot.class {
        Class::Guest if draws.per_million(590_000) => Some(&specials::DOTCOM),
        Class::Customer
            if line.country != countries::UNITED_KINGDOM && draws.per_million(560_000) =>
        {
            Some(&specials::POSTAGE)
        }
        _ => None,
    }
}

/// The price to a known customer: now and then nothing at all, less for many.
fn price(price: i64, quantity: i64, draws: &mut Draws) -> i64 {
    if draws.per_million(100) {
        return 0;
    }
    if quantity < 48 && !draws.per_million(60_000) {
        return price;
    }
    let less = price * 85 / 100;
    less - less % 100
}

/// What stands before the number.
pub(super) const fn prefix(kind: InvoiceKind) -> &'static str {
    match kind {
        InvoiceKind::Sale => "",
        InvoiceKind::Cancellation => "C",
        InvoiceKind::Adjustment => "A",
    }
}
