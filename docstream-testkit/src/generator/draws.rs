//! Numbers that depend on where they are asked for, and on nothing else.

/// What a draw is for; two purposes at the same place get unrelated numbers.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Product = 1,
    Shape,
    Block,
    Invoice,
    GeneratedLine,
    Copy,
    Fault,
    Spelling,
}

/// A short run of numbers for one place (seed, purpose, index): splitmix64
/// started from a hash of the place, so no place needs another's numbers.
#[derive(Clone)]
pub(super) struct Draws(u64);

impl Draws {
    pub(super) fn at(seed: u64, purpose: Purpose, index: u64) -> Self {
        let stream = mix(seed.wrapping_add((purpose as u64).wrapping_mul(0xD1B5_4A32_D192_ED03)));
        Self(mix(stream ^ mix(index)))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    pub(super) fn bits(&mut self) -> u32 {
        (self.next() >> 32) as u32
    }

    /// A number from 0 up to, and without, `end`; 0 if `end` is 0.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        ((u64::from(self.bits()) * u64::from(end)) >> 32) as u32
    }

    pub(super) fn per_million(&mut self, share: u32) -> bool {
        self.below(1_000_000) < share
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        from.get(self.below(from.len() as u32) as usize).copied()
    }

    /// An entry of a table of (weight, value), as often as its weight says.
    pub(super) fn weighted<T: Copy + Default>(&mut self, table: &[(u32, T)]) -> T {
        let mut left = self.below(table.iter().map(|(weight, _)| weight).sum());
        for &(weight, value) in table {
            if left < weight {
                return value;
            }
            left -= weight;
        }
        T::default()
    }

    /// A value from a table of quantiles (parts in ten thousand, value), with
    /// straight lines between them; below the first part, its value. Whole
    /// numbers only: the same everywhere.
    pub(super) fn quantile(&mut self, table: &[(u32, i64)]) -> i64 {
        let at = i64::from(self.below(10_000));
        let mut low = table.first().copied().unwrap_or_default();
        for &(part, value) in table {
            let (from, start) = (i64::from(low.0), low.1);
            let until = i64::from(part);
            if at < until && from < until {
                return start + (value - start) * (at - from).max(0) / (until - from);
            }
            low = (part, value);
        }
        low.1
    }
}

/// The finalizer of splitmix64: every bit of the input moves every bit of the output.
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_purposes_are_unrelated() {
        let mut seen = std::collections::HashSet::new();
        for seed in 0..4 {
            for index in 0..1_000 {
                for purpose in [Purpose::GeneratedLine, Purpose::Invoice, Purpose::Fault] {
                    assert!(seen.insert(Draws::at(seed, purpose, index).next()));
                }
            }
        }
    }

    #[test]
    fn quantiles_stay_within_their_table() {
        let table = [(0, 1), (5_000, 1), (9_000, 10), (10_000, 100)];
        let mut draws = Draws::at(1, Purpose::GeneratedLine, 0);
        let values: Vec<i64> = (0..10_000).map(|_| draws.quantile(&table)).collect();
        assert!(values.iter().all(|v| (1..=100).contains(v)));
        let ones = values.iter().filter(|v| **v == 1).count();
        assert!((5_000..6_500).contains(&ones), "{ones}");
    }
}
