#![doc = include_str!("docs.md")]

mod audit;
mod checkpoints;
mod conditions;
mod connection;
mod database;
mod dead_letters;
mod error;
mod log;
mod queries;
mod readers;
mod store;
mod writer;

pub use audit::audit;
pub use connection::Durability;
pub use dead_letters::SqliteDeadLetters;
pub use log::{GroupInfo, Lag, Log, LogEntry, LogOptions, LogSize, LogSource, Resend, Start};
pub use store::{BackupProgress, InvoiceStore, SqliteStore, StoreOptions};
