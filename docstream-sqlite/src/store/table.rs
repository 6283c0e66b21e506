//! The table of a document type: its columns, its indexes, its statements.

use docstream_core::{Error, Field, FieldType, Result, Schema};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use crate::error::sqlite;

/// The columns of every table, before those of the document type.
pub(super) const OWN: [&str; 5] = ["doc_id", "content_hash", "partition", "offset", "stored_at"];

/// A table and the statements on it, made once.
#[derive(Debug)]
pub(crate) struct Table {
    /// The name, quoted.
    pub(crate) name: String,
    /// The name of the table of deleted ids, quoted.
    pub(super) deleted: String,
    pub(super) insert: String,
    pub(super) schema: &'static Schema,
}

impl Table {
    /// The table of `schema`.
    pub(super) fn of(schema: &'static Schema) -> Result<Self> {
        check_names(schema)?;
        let name = quoted(schema.name);
        let columns: Vec<_> = OWN
            .into_iter()
            .chain(schema.fields.iter().map(|field| field.name))
            .map(quoted)
            .collect();
        let places: Vec<_> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
        let insert = format!(
            "INSERT INTO {name} ({}) VALUES ({}) ON CONFLICT (doc_id) DO NOTHING",
            columns.join(", "),
            places.join(", ")
        );
        Ok(Self {
            deleted: quoted(&format!("{}_deleted", schema.name)),
            name,
            insert,
            schema,
        })
    }

    /// Makes the table, or checks that the one that is there is the same.
    pub(super) fn create(&self, conn: &mut Connection) -> Result<()> {
        let operation = "create the table";
        let tx = conn
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(sqlite(operation))?;
        match self.columns_there(&tx).map_err(sqlite(operation))? {
            Some(there) => self.compare(&there)?,
            None => {
                tx.execute_batch(&self.ddl()).map_err(sqlite(operation))?;
                tx.execute(
                    "INSERT INTO store_schemas (name, columns) VALUES (?1, ?2)",
                    (self.schema.name, self.columns().join("\n")),
                )
                .map_err(sqlite(operation))?;
            }
        }
        tx.execute_batch(&self.indexes())
            .map_err(sqlite(operation))?;
        tx.commit().map_err(sqlite(operation))
    }

    /// The columns of the table that is there, `None` if there is none.
    fn columns_there(&self, conn: &Connection) -> rusqlite::Result<Option<Vec<String>>> {
        let noted: Option<String> = conn
            .query_row(
                "SELECT columns FROM store_schemas WHERE name = ?1",
                [self.schema.name],
                |row| row.get(0),
            )
            .optional()?;
        if let Some(columns) = noted {
            return Ok(Some(columns.lines().map(str::to_owned).collect()));
        }
        // A table that no store made: what it is made of can only be read off it.
        let mut info = conn.prepare("SELECT name, lower(type) FROM pragma_table_info(?1)")?;
        let columns = info
            .query_map([self.schema.name], |row| {
                Ok(format!(
                    "{} {}",
                    row.get::<_, String>(0)?,
                    row.get::<_, String>(1)?
                ))
            })?
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Some(columns).filter(|columns| !columns.is_empty()))
    }

    fn compare(&self, there: &[String]) -> Result<()> {
        let ours = self.columns();
        if ours == there {
            return Ok(());
        }
        let without = |these: &[String], those: &[String]| {
            let rest: Vec<_> = these
                .iter()
                .filter(|column| !those.contains(column))
                .collect();
            rest.iter()
                .map(|column| column.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let difference = match (without(&ours, there), without(there, &ours)) {
            (missing, extra) if missing.is_empty() && extra.is_empty() => {
                "the columns are in another order".to_owned()
            }
            (missing, extra) => format!("it lacks [{missing}] and has [{extra}] instead"),
        };
        let message =
            format!("the table is not of this document type: {difference}; use another file");
        Err(Error::config("open the store", message).with("table", self.schema.name))
    }

    /// One line a column of the document type, as it is noted in the file.
    fn columns(&self) -> Vec<String> {
        let line = |field: &Field| {
            let need = if field.required {
                "required"
            } else {
                "optional"
            };
            format!("{} {} {need}", field.name, word(field.kind))
        };
        self.schema.fields.iter().map(line).collect()
    }

    // With row ids: measured on the real file, a table clustered on the document's id
    // took a seventh more time, since every index entry then holds the whole id.
    fn ddl(&self) -> String {
        let columns: Vec<_> = self
            .schema
            .fields
            .iter()
            .map(|field| {
                let need = if field.required { " NOT NULL" } else { "" };
                format!("{} {}{need}", quoted(field.name), sql_type(field.kind))
            })
            .collect();
        format!(
            "CREATE TABLE {} (
                doc_id BLOB NOT NULL PRIMARY KEY,
                content_hash BLOB NOT NULL,
                partition INTEGER NOT NULL,
                offset INTEGER NOT NULL,
                stored_at INTEGER NOT NULL,
                {}
            ) STRICT;
            CREATE TABLE {} (
                doc_id BLOB NOT NULL PRIMARY KEY,
                content_hash BLOB NOT NULL,
                deleted_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;",
            self.name,
            columns.join(", "),
            self.deleted,
        )
    }

    fn indexes(&self) -> String {
        let index = |fields: &&[&str]| {
            let name = quoted(&format!("{}_by_{}", self.schema.name, fields.join("_")));
            let columns: Vec<_> = fields.iter().copied().map(quoted).collect();
            format!(
                "CREATE INDEX IF NOT EXISTS {name} ON {} ({});",
                self.name,
                columns.join(", ")
            )
        };
        self.schema.indexes.iter().map(index).collect()
    }
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

const fn word(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Text => "text",
        FieldType::Integer => "integer",
        FieldType::Money => "money",
        FieldType::Real => "real",
        FieldType::Boolean => "boolean",
        FieldType::Timestamp => "timestamp",
        _ => "other",
    }
}

const fn sql_type(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Text => "TEXT",
        FieldType::Real => "REAL",
        FieldType::Integer | FieldType::Money | FieldType::Boolean | FieldType::Timestamp => {
            "INTEGER"
        }
        _ => "ANY",
    }
}

/// Names become part of SQL, and share a file with our own tables.
fn check_names(schema: &Schema) -> Result<()> {
    let plain = |name: &str| {
        name.len() <= 60
            && name.starts_with(|first: char| first.is_ascii_lowercase())
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let ours = ["sqlite_", "store_", "docstream_", "log_", "dead_letters"];
    let wrong = |message: &str, name: &str| {
        Err(Error::config("read the schema", message).with("name", name))
    };
    if ours.iter().any(|prefix| schema.name.starts_with(prefix)) {
        return wrong("the name is one of docstream's own tables", schema.name);
    }
    let mut seen = OWN.to_vec();
    for name in std::iter::once(schema.name).chain(schema.fields.iter().map(|field| field.name)) {
        if !plain(name) {
            return wrong(
                "expected lower case letters, digits and _, at most 60",
                name,
            );
        }
    }
    for field in schema.fields {
        if seen.contains(&field.name) {
            return wrong(
                "the column is there twice, or is one of the store's own",
                field.name,
            );
        }
        seen.push(field.name);
    }
    for name in schema.indexes.iter().copied().flatten() {
        if !schema.fields.iter().any(|field| field.name == *name) {
            return wrong("an index is on a column that is not there", name);
        }
    }
    Ok(())
}
