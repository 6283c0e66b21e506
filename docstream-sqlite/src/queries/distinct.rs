//! Counting different texts in as much memory as one of them.

/// How many different texts there are of those that come in order.
#[derive(Debug, Default)]
pub(super) struct Distinct {
    pub(super) count: u64,
    last: String,
}

impl Distinct {
    /// Adds a text that is not before the one added last.
    pub(super) fn add(&mut self, text: &str) {
        if self.count == 0 || self.last != text {
            self.count += 1;
            self.last.clear();
            self.last.push_str(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_counts_once_and_the_empty_one_too() {
        let mut distinct = Distinct::default();
        assert_eq!(distinct.count, 0);
        for text in ["", "", "1", "10", "10", "2"] {
            distinct.add(text);
        }
        assert_eq!(distinct.count, 4);
    }
}
