//! The products of the shop and how popular each is. One catalogue for all seeds.

use std::sync::LazyLock;

use super::draws::{Draws, Purpose};
use super::words;

/// Codes in all; 33 more are no products.
const PRODUCTS: usize = 4_037;
/// Of these, codes that differ from another only in case.
const TWINS: usize = 111;
/// Every how many ranks a product has a twin; such a code ends in a letter.
const TWIN_EVERY: usize = 35;

/// Lines by rank of popularity in the real file.
const POPULARITY: [(usize, u32); 14] = [
    (0, 2_313),
    (2, 2_159),
    (3, 1_727),
    (5, 1_502),
    (10, 1_348),
    (30, 1_107),
    (100, 700),
    (300, 412),
    (600, 265),
    (1_000, 169),
    (2_000, 64),
    (3_000, 16),
    (3_600, 4),
    (PRODUCTS, 4),
];

/// (weight, (price, price in the web shop)) in ten-thousandths.
const PRICES: [(u32, (i64, i64)); 28] = [
    (44, (2_900, 4_200)),
    (81, (3_900, 8_300)),
    (218, (4_200, 8_300)),
    (75, (5_500, 12_500)),
    (77, (6_500, 12_500)),
    (60, (8_300, 16_300)),
    (260, (8_500, 16_300)),
    (458, (12_500, 24_600)),
    (126, (14_500, 28_900)),
    (368, (16_500, 32_900)),
    (127, (19_500, 41_300)),
    (157, (20_800, 41_300)),
    (172, (21_000, 41_300)),
    (125, (25_500, 49_600)),
    (266, (29_500, 57_900)),
    (177, (37_500, 74_600)),
    (56, (41_500, 82_900)),
    (71, (42_500, 82_900)),
    (181, (49_500, 99_600)),
    (76, (59_500, 117_900)),
    (69, (79_500, 157_900)),
    (55, (85_000, 166_300)),
    (55, (99_500, 197_900)),
    (20, (107_900, 214_100)),
    (38, (127_500, 249_600)),
    (15, (149_500, 292_900)),
    (9, (169_500, 329_000)),
    (3, (495_000, 829_600)),
];

pub(super) struct Product {
    pub(super) code: String,
    pub(super) description: String,
    /// The other description of a product that was renamed.
    pub(super) renamed: Option<String>,
    pub(super) price: i64,
    pub(super) web_price: i64,
    /// The weights of all products up to and with this one.
    until: u32,
}

struct Catalogue {
    products: Vec<Product>,
    total: u32,
    /// For each [`STEP`] of weight, the first product that may be meant.
    guide: Vec<u16>,
}

const STEP: u32 = 128;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let mut products: Vec<Product> = Vec::with_capacity(PRODUCTS);
    let mut total = 0;
    for rank in 0..PRODUCTS {
        let mut product = product(rank);
        total += popularity(rank);
        product.until = total;
        products.push(product);
    }
    let guide = (0..=total / STEP)
        .map(|step| products.partition_point(|product| product.until <= step * STEP) as u16)
        .collect();
    Catalogue {
        products,
        total,
        guide,
    }
});

fn product(rank: usize) -> Product {
    let twin = rank.checked_sub(PRODUCTS - TWINS);
    let twin_of = twin.map_or(rank, |twin| twin * TWIN_EVERY);
    let mut draws = Draws::at(0, Purpose::Product, twin_of as u64);
    // 2,671 and 4,999 have no common factor: all numbers differ.
    let number = 20_000 + twin_of * 2_671 % 4_999;
    let letter = draws.pick(b"ABCDEFGLMNPSW").map_or('A', char::from);
    let lettered = twin_of.is_multiple_of(TWIN_EVERY) || draws.per_million(223_000);
    let code = match (lettered, twin) {
        (false, _) => number.to_string(),
        (true, None) => format!("{number}{letter}"),
        (true, Some(_)) => format!("{number}{}", letter.to_ascii_lowercase()),
    };
    let description = words::description(&mut draws);
    let renamed = draws
        .per_million(150_000)
        .then(|| words::description(&mut draws));
    let (price, web_price) = draws.weighted(&PRICES);
    Product {
        code,
        description,
        renamed,
        price,
        web_price,
        until: 0,
    }
}

fn popularity(rank: usize) -> u32 {
    let mut low = POPULARITY[0];
    for high in POPULARITY {
        if rank < high.0 {
            let fall = u64::from(low.1 - high.1) * (rank - low.0) as u64 / (high.0 - low.0) as u64;
            return low.1 - fall as u32;
        }
        low = high;
    }
    low.1
}

/// The product at `place` in the range of all popularity: even places give
/// products as often as they are sold.
pub(super) fn product_at(place: u32) -> &'static Product {
    let catalogue = &*CATALOGUE;
    let at = ((u64::from(place) * u64::from(catalogue.total)) >> 32) as u32;
    let mut index = usize::from(catalogue.guide[(at / STEP) as usize]);
    while catalogue.products[index].until <= at {
        index += 1;
    }
    &catalogue.products[index]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_differ_and_the_twins_only_in_case() {
        let codes: HashSet<&str> = CATALOGUE.products.iter().map(|p| p.code.as_str()).collect();
        assert_eq!(codes.len(), PRODUCTS);
        let folded: HashSet<String> = codes.iter().map(|code| code.to_uppercase()).collect();
        assert_eq!(folded.len(), PRODUCTS - TWINS);
    }

    #[test]
    fn every_place_has_a_product_and_the_first_is_the_most_popular() {
        assert_eq!(product_at(0).code, CATALOGUE.products[0].code);
        assert_eq!(
            product_at(u32::MAX).code,
            CATALOGUE.products[PRODUCTS - 1].code
        );
    }
}
