//! Invoice lines as JSON in the data set's names.

mod depth;
pub(crate) mod fast;
pub(crate) mod read;
mod serde;
mod write;

pub(crate) use depth::exceeds as exceeds_depth;
pub use write::write_json;
