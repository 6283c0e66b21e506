//! Exact sums over lines.

use docstream_core::{Error, InvoiceKind, Money, Result};

/// Net, gross and cancelled of the lines that were added, in ten-thousandths.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    pub(super) lines: u64,
    pub(super) net: i128,
    pub(super) gross: i128,
    pub(super) cancelled: i128,
    pub(super) quantity: i64,
}

impl Sums {
    /// Adds a line.
    pub(super) fn add(&mut self, kind: InvoiceKind, quantity: i64, price: i64) {
        // 64 bits by 64 bits fit 128, and 2^64 lines would not fit a disk.
        let net = i128::from(quantity) * i128::from(price);
        self.lines += 1;
        self.net = self.net.saturating_add(net);
        if kind == InvoiceKind::Cancellation {
            self.cancelled = self.cancelled.saturating_add(net);
        } else if quantity > 0 && price > 0 {
            self.gross = self.gross.saturating_add(net);
        }
        self.quantity = self.quantity.saturating_add(quantity);
    }
}

/// The amount of so many ten-thousandths.
pub(super) fn money(units: i128) -> Result<Money> {
    const HALF: i64 = 1 << 32;
    // An amount holds more than 64 bits; it is put together of two halves.
    i64::try_from(units.div_euclid(i128::from(HALF)))
        .ok()
        .and_then(|high| Money::from_ten_thousandths(high).checked_mul(HALF))
        .and_then(|high| {
            let low = units.rem_euclid(i128::from(HALF)) as i64;
            high.checked_add(Money::from_ten_thousandths(low))
        })
        .ok_or_else(|| Error::config("add up amounts", "the sum passes the largest amount"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_may_be_larger_than_64_bits() {
        let mut sums = Sums::default();
        for _ in 0..4 {
            sums.add(InvoiceKind::Sale, 1, i64::MAX);
        }
        assert_eq!(
            money(sums.net).unwrap().to_string(),
            "3689348814741910.3228"
        );
        assert_eq!(money(-1).unwrap().to_string(), "-0.0001");
        assert!(money(i128::MAX).is_err());
    }

    #[test]
    fn gross_leaves_out_cancellations_gifts_and_corrections() {
        let mut sums = Sums::default();
        sums.add(InvoiceKind::Sale, 6, 25_500);
        sums.add(InvoiceKind::Sale, 6, 0);
        sums.add(InvoiceKind::Sale, -6, 10_000);
        sums.add(InvoiceKind::Adjustment, 1, -20_000);
        sums.add(InvoiceKind::Cancellation, -1, 25_500);
        assert_eq!((sums.gross, sums.cancelled), (153_000, -25_500));
        assert_eq!(sums.net, 153_000 - 60_000 - 20_000 - 25_500);
    }
}
