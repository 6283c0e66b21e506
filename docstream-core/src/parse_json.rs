//! Parsing documents of your own type.

use std::marker::PhantomData;

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::invoice::exceeds_depth;
use crate::{
    Batch, Code, ContentHash, Fault, Limits, Raw, RecordRef, Rejection, Result, Row, Stage,
    Transform,
};

/// Parses raw records into documents of type `T` with serde: JSON objects, or rows
/// of a table whose columns have the names of `T`'s fields.
///
/// The content hash is over the parsed document as serde writes it, so white space and
/// the order of the keys do not count. A field whose own order changes from run to
/// run, such as a `HashMap`, makes a resent document look like another one: use a
/// `BTreeMap`.
///
/// ```
/// use docstream_core::memory::{MemoryDeadLetters, MemorySink, MemoryStream};
/// use docstream_core::{ParseJson, Pipeline};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize, Serialize)]
/// #[serde(deny_unknown_fields)]
/// struct Student { name: String, grade: u8 }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let school = MemoryStream::bytes("school", [[
///     r#"{"name": "Ada", "grade": 1}"#,
///     r#"{"name": "Bob"}"#,
/// ]]);
/// let (sink, dead) = (MemorySink::new(), MemoryDeadLetters::new());
/// Pipeline::from(school.source())
///     .transform(ParseJson::<Student>::new())
///     .dead_letters(dead.clone())
///     .into_idempotent_sink(sink.clone())
///     .run()
///     .await?;
/// sink.for_each(|record| assert_eq!(record.doc().name, "Ada"));
/// assert_eq!(dead.buried()[0].rejection.to_string(), "parse: /grade: missing: is required");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ParseJson<T> {
    limits: Limits,
    documents: PhantomData<fn() -> T>,
}

impl<T> Default for ParseJson<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> ParseJson<T> {
    /// Parses within the default limits.
    pub fn new() -> Self {
        Self {
            limits: Limits::default(),
            documents: PhantomData,
        }
    }

    /// Parses within `limits`, of which it minds the bytes of a document and the
    /// nesting; the length of its texts is for [`Validate`].
    ///
    /// ```
    /// use docstream_core::{Limits, ParseJson};
    ///
    /// let parse = ParseJson::<serde_json::Value>::new().limits(Limits::default().nesting(4));
    /// # let _ = parse;
    /// ```
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

#[async_trait]
impl<T> Transform<Raw> for ParseJson<T>
where
    T: DeserializeOwned + Serialize + Send + Sync + 'static,
{
    type Out = T;

    async fn apply(&self, batch: Batch<Raw>) -> Result<Batch<T>> {
        Ok(batch.parse(|record, _| parse(record, &self.limits)))
    }
}

fn parse<T: DeserializeOwned + Serialize>(
    record: RecordRef<'_, Raw>,
    limits: &Limits,
) -> Result<(T, Option<ContentHash>), Rejection> {
    if record.raw().len() > limits.document_bytes {
        let message = format!("a document is at most {} bytes", limits.document_bytes);
        return Err(rejection("", Code::TooLarge, message));
    }
    let doc: T = match record.row() {
        Some(row) => from_row(row)?,
        None => from_json(record.payload(), limits)?,
    };
    let mut hasher = ContentHash::hasher();
    serde_json::to_writer(&mut hasher, &doc).map_err(|_| {
        rejection(
            "",
            Code::TransformFailed,
            "the parsed document has no JSON form",
        )
    })?;
    Ok((doc, Some(hasher.finish())))
}

fn from_json<T: DeserializeOwned>(raw: &[u8], limits: &Limits) -> Result<T, Rejection> {
    let json =
        std::str::from_utf8(raw).map_err(|_| rejection("", Code::NotUtf8, "expected UTF-8"))?;
    match json.trim_start().as_bytes().first() {
        None => return Err(rejection("", Code::Empty, "expected a JSON object")),
        Some(b'{') => {}
        Some(_) => return Err(rejection("", Code::WrongType, "expected a JSON object")),
    }
    if exceeds_depth(json, limits.nesting) {
        let message = format!("nested deeper than {} levels", limits.nesting);
        return Err(rejection("", Code::TooDeep, message));
    }
    serde_json::from_str(json).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => fault_in(&error.to_string()),
        _ => rejection(
            "",
            Code::MalformedJson,
            "expected one JSON object and nothing after it",
        ),
    })
}

