//! Burying.

use async_trait::async_trait;
use docstream_core::{DeadLetters, Error, Fault, Rejected, Result, Timestamp, crash_point};
use rusqlite::Connection;

use super::SqliteDeadLetters;
use crate::error::sqlite;

#[async_trait]
impl DeadLetters for SqliteDeadLetters {
    async fn bury(&self, dead: &[Rejected]) -> Result<()> {
        if dead.is_empty() {
            return Ok(());
        }
        let dead = dead.to_vec();
        self.0.writer.run(move |conn| bury(conn, &dead)).await?;
        crash_point("dlq_after_write");
        Ok(())
    }
}

fn bury(conn: &Connection, dead: &[Rejected]) -> Result<()> {
    let operation = "bury rejected documents";
    let now = Timestamp::now().unix_micros();
    let mut insert = conn
        .prepare_cached(
            "INSERT INTO dead_letters (grp, partition, offset, doc_id, attempt, stage, code,
                 faults, key, buried_at, state, raw)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'open', ?11)
             ON CONFLICT (grp, partition, offset, doc_id, attempt) DO NOTHING",
        )
        .map_err(sqlite(operation))?;
    for (place, one) in dead.iter().enumerate() {
        if place == 1 {
            crash_point("dlq_partial");
        }
        let faults: Vec<&Fault> = one.rejection.faults().collect();
        let faults = serde_json::to_string(&faults)
            .map_err(|error| Error::bug(operation, "the faults are no JSON").caused_by(error))?;
        let put = insert.execute((
            &*one.group,
            one.partition.as_str(),
            one.offset.0 as i64,
            one.id.to_bytes(),
            one.attempt,
            one.rejection.stage().as_str(),
            one.rejection.code().as_str(),
            faults,
            &one.key,
            now,
            &one.raw,
        ));
        put.map_err(sqlite(operation))?;
    }
    Ok(())
}
