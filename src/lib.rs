//! Document streams that lose nothing and store nothing twice.
pub use docstream_core::*;
