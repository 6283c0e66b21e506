//! Stand-in until the dates land.
/// A moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp(i64);
impl Timestamp {
    /// micros
    pub fn unix_micros(self) -> i64 {
        self.0
    }
    /// micros
    pub fn from_unix_micros(m: i64) -> Self {
        Self(m)
    }
}
/// An amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money(i64);
impl Money {
    /// units
    pub fn ten_thousandths(self) -> i64 {
        self.0
    }
    /// units
    pub fn from_ten_thousandths(n: i64) -> Self {
        Self(n)
    }
}
