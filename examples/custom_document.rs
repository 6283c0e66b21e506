//! A document type of your own, from JSON to a table, with no crate changed: student
//! records with their own fields, checks and transform.
//!
//! ```sh
//! cargo run --example custom_document
//! ```

use docstream::memory::MemoryStream;
use docstream::sqlite::{SqliteStore, StoreOptions};
use docstream::{
    Code, Document, Encoder, Fault, Field, FieldType, ParseJson, Pipeline, Rejection, Schema,
    Stage, Validate, try_map,
};
use serde::{Deserialize, Serialize};

/// What comes in: the wire form, and the checks of each field.
#[derive(Clone, Debug, Deserialize, Serialize, validator::Validate)]
#[serde(deny_unknown_fields)]
struct Student {
    #[validate(length(min = 1, max = 100, message = "is required, of at most 100 characters"))]
    name: String,
    #[validate(email(message = "expected a mail address"))]
    email: String,
    #[validate(range(min = 1, max = 13, message = "expected a grade from 1 to 13"))]
    grade: u8,
    scores: Vec<f64>,
}

/// The fields in the order in which faults are told.
const FIELDS: &[(&str, &str)] = &[
    ("name", "name"),
    ("email", "email"),
    ("grade", "grade"),
    ("scores", "scores"),
];

/// What is stored: cleaned, with the average worked out.
#[derive(Clone, Debug)]
struct StudentRow {
    name: String,
    email: String,
    grade: u8,
    average: Option<f64>,
}

impl Document for StudentRow {
    fn schema() -> &'static Schema {
        const COLUMNS: &[Field] = &[
            Field::new("name", FieldType::Text),
            Field::new("email", FieldType::Text),
            Field::new("grade", FieldType::Integer),
            Field::new("average", FieldType::Real).optional(),
        ];
        const SCHEMA: Schema = Schema::new("students", COLUMNS).indexed(&[&["email"]]);
        &SCHEMA
    }

    fn encode<E: Encoder>(&self, _text: &str, out: &mut E) {
        out.text(&self.name);
        out.text(&self.email);
        out.integer(self.grade.into());
        match self.average {
            Some(average) => out.real(average),
            None => out.null(),
        }
    }
}

/// Cleans a record and works out its average; a score out of range is its own fault.
fn clean(student: Student) -> Result<StudentRow, Rejection> {
    if let Some(index) = student
        .scores
        .iter()
        .position(|score| !(0.0..=100.0).contains(score))
    {
        let fault = Fault::new(
            format!("/scores/{index}"),
            Code::OutOfRange,
            "expected a score from 0 to 100",
        );
        return Err(Rejection::new(Stage::Transform, fault));
    }
    let count = student.scores.len() as f64;
    Ok(StudentRow {
        name: student.name.trim().to_owned(),
        email: student.email.to_lowercase(),
        grade: student.grade,
        average: (count > 0.0).then(|| student.scores.into_iter().sum::<f64>() / count),
    })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let records = MemoryStream::bytes(
        "students",
        [[
            r#"{"name":" Ada Lovelace ","email":"Ada@Example.org","grade":9,"scores":[98,100,91.5]}"#,
            r#"{"name":"","email":"nobody","grade":99,"scores":[]}"#,
            r#"{"name":"Bob","email":"bob@example.org","grade":4,"scores":[70,170]}"#,
            r#"{"name":"Eve","email":"eve@example.org","grade":4,"scores":[],"is_admin":true}"#,
            r#"{"name":"Grace","email":"grace@example.org","grade":12,"scores":[]}"#,
        ]],
    );
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("school.db");
    let store = SqliteStore::<StudentRow>::open(&path, StoreOptions::default())?;
    let dead = docstream::memory::MemoryDeadLetters::new();

    let summary = Pipeline::from(records.source())
        .transform(ParseJson::<Student>::new())
        .transform(Validate::new().fields(FIELDS))
        .transform(try_map(clean))
        .dead_letters(dead.clone())
        .into_idempotent_sink(store.clone())
        .run()
        .await?;

    println!(
        "{} students stored, {} records rejected:",
        summary.written, summary.rejected
    );
    for rejected in dead.buried() {
        println!("  record {}: {}", rejected.offset, rejected.rejection);
    }
    assert_eq!((store.count().await?, summary.rejected), (2, 3));
    Ok(())
}
