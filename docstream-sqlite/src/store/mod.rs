//! A store of documents in one table, each once under its id.

mod backup;
mod delete;
mod insert;
mod options;
mod probe;
mod rows;
mod scan;
mod sink;
mod table;
#[cfg(test)]
mod tests;

use std::marker::PhantomData;
use std::path::Path;
use std::sync::Arc;

use docstream_core::{Document, Result};

use crate::connection::{self, Component};
use crate::database::Database;
use crate::dead_letters::SqliteDeadLetters;
use crate::error::sqlite;
use crate::readers::Readers;
use crate::writer::Writer;

pub use backup::BackupProgress;
pub use options::StoreOptions;
use table::Table;

const STORE: Component = Component {
    name: "store",
    migrations: &["
        CREATE TABLE store_partitions (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE store_schemas (name TEXT PRIMARY KEY, columns TEXT NOT NULL) STRICT;
        CREATE TABLE store_probe (id INTEGER PRIMARY KEY CHECK (id = 1), writes INTEGER NOT NULL) STRICT;
        INSERT INTO store_probe VALUES (1, 0);
    "],
};

/// How long the write-ahead log gets before it is moved into the file: 64 MiB. Leaves
/// of the indexes that many batches touch are then moved once for all of them.
const CHECKPOINT_PAGES: u32 = 16_000;

/// Documents of type `D` in a table of an SQLite file: an
/// [`IdempotentSink`](docstream_core::IdempotentSink) that keeps checkpoints in the
/// transaction of the rows.
///
/// The table is made from [`Document::schema`], with the columns `doc_id`,
/// `content_hash`, `partition`, `offset` and `stored_at` before it. Amounts of money
/// are whole ten-thousandths, moments whole microseconds since 1970 in UTC.
///
/// Writes of several partitions that come together are committed together. Reads
/// have connections of their own and never wait for a write. Cheap to clone; the
/// last clone to go waits for the writes that were taken.
///
/// Any document type with a [`Document::schema`] will do:
///
/// ```
/// use docstream_core::memory::MemoryStream;
/// use docstream_core::{Document, Encoder, Field, FieldType, Pipeline, Schema};
/// use docstream_sqlite::{SqliteStore, StoreOptions};
///
/// #[derive(Clone)]
/// struct Reading {
///     sensor: &'static str,
///     celsius: f64,
/// }
///
/// impl Document for Reading {
///     fn schema() -> &'static Schema {
///         const FIELDS: &[Field] = &[
///             Field::new("sensor", FieldType::Text),
///             Field::new("celsius", FieldType::Real),
///         ];
///         const SCHEMA: Schema = Schema::new("readings", FIELDS);
///         &SCHEMA
///     }
///
///     fn encode<E: Encoder>(&self, _text: &str, out: &mut E) {
///         out.text(self.sensor);
///         out.real(self.celsius);
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// let store = SqliteStore::open(folder.path().join("store.db"), StoreOptions::default())?;
/// let sensors = MemoryStream::empty("sensors", 1);
/// sensors.push(0, Reading { sensor: "roof", celsius: 21.5 }, "roof: 21.5");
/// for group in ["monday", "tuesday"] {
///     Pipeline::from(sensors.source().group(group))
///         .halt_on_reject()
///         .into_idempotent_sink(store.clone())
///         .run()
///         .await?;
/// }
/// assert_eq!(store.count().await?, 1); // read twice, stored once
/// # Ok(())
/// # }
/// ```
pub struct SqliteStore<D> {
    database: Arc<Database>,
    table: Arc<Table>,
    options: StoreOptions,
    documents: PhantomData<fn() -> D>,
}

impl<D> Clone for SqliteStore<D> {
    fn clone(&self) -> Self {
        Self {
            database: Arc::clone(&self.database),
            table: Arc::clone(&self.table),
            options: self.options,
            documents: PhantomData,
        }
    }
}

impl<D> std::fmt::Debug for SqliteStore<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.database.path)
            .field("table", &self.table.name)
            .finish_non_exhaustive()
    }
}

