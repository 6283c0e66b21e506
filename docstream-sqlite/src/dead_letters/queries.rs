//! Reading what was buried.

use async_trait::async_trait;
use docstream_core::queries::{Cursor, InvalidCursor, Page, PageRequest, QueryResult};
use docstream_core::{
    Buried, Code, DeadLetter, DeadLetterFilter, DeadLetterId, DeadLetterQueries, DeadLetterState,
    DocId, Error, Offset, Partition, Result, Stage, Timestamp,
};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};

use super::SqliteDeadLetters;
use crate::conditions::Conditions;
use crate::error::sqlite;

const OPERATION: &str = "read the dead letters";

const LETTER: &str = "SELECT id, doc_id, grp, partition, offset, stage, faults, attempt,
    length(raw), buried_at, state";

#[async_trait]
impl DeadLetterQueries for SqliteDeadLetters {
    async fn list(
        &self,
        filter: &DeadLetterFilter,
        page: &PageRequest,
    ) -> QueryResult<Page<DeadLetter>> {
        let limit = page.limit;
        let after = page.cursor.as_ref().map(position).transpose()?;
        let wanted = wanted(filter).and("id >", after);
        let sql = format!(
            "{LETTER} FROM dead_letters{} ORDER BY id LIMIT {}",
            wanted.sql(),
            limit.get() + 1
        );
        let read = move |conn: &Connection| select(conn, &sql, wanted.values);
        let letters = self.0.readers.run(read).await?;
        Ok(Page::cut(letters, limit, |letter| {
            letter.id.as_str().as_bytes().to_vec()
        }))
    }

    async fn get(&self, id: &DeadLetterId) -> QueryResult<Option<Buried>> {
        // What is no number is the id of nothing here.
        let Ok(id) = id.as_str().parse::<i64>() else {
            return Ok(None);
        };
        Ok(self.0.readers.run(move |conn| get(conn, id)).await?)
    }

    async fn counts(&self, filter: &DeadLetterFilter) -> QueryResult<Vec<(Code, u64)>> {
        let wanted = wanted(filter);
        let read = move |conn: &Connection| counts(conn, wanted);
        Ok(self.0.readers.run(read).await?)
    }

    async fn mark_resent(&self, ids: &[DeadLetterId]) -> QueryResult<u64> {
        let ids: Vec<i64> = ids
            .iter()
            .filter_map(|id| id.as_str().parse().ok())
            .collect();
        let mark = move |conn: &Connection| {
            let mut update = conn.prepare_cached(
                "UPDATE dead_letters SET state = 'resent' WHERE id = ?1 AND state = 'open'",
            )?;
            ids.iter()
                .try_fold(0, |marked, id| Ok(marked + update.execute([id])? as u64))
        };
        let operation = "mark dead letters as resent";
        let marking = self
            .0
            .writer
            .run(move |conn| mark(conn).map_err(sqlite(operation)));
        Ok(marking.await?)
    }
}

fn position(cursor: &Cursor) -> Result<i64, InvalidCursor> {
    let text = std::str::from_utf8(cursor.bytes()).map_err(|_| InvalidCursor)?;
    text.parse().map_err(|_| InvalidCursor)
}

fn wanted(filter: &DeadLetterFilter) -> Conditions {
    let state = filter.state.map(|state| match state {
        DeadLetterState::Resent => "resent",
        _ => "open",
    });
    Conditions::default()
        .and("code =", filter.code.map(|code| code.as_str().to_owned()))
        .and(
            "stage =",
            filter.stage.map(|stage| stage.as_str().to_owned()),
        )
        .and("grp =", filter.group.clone())
        .and("state =", state.map(str::to_owned))
}

fn select(conn: &Connection, sql: &str, values: Vec<Value>) -> Result<Vec<DeadLetter>> {
    let mut statement = conn.prepare_cached(sql).map_err(sqlite(OPERATION))?;
    let mut rows = statement
        .query(params_from_iter(values))
        .map_err(sqlite(OPERATION))?;
    let mut letters = Vec::new();
    while let Some(row) = rows.next().map_err(sqlite(OPERATION))? {
        letters.push(letter(row)?);
    }
    Ok(letters)
}

fn get(conn: &Connection, id: i64) -> Result<Option<Buried>> {
    let bytes = conn
        .prepare_cached("SELECT key, raw FROM dead_letters WHERE id = ?1")
        .and_then(|mut statement| {
            statement
                .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        })
        .map_err(sqlite(OPERATION))?;
    let Some((key, raw)) = bytes else {
        return Ok(None);
    };
    let sql = format!("{LETTER} FROM dead_letters WHERE id = ?1");
    let letters = select(conn, &sql, vec![id.into()])?;
    let buried = |letter| Buried { letter, key, raw };
    Ok(letters.into_iter().next().map(buried))
}

fn counts(conn: &Connection, wanted: Conditions) -> Result<Vec<(Code, u64)>> {
    let sql = format!(
        "SELECT code, count(*) FROM dead_letters{} GROUP BY code",
        wanted.sql()
    );
    let count = || -> rusqlite::Result<Vec<(String, u64)>> {
        conn.prepare_cached(&sql)?
            .query_map(params_from_iter(wanted.values), |row| {
                Ok((row.get(0)?, row.get::<_, i64>(1)? as u64))
            })?
            .collect()
    };
    let mut counts = count()
        .map_err(sqlite(OPERATION))?
        .into_iter()
        .map(|(code, count)| Ok((code.parse().map_err(strange("code"))?, count)))
        .collect::<Result<Vec<(Code, u64)>>>()?;
    counts.sort_unstable();
    Ok(counts)
}

fn letter(row: &Row<'_>) -> Result<DeadLetter> {
    let get = || -> rusqlite::Result<_> {
        Ok((
            row.get::<_, i64>(0)?,
            DocId::from_bytes(row.get(1)?),
            row.get::<_, String>(2)?,
            row.get::<_, String>(3)?,
            row.get::<_, i64>(4)?,
            row.get::<_, String>(5)?,
            row.get::<_, String>(6)?,
            row.get::<_, u32>(7)?,
            row.get::<_, i64>(8)? as u64,
            row.get::<_, i64>(9)?,
            row.get::<_, String>(10)?,
        ))
    };
    let (id, document, group, partition, offset, stage, faults, attempt, size, at, state) =
        get().map_err(sqlite(OPERATION))?;
    Ok(DeadLetter {
        id: DeadLetterId::new(id.to_string()),
        document,
        group,
        partition: Partition::new(partition),
        offset: Offset(offset as u64),
        stage: stage.parse::<Stage>()?,
        errors: serde_json::from_str(&faults).map_err(strange("faults"))?,
        attempt,
        size,
        buried_at: Timestamp::from_unix_micros(at).unwrap_or(Timestamp::UNIX_EPOCH),
        state: match state.as_str() {
            "open" => DeadLetterState::Open,
            _ => DeadLetterState::Resent,
        },
    })
}

/// What is in the file was not put there by us.
fn strange<E: std::error::Error + Send + Sync + 'static>(
    what: &'static str,
) -> impl FnOnce(E) -> Error {
    move |error| Error::config(OPERATION, format!("the {what} cannot be read")).caused_by(error)
}
