//! The canary: would a good document be stored now?

use docstream_core::{FieldType, Result};
use rusqlite::Connection;
use rusqlite::types::Value;

use super::table::{OWN, Table};
use crate::error::sqlite;

const OPERATION: &str = "probe the store";

/// Inserts a document that nobody sent and takes it back, then counts the probe:
/// what is taken back never reaches the disk, and a full disk should show.
pub(super) fn probe(conn: &Connection, table: &Table) -> Result<()> {
    let probe = || -> rusqlite::Result<()> {
        conn.execute_batch("SAVEPOINT probe")?;
        let inserted = conn
            .prepare_cached(&table.insert)?
            .execute(rusqlite::params_from_iter(values(table)));
        if !conn.is_autocommit() {
            conn.execute_batch("ROLLBACK TO probe; RELEASE probe")?;
        }
        inserted?;
        conn.execute_batch("UPDATE store_probe SET writes = writes + 1")
    };
    probe().map_err(sqlite(OPERATION))
}

/// A plain value for every column.
fn values(table: &Table) -> impl Iterator<Item = Value> {
    let own = [
        Value::Blob(vec![0; 24]),
        Value::Blob(vec![0; 16]),
        Value::Integer(0),
        Value::Integer(0),
        Value::Integer(0),
    ];
    let _: &[_; OWN.len()] = &own;
    let plain = |kind: FieldType| match kind {
        FieldType::Text => Value::Text("probe".to_owned()),
        FieldType::Real => Value::Real(0.0),
        _ => Value::Integer(0),
    };
    own.into_iter().chain(
        table
            .schema
            .fields
            .iter()
            .map(move |field| plain(field.kind)),
    )
}