/// The store of the reference document, which answers
/// [`InvoiceQueries`](docstream_core::queries::InvoiceQueries).
///
/// ```
/// use docstream_core::queries::InvoiceQueries;
/// use docstream_sqlite::{InvoiceStore, StoreOptions};
/// # use docstream_core::memory::MemoryStream;
/// # use docstream_core::{ParseInvoices, Pipeline};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let line = r#"{"InvoiceNo":"536365","StockCode":"71053","Quantity":6,"UnitPrice":3.39,
/// #     "InvoiceDate":"2010-12-01T08:26:00Z","Country":"United Kingdom","CustomerID":17850}"#;
/// let store = InvoiceStore::open(folder.path().join("store.db"), StoreOptions::default())?;
/// // One line is written: 6 pieces at 3.39.
/// # Pipeline::from(MemoryStream::bytes("orders", [[line]]).source())
/// #     .transform(ParseInvoices::default())
/// #     .halt_on_reject()
/// #     .into_idempotent_sink(store.clone())
/// #     .run()
/// #     .await?;
/// assert_eq!(store.totals().await?.net.to_string(), "20.34");
/// assert!(store.invoice("536365").await?.is_some());
/// # Ok(())
/// # }
/// ```
pub type InvoiceStore = SqliteStore<docstream_core::InvoiceLine<docstream_core::Span>>;

impl<D: Document> SqliteStore<D> {
    /// Opens the store in the file at `path`, making what is not there.
    ///
    /// # Errors
    ///
    /// `Config` if the table has other columns than `D`, if the file was written by a
    /// newer version, or if it is no database.
    ///
    /// ```
    /// use docstream_sqlite::{InvoiceStore, StoreOptions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// let store = InvoiceStore::open(folder.path().join("store.db"), StoreOptions::default())?;
    /// assert!(store.path().exists());
    ///
    /// std::fs::write(folder.path().join("notes.txt"), "these are notes, and no database")?;
    /// assert!(InvoiceStore::open(folder.path().join("notes.txt"), StoreOptions::default()).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open(path: impl AsRef<Path>, options: StoreOptions) -> Result<Self> {
        let path = path.as_ref();
        let located = |error: docstream_core::Error| error.with("path", path.display());
        let table = Table::of(D::schema()).map_err(located)?;
        let mut conn = connection::open(path, options.durability)?;
        connection::migrate(&mut conn, &STORE, path)?;
        connection::migrate(&mut conn, &crate::checkpoints::COMPONENT, path)?;
        connection::migrate(&mut conn, &crate::dead_letters::COMPONENT, path)?;
        table.create(&mut conn).map_err(located)?;
        conn.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)
            .map_err(sqlite("configure the database"))
            .map_err(located)?;
        Ok(Self {
            database: Arc::new(Database {
                path: path.to_owned(),
                writer: Writer::start(conn)?,
                readers: Readers::new(path),
            }),
            table: Arc::new(table),
            options,
            documents: PhantomData,
        })
    }

    /// The dead letters that are kept in the same file, written by the same thread.
    /// [`SqliteDeadLetters`] has an example.
    pub fn dead_letters(&self) -> SqliteDeadLetters {
        SqliteDeadLetters::of(Arc::clone(&self.database))
    }

    /// How many documents are stored.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub async fn count(&self) -> Result<u64> {
        let sql = format!("SELECT count(*) FROM {}", self.table.name);
        self.database
            .readers
            .run(move |conn| {
                conn.query_row(&sql, [], |row| row.get::<_, i64>(0))
                    .map(|count| count as u64)
                    .map_err(sqlite("count the documents"))
            })
            .await
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.database.path
    }
}

impl<D> SqliteStore<D> {
    pub(crate) fn readers(&self) -> &Readers {
        &self.database.readers
    }
}
