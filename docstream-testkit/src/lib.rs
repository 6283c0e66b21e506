//! Contracts, fault wrappers and a generator.
