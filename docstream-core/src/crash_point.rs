//! Places at which tests crash, fail or stall the process.

/// A named place that a test can make crash, fail or stall (feature `failpoints`,
/// crate `fail`); nothing at all otherwise. Adapters put them around the moments at
/// which a crash would hurt most.
#[inline(always)]
pub fn crash_point(name: &str) {
    #[cfg(feature = "failpoints")]
    fail::fail_point!(name);
    #[cfg(not(feature = "failpoints"))]
    let _ = name;
}
