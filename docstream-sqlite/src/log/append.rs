//! Writing: encode on the caller's side, then one short job for the writer.

use async_trait::async_trait;
use docstream_core::{
    Advance, Code, ContentHash, DocId, Fault, IdempotentSink, Outcome, Payload, RecordRef,
    Rejection, Result, Sink, Stage, Write, WriteReport, crash_point,
};
use docstream_core::{Checkpoints, Error};
use rusqlite::Connection;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

use super::chunk::{ChunkReader, ChunkWriter, Entry};
use super::ids::{self, Held};
use super::{Log, LogOptions, now, retention};
use crate::checkpoints::{self, FileCheckpoints};
use crate::error::sqlite;

const OPERATION: &str = "append to the log";
/// A chunk is closed beyond this size, so that readers get pieces they can hold.
const CHUNK_BYTES: usize = 1 << 20;

/// A dead letter on its way back into the log; see [`Log::append_again`].
///
/// ```
/// use docstream_core::{DeadLetterFilter, resend};
/// use docstream_sqlite::Resend;
/// # use docstream_core::memory::MemoryStream;
/// # use docstream_core::{ParseInvoices, Pipeline};
/// # use docstream_sqlite::{InvoiceStore, Log, LogOptions, StoreOptions};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let log = Log::open(folder.path().join("log.db"), LogOptions::default())?;
/// # let store = InvoiceStore::open(folder.path().join("store.db"), StoreOptions::default())?;
/// # let one = MemoryStream::bytes("orders", [["not JSON"]]);
/// # Pipeline::from(one.source()).halt_on_reject().into_idempotent_sink(log.clone()).run().await?;
/// # Pipeline::from(log.source("store").until(log.ends().await?))
/// #     .transform(ParseInvoices::default())
/// #     .dead_letters(store.dead_letters())
/// #     .into_idempotent_sink(store.clone())
/// #     .run()
/// #     .await?;
/// // "not JSON" is in the log, and the pipeline into the store has buried it.
/// let letters = store.dead_letters();
/// let sent = resend(&letters, &DeadLetterFilter::open(), async |buried| {
///     let again: Vec<Resend<'_>> = buried
///         .iter()
///         .map(|one| Resend {
///             id: one.letter.document,
///             raw: &one.raw,
///             key: &one.key,
///             attempt: one.letter.attempt,
///         })
///         .collect();
///     log.append_again(&again).await
/// })
/// .await?;
/// assert_eq!(sent, 1);
/// assert_eq!(log.size().await?.documents, 2); // both copies, of one id
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Resend<'a> {
    /// The id it was given where it first entered.
    pub id: DocId,
    /// Its bytes, mended or not.
    pub raw: &'a [u8],
    /// Its partition key; empty for none.
    pub key: &'a [u8],
    /// How many times it has been rejected.
    pub attempt: u32,
}

/// A chunk for a partition.
struct Piece {
    partition: u16,
    documents: u32,
    records: Vec<u8>,
}

/// An append, ready for the writer.
struct Append {
    pieces: Vec<Piece>,
    /// Every document of the pieces, sorted by id.
    held: Vec<Held>,
    others: Vec<(u32, Outcome)>,
    advance: Option<Advance>,
}

/// Spreads documents over the partitions.
struct Spread<'a> {
    origin: &'a str,
    open: Vec<Option<(u32, ChunkWriter)>>,
    done: Vec<Option<Piece>>,
}

impl<'a> Spread<'a> {
    fn new(partitions: usize, origin: &'a str) -> Self {
        Self {
            origin,
            open: (0..partitions).map(|_| None).collect(),
            done: Vec::new(),
        }
    }

    /// Adds a document under `key` and says in which chunk and where in it.
    fn push(&mut self, key: &[u8], entry: &Entry<'_>) -> (u32, u32) {
        let hash = match key {
            [] => xxh3_64(&entry.id.to_bytes()),
            key => xxh3_64(key),
        };
        let partition = (hash % self.open.len() as u64) as usize;
        let done = &mut self.done;
        let (chunk, writer) = self.open[partition].get_or_insert_with(|| {
            done.push(None);
            (done.len() as u32 - 1, ChunkWriter::new(self.origin))
        });
        let place = (*chunk, writer.documents());
        writer.push(entry);
        if writer.len() >= CHUNK_BYTES {
            self.close(partition);
        }
        place
    }

    fn close(&mut self, partition: usize) {
        if let Some((chunk, writer)) = self.open[partition].take() {
            self.done[chunk as usize] = Some(Piece {
                partition: partition as u16,
                documents: writer.documents(),
                records: writer.finish(),
            });
        }
    }

    fn finish(mut self) -> Vec<Piece> {
        (0..self.open.len()).for_each(|partition| self.close(partition));
        self.done.into_iter().flatten().collect()
    }
}

