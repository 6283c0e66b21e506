//! The line as a document: its columns in a store, its bytes on a wire.

use super::write_json;
use crate::{Document, Encoder, Field, FieldType, InvoiceLine, Payload, RecordRef, Schema, Span};

const FIELDS: &[Field] = &[
    Field::new("invoice_no", FieldType::Text),
    Field::new("kind", FieldType::Text),
    Field::new("stock_code", FieldType::Text),
    Field::new("product", FieldType::Text),
    Field::new("description", FieldType::Text).optional(),
    // Only where it differs from the clean one, as every fifth does.
    Field::new("description_raw", FieldType::Text).optional(),
    Field::new("quantity", FieldType::Integer),
    Field::new("invoice_date", FieldType::Timestamp),
    Field::new("unit_price", FieldType::Money),
    Field::new("customer_id", FieldType::Integer).optional(),
    Field::new("country", FieldType::Text),
];

const SCHEMA: Schema = Schema::new("invoice_lines", FIELDS)
    .indexed(&[&["invoice_no"], &["customer_id", "invoice_date"]]);

/// Gives the values of a line whose texts `text` finds. Two spans of a description are
/// equal exactly if their texts are.
#[inline]
fn encode<'a, S: PartialEq, E: Encoder>(
    line: &'a InvoiceLine<S>,
    text: impl Fn(&'a S) -> &'a str,
    out: &mut E,
) {
    out.text(text(line.invoice_no.text()));
    out.text(line.kind().as_str());
    out.text(text(line.stock_code.raw()));
    out.text(text(line.stock_code.folded()));
    match &line.description {
        None => {
            out.null();
            out.null();
        }
        Some(description) => {
            out.text(text(description.clean()));
            if description.clean() == description.raw() {
                out.null();
            } else {
                out.text(text(description.raw()));
            }
        }
    }
    out.integer(i64::from(line.quantity.0));
    out.timestamp(line.invoice_date);
    out.money(line.unit_price);
    match line.customer_id {
        Some(customer) => out.integer(i64::from(customer.0)),
        None => out.null(),
    }
    out.text(text(line.country.text()));
}

/// The table `invoice_lines`.
impl Document for InvoiceLine<Span> {
    fn schema() -> &'static Schema {
        &SCHEMA
    }

    fn encode<E: Encoder>(&self, text: &str, out: &mut E) {
        encode(self, |span| span.text(text), out);
    }
}

/// The table `invoice_lines`.
impl Document for InvoiceLine {
    fn schema() -> &'static Schema {
        &SCHEMA
    }

    fn encode<E: Encoder>(&self, _text: &str, out: &mut E) {
        encode(self, String::as_str, out);
    }
}

/// JSON in the data set's names; the lines of an invoice stay in order.
impl Payload for InvoiceLine<Span> {
    fn write_payload(record: RecordRef<'_, Self>, out: &mut Vec<u8>) {
        write_json(&record.doc().view(record.text()), out);
    }

    fn key<'a>(record: RecordRef<'a, Self>) -> &'a [u8] {
        record
            .doc()
            .invoice_no
            .text()
            .text(record.text())
            .as_bytes()
    }
}

/// JSON in the data set's names; the lines of an invoice stay in order.
impl Payload for InvoiceLine {
    fn write_payload(record: RecordRef<'_, Self>, out: &mut Vec<u8>) {
        write_json(&record.doc().view(), out);
    }

    fn key<'a>(record: RecordRef<'a, Self>) -> &'a [u8] {
        record.doc().invoice_no.as_str().as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Money, Timestamp};

    /// Writes values down as they come.
    #[derive(Default)]
    struct Values(Vec<String>);

    impl Encoder for Values {
        fn null(&mut self) {
            self.0.push("null".to_owned());
        }
        fn text(&mut self, value: &str) {
            self.0.push(value.to_owned());
        }
        fn integer(&mut self, value: i64) {
            self.0.push(value.to_string());
        }
        fn money(&mut self, value: Money) {
            self.0.push(value.to_string());
        }
        fn real(&mut self, value: f64) {
            self.0.push(value.to_string());
        }
        fn boolean(&mut self, value: bool) {
            self.0.push(value.to_string());
        }
        fn timestamp(&mut self, value: Timestamp) {
            self.0.push(value.to_string());
        }
    }

    #[test]
    fn both_forms_give_the_same_value_for_each_column() {
        let json = r#"{"InvoiceNo":"C536379","StockCode":"85123a","Description":"MUG ","Quantity":-1,
            "InvoiceDate":"2010-12-01T09:41:00Z","UnitPrice":27.5,"Country":"France"}"#;
        let line: InvoiceLine = serde_json::from_str(json).unwrap();
        let expected = [
            "C536379",
            "cancellation",
            "85123a",
            "85123A",
            "MUG",
            "MUG ",
            "-1",
            "2010-12-01T09:41:00Z",
            "27.50",
            "null",
            "France",
        ];
        let (mut owned, mut packed, mut arena) =
            (Values::default(), Values::default(), String::new());
        Document::encode(&line, "", &mut owned);
        let span = line.view().pack(&mut arena);
        Document::encode(&span, &arena, &mut packed);
        assert_eq!(owned.0, expected);
        assert_eq!(packed.0, expected);
        assert_eq!(SCHEMA.fields.len(), expected.len());
    }
}
