//! How many pieces a line has.

use super::draws::Draws;

/// Pieces of a line to a known customer, for cheap, middling and dear products.
const CHEAP: &[(u32, i64)] = &[
    (14, 1),
    (10, 2),
    (5, 3),
    (5, 4),
    (3, 5),
    (6, 6),
    (5, 8),
    (6, 10),
    (23, 12),
    (3, 20),
    (10, 24),
    (3, 25),
    (2, 36),
    (3, 48),
    (1, 72),
    (1, 96),
    (1, 100),
    (1, 144),
];
const MIDDLING: &[(u32, i64)] = &[
    (18, 1),
    (13, 2),
    (8, 3),
    (14, 4),
    (2, 5),
    (22, 6),
    (4, 8),
    (7, 10),
    (8, 12),
    (1, 16),
    (3, 24),
    (1, 48),
];
const DEAR: &[(u32, i64)] = &[
    (32, 1),
    (36, 2),
    (9, 3),
    (9, 4),
    (4, 6),
    (2, 8),
    (2, 10),
    (2, 12),
    (1, 24),
];
/// Large orders: quantiles.
const LARGE: &[(u32, i64)] = &[
    (0, 150),
    (5_000, 250),
    (9_000, 600),
    (9_900, 1_800),
    (10_000, 4_800),
];
const WEB: &[(u32, i64)] = &[
    (0, 1),
    (5_600, 1),
    (5_601, 2),
    (7_300, 2),
    (8_300, 4),
    (9_000, 6),
    (9_500, 9),
    (9_900, 29),
    (9_990, 120),
    (10_000, 600),
];
const CANCELLED: &[(u32, i64)] = &[
    (0, 1),
    (4_600, 1),
    (6_000, 2),
    (7_500, 6),
    (9_000, 19),
    (9_500, 36),
    (9_900, 180),
    (9_990, 1_296),
    (10_000, 5_000),
];

pub(super) fn customer(draws: &mut Draws, price: i64) -> i64 {
    if draws.per_million(4) {
        return 80_995;
    }
    if price < 30_000 && draws.per_million(7_000) {
        return draws.quantile(LARGE);
    }
    draws.weighted(match price {
        ..20_000 => CHEAP,
        20_000..50_000 => MIDDLING,
        _ => DEAR,
    })
}

pub(super) fn guest(draws: &mut Draws, price: i64) -> i64 {
    let pieces = draws.quantile(WEB);
    if price > 40_000 {
        (pieces + 1) / 2
    } else {
        pieces
    }
}

/// Pieces that come back, as a positive number.
pub(super) fn cancelled(draws: &mut Draws, price: i64) -> i64 {
    if draws.per_million(200) {
        return 80_995;
    }
    let pieces = draws.quantile(CANCELLED);
    if price > 50_000 {
        (pieces + 3) / 4
    } else {
        pieces
    }
}

/// Pieces of a correction of stock, with their sign.
pub(super) fn correction(draws: &mut Draws, found: bool) -> i64 {
    const PIECES: &[(u32, i64)] = &[
        (0, 1),
        (5_000, 20),
        (9_000, 250),
        (9_900, 1_500),
        (10_000, 9_600),
    ];
    let pieces = draws.quantile(PIECES);
    if found { pieces } else { -pieces }
}
