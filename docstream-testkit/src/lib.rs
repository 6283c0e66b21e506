//! For tests of pipelines and of endpoints: contracts that every source, sink and
//! store of dead letters passes ([`contract`]), wrappers that make them fail on
//! purpose ([`faulty`]), a seeded generator of documents ([`generator`]), and the real file
//! that they are modelled on ([`retail`]).

pub mod contract;
pub mod faulty;
pub mod generator;
mod random;
pub mod retail;
