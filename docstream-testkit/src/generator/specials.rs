//! Lines that are no products: postage, fees, samples, vouchers, manual entries.

use super::draws::Draws;

/// A code that stands for something other than a product of the shop.
#[derive(Clone, Copy)]
pub(super) struct Special {
    pub(super) code: &'static str,
    pub(super) description: &'static str,
    /// In a million lines to known customers.
    customer: u32,
    /// In a million lines to guests.
    guest: u32,
    /// In a million cancelled lines.
    cancelled: u32,
    /// Quantiles of the price in ten-thousandths.
    price: &'static [(u32, i64)],
}

const fn special(
    code: &'static str,
    description: &'static str,
    [customer, guest, cancelled]: [u32; 3],
    price: &'static [(u32, i64)],
) -> Special {
    Special {
        code,
        description,
        customer,
        guest,
        cancelled,
        price,
    }
}

const POSTAGE_PRICE: &[(u32, i64)] = &[
    (0, 150_000),
    (1_500, 180_000),
    (8_500, 180_000),
    (9_500, 400_000),
    (10_000, 1_600_000),
];
const DOTCOM_PRICE: &[(u32, i64)] = &[
    (0, 100_000),
    (2_500, 1_312_200),
    (5_000, 2_049_600),
    (7_500, 3_230_500),
    (9_500, 9_074_700),
    (9_900, 17_141_700),
    (10_000, 45_051_700),
];
const MANUAL_PRICE: &[(u32, i64)] = &[
    (0, 1_900),
    (2_500, 10_000),
    (5_000, 400_000),
    (7_500, 2_800_500),
    (9_500, 17_158_500),
    (9_990, 41_610_600),
    (10_000, 389_700_000),
];
const FEE_PRICE: &[(u32, i64)] = &[(0, 10_000), (5_000, 59_425_700), (10_000, 178_364_600)];
const SMALL_PRICE: &[(u32, i64)] = &[
    (0, 100),
    (5_000, 195_000),
    (9_500, 1_500_000),
    (10_000, 18_678_600),
];

/// Put on as the last line of some invoices abroad, and cancelled on its own.
pub(super) const POSTAGE: Special = special("POST", "POSTAGE", [0, 0, 13_600], POSTAGE_PRICE);
/// Put on as the last line of most invoices of the web shop.
pub(super) const DOTCOM: Special = special("DOT", "DOTCOM POSTAGE", [0, 0, 100], DOTCOM_PRICE);
/// The only code of adjustments.
pub(super) const BAD_DEBT: Special =
    special("B", "Adjust bad debt", [0, 0, 0], &[(10_000, 110_620_600)]);

