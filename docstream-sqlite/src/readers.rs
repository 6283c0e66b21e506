//! Read connections, opened on demand and kept.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use docstream_core::{Error, Result};
use rusqlite::Connection;

use crate::connection::open_read;

/// Reads of one file, each on a thread for blocking work with a connection of its own.
#[derive(Clone, Debug)]
pub(crate) struct Readers(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// Readers of the file at `path`.
    pub(crate) fn new(path: &Path) -> Self {
        Self(Arc::new(Shared {
            path: path.to_owned(),
            idle: Mutex::default(),
        }))
    }

    /// Reads on a thread for blocking work.
    pub(crate) async fn run<R: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        let readers = self.clone();
        tokio::task::spawn_blocking(move || readers.run_here(read))
            .await
            .unwrap_or_else(|stopped| {
                let message = "the task that reads panicked or was stopped";
                Err(Error::bug("read the database", message).caused_by(stopped))
            })
    }

    /// Reads on this thread, which may block.
    pub(crate) fn run_here<R>(&self, read: impl FnOnce(&Connection) -> Result<R>) -> Result<R> {
        let idle = || self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = idle().pop();
        let conn = match kept {
            Some(conn) => conn,
            None => open_read(&self.0.path)?,
        };
        let result = read(&conn);
        idle().push(conn);
        result.map_err(|error| error.with("path", self.0.path.display()))
    }
}
