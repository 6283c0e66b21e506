//! Stand-in until the invoice branch lands.
/// An amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money(i64);
impl Money {
    /// units
    pub fn ten_thousandths(self) -> Option<i64> {
        Some(self.0)
    }
    /// units
    pub fn from_ten_thousandths(n: i64) -> Self {
        Self(n)
    }
}
