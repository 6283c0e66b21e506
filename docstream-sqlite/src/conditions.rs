//! The `WHERE` of a query whose filters may be set or not.

use rusqlite::types::Value;

/// Conditions that all hold, with the values they compare to, which are bound.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    sql: String,
    pub(crate) values: Vec<Value>,
}

impl Conditions {
    /// With one condition more, such as `code =`, unless there is no value.
    pub(crate) fn and(mut self, condition: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.values.push(value.into());
            let word = if self.sql.is_empty() { "WHERE" } else { "AND" };
            let place = self.values.len();
            self.sql.push_str(&format!(" {word} {condition} ?{place}"));
        }
        self
    }

    /// The clause, empty without conditions.
    pub(crate) fn sql(&self) -> &str {
        &self.sql
    }
}
