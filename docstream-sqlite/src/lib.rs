//! A durable log and a store in SQLite files.

mod checkpoints;
mod connection;
mod crash;
mod error;
mod log;
mod readers;
mod writer;

pub use connection::Durability;
pub use log::{GroupInfo, Lag, Log, LogEntry, LogOptions, LogSize, LogSource, Resend, Start};
