//! What stands in a column of a row.

use parquet::data_type::ByteArray;

use crate::data::columns::{ColumnError, Place};

/// What stands in a column of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// Bytes, or the text that they are.
    Bytes(ByteArray),
    /// A whole number.
    Whole(i64),
    /// A truth value.
    Truth(bool),
}

impl Cell {
    /// A text, in the column of that name.
    pub fn text(&self, column: &str, place: impl Fn() -> Place) -> Result<String, ColumnError> {
        match self {
            Cell::Bytes(bytes) => {
                let text = str::from_utf8(bytes.data());
                let text = text.map_err(|_| ColumnError::NotUtf8(place()))?;
                Ok(text.to_string())
            }
            _ => Err(self.wrong(column, "a text", place)),
        }
    }

    /// A label as a declaration writes it, in the column of that name; a number by its name where there are names.
    pub fn label(
        &self,
        column: &str,
        names: Option<&[String]>,
        place: impl Fn() -> Place,
    ) -> Result<String, ColumnError> {
        match (self, names) {
            (Cell::Bytes(_), _) => self.text(column, place),
            (Cell::Whole(class), Some(names)) => {
                let name = usize::try_from(*class).ok().and_then(|at| names.get(at));
                name.cloned().ok_or_else(|| ColumnError::Class {
                    place: place(),
                    class: *class,
                    classes: names.len() as i64,
                })
            }
            (Cell::Whole(number), None) => Ok(number.to_string()),
            (Cell::Truth(truth), _) => Ok(truth.to_string()),
            (Cell::Null, _) => Err(self.wrong(column, "a label", place)),
        }
    }

    fn wrong(&self, column: &str, wanted: &'static str, place: impl Fn() -> Place) -> ColumnError {
        let found = match self {
            Cell::Null => "null",
            Cell::Bytes(_) => "a text",
            Cell::Whole(_) => "a whole number",
            Cell::Truth(_) => "a truth value",
        };
        ColumnError::Type {
            place: place(),
            column: column.to_string(),
            found: found.to_string(),
            wanted,
        }
    }
}
