//! Reading a partition: chunks ahead, documents into batches.

use std::collections::VecDeque;
use std::path::Path;

use docstream_core::{BatchBuilder, Demand, Error, Incoming, Offset, Raw, Result};
use rusqlite::Connection;

use super::chunk::{ChunkReader, Corrupt};
use super::retention;
use crate::error::sqlite;

const OPERATION: &str = "read the log";

/// A chunk, checked, with the offset of the document that comes next.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) base: u64,
    pub(super) next: u64,
    pub(super) reader: ChunkReader,
}

/// What has been read of a partition and not been given on.
#[derive(Debug)]
pub(super) struct Ahead {
    /// The offset to give next.
    pub(super) offset: u64,
    pub(super) pieces: VecDeque<Piece>,
}

impl Ahead {
    /// The offset to read next.
    pub(super) fn to_read(&self) -> u64 {
        self.pieces.back().map_or(self.offset, |piece| piece.next)
    }

    /// About how many documents, of how many bytes, the next batch will have.
    pub(super) fn estimate(&self, want: Demand) -> (usize, usize) {
        let (mut documents, mut bytes) = (0, 0);
        for piece in &self.pieces {
            let left = piece.reader.left() as usize;
            let taken = left.min(want.documents.saturating_sub(documents));
            documents += taken;
            bytes += piece.reader.bytes_left() * taken / left.max(1);
        }
        (documents, bytes.min(want.bytes))
    }

    /// Moves documents into `batch` until `want` or `until` is reached.
    pub(super) fn fill(
        &mut self,
        batch: &mut BatchBuilder<Raw>,
        want: Demand,
        until: u64,
    ) -> Result<(), (u64, Corrupt)> {
        while let Some(piece) = self.pieces.front_mut() {
            let broken = |corrupt| (piece.base, corrupt);
            while self.offset < piece.next {
                // A copy of the place is cheap, and lets a document that is too much stay.
                if self.offset >= until || batch.len() >= want.documents.max(1) {
                    return Ok(());
                }
                let offset = piece.next - u64::from(piece.reader.left());
                let full = want.bytes.saturating_sub(batch.bytes());
                let skip = offset < self.offset;
                let Some(entry) = piece
                    .reader
                    .next_if(|size| skip || batch.is_empty() || size <= full)
                    .map_err(broken)?
                else {
                    return Ok(());
                };
                if skip {
                    continue;
                }
                let incoming = Incoming {
                    id: entry.id,
                    hash: entry.hash,
                    offset: Offset(offset),
                    raw: entry.payload,
                    key: entry.key,
                    headers: entry.headers,
                    attempt: entry.attempt,
                };
                batch.push(incoming, Raw::Bytes);
                self.offset = offset + 1;
            }
            self.pieces.pop_front();
        }
        Ok(())
    }
}

/// The chunks of `partition` from the one that holds `from`, about `want` of them.
pub(super) fn chunks(
    conn: &Connection,
    path: &Path,
    partition: u16,
    from: u64,
    want: Demand,
) -> Result<VecDeque<Piece>> {
    let mut pieces = VecDeque::new();
    let (mut documents, mut bytes) = (0, 0);
    let mut select = || -> rusqlite::Result<Result<()>> {
        let mut select = conn.prepare_cached(
            "SELECT base, next, records FROM log_chunks WHERE partition = ?1 AND base >= \
             coalesce((SELECT max(base) FROM log_chunks WHERE partition = ?1 AND base <= ?2), 0) \
             ORDER BY base",
        )?;
        let mut rows = select.query((partition, from as i64))?;
        while documents < want.documents && bytes < want.bytes {
            let Some(row) = rows.next()? else {
                break;
            };
            let (base, next): (i64, i64) = (row.get(0)?, row.get(1)?);
            let (base, next) = (base as u64, next as u64);
            if next <= from {
                continue;
            }
            let records: Vec<u8> = row.get(2)?;
            documents += (next - base.max(from)) as usize;
            bytes += records.len();
            match ChunkReader::new(records) {
                Ok(reader) if u64::from(reader.left()) == next - base => {
                    pieces.push_back(Piece { base, next, reader });
                }
                // What is before it is good: given on first.
                _ if !pieces.is_empty() => break,
                broken => {
                    let corrupt = broken.err().unwrap_or(Corrupt::Layout);
                    return Ok(Err(damaged(corrupt, path, partition, base)));
                }
            }
        }
        Ok(Ok(()))
    };
    select().map_err(sqlite(OPERATION))??;
    match pieces.front() {
        Some(piece) if piece.base > from => Err(retention::gap(Offset(from), Offset(piece.base))),
        Some(_) => Ok(pieces),
        None => at_end(conn, partition, from).map(|()| pieces),
    }
    .map_err(|error| error.with("partition", partition))
}

/// Where no chunk is, `from` must be the end of the log.
fn at_end(conn: &Connection, partition: u16, from: u64) -> Result<()> {
    let (begin, end) = retention::range(conn, partition)?;
    match from {
        from if from < begin.0 => Err(retention::gap(Offset(from), begin)),
        from if from > end.0 => Err(retention::beyond(Offset(from), end)),
        // Equal, or somebody has appended since the chunks were looked for.
        _ => Ok(()),
    }
}

/// A chunk that cannot be read: never skipped.
#[cold]
pub(super) fn damaged(corrupt: Corrupt, path: &Path, partition: u16, base: u64) -> Error {
    Error::config(OPERATION, corrupt.to_string())
        .with("path", path.display())
        .with("partition", partition)
        .with("base offset", base)
        .caused_by(corrupt)
}
