//! A durable log and a store in SQLite files.

mod checkpoints;
mod conditions;
mod connection;
mod crash;
mod dead_letters;
mod error;
mod queries;
mod log;
mod readers;
mod store;
mod writer;

pub use connection::Durability;
pub use dead_letters::SqliteDeadLetters;
pub use store::{BackupProgress, SqliteStore, StoreOptions};
pub use log::{GroupInfo, Lag, Log, LogEntry, LogOptions, LogSize, LogSource, Resend, Start};
