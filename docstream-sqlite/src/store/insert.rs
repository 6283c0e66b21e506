//! Putting documents into the table.

use docstream_core::{Code, Outcome, Result, Timestamp, WriteReport, crash_point};
use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, ErrorCode, OptionalExtension, ffi};

use super::rows::{Bound, Rows, refused, reject};
use super::table::{OWN, Table};
use crate::error::sqlite;

const OPERATION: &str = "store documents";

/// Inserts `rows` one by one; what cannot be stored keeps no other from it.
pub(super) fn insert(conn: &Connection, table: &Table, rows: &Rows) -> Result<WriteReport> {
    let partition = partition_id(conn, rows.partition.as_str()).map_err(sqlite(OPERATION))?;
    let now = Timestamp::now().unix_micros();
    let mut statement = conn
        .prepare_cached(&table.insert)
        .map_err(sqlite(OPERATION))?;
    let mut known = Known::new(conn, table).map_err(sqlite(OPERATION))?;
    let mut report = WriteReport {
        written: 0,
        others: rows.refused.clone(),
    };
    for (row, head) in rows.heads.iter().enumerate() {
        if row == 1 {
            crash_point("sink_partial");
        }
        let mut put = || -> rusqlite::Result<Option<Outcome>> {
            if let Some(hash) = known.deleted(&head.id)? {
                return Ok(Some(judge(&head.hash, &hash)));
            }
            let own = [
                ValueRef::Blob(&head.id),
                ValueRef::Blob(&head.hash),
                ValueRef::Integer(partition),
                ValueRef::Integer(head.offset),
                ValueRef::Integer(now),
            ];
            let _: [_; OWN.len()] = own;
            for (value, place) in own.into_iter().chain(rows.values(row)).zip(1..) {
                statement.raw_bind_parameter(place, Bound(value))?;
            }
            if statement.raw_execute()? == 1 {
                return Ok(None);
            }
            Ok(Some(judge(&head.hash, &known.stored(&head.id)?)))
        };
        match put() {
            Ok(None) => report.written += 1,
            Ok(Some(outcome)) => report.others.push((head.index, outcome)),
            Err(error) => match own_fault(&error) {
                Some(message) => report.others.push((head.index, refused(message))),
                None => return Err(sqlite(OPERATION)(error)),
            },
        }
    }
    Ok(report)
}

fn judge(hash: &[u8; 16], first: &[u8; 16]) -> Outcome {
    if hash == first {
        Outcome::Duplicate
    } else {
        let message = "expected a new id, or the content that was stored under this one";
        reject(Code::IdConflict, message)
    }
}

/// Why SQLite refuses a row for the row's own sake; `None` for any other error.
fn own_fault(error: &rusqlite::Error) -> Option<&'static str> {
    let rusqlite::Error::SqliteFailure(failure, _) = error else {
        return None;
    };
    match (failure.code, failure.extended_code) {
        (_, ffi::SQLITE_CONSTRAINT_NOTNULL) => Some("expected a value in every required column"),
        (ErrorCode::TooBig, _) => Some("expected a document that fits a row of the store"),
        (ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch, _) => {
            Some("expected values that the table's constraints allow")
        }
        _ => None,
    }
}

/// The small number that stands for a partition's name in every row.
fn partition_id(conn: &Connection, name: &str) -> rusqlite::Result<i64> {
    let known = conn
        .prepare_cached("SELECT id FROM store_partitions WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    match known {
        Some(id) => Ok(id),
        None => conn
            .prepare_cached("INSERT INTO store_partitions (name) VALUES (?1) RETURNING id")?
            .query_row([name], |row| row.get(0)),
    }
}

/// Looks up the hashes of ids that are there.
struct Known<'a> {
    stored: CachedStatement<'a>,
    /// Only if anything was ever deleted: a look-up before every insert costs.
    deleted: Option<CachedStatement<'a>>,
}

impl<'a> Known<'a> {
    fn new(conn: &'a Connection, table: &Table) -> rusqlite::Result<Self> {
        let hash_in = |name: &str| {
            let sql = format!("SELECT content_hash FROM {name} WHERE doc_id = ?1");
            conn.prepare_cached(&sql)
        };
        let any: bool = conn
            .prepare_cached(&format!("SELECT EXISTS (SELECT 1 FROM {})", table.deleted))?
            .query_row([], |row| row.get(0))?;
        Ok(Self {
            stored: hash_in(&table.name)?,
            deleted: any.then(|| hash_in(&table.deleted)).transpose()?,
        })
    }

    fn stored(&mut self, id: &[u8; 24]) -> rusqlite::Result<[u8; 16]> {
        self.stored.query_row([id], |row| row.get(0))
    }

    fn deleted(&mut self, id: &[u8; 24]) -> rusqlite::Result<Option<[u8; 16]>> {
        match &mut self.deleted {
            None => Ok(None),
            Some(deleted) => deleted.query_row([id], |row| row.get(0)).optional(),
        }
    }
}
