//! The ids that the log holds, so that a document is taken in once.
//!
//! A row stands for many documents of one source that came in one append: their
//! positions (nothing if they are dense, as those of a file mostly are) and their
//! hashes. A row spans at most 65,536 positions, which bounds how far a search
//! has to look.

use docstream_core::{ContentHash, DocId, Result};
use rusqlite::Connection;

use crate::error::sqlite;

const SPAN: u64 = u16::MAX as u64;

/// A document of an append: who it is, and where it is in the append.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) id: DocId,
    pub(crate) hash: ContentHash,
    /// It was rejected before and is sent again.
    pub(crate) again: bool,
    /// The index in the batch.
    pub(crate) index: u32,
    /// The chunk it is in, and its place there.
    pub(crate) chunk: u32,
    pub(crate) slot: u32,
}

/// Stretches of `held`, which is sorted by id, that one row may stand for.
fn stretches(held: &[Held]) -> impl Iterator<Item = &[Held]> {
    let mut rest = held;
    std::iter::from_fn(move || {
        let first = rest.first()?;
        // A stretch does not cross the middle of u64: SQLite compares signed.
        let fits = |next: &&Held| {
            next.id.source() == first.id.source()
                && next.id.position() - first.id.position() <= SPAN
                && next.id.position() >> 63 == first.id.position() >> 63
        };
        let len = rest.iter().take_while(fits).count();
        let (stretch, others) = rest.split_at(len);
        rest = others;
        Some(stretch)
    })
}

fn ends(stretch: &[Held]) -> Option<(u64, u64)> {
    let position = |held: &Held| held.id.position();
    Some((position(stretch.first()?), position(stretch.last()?)))
}

/// Calls `known` for each of `held` that the log has already, with whether its hash
/// is the same. `held` is sorted by id.
pub(crate) fn find(
    conn: &Connection,
    held: &[Held],
    mut known: impl FnMut(&Held, bool),
) -> Result<()> {
    for stretch in stretches(held) {
        let Some((first, last)) = ends(stretch) else {
            continue;
        };
        let source = stretch[0].id.source();
        // Clear of the middle of u64, so that the bound does not wrap.
        let reach = (last as i64).saturating_add(SPAN as i64);
        let mut find = || -> rusqlite::Result<()> {
            let mut select = conn.prepare_cached(
                "SELECT first, last, positions, hashes FROM log_ids \
                 WHERE source = ?1 AND last BETWEEN ?2 AND ?3 AND first <= ?4",
            )?;
            let mut rows = select.query((source.as_bytes(), first as i64, reach, last as i64))?;
            while let Some(row) = rows.next()? {
                let (first, last): (i64, i64) = (row.get(0)?, row.get(1)?);
                let (first, last) = (first as u64, last as u64);
                let positions = row.get_ref(2)?.as_blob_or_null()?;
                let hashes = row.get_ref(3)?.as_blob()?;
                let from = stretch.partition_point(|held| held.id.position() < first);
                let to = stretch.partition_point(|held| held.id.position() <= last);
                for held in &stretch[from..to] {
                    let distance = held.id.position() - first;
                    let Some(at) = place(positions, distance) else {
                        continue;
                    };
                    let hash = hashes.get(at * 16..at * 16 + 16).unwrap_or_default();
                    known(held, hash == held.hash.to_bytes());
                }
            }
            Ok(())
        };
        find().map_err(sqlite("look for ids in the log"))?;
    }
    Ok(())
}

/// Where the document at `distance` from the first is in a row.
fn place(positions: Option<&[u8]>, distance: u64) -> Option<usize> {
    let Some(positions) = positions else {
        return usize::try_from(distance).ok();
    };
    let (all, _) = positions.as_chunks::<2>();
    all.binary_search_by_key(&distance, |bytes| u64::from(u16::from_le_bytes(*bytes)))
        .ok()
}

/// Remembers `held`, which is sorted by id and holds none that is known.
pub(crate) fn insert(conn: &Connection, held: &[Held]) -> Result<()> {
    for stretch in stretches(held) {
        let Some((first, last)) = ends(stretch) else {
            continue;
        };
        let dense = last - first + 1 == stretch.len() as u64;
        let positions: Option<Vec<u8>> = (!dense).then(|| {
            let distance = |held: &Held| (held.id.position() - first) as u16;
            stretch
                .iter()
                .flat_map(|held| distance(held).to_le_bytes())
                .collect()
        });
        let hashes: Vec<u8> = stretch
            .iter()
            .flat_map(|held| held.hash.to_bytes())
            .collect();
        conn.prepare_cached(
            "INSERT INTO log_ids (source, first, last, positions, hashes) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )
        .and_then(|mut insert| {
            let source = stretch[0].id.source();
            insert.execute((
                source.as_bytes(),
                first as i64,
                last as i64,
                positions,
                hashes,
            ))
        })
        .map_err(sqlite("remember ids in the log"))?;
    }
    Ok(())
}

/// The number that the next row of ids will have at least. Rows before the lowest of
/// those that the remaining chunks noted belong to trimmed documents only.
pub(crate) fn next_row(conn: &Connection) -> Result<i64> {
    conn.prepare_cached(
        "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'log_ids'), 0) + 1",
    )
    .and_then(|mut select| select.query_row([], |row| row.get(0)))
    .map_err(sqlite("number the ids of the log"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use docstream_core::SourceId;
    use proptest::prelude::*;

    use super::*;

    fn held(ids: &BTreeMap<(u8, u64), u8>) -> Vec<Held> {
        ids.iter()
            .map(|(&(source, position), &hash)| Held {
                id: SourceId::from_bytes([source; 16]).doc(position),
                hash: ContentHash::of_bytes(&[hash]),
                again: false,
                index: 0,
                chunk: 0,
                slot: 0,
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_set_of_ids_is_found_again_and_no_other(
            appends in proptest::collection::vec(
                proptest::collection::btree_map(
                    (0..2u8, prop_oneof![
                        0..60u64, 65_500..65_600u64, (1u64 << 63) - 5..(1 << 63) + 5,
                        u64::MAX - 5..=u64::MAX,
                    ]),
                    0..2u8, 0..40),
                1..6),
        ) {
            let conn = Connection::open_in_memory().unwrap();
            conn.execute_batch(super::super::schema::COMPONENT.migrations[0]).unwrap();
            let mut model = BTreeMap::new();
            for append in appends {
                let mut found = BTreeMap::new();
                find(&conn, &held(&append), |held, same| {
                    found.insert((held.id.source().as_bytes()[0], held.id.position()), same);
                }).unwrap();
                let expected: BTreeMap<_, _> = append.iter()
                    .filter_map(|(id, hash)| Some((*id, model.get(id)? == hash)))
                    .collect();
                prop_assert_eq!(&found, &expected);
                let fresh = append.into_iter().filter(|(id, _)| !found.contains_key(id)).collect();
                insert(&conn, &held(&fresh)).unwrap();
                model.extend(fresh);
            }
        }
    }
}