fn encode<T: Payload>(work: &Write<T>, partitions: usize, max: usize) -> Append {
    let mut spread = Spread::new(partitions, work.batch().extent().partition.as_str());
    let mut held = Vec::with_capacity(work.len());
    let mut others = Vec::new();
    let mut payload = Vec::new();
    for (index, record) in work.records() {
        payload.clear();
        T::write_payload(record, &mut payload);
        let hash = record.hash();
        if payload.len() > max {
            others.push((index, Outcome::Rejected(too_large(max))));
            continue;
        }
        let key = T::key(record);
        let (chunk, slot) = spread.push(key, &entry(record, hash, key, &payload));
        held.push(Held {
            id: record.id(),
            hash,
            again: record.attempt() > 0,
            index,
            chunk,
            slot,
        });
    }
    if !held.is_sorted_by_key(|held| held.id) {
        // Stable: of two of the same id the first one stays.
        held.sort_by_key(|held| held.id);
    }
    Append {
        pieces: spread.finish(),
        held,
        others,
        advance: work.advance().cloned(),
    }
}

fn entry<'a, T>(
    record: RecordRef<'a, T>,
    hash: ContentHash,
    key: &'a [u8],
    payload: &'a [u8],
) -> Entry<'a> {
    Entry {
        id: record.id(),
        hash: Some(hash),
        attempt: record.attempt(),
        origin_offset: record.offset().0,
        key,
        headers: record.headers().as_bytes(),
        payload,
    }
}

#[cold]
fn too_large(max: usize) -> Rejection {
    let message = format!("must be at most {max} bytes");
    Rejection::new(Stage::Sink, Fault::document(Code::TooLarge, message))
}

#[cold]
fn id_conflict() -> Rejection {
    let message = "the id is taken by a document with other content";
    Rejection::new(Stage::Sink, Fault::document(Code::IdConflict, message))
}

impl Append {
    /// Does the append in the transaction that is open on `tx`.
    fn run(mut self, tx: &Connection, options: &LogOptions) -> Result<WriteReport> {
        self.drop_known(tx)?;
        // Before the ids go in: those of which no chunk is there yet would be forgotten.
        make_room(tx, &self.pieces, options)?;
        let report = WriteReport {
            written: self.pieces.iter().map(|piece| piece.documents).sum(),
            others: self.others,
        };
        let first_ids = if self.pieces.is_empty() {
            0
        } else {
            ids::next_row(tx)?
        };
        ids::insert(tx, &self.held)?;
        insert(tx, &self.pieces, first_ids)?;
        if let Some(advance) = self.advance.filter(|_| report.is_complete()) {
            checkpoints::advance(tx, &advance)?;
        }
        retention::apply(tx, options, 0)?;
        crash_point("log_before_commit");
        Ok(report)
    }

    /// Takes out what the log has already, and what comes twice in this append. Then
    /// `held` are those whose ids are new.
    ///
    /// A document that was rejected before stays in, as in [`Log::append_again`]: the
    /// log may have taken it and the store refused it, and only the store can tell.
    fn drop_known(&mut self, tx: &Connection) -> Result<()> {
        let mut dropped: Vec<(u32, u32)> = Vec::new();
        let others = &mut self.others;
        let mut drop = |held: &Held, same: bool| {
            let outcome = if same {
                Outcome::Duplicate
            } else {
                Outcome::Rejected(id_conflict())
            };
            others.push((held.index, outcome));
            dropped.push((held.chunk, held.slot));
        };
        let mut known = Vec::new();
        ids::find(tx, &self.held, |held, same| {
            if !held.again {
                drop(held, same);
            }
            known.push(held.id);
        })?;
        known.sort_unstable();
        let mut first: Option<Held> = None;
        self.held.retain(|held| {
            let known = known.binary_search(&held.id).is_ok();
            match first {
                _ if known && !held.again => false,
                Some(first) if first.id == held.id => {
                    let same = first.hash == held.hash;
                    if same || !held.again {
                        drop(held, same);
                    }
                    false
                }
                _ => {
                    first = Some(*held);
                    !known
                }
            }
        });
        if dropped.is_empty() {
            return Ok(());
        }
        dropped.sort_unstable();
        let pieces = std::mem::take(&mut self.pieces);
        for (chunk, piece) in (0..).zip(pieces) {
            let from = dropped.partition_point(|&(of, _)| of < chunk);
            let to = dropped.partition_point(|&(of, _)| of <= chunk);
            self.pieces.extend(without(piece, &dropped[from..to])?);
        }
        Ok(())
    }
}

/// `piece` without the documents at the places in `dropped`; `None` if none is left.
fn without(piece: Piece, dropped: &[(u32, u32)]) -> Result<Option<Piece>> {
    if dropped.is_empty() {
        return Ok(Some(piece));
    }
    if dropped.len() == piece.documents as usize {
        return Ok(None);
    }
    let broken = |error| Error::bug(OPERATION, "a fresh chunk cannot be read").caused_by(error);
    let mut reader = ChunkReader::new(piece.records).map_err(broken)?;
    let mut writer = ChunkWriter::new(reader.origin());
    let mut slot = 0;
    while let Some(entry) = reader.next().map_err(broken)? {
        if dropped
            .binary_search_by_key(&slot, |&(_, slot)| slot)
            .is_err()
        {
            writer.push(&entry);
        }
        slot += 1;
    }
    Ok(Some(Piece {
        partition: piece.partition,
        documents: writer.documents(),
        records: writer.finish(),
    }))
}

