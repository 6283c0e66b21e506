//! Named points at which tests end or stall the process.

/// A point at which a test of feature `failpoints` may strike; nothing otherwise.
macro_rules! crash_point {
    ($name:literal) => {
        #[cfg(feature = "failpoints")]
        fail::fail_point!($name);
    };
}

pub(crate) use crash_point;
