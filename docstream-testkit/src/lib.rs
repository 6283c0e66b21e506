//! Contracts, fault wrappers and a generator.

pub mod generator;
