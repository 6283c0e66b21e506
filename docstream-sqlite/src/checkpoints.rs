//! Checkpoints that are kept with what was written.

use async_trait::async_trait;
use docstream_core::{Advance, Checkpoints, Epoch, Error, Offset, Partition, Result};
use rusqlite::{Connection, OptionalExtension};

use crate::connection::Component;
use crate::error::sqlite;
use crate::readers::Readers;

/// The table of checkpoints: one for the log and the store if they share a file.
pub(crate) const COMPONENT: Component = Component {
    name: "checkpoints",
    migrations: &[
        "CREATE TABLE checkpoints (grp TEXT NOT NULL, partition TEXT NOT NULL, \
         next INTEGER NOT NULL, epoch INTEGER NOT NULL, PRIMARY KEY (grp, partition)) \
         WITHOUT ROWID, STRICT",
    ],
};

/// Moves a checkpoint as [`Advance`] says, in the transaction that is open on `tx`.
///
/// # Errors
///
/// `Fenced` if another owner has moved it; the caller must undo its transaction.
pub(crate) fn advance(tx: &Connection, advance: &Advance) -> Result<()> {
    let extent = &advance.extent;
    let stands = load(tx, &advance.group, &extent.partition)?;
    match stands {
        // A write is repeated whose answer was lost.
        Some(there) if there == (extent.to, extent.epoch) => return Ok(()),
        Some((next, epoch))
            if epoch > extent.epoch || (epoch == extent.epoch && next != extent.from) =>
        {
            let message = format!(
                "the checkpoint stands at {next} of epoch {}, not at {} of epoch {}: \
                 another worker has taken over",
                epoch.0, extent.from, extent.epoch.0
            );
            return Err(Error::fenced("move a checkpoint", message)
                .with("group", &advance.group)
                .with("partition", &extent.partition));
        }
        _ => {}
    }
    // Offsets and epochs keep all their bits in an i64, and are never compared by SQL.
    tx.prepare_cached(
        "INSERT INTO checkpoints (grp, partition, next, epoch) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (grp, partition) DO UPDATE SET next = excluded.next, epoch = excluded.epoch",
    )
    .and_then(|mut insert| {
        insert.execute((
            &*advance.group,
            extent.partition.as_str(),
            extent.to.0 as i64,
            extent.epoch.0 as i64,
        ))
    })
    .map_err(sqlite("move a checkpoint"))?;
    Ok(())
}

/// The checkpoint of `group` in `partition` and the epoch that set it.
pub(crate) fn load(
    conn: &Connection,
    group: &str,
    partition: &Partition,
) -> Result<Option<(Offset, Epoch)>> {
    conn.prepare_cached("SELECT next, epoch FROM checkpoints WHERE grp = ?1 AND partition = ?2")
        .and_then(|mut select| {
            select
                .query_row((group, partition.as_str()), |row| {
                    let (next, epoch): (i64, i64) = (row.get(0)?, row.get(1)?);
                    Ok((Offset(next as u64), Epoch(epoch as u64)))
                })
                .optional()
        })
        .map_err(sqlite("read a checkpoint"))
}

/// The furthest checkpoint that any group has in `partition`.
pub(crate) fn furthest(conn: &Connection, partition: &Partition) -> Result<Option<Offset>> {
    let read = || -> rusqlite::Result<Option<Offset>> {
        let mut furthest = None;
        let mut select =
            conn.prepare_cached("SELECT next FROM checkpoints WHERE partition = ?1")?;
        let mut rows = select.query([partition.as_str()])?;
        while let Some(row) = rows.next()? {
            furthest = furthest.max(Some(Offset(row.get::<_, i64>(0)? as u64)));
        }
        Ok(furthest)
    };
    read().map_err(sqlite("read a checkpoint"))
}

/// The checkpoints of a file.
#[derive(Debug)]
pub(crate) struct FileCheckpoints(pub(crate) Readers);

#[async_trait]
impl Checkpoints for FileCheckpoints {
    async fn load(&self, group: &str, partition: &Partition) -> Result<Option<(Offset, Epoch)>> {
        let (group, partition) = (group.to_owned(), partition.clone());
        self.0.run(move |conn| load(conn, &group, &partition)).await
    }
}

#[cfg(test)]
mod tests {
    use docstream_core::{Class, Extent};

    use super::*;

    fn table() -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(COMPONENT.migrations[0]).unwrap();
        conn
    }

    fn step(epoch: u64, from: u64, to: u64) -> Advance {
        Advance {
            group: "g".into(),
            extent: Extent {
                partition: Partition::new("p"),
                epoch: Epoch(epoch),
                from: Offset(from),
                to: Offset(to),
            },
        }
    }

    fn stands(conn: &Connection) -> Option<(u64, u64)> {
        let found = load(conn, "g", &Partition::new("p")).unwrap();
        found.map(|(next, epoch)| (next.0, epoch.0))
    }

    #[test]
    fn the_first_of_an_epoch_sets_and_the_next_ones_compare() {
        let conn = table();
        assert_eq!(stands(&conn), None);
        advance(&conn, &step(1, 5, 9)).unwrap();
        advance(&conn, &step(1, 9, 12)).unwrap();
        assert_eq!(stands(&conn), Some((12, 1)));
        advance(&conn, &step(2, 3, 4)).unwrap();
        assert_eq!(stands(&conn), Some((4, 2)));
    }

    #[test]
    fn a_former_owner_is_fenced_and_so_is_a_gap() {
        let conn = table();
        advance(&conn, &step(2, 0, 10)).unwrap();
        for late in [step(1, 10, 20), step(2, 5, 20), step(2, 11, 20)] {
            let error = advance(&conn, &late).unwrap_err();
            assert_eq!(error.class(), Class::Fenced, "{late:?}");
        }
        assert_eq!(stands(&conn), Some((10, 2)));
    }

    #[test]
    fn a_write_may_be_repeated_when_its_answer_was_lost() {
        let conn = table();
        for _ in 0..2 {
            advance(&conn, &step(2, 0, 10)).unwrap();
        }
        assert_eq!(stands(&conn), Some((10, 2)));
    }

    #[test]
    fn the_largest_offset_survives() {
        let conn = table();
        advance(&conn, &step(u64::MAX, 0, u64::MAX)).unwrap();
        assert_eq!(stands(&conn), Some((u64::MAX, u64::MAX)));
        let other = Advance {
            group: "other".into(),
            ..step(1, 0, 7)
        };
        advance(&conn, &other).unwrap();
        let furthest = furthest(&conn, &Partition::new("p")).unwrap();
        assert_eq!(furthest, Some(Offset(u64::MAX)));
    }
}
