//! A durable log and a store in SQLite files.
