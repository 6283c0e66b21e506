//! Which column of a table is which field.

use super::field::Field;
use super::value::Value;
use crate::{Code, Fault, Rejection, Stage};

/// What to do with columns that an invoice line does not have.
///
/// ```
/// use docstream_core::{Columns, ExtraColumns};
///
/// let header = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate",
///     "UnitPrice", "CustomerID", "Country", "Warehouse"];
/// let rejection = Columns::from_header(header, ExtraColumns::Refuse).unwrap_err();
/// assert!(rejection.to_string().starts_with("read: /Warehouse: unknown_field"));
/// assert!(Columns::from_header(header, ExtraColumns::Ignore).is_ok());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExtraColumns {
    /// Refuse the table: a misspelt column would go missing unseen.
    #[default]
    Refuse,
    /// Leave them out.
    Ignore,
}

/// The columns of a table, from its header row.
///
/// Names are matched without case and underscores; `Invoice`, `Price` and `Customer ID`, as in
/// Online Retail II, are taken too.
///
/// ```
/// use docstream_core::{Columns, ExtraColumns};
///
/// let header = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country";
/// let columns = Columns::from_header(header.split(','), ExtraColumns::Refuse);
/// assert_eq!(columns.map(|columns| columns.len()), Ok(8));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns(Vec<Option<Field>>);

impl Columns {
    /// Reads a header row, whose byte order mark is removed already.
    ///
    /// # Errors
    ///
    /// All that is wrong with it: columns missing, unknown (at most 16 are told) or
    /// there twice.
    pub fn from_header<'a>(
        names: impl IntoIterator<Item = &'a str>,
        extra: ExtraColumns,
    ) -> Result<Self, Rejection> {
        let mut columns = Vec::new();
        let mut faults = Vec::new();
        for (index, name) in names.into_iter().enumerate() {
            let field = Field::of_column(name);
            match field {
                Some(field) if columns.contains(&Some(field)) => faults.push(Fault::new(
                    field.pointer(),
                    Code::DuplicateField,
                    "two columns of the header have this name",
                )),
                None if extra == ExtraColumns::Refuse && faults.len() < MOST_FAULTS => {
                    let is_first = faults.iter().all(|fault| fault.code != Code::UnknownField);
                    faults.push(unknown(index, name, is_first));
                }
                _ => {}
            }
            columns.push(field);
        }
        if columns.iter().all(Option::is_none) {
            let fault = Fault::document(
                Code::Missing,
                "no column has a name of an invoice line's: the first line must be the header row",
            );
            return Err(Rejection::new(Stage::Read, fault));
        }
        let missing = Field::ALL
            .into_iter()
            .filter(|field| !columns.contains(&Some(*field)));
        faults.extend(missing.map(|field| {
            Fault::new(
                field.pointer(),
                Code::Missing,
                "the header has no such column",
            )
        }));
        match Rejection::from_faults(Stage::Read, faults) {
            Some(rejection) => Err(rejection),
            None => Ok(Self(columns)),
        }
    }

    /// The number of columns, the ignored ones too.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no columns; never, since a header without any is refused.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values of a row by field, if it has as many cells as the header.
    pub(crate) fn values<'a>(
        &self,
        cells: impl IntoIterator<Item = &'a str>,
    ) -> Option<[Value<'a>; Field::COUNT]> {
        let mut values = [const { Value::Absent }; Field::COUNT];
        let mut columns = self.0.iter();
        for cell in cells {
            if let Some(field) = columns.next()? {
                values[*field as usize] = Value::Cell(cell);
            }
        }
        columns.next().is_none().then_some(values)
    }
}

/// A header of a million columns is not listed column by column.
const MOST_FAULTS: usize = 16;

/// The name is told only if it looks like one: it may be a value, where the header is missing.
fn unknown(index: usize, name: &str, is_first: bool) -> Fault {
    let name = name.trim();
    let plain = |c: char| c.is_alphabetic() || matches!(c, ' ' | '_' | '-');
    let pointer = match name.len() {
        1..=64 if name.chars().all(plain) => format!("/{name}"),
        _ => String::new(),
    };
    let mut message = format!(
        "column {} of the header is none of an invoice line's",
        index + 1
    );
    // What to do is the same for all of them.
    if is_first {
        message.push_str(
            ": correct its name or remove it; a program may leave such columns out with \
             `ExtraColumns::Ignore`",
        );
    }
    Fault::new(pointer, Code::UnknownField, message)
}
