//! Opening a file: settings, and the versions of what is in it.

use std::path::Path;
use std::time::Duration;

use docstream_core::{Error, Result};
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};

use crate::error::sqlite;

/// How long a connection waits for the lock of another before it reports `Transient`.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// When a commit counts as done.
///
/// ```
/// use docstream_sqlite::{Durability, Log, LogOptions, StoreOptions};
///
/// # let folder = tempfile::tempdir()?;
/// // A log that can be filled again from its files, and a store that cannot.
/// let options = LogOptions::default().durability(Durability::Normal);
/// let log = Log::open(folder.path().join("log.db"), options)?;
/// assert_eq!(StoreOptions::default().durability, Durability::Full);
/// # drop(log);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// Once it is on the disk (`synchronous=FULL`): survives a power cut.
    #[default]
    Full,
    /// Once the operating system has it (`synchronous=NORMAL`): survives the death
    /// of the process, but a power cut may take the last commits away.
    Normal,
}

/// A part of a file with a version of its own: a log and a store may share one file.
#[derive(Debug)]
pub(crate) struct Component {
    /// Its name in `docstream_meta`.
    pub(crate) name: &'static str,
    /// The steps from nothing to the newest version; version n has seen the first n.
    pub(crate) migrations: &'static [&'static str],
}

/// Opens `path` for writing, making the file if there is none.
pub(crate) fn open(path: &Path, durability: Durability) -> Result<Connection> {
    let opened = || -> Result<Connection> {
        let conn = Connection::open(path).map_err(sqlite("open the database"))?;
        conn.busy_timeout(BUSY_TIMEOUT)
            .map_err(sqlite("open the database"))?;
        let mode: String = conn
            .query_row("PRAGMA journal_mode=WAL", [], |row| row.get(0))
            .map_err(sqlite("switch the database to WAL"))?;
        if mode != "wal" {
            let message = "the file system does not support write-ahead logging";
            return Err(Error::config("switch the database to WAL", message));
        }
        let synchronous = match durability {
            Durability::Full => "FULL",
            Durability::Normal => "NORMAL",
        };
        conn.execute_batch(&format!(
            "PRAGMA synchronous={synchronous}; PRAGMA fullfsync=ON; PRAGMA foreign_keys=ON; \
             PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16384; \
             PRAGMA journal_size_limit=67108864;"
        ))
        .map_err(sqlite("configure the database"))?;
        conn.set_prepared_statement_cache_capacity(64);
        Ok(conn)
    };
    opened().map_err(|error| error.with("path", path.display()))
}

/// Opens `path`, which exists, for reading only.
pub(crate) fn open_read(path: &Path) -> Result<Connection> {
    let opened = || -> rusqlite::Result<Connection> {
        // Without CREATE: a reader never leaves an empty file behind.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags)?;
        conn.busy_timeout(BUSY_TIMEOUT)?;
        conn.execute_batch("PRAGMA query_only=ON; PRAGMA cache_size=-16384;")?;
        conn.set_prepared_statement_cache_capacity(64);
        Ok(conn)
    };
    opened()
        .map_err(sqlite("open the database for reading"))
        .map_err(|error| error.with("path", path.display()))
}

/// Brings `component` of the file at `path` to the newest version; a version newer
/// than that is refused.
pub(crate) fn migrate(conn: &mut Connection, component: &Component, path: &Path) -> Result<()> {
    let operation = "migrate the database";
    let tx = conn
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(sqlite(operation))?;
    tx.execute_batch(
        "CREATE TABLE IF NOT EXISTS docstream_meta \
         (component TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID, STRICT;",
    )
    .map_err(sqlite(operation))?;
    let version: i64 = tx
        .query_row(
            "SELECT version FROM docstream_meta WHERE component = ?1",
            [component.name],
            |row| row.get(0),
        )
        .optional()
        .map_err(sqlite(operation))?
        .unwrap_or(0);
    let newest = component.migrations.len();
    let Some(steps) = usize::try_from(version)
        .ok()
        .and_then(|done| component.migrations.get(done..))
    else {
        let message = format!(
            "the {} is of version {version}, this program knows versions up to {newest}: \
             use a newer docstream",
            component.name
        );
        return Err(Error::config(operation, message).with("path", path.display()));
    };
    for step in steps {
        tx.execute_batch(step).map_err(sqlite(operation))?;
    }
    if !steps.is_empty() {
        tx.execute(
            "INSERT INTO docstream_meta (component, version) VALUES (?1, ?2) \
             ON CONFLICT (component) DO UPDATE SET version = excluded.version",
            (component.name, newest as i64),
        )
        .map_err(sqlite(operation))?;
    }
    tx.commit().map_err(sqlite(operation))
}

#[cfg(test)]
mod tests {
    use docstream_core::Class;

    use super::*;

    const V1: Component = Component {
        name: "thing",
        migrations: &["CREATE TABLE thing (a)"],
    };
    const V2: Component = Component {
        name: "thing",
        migrations: &["CREATE TABLE thing (a)", "ALTER TABLE thing ADD COLUMN b"],
    };

    #[test]
    fn a_file_is_migrated_forward_and_a_newer_one_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let mut conn = open(&path, Durability::Full).unwrap();
        migrate(&mut conn, &V1, &path).unwrap();
        migrate(&mut conn, &V1, &path).unwrap();
        migrate(&mut conn, &V2, &path).unwrap();
        conn.execute("INSERT INTO thing (a, b) VALUES (1, 2)", [])
            .unwrap();
        let error = migrate(&mut conn, &V1, &path).unwrap_err();
        assert_eq!(error.class(), Class::Config);
        assert!(error.to_string().contains("version 2"), "{error}");
    }

    #[test]
    fn the_settings_are_those_we_promise() {
        let dir = tempfile::tempdir().unwrap();
        let conn = open(&dir.path().join("a.db"), Durability::Full).unwrap();
        let pragma = |name: &str| {
            conn.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0))
                .unwrap()
        };
        assert_eq!(pragma("journal_mode"), "wal".to_owned().into());
        assert_eq!(pragma("synchronous"), 2.into());
    }

    #[test]
    fn a_file_that_is_no_database_is_a_config_error_with_its_path() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        std::fs::write(&path, [b'x'; 4096]).unwrap();
        let error = open(&path, Durability::Full).unwrap_err();
        assert_eq!(error.class(), Class::Config);
        assert!(error.to_string().contains("a.db"), "{error}");
    }

    #[test]
    fn a_reader_does_not_make_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        assert!(open_read(&path).is_err());
        assert!(!path.exists());
    }
}
