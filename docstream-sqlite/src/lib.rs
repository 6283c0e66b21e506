//! A durable log and a store in SQLite files.

mod checkpoints;
mod connection;
mod crash;
mod error;
mod readers;
mod writer;

pub use connection::Durability;