/// Sees to it that `pieces` do not fill the log beyond its limit. What is no longer
/// retained goes first: a full log would otherwise never come to trim it.
fn make_room(tx: &Connection, pieces: &[Piece], options: &LogOptions) -> Result<()> {
    let size: usize = pieces.iter().map(|piece| piece.records.len()).sum();
    let size = size as u64;
    let Some(max) = options.max_bytes.filter(|_| size > 0) else {
        return Ok(());
    };
    if retention::bytes(tx)? + size <= max {
        return Ok(());
    }
    retention::apply(tx, options, size)?;
    let holds = retention::bytes(tx)?;
    if holds + size > max {
        let message = format!("the log is full: it holds {holds} of at most {max} bytes");
        return Err(Error::transient(OPERATION, message));
    }
    Ok(())
}

fn insert(tx: &Connection, pieces: &[Piece], ids: i64) -> Result<()> {
    let at = now();
    let insert = |piece: &Piece| -> rusqlite::Result<()> {
        let mut partition = tx.prepare_cached(
            "UPDATE log_partitions SET next = next + ?2, bytes = bytes + ?3 \
             WHERE partition = ?1 RETURNING next",
        )?;
        let (documents, bytes) = (i64::from(piece.documents), piece.records.len() as i64);
        let next: i64 =
            partition.query_row((piece.partition, documents, bytes), |row| row.get(0))?;
        let mut chunk =
            tx.prepare_cached("INSERT INTO log_chunks VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
        let base = next - documents;
        chunk.execute((piece.partition, base, next, at, ids, &piece.records))?;
        Ok(())
    };
    pieces
        .iter()
        .try_for_each(insert)
        .map_err(sqlite(OPERATION))
}

impl Log {
    async fn append(&self, append: Append) -> Result<WriteReport> {
        let options = self.0.options;
        let report = self
            .0
            .writer
            .run(move |tx| append.run(tx, &options))
            .await
            .map_err(|error| error.with("path", self.0.path.display()))?;
        crash_point("log_after_commit");
        self.0.appended.send_replace(());
        Ok(report)
    }

    /// Appends dead letters again under the ids they had, although the log may still
    /// hold those ids: the check for duplicates is left out, and the store tells by
    /// the id whether it has the document. Durable once this is `Ok`. [`Resend`] has an
    /// example.
    ///
    /// # Errors
    ///
    /// As an append; also `Config` for a document larger than the log takes, and then
    /// none of them is appended.
    ///
    /// # Cancel safety
    ///
    /// Dropped half-way, all of them are appended or none. Called again, the log may hold
    /// them twice; the store does not.
    pub async fn append_again(&self, resends: &[Resend<'_>]) -> Result<()> {
        let max = self.0.options.max_document_bytes;
        let mut spread = Spread::new(self.0.partitions.len(), "resend");
        for (resend, origin_offset) in resends.iter().zip(0..) {
            if resend.raw.len() > max {
                let message = format!("a document must be at most {max} bytes");
                return Err(Error::config(OPERATION, message).with("id", resend.id));
            }
            let entry = Entry {
                id: resend.id,
                // Its content may have been mended: the hash is made anew by the parser.
                hash: None,
                attempt: resend.attempt,
                origin_offset,
                key: resend.key,
                headers: &[],
                payload: resend.raw,
            };
            spread.push(resend.key, &entry);
        }
        let append = Append {
            pieces: spread.finish(),
            held: Vec::new(),
            others: Vec::new(),
            advance: None,
        };
        self.append(append).await.map(|_| ())
    }
}

#[async_trait]
impl<T: Payload> Sink<T> for Log {
    async fn write(&self, work: Write<T>) -> Result<WriteReport> {
        let max = self.0.options.max_document_bytes;
        let append = encode(&work, self.0.partitions.len(), max);
        self.append(append).await
    }

    async fn check(&self) -> Result<()> {
        let operation = "check the log";
        let options = self.0.options;
        self.0
            .writer
            .run(move |tx| {
                // An update takes the write lock and touches the disk, which a read does not.
                tx.execute("UPDATE log_state SET partitions = partitions", [])
                    .map_err(sqlite(operation))?;
                let full = |max| Ok::<_, Error>(retention::bytes(tx)? >= max);
                let Some(max) = options.max_bytes else {
                    return Ok(());
                };
                if full(max)? {
                    retention::apply(tx, &options, 0)?;
                }
                if full(max)? {
                    return Err(Error::transient(operation, "the log is full"));
                }
                Ok(())
            })
            .await
    }

    fn checkpoints(&self) -> Option<Arc<dyn Checkpoints>> {
        Some(Arc::new(FileCheckpoints(self.0.readers.clone())))
    }
}

impl<T: Payload> IdempotentSink<T> for Log {}
