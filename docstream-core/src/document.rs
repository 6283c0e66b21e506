//! What a document type tells about itself: its bytes on a wire, its columns in a store.

use crate::dates::Timestamp;
use crate::{Money, Raw, RecordRef};

/// A document that can travel as bytes: through a log, a topic or a file of lines.
///
/// ```
/// use docstream_core::{Payload, RecordRef};
///
/// struct Note { author: String, text: String }
///
/// impl Payload for Note {
///     fn write_payload(record: RecordRef<'_, Self>, out: &mut Vec<u8>) {
///         out.extend_from_slice(record.doc().text.as_bytes());
///     }
///
///     // The notes of an author stay in order.
///     fn key<'a>(record: RecordRef<'a, Self>) -> &'a [u8] {
///         record.doc().author.as_bytes()
///     }
/// }
/// # use docstream_core::{Batch, Epoch, Incoming, Offset, Partition, SourceId};
/// # let id = SourceId::new("default", "example", &[]).doc(0);
/// # let mut builder = Batch::builder(Partition::new("memory:notes"), Epoch(1), Offset(0));
/// # let note = Note { author: "Ada".to_owned(), text: "buy milk".to_owned() };
/// # builder.push(Incoming::new(id, Offset(0), b""), note);
/// # let batch = builder.finish();
/// # let mut out = Vec::new();
/// # batch.records().for_each(|record| Note::write_payload(record, &mut out));
/// # assert_eq!(out, b"buy milk");
/// # assert_eq!(batch.record(0).map(Note::key), Some(&b"Ada"[..]));
/// ```
pub trait Payload: Sized + Send + Sync + 'static {
    /// Appends the document's bytes to `out`; for text formats without a line end.
    fn write_payload(record: RecordRef<'_, Self>, out: &mut Vec<u8>);

    /// The partition key: documents of one key stay in order. Empty for none.
    fn key<'a>(record: RecordRef<'a, Self>) -> &'a [u8] {
        record.key()
    }
}

/// Passes the bytes on, decoded where they were in another encoding.
impl Payload for Raw {
    fn write_payload(record: RecordRef<'_, Self>, out: &mut Vec<u8>) {
        out.extend_from_slice(record.payload());
    }
}

/// A document with columns: declared once, used by every store.
///
/// ```
/// use docstream_core::{Document, Encoder, Field, FieldType, Schema};
///
/// struct Student { name: String, grade: i64 }
///
/// impl Document for Student {
///     fn schema() -> &'static Schema {
///         const FIELDS: &[Field] = &[Field::new("name", FieldType::Text), Field::new("grade", FieldType::Integer)];
///         const SCHEMA: Schema = Schema::new("students", FIELDS);
///         &SCHEMA
///     }
///
///     fn encode<E: Encoder>(&self, _text: &str, out: &mut E) {
///         out.text(&self.name);
///         out.integer(self.grade);
///     }
/// }
/// assert_eq!(Student::schema().fields[1].name, "grade");
/// ```
pub trait Document: Send + Sync + 'static {
    /// The columns, in the order in which [`encode`](Self::encode) gives the values.
    fn schema() -> &'static Schema;

    /// Gives one value for each field of the schema, in order. `text` is the arena
    /// of the batch ([`RecordRef::text`]), for documents that keep spans into it.
    fn encode<E: Encoder>(&self, text: &str, out: &mut E);
}

