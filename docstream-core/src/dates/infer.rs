//! The order of day and month, from all dates of a file.

use super::DateOrder;
use super::shape::SlashDate;

/// What the dates of a whole file say about the order of day and month.
///
/// One date tells little, a file a lot: a day over 12 settles it. Where none
/// does, or two disagree, the order must be declared.
///
/// ```
/// use docstream_core::{DateOrder, OrderEvidence};
///
/// let mut evidence = OrderEvidence::default();
/// for date in ["12/1/2010 8:26", "12/13/2010 9:00"] {
///     evidence.observe(date);
/// }
/// assert_eq!(evidence.finish(), Ok(Some(DateOrder::MonthFirst)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrderEvidence {
    records: u64,
    either: u64,
    month_first: Witnesses,
    day_first: Witnesses,
}

/// Records that fit one order only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Witnesses {
    count: u64,
    /// The number of the first of them, counted from 1.
    first: u64,
}

impl Witnesses {
    fn add(&mut self, record: u64) {
        if self.count == 0 {
            self.first = record;
        }
        self.count += 1;
    }

    fn append(&mut self, later: Self, records: u64) {
        if self.count == 0 && later.count > 0 {
            self.first = records + later.first;
        }
        self.count += later.count;
    }
}

impl OrderEvidence {
    /// Takes in the date of the next record; the empty text if it has none, so that
    /// the records are counted right. Texts that are no dates with slashes, or fit
    /// neither order, tell nothing.
    #[inline]
    pub fn observe(&mut self, text: &str) {
        self.records += 1;
        if let [_, b'/', ..] | [_, _, b'/', ..] = text.as_bytes() {
            self.observe_slashes(text);
        }
    }

    fn observe_slashes(&mut self, text: &str) {
        let Ok(date) = SlashDate::read(text.as_bytes()) else {
            return;
        };
        let fits = |order| date.in_order(order).is_ok();
        match (fits(DateOrder::MonthFirst), fits(DateOrder::DayFirst)) {
            (true, true) => self.either += 1,
            (true, false) => self.month_first.add(self.records),
            (false, true) => self.day_first.add(self.records),
            (false, false) => {}
        }
    }

    /// Adds what was observed of the records that follow these.
    ///
    /// Parts of a file, looked at side by side, then say what the whole of it does:
    ///
    /// ```
    /// use docstream_core::{DateOrder, OrderEvidence};
    ///
    /// let (mut first, mut second) = (OrderEvidence::default(), OrderEvidence::default());
    /// first.observe("12/1/2010 8:26");
    /// second.observe("12/13/2010 9:00");
    /// first.merge(&second);
    /// assert_eq!((first.records(), first.finish()), (2, Ok(Some(DateOrder::MonthFirst))));
    /// ```
    pub fn merge(&mut self, later: &Self) {
        self.month_first.append(later.month_first, self.records);
        self.day_first.append(later.day_first, self.records);
        self.records += later.records;
        self.either += later.either;
    }

    /// How many records were observed.
    pub const fn records(&self) -> u64 {
        self.records
    }

    /// How many of them have a date with slashes.
    pub const fn slash_dates(&self) -> u64 {
        self.either + self.month_first.count + self.day_first.count
    }

    /// The order that all dates fit, `None` if there are no dates with slashes.
    ///
    /// # Errors
    ///
    /// Every date fits both orders, or some fit only the one and some only the other.
    pub fn finish(&self) -> Result<Option<DateOrder>, OrderError> {
        match (self.month_first.count, self.day_first.count) {
            (0, 0) if self.either == 0 => Ok(None),
            (0, 0) => Err(OrderError::Ambiguous { dates: self.either }),
            (_, 0) => Ok(Some(DateOrder::MonthFirst)),
            (0, _) => Ok(Some(DateOrder::DayFirst)),
            (month_first, day_first) => Err(OrderError::Contradictory {
                month_first,
                first_month_first: self.month_first.first,
                day_first,
                first_day_first: self.day_first.first,
            }),
        }
    }
}

