//! A durable log in a file: documents in partitions, read by consumer groups.

mod append;
mod chunk;
mod groups;
mod ids;
mod lock;
mod options;
mod read;
mod retention;
mod scan;
mod schema;
mod source;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use docstream_core::{Error, Partition, Result, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use tokio::sync::watch;
use uuid::Uuid;

pub use append::Resend;
pub use groups::{GroupInfo, Lag};
pub use options::LogOptions;
pub use retention::LogSize;
pub use scan::LogEntry;
pub use source::{LogSource, Start};

use crate::checkpoints;
use crate::connection;
use crate::error::sqlite;
use crate::readers::Readers;
use crate::writer::Writer;

const DEFAULT_PARTITIONS: u16 = 2;

/// The embedded durable buffer: documents of any type, in partitions, in one SQLite file.
///
/// - **Writing.** A `Log` is a [`Sink`](docstream_core::Sink). Appends that come at
///   the same time share one commit; `Ok` means on the disk. Documents of one
///   [`key`](docstream_core::Payload::key) go to one partition: `xxh3(key) % partitions`,
///   of the document's id where the key is empty.
/// - **Once.** The log knows the ids it holds: a document that comes again is a
///   duplicate, one of the same id with other content is rejected as `id_conflict`.
///   An id is forgotten when its documents are trimmed.
/// - **Reading.** Each consumer group reads everything, with offsets of its own: see
///   [`source`](Self::source).
/// - **Several handles** on one file, also of several processes, may append; a group
///   has one reader at a time.
///
/// Cheap to clone.
///
/// ```
/// use docstream_core::{Demand, Next, Raw, Sink, Source, SourceId, Write};
/// use docstream_core::{Batch, Epoch, Incoming, Offset, Partition};
/// use docstream_sqlite::{Log, LogOptions};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), docstream_core::Error> {
/// # let dir = tempfile::tempdir().unwrap();
/// let log = Log::open(dir.path().join("log.db"), LogOptions::default())?;
///
/// let source = SourceId::new("default", "example", &[]);
/// let mut batch = Batch::builder(Partition::new("memory:example"), Epoch(1), Offset(0));
/// batch.push(Incoming::new(source.doc(0), Offset(0), b"{}"), Raw::Bytes);
/// let report = log.write(Write::all(batch.finish())).await?;
/// assert_eq!(report.written, 1);
///
/// let mut reader = log.source("printer").until(log.ends().await?);
/// reader.start(None).await?;
/// let Next::Batch(batch) = reader.next(Demand::default()).await? else { panic!() };
/// assert_eq!(batch.record(0).unwrap().raw(), b"{}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Log(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    options: LogOptions,
    id: Uuid,
    partitions: Vec<Partition>,
    writer: Writer,
    readers: Readers,
    /// Changes when this process has appended.
    appended: watch::Sender<()>,
}

impl Log {
    /// Opens the log in the file at `path`, making it if there is none. Blocks for a moment.
    ///
    /// # Errors
    ///
    /// `Config` if the file is not a database, is of a newer version, or holds a log
    /// with another number of partitions than `options` ask for.
    ///
    /// ```
    /// use docstream_core::Class;
    /// use docstream_sqlite::{Log, LogOptions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("log.db");
    /// let log = Log::open(&path, LogOptions::default().partitions(4))?;
    /// assert_eq!(log.partitions().len(), 4);
    ///
    /// let again = Log::open(&path, LogOptions::default())?; // as many as there are
    /// assert_eq!(again.id(), log.id());
    /// let other = Log::open(&path, LogOptions::default().partitions(2)).unwrap_err();
    /// assert_eq!(other.class(), Class::Config);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open(path: impl AsRef<Path>, options: LogOptions) -> Result<Self> {
        let path = path.as_ref();
        let mut conn = connection::open(path, options.durability)?;
        connection::migrate(&mut conn, &checkpoints::COMPONENT, path)?;
        connection::migrate(&mut conn, &schema::COMPONENT, path)?;
        let (id, count) =
            identity(&mut conn, options.partitions).map_err(|e| e.with("path", path.display()))?;
        let partitions = (0..count)
            .map(|number| Partition::new(format!("sqlite:{id}/{number}")))
            .collect();
        Ok(Self(Arc::new(Shared {
            path: path.to_owned(),
            options,
            id,
            partitions,
            writer: Writer::start(conn)?,
            readers: Readers::new(path),
            appended: watch::Sender::new(()),
        })))
    }

    /// The identity of this log: made at random with the file.
    pub fn id(&self) -> Uuid {
        self.0.id
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// The partitions, named `sqlite:<id>/<number>`.
    pub fn partitions(&self) -> &[Partition] {
        &self.0.partitions
    }

    /// The number of `partition`, if it is of this log.
    fn number(&self, partition: &Partition) -> Result<u16> {
        let at = self.0.partitions.iter().position(|own| own == partition);
        at.map(|number| number as u16).ok_or_else(|| {
            Error::config(
                "look up a partition",
                "the partition is not one of this log",
            )
            .with("partition", partition)
            .with("path", self.0.path.display())
        })
    }
}

/// The id and the number of partitions of the log, made if the file is new.
fn identity(conn: &mut Connection, wanted: Option<u16>) -> Result<(Uuid, u16)> {
    let operation = "open the log";
    let tx = conn
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(sqlite(operation))?;
    let found: Option<([u8; 16], u16)> = tx
        .query_row("SELECT id, partitions FROM log_state", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()
        .map_err(sqlite(operation))?;
    if let Some((id, partitions)) = found {
        return match wanted {
            Some(wanted) if wanted != partitions => {
                let message = format!(
                    "the log has {partitions} partitions, not {wanted}: their number is fixed \
                     when a log is made"
                );
                Err(Error::config(operation, message))
            }
            _ => Ok((Uuid::from_bytes(id), partitions)),
        };
    }
    let partitions = wanted.unwrap_or(DEFAULT_PARTITIONS);
    if partitions == 0 {
        return Err(Error::config(
            operation,
            "a log needs at least one partition",
        ));
    }
    let id = Uuid::new_v4();
    let create = || {
        tx.execute(
            "INSERT INTO log_state (id, partitions) VALUES (?1, ?2)",
            (id.as_bytes(), partitions),
        )?;
        for number in 0..partitions {
            tx.execute("INSERT INTO log_partitions VALUES (?1, 0, 0)", [number])?;
        }
        Ok(())
    };
    create().map_err(sqlite(operation))?;
    tx.commit().map_err(sqlite(operation))?;
    Ok((id, partitions))
}

/// Microseconds since 1970, for retention by age.
fn now() -> i64 {
    Timestamp::now().unix_micros()
}
