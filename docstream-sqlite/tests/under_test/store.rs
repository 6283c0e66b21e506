//! The store and the dead letters, looked into with SQL of their own.

use std::marker::PhantomData;

use docstream_core::{
    Batch, DocId, Document, InvoiceLine, InvoiceRules, Offset, ParseInvoices, Partition, Raw,
    Rejected, Rejection, Span, Transform,
};
use docstream_sqlite::{SqliteDeadLetters, SqliteStore, StoreOptions};
use docstream_testkit::contract::{DeadLettersUnderTest, SinkUnderTest, Stored};
use rusqlite::Connection;

use super::{Number, Place, as_numbers};

/// A document type of which each number makes a document.
pub(crate) trait Numbered: Document + Sized {
    const COLUMN: &'static str;
    fn raw(number: u64) -> Vec<u8>;
    fn parse(batch: Batch<Raw>) -> impl Future<Output = Batch<Self>>;
}

impl Numbered for Number {
    const COLUMN: &'static str = "number";

    fn raw(number: u64) -> Vec<u8> {
        number.to_string().into_bytes()
    }

    async fn parse(batch: Batch<Raw>) -> Batch<Self> {
        as_numbers(batch)
    }
}

impl Numbered for InvoiceLine<Span> {
    const COLUMN: &'static str = "cast(invoice_no AS INTEGER)";

    fn raw(number: u64) -> Vec<u8> {
        format!(
            r#"{{"InvoiceNo":{number},"StockCode":"85123a","Description":" £{number} ","Quantity":-6,
            "InvoiceDate":"2011-07-01T08:26:00","UnitPrice":2.55,"CustomerID":null,"Country":"EIRE"}}"#
        )
        .into_bytes()
    }

    async fn parse(batch: Batch<Raw>) -> Batch<Self> {
        let parse = ParseInvoices::new(InvoiceRules::default());
        parse.apply(batch).await.unwrap()
    }
}

pub(crate) struct StoreOf<D> {
    place: Place,
    documents: PhantomData<D>,
}

impl<D> StoreOf<D> {
    pub(crate) fn new(place: Place) -> Self {
        Self {
            place,
            documents: PhantomData,
        }
    }
}

impl<D: Numbered> SinkUnderTest for StoreOf<D> {
    type Doc = D;
    type Sink = SqliteStore<D>;

    async fn open(&self) -> SqliteStore<D> {
        SqliteStore::open(self.place.file(), StoreOptions::default()).unwrap()
    }

    fn raw(&self, number: u64) -> Vec<u8> {
        D::raw(number)
    }

    async fn parse(&self, batch: Batch<Raw>) -> Batch<D> {
        D::parse(batch).await
    }

    async fn stored(&self) -> Vec<Stored> {
        let conn = Connection::open(self.place.file()).unwrap();
        let sql = format!("SELECT doc_id, {} FROM {}", D::COLUMN, D::schema().name);
        let mut rows = conn.prepare(&sql).unwrap();
        let stored = rows.query_map([], |row| {
            Ok(Stored {
                id: Some(DocId::from_bytes(row.get(0)?)),
                number: row.get::<_, i64>(1)? as u64,
            })
        });
        stored.unwrap().map(Result::unwrap).collect()
    }
}

pub(crate) struct Buried(pub(crate) Place);

impl DeadLettersUnderTest for Buried {
    type DeadLetters = SqliteDeadLetters;

    async fn open(&self) -> SqliteDeadLetters {
        SqliteDeadLetters::open(self.0.file()).unwrap()
    }

    async fn buried(&self) -> Vec<Rejected> {
        let conn = Connection::open(self.0.file()).unwrap();
        let sql = "SELECT doc_id, grp, partition, offset, key, raw, stage, faults, attempt
            FROM dead_letters ORDER BY id";
        let mut rows = conn.prepare(sql).unwrap();
        let buried = rows.query_map([], |row| {
            let stage: String = row.get(6)?;
            let faults: String = row.get(7)?;
            let faults = serde_json::from_str(&faults).unwrap();
            Ok(Rejected {
                id: DocId::from_bytes(row.get(0)?),
                group: row.get::<_, String>(1)?.into(),
                partition: Partition::new(row.get::<_, String>(2)?),
                offset: Offset(row.get::<_, i64>(3)? as u64),
                key: row.get(4)?,
                raw: row.get(5)?,
                rejection: Rejection::from_faults(stage.parse().unwrap(), faults).unwrap(),
                attempt: row.get(8)?,
            })
        });
        buried.unwrap().map(Result::unwrap).collect()
    }
}