/// Takes the values of a document, one call a field, in the order of its schema.
///
/// A store implements it, for instance to make cells of the values:
///
/// ```
/// use docstream_core::{Document, Encoder, InvoiceLine};
/// # use docstream_core::{Money, Timestamp};
///
/// #[derive(Default)]
/// struct Cells(Vec<String>);
///
/// impl Encoder for Cells {
///     fn null(&mut self) { self.0.push(String::new()); }
///     fn text(&mut self, value: &str) { self.0.push(value.to_owned()); }
///     fn integer(&mut self, value: i64) { self.0.push(value.to_string()); }
///     // ... and so on
/// #   fn money(&mut self, value: Money) { self.0.push(value.to_string()); }
/// #   fn real(&mut self, value: f64) { self.0.push(value.to_string()); }
/// #   fn boolean(&mut self, value: bool) { self.0.push(value.to_string()); }
/// #   fn timestamp(&mut self, value: Timestamp) { self.0.push(value.to_string()); }
/// }
///
/// # let json = r#"{"InvoiceNo":"536365","StockCode":"71053","Quantity":6,"UnitPrice":3.39,"InvoiceDate":"2010-12-01T08:26:00Z","Country":"France"}"#;
/// let line: InvoiceLine = serde_json::from_str(json)?;
/// let mut cells = Cells::default();
/// line.encode("", &mut cells);
/// assert_eq!(cells.0[..3], ["536365", "sale", "71053"]);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub trait Encoder {
    /// No value.
    fn null(&mut self);
    /// Text.
    fn text(&mut self, value: &str);
    /// A whole number.
    fn integer(&mut self, value: i64);
    /// An exact amount.
    fn money(&mut self, value: Money);
    /// A measured number, not an amount of money.
    fn real(&mut self, value: f64);
    /// Yes or no.
    fn boolean(&mut self, value: bool);
    /// A moment.
    fn timestamp(&mut self, value: Timestamp);
}

/// The columns of a document type.
///
/// ```
/// use docstream_core::{Field, FieldType, Schema};
///
/// const FIELDS: &[Field] = &[Field::new("name", FieldType::Text), Field::new("grade", FieldType::Integer)];
/// const STUDENTS: Schema = Schema::new("students", FIELDS).indexed(&[&["name"]]);
///
/// let columns: Vec<_> = STUDENTS.fields.iter().map(|field| field.name).collect();
/// assert_eq!(format!("{} ({})", STUDENTS.name, columns.join(", ")), "students (name, grade)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Schema {
    /// The name of the collection or table: plural, lower case, `_` between words.
    pub name: &'static str,
    /// The fields in order.
    pub fields: &'static [Field],
    /// Indexes that queries need, each a list of field names.
    pub indexes: &'static [&'static [&'static str]],
}

impl Schema {
    /// A schema without indexes.
    pub const fn new(name: &'static str, fields: &'static [Field]) -> Self {
        Self {
            name,
            fields,
            indexes: &[],
        }
    }

    /// With these indexes.
    #[must_use]
    pub const fn indexed(mut self, indexes: &'static [&'static [&'static str]]) -> Self {
        self.indexes = indexes;
        self
    }
}

/// A column.
///
/// ```
/// use docstream_core::{Field, FieldType};
///
/// const NICKNAME: Field = Field::new("nickname", FieldType::Text).optional();
/// assert!(!NICKNAME.required);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// Its name: lower case, `_` between words.
    pub name: &'static str,
    /// The type of its values.
    pub kind: FieldType,
    /// Whether every document has it.
    pub required: bool,
}

impl Field {
    /// A field that every document has.
    pub const fn new(name: &'static str, kind: FieldType) -> Self {
        Self {
            name,
            kind,
            required: true,
        }
    }

    /// The same field, which a document may lack.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.required = false;
        self
    }
}

/// The type of a column.
///
/// A store says what it keeps a type as:
///
/// ```
/// use docstream_core::{Document, FieldType, InvoiceLine};
///
/// fn column(of: FieldType) -> &'static str {
///     match of {
///         FieldType::Integer | FieldType::Money => "INTEGER",
///         FieldType::Real => "REAL",
///         _ => "TEXT",
///     }
/// }
/// let fields = <InvoiceLine as Document>::schema().fields;
/// assert_eq!((fields[0].name, column(fields[0].kind)), ("invoice_no", "TEXT"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldType {
    /// Text.
    Text,
    /// A whole number, 64 bits signed.
    Integer,
    /// An exact amount of at most four decimals.
    Money,
    /// A measured number.
    Real,
    /// Yes or no.
    Boolean,
    /// A moment in UTC, to the microsecond.
    Timestamp,
}