const SPECIALS: [Special; 33] = [
    POSTAGE,
    DOTCOM,
    BAD_DEBT,
    special("M", "Manual", [680, 420, 26_300], MANUAL_PRICE),
    special("m", "Manual", [3, 0, 0], MANUAL_PRICE),
    special(
        "C2",
        "CARRIAGE",
        [330, 90, 200],
        &[(0, 150_000), (500, 500_000), (10_000, 500_000)],
    ),
    special("D", "Discount", [0, 0, 8_300], SMALL_PRICE),
    special("S", "SAMPLES", [0, 15, 6_600], SMALL_PRICE),
    special("BANK CHARGES", "Bank Charges", [30, 0, 2_700], SMALL_PRICE),
    special("AMAZONFEE", "AMAZON FEE", [0, 15, 3_400], FEE_PRICE),
    special("CRUK", "CRUK Commission", [0, 0, 1_700], SMALL_PRICE),
    // With a tenth of a penny, the only prices that are not whole pennies.
    special(
        "PADS",
        "PADS TO MATCH ALL CUSHIONS",
        [12, 0, 0],
        &[(10_000, 10)],
    ),
    special(
        "gift_0001_10",
        "Dotcomgiftshop Gift Voucher £10.00",
        [0, 61, 0],
        &[(10_000, 83_300)],
    ),
    special(
        "gift_0001_20",
        "Dotcomgiftshop Gift Voucher £20.00",
        [0, 70, 0],
        &[(10_000, 166_700)],
    ),
    special(
        "gift_0001_30",
        "Dotcomgiftshop Gift Voucher £30.00",
        [0, 55, 0],
        &[(10_000, 255_300)],
    ),
    special(
        "gift_0001_40",
        "Dotcomgiftshop Gift Voucher £40.00",
        [0, 23, 0],
        &[(10_000, 340_400)],
    ),
    special(
        "gift_0001_50",
        "Dotcomgiftshop Gift Voucher £50.00",
        [0, 31, 0],
        &[(10_000, 425_500)],
    ),
    special(
        "DCGSSGIRL",
        "GIRLS PARTY BAG",
        [0, 98, 0],
        &[(10_000, 33_000)],
    ),
    special(
        "DCGSSBOY",
        "BOYS PARTY BAG",
        [0, 83, 0],
        &[(10_000, 33_000)],
    ),
    special(
        "DCGS0003",
        "BOXED GLASS ASHTRAY",
        [0, 38, 0],
        &[(10_000, 24_600)],
    ),
    special(
        "DCGS0076",
        "SUNJAR LED NIGHT NIGHT LIGHT",
        [0, 15, 0],
        &[(10_000, 161_300)],
    ),
    special(
        "DCGS0070",
        "CAMOUFLAGE DOG COLLAR",
        [0, 15, 0],
        &[(10_000, 121_300)],
    ),
    special(
        "DCGS0069",
        "OOH LA LA DOGS COLLAR",
        [0, 15, 0],
        &[(10_000, 158_400)],
    ),
    special(
        "DCGS0055",
        "NAVY CUDDLES DOG HOODIE",
        [0, 15, 0],
        &[(10_000, 121_300)],
    ),
    special(
        "DCGS0072",
        "HAYNES CAMPER SHOULDER BAG",
        [0, 15, 0],
        &[(10_000, 169_400)],
    ),
    special(
        "DCGS0074",
        "PINK BOUDICCA LARGE BRACELET",
        [0, 15, 0],
        &[(10_000, 129_600)],
    ),
    special(
        "DCGS0057",
        "DOG LICENCE WALL ART",
        [0, 15, 0],
        &[(10_000, 61_200)],
    ),
    special(
        "DCGS0004",
        "HAYNES CAMPER SHOULDER BAG",
        [0, 15, 0],
        &[(10_000, 169_400)],
    ),
    special(
        "DCGS0073",
        "BLUE BOUDICCA LARGE BRACELET",
        [0, 15, 0],
        &[(10_000, 129_600)],
    ),
    special(
        "DCGS0071",
        "PINK CUDDLES DOG HOODIE",
        [0, 15, 0],
        &[(10_000, 121_300)],
    ),
    special(
        "DCGS0068",
        "DOGS NIGHT COLLAR",
        [0, 15, 0],
        &[(10_000, 91_300)],
    ),
    special("DCGS0067", "DOGS COLLAR", [0, 15, 0], &[(10_000, 91_300)]),
    special(
        "DCGS0066P",
        "NAVY CUDDLES DOG HOODIE",
        [0, 15, 0],
        &[(10_000, 121_300)],
    ),
];

/// To whom, or why, a line is sold.
#[derive(Clone, Copy)]
pub(super) enum Channel {
    Customer,
    Guest,
    Cancelled,
}

/// The special that a line is, if it is one.
pub(super) fn special_line(draws: &mut Draws, channel: Channel) -> Option<&'static Special> {
    let share = |special: &Special| match channel {
        Channel::Customer => special.customer,
        Channel::Guest => special.guest,
        Channel::Cancelled => special.cancelled,
    };
    let mut left = draws.below(1_000_000);
    // Nearly every line ends here, without a walk through the table.
    if left >= 64_000 || (left >= 2_000 && !matches!(channel, Channel::Cancelled)) {
        return None;
    }
    for special in &SPECIALS {
        let share = share(special);
        if left < share {
            return Some(special);
        }
        left -= share;
    }
    None
}

impl Special {
    /// A price in ten-thousandths, in whole pennies where it is a penny or more.
    pub(super) fn price(&self, draws: &mut Draws) -> i64 {
        let price = draws.quantile(self.price);
        if price >= 100 {
            price - price % 100
        } else {
            price
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_stay_below_the_short_cut() {
        let sum = |share: fn(&Special) -> u32| SPECIALS.iter().map(share).sum::<u32>();
        assert!(sum(|special| special.customer) < 2_000);
        assert!(sum(|special| special.guest) < 2_000);
        assert!(sum(|special| special.cancelled) < 64_000);
    }
}
