//! How lines fall into invoices.
//!
//! Documents come in blocks of [`BLOCK`]; a block is cut into invoices by one of
//! a fixed set of patterns. So the invoice of any document is one look-up away,
//! and no invoice crosses a block.

use std::sync::LazyLock;

use super::draws::{Draws, Purpose};

/// Documents in a block; the largest real invoice (1,114 lines) fits.
pub(super) const BLOCK: u64 = 2_048;
/// Invoice numbers a block may use. The real file uses 25,900 numbers of a range
/// of 45,222, which is 171 numbers to a block, with gaps.
pub(super) const NUMBERS: u64 = 171;
const PATTERNS: u64 = 128;
/// Lines of the largest real invoice. One pattern starts with one like it.
const LARGEST: i64 = 1_114;

/// What an invoice is, as far as its size depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum Class {
    /// A sale to a known customer.
    #[default]
    Customer,
    /// A sale to a guest, mostly a large one through the web shop.
    Guest,
    /// One line at price 0 that mends the stock, or (rarely) the books.
    Correction,
    /// A cancellation, `C...`.
    Cancellation,
}

/// Invoices of each class in the real file.
const CLASSES: [(u32, Class); 4] = [
    (18_536, Class::Customer),
    (1_210, Class::Guest),
    (2_315, Class::Correction),
    (3_836, Class::Cancellation),
];

/// Lines per invoice of the real file, as quantiles.
const CUSTOMER_LINES: &[(u32, i64)] = &[
    (750, 1),
    (1_000, 2),
    (2_500, 6),
    (5_000, 15),
    (6_000, 19),
    (7_000, 24),
    (7_500, 28),
    (8_000, 32),
    (9_000, 48),
    (9_500, 65),
    (9_900, 111),
    (9_990, 239),
    (10_000, 542),
];
const GUEST_LINES: &[(u32, i64)] = &[
    (0, 2),
    (1_300, 3),
    (2_700, 13),
    (4_200, 37),
    (7_100, 148),
    (8_500, 223),
    (9_710, 526),
    (9_930, 721),
    (10_000, LARGEST),
];
const CANCELLED_LINES: &[(u32, i64)] = &[
    (0, 1),
    (5_550, 1),
    (6_000, 2),
    (7_500, 3),
    (9_000, 5),
    (9_500, 7),
    (9_900, 18),
    (9_990, 41),
    (10_000, 101),
];

/// An invoice's place within its block.
#[derive(Clone, Copy, Default)]
pub(super) struct Slot {
    /// Its number within the block, below [`NUMBERS`].
    pub(super) ordinal: u16,
    /// The block's line it starts at.
    pub(super) start: u16,
    pub(super) lines: u16,
    pub(super) class: Class,
}

struct Pattern {
    slots: Vec<Slot>,
    /// For each line of the block, its slot.
    of_line: Vec<u8>,
}

static PATTERNS_TABLE: LazyLock<Vec<Pattern>> =
    LazyLock::new(|| (0..PATTERNS).map(pattern).collect());

fn lines(draws: &mut Draws, class: Class) -> i64 {
    match class {
        Class::Customer => draws.quantile(CUSTOMER_LINES),
        Class::Guest => draws.quantile(GUEST_LINES),
        Class::Correction => 1,
        Class::Cancellation => draws.quantile(CANCELLED_LINES),
    }
}

fn pattern(number: u64) -> Pattern {
    let mut draws = Draws::at(0, Purpose::Shape, number);
    let mut slots: Vec<Slot> = Vec::new();
    let mut of_line = Vec::with_capacity(BLOCK as usize);
    while of_line.len() < BLOCK as usize {
        let room = BLOCK as i64 - of_line.len() as i64;
        let class = draws.weighted(&CLASSES);
        let (class, lines) = if number == 0 && slots.is_empty() {
            (Class::Guest, LARGEST)
        } else {
            (class, lines(&mut draws, class))
        };
        // The last number of a block takes all the room that is left.
        let last = slots.len() as u64 == NUMBERS - 1;
        let lines = if last { room } else { lines.clamp(1, room) };
        let class = if last { Class::Customer } else { class };
        slots.push(Slot {
            ordinal: slots.len() as u16,
            start: of_line.len() as u16,
            lines: lines as u16,
            class,
        });
        of_line.resize(of_line.len() + lines as usize, slots.len() as u8 - 1);
    }
    Pattern { slots, of_line }
}

/// The block of document `k` and its invoice's place in it.
pub(super) fn slot(seed: u64, k: u64) -> (u64, Slot) {
    let block = k / BLOCK;
    let choice = Draws::at(seed, Purpose::Block, block).below(PATTERNS as u32);
    let slot = PATTERNS_TABLE.get(choice as usize).and_then(|pattern| {
        let of_line = pattern.of_line.get((k % BLOCK) as usize)?;
        pattern.slots.get(usize::from(*of_line)).copied()
    });
    (block, slot.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_covers_its_block_without_gaps() {
        for pattern in PATTERNS_TABLE.iter() {
            assert_eq!(pattern.of_line.len(), BLOCK as usize);
            assert!(pattern.slots.len() <= NUMBERS as usize);
            let mut next = 0;
            for slot in &pattern.slots {
                assert_eq!(slot.start, next);
                assert!(slot.lines > 0);
                next += slot.lines;
            }
            assert_eq!(u64::from(next), BLOCK);
        }
    }
}