fn from_row<T: DeserializeOwned>(row: Row<'_>) -> Result<T, Rejection> {
    if row.len() != row.header().len() {
        let message = format!(
            "expected {} columns, found {}",
            row.header().len(),
            row.len()
        );
        return Err(rejection("", Code::MalformedCsv, message));
    }
    let header = csv::StringRecord::from_iter(row.header().iter().map(|name| &**name));
    let cells = csv::StringRecord::from_iter(row.iter());
    cells
        .deserialize(Some(&header))
        .map_err(|error| match error.kind() {
            csv::ErrorKind::Deserialize { err, .. } => {
                let column = err
                    .field()
                    .and_then(|index| row.header().get(index as usize));
                match column {
                    Some(name) => {
                        rejection(&pointer(name), Code::WrongType, "has not the expected type")
                    }
                    None => fault_in(&err.kind().to_string()),
                }
            }
            _ => rejection("", Code::MalformedCsv, "the row does not fit the document"),
        })
}

/// The fault behind the text of a serde error. The texts are serde's own and name
/// fields in back quotes; what follows them may repeat values and is left out.
fn fault_in(text: &str) -> Rejection {
    let named = |prefix: &str| text.strip_prefix(prefix)?.split('`').nth(1);
    if let Some(field) = named("missing field ") {
        rejection(&pointer(field), Code::Missing, "is required")
    } else if let Some(field) = named("unknown field ") {
        rejection(
            &pointer(field),
            Code::UnknownField,
            "the document has no such field",
        )
    } else if let Some(field) = named("duplicate field ") {
        rejection(&pointer(field), Code::DuplicateField, "is there twice")
    } else {
        rejection("", Code::WrongType, "a field has not the expected type")
    }
}

fn pointer(field: &str) -> String {
    format!("/{}", field.replace('~', "~0").replace('/', "~1"))
}

#[cold]
fn rejection(
    pointer: &str,
    code: Code,
    message: impl Into<std::borrow::Cow<'static, str>>,
) -> Rejection {
    Rejection::new(Stage::Parse, Fault::new(pointer.to_owned(), code, message))
}

/// Checks documents of a type that derives [`validator::Validate`]; one that fails
/// is rejected with all its faults.
///
/// ```
/// use docstream_core::Validate;
///
/// #[derive(validator::Validate)]
/// struct Student {
///     #[validate(range(min = 1, max = 6))]
///     grade: u8,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use docstream_core::memory::{AppendSink, MemoryDeadLetters, MemoryStream};
/// # use docstream_core::Pipeline;
/// # impl Clone for Student { fn clone(&self) -> Self { Self { grade: self.grade } } }
/// # let grades = MemoryStream::empty("grades", 1);
/// # grades.push(0, Student { grade: 7 }, "7");
/// # let dead = MemoryDeadLetters::new();
/// let pipeline = Pipeline::from(grades.source())
///     .transform(Validate::new())
///     .dead_letters(dead.clone());
/// pipeline.into_sink(AppendSink::new()).run().await?;
/// let why = dead.buried()[0].rejection.to_string();
/// assert_eq!(why, "validate: /grade: out_of_range: is outside of the allowed range");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Validate {
    fields: &'static [(&'static str, &'static str)],
}

impl Validate {
    /// Checks documents whose fields have the same names in Rust and in JSON.
    pub const fn new() -> Self {
        Self { fields: &[] }
    }

    /// With the order of the fields, each by its name in Rust and in JSON.
    ///
    /// ```
    /// use docstream_core::Validate;
    ///
    /// const CHECK: Validate = Validate::new().fields(&[("full_name", "name"), ("grade", "grade")]);
    /// # let _ = CHECK;
    /// ```
    #[must_use]
    pub const fn fields(mut self, fields: &'static [(&'static str, &'static str)]) -> Self {
        self.fields = fields;
        self
    }
}

#[async_trait]
impl<T: validator::Validate + Send + Sync + 'static> Transform<T> for Validate {
    type Out = T;

    async fn apply(&self, batch: Batch<T>) -> Result<Batch<T>> {
        let fields = self.fields;
        Ok(batch.try_map(|doc| match doc.validate() {
            Ok(()) => Ok(doc),
            Err(errors) => {
                let faults = crate::faults_of(&errors, fields);
                let unnamed = || rejection("", Code::InvalidFormat, "the document is not valid");
                Err(Rejection::from_faults(Stage::Validate, faults).unwrap_or_else(unnamed))
            }
        }))
    }
}