/// Why the order of day and month could not be inferred.
///
/// ```
/// use docstream_core::OrderEvidence;
/// use docstream_core::dates::OrderError;
///
/// let mut evidence = OrderEvidence::default();
/// evidence.observe("12/1/2010 8:26");
/// match evidence.finish() {
///     Err(OrderError::Ambiguous { dates }) => assert_eq!(dates, 1), // ask the user: mdy or dmy?
///     other => panic!("{other:?}"),
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// No date has a day over 12.
    #[error(
        "the order of day and month cannot be told: no day over 12 in {dates} dates with slashes; \
         declare it: mdy (month first) or dmy (day first)"
    )]
    Ambiguous {
        /// How many dates have slashes.
        dates: u64,
    },
    /// The dates disagree.
    #[error(
        "the dates disagree on the order of day and month: {month_first} can only be month first \
         (the first is record {first_month_first}), {day_first} only day first \
         (the first is record {first_day_first}); declare it: mdy (month first) or dmy (day first), \
         and dates that do not fit are rejected"
    )]
    Contradictory {
        /// How many dates fit month first only.
        month_first: u64,
        /// The number of the first of them, counted from 1.
        first_month_first: u64,
        /// How many dates fit day first only.
        day_first: u64,
        /// The number of the first of them, counted from 1.
        first_day_first: u64,
    },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(dates: &[&str]) -> OrderEvidence {
        let mut evidence = OrderEvidence::default();
        dates.iter().for_each(|date| evidence.observe(date));
        evidence
    }

    #[test]
    fn a_day_over_twelve_settles_the_order() {
        assert_eq!(
            of(&["1/2/2010 8:26", "12/13/2010 8:26"]).finish(),
            Ok(Some(DateOrder::MonthFirst))
        );
        assert_eq!(
            of(&["1/2/2010 8:26", "13/12/2010 8:26"]).finish(),
            Ok(Some(DateOrder::DayFirst))
        );
    }

    #[test]
    fn without_slashes_there_is_nothing_to_infer() {
        assert_eq!(
            of(&["2010-12-13 08:26:00", "", "n/a", "1/2"]).finish(),
            Ok(None)
        );
        assert_eq!(of(&[]).finish(), Ok(None));
    }

    #[test]
    fn no_day_over_twelve_is_refused_and_names_the_option() {
        let error = of(&["1/2/2010 8:26", "", "3/3/2010 8:26"])
            .finish()
            .unwrap_err();
        assert_eq!(error, OrderError::Ambiguous { dates: 2 });
        assert!(error.to_string().contains("mdy") && error.to_string().contains("dmy"));
    }

    #[test]
    fn dates_that_disagree_are_refused_by_the_number_of_their_records() {
        let dates = [
            "",
            "1/2/2010 8:26",
            "12/13/2010 8:26",
            "12/14/2010 8:26",
            "15/1/2010 8:26",
        ];
        let error = of(&dates).finish().unwrap_err();
        let expected = OrderError::Contradictory {
            month_first: 2,
            first_month_first: 3,
            day_first: 1,
            first_day_first: 5,
        };
        assert_eq!(error, expected);
        assert!(error.to_string().contains("record 3") && error.to_string().contains("record 5"));
    }

    #[test]
    fn a_date_that_fits_neither_order_decides_nothing() {
        let impossible = [
            "13/13/2010 8:26",
            "4/31/2010 8:26",
            "12/25/2010 25:00",
            "12/25/10 8:26",
        ];
        assert_eq!(of(&impossible).finish(), Ok(None));
    }

    proptest! {
        #[test]
        fn a_file_read_in_two_parts_says_the_same(
            dates in prop::collection::vec(
                prop::sample::select(&["", "1/2/2010 8:26", "12/13/2010 8:26", "13/12/2010 8:26"][..]),
                0..20,
            ),
            cut in 0..20_usize,
        ) {
            let (before, after) = dates.split_at(cut.min(dates.len()));
            let mut merged = of(before);
            merged.merge(&of(after));
            prop_assert_eq!(merged, of(&dates));
        }
    }
}
