//! Rows as our stores take them: the values of many documents in two buffers, used again.

use docstream::{Encoder, Money, Span, Timestamp};

use crate::naive::Cell;

/// A value of a row; its text is in the arena.
#[derive(Clone, Copy)]
enum Packed {
    Null,
    Text(Span),
    Integer(i64),
}

/// The rows of a batch, one after another.
#[derive(Default)]
pub(crate) struct Rows {
    text: String,
    values: Vec<Packed>,
}

impl Rows {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.values.clear();
    }

    /// The values one by one, owned, to compare with.
    pub(crate) fn cells(&self) -> Vec<Cell> {
        let cell = |value: &Packed| match value {
            Packed::Null => Cell::Null,
            Packed::Text(span) => Cell::Text(span.text(&self.text).to_owned()),
            Packed::Integer(number) => Cell::Integer(*number),
        };
        self.values.iter().map(cell).collect()
    }
}

impl Encoder for Rows {
    fn null(&mut self) {
        self.values.push(Packed::Null);
    }

    fn text(&mut self, value: &str) {
        let span = Span::push(&mut self.text, value);
        self.values.push(Packed::Text(span));
    }

    fn integer(&mut self, value: i64) {
        self.values.push(Packed::Integer(value));
    }

    fn money(&mut self, value: Money) {
        let units = value.ten_thousandths().expect("a parsed price fits");
        self.values.push(Packed::Integer(units));
    }

    fn real(&mut self, _: f64) {
        unreachable!("an invoice line has no measured number");
    }

    fn boolean(&mut self, value: bool) {
        self.integer(value.into());
    }

    fn timestamp(&mut self, value: Timestamp) {
        self.integer(value.unix_micros());
    }
}
