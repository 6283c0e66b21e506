//! The store as a sink.

use std::sync::Arc;

use async_trait::async_trait;
use docstream_core::{
    Checkpoints, Demand, Document, IdempotentSink, Result, Sink, Write, WriteReport,
};

use super::SqliteStore;
use super::insert::insert;
use super::probe::probe;
use super::rows::Rows;
use crate::checkpoints::{self, FileCheckpoints};

impl<D: Document> SqliteStore<D> {
    async fn store(&self, work: Write<D>) -> Result<WriteReport> {
        let rows = Rows::encode(&work)?;
        let table = Arc::clone(&self.table);
        self.database
            .writer
            .run(move |conn| {
                let report = insert(conn, &table, &rows)?;
                if let Some(advance) = work.advance().filter(|_| report.is_complete()) {
                    checkpoints::advance(conn, advance)?;
                }
                Ok(report)
            })
            .await
    }
}

#[async_trait]
impl<D: Document> Sink<D> for SqliteStore<D> {
    async fn write(&self, work: Write<D>) -> Result<WriteReport> {
        self.store(work).await
    }

    async fn check(&self) -> Result<()> {
        let table = Arc::clone(&self.table);
        let probing = move |conn: &rusqlite::Connection| probe(conn, &table);
        self.database.writer.run(probing).await
    }

    fn hint(&self) -> Demand {
        self.options.batch
    }

    fn checkpoints(&self) -> Option<Arc<dyn Checkpoints>> {
        Some(Arc::new(FileCheckpoints(self.readers().clone())))
    }
}

impl<D: Document> IdempotentSink<D> for SqliteStore<D> {}
