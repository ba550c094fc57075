//! Records of Parquet files.

use std::path::Path;

use super::columns::{Columns, Labels, column};
use super::record::file;
use super::{Place, Records, TextError};
use crate::data::DataError;
use crate::data::parquet::{Cell, Parquet};

/// Puts the records of a file behind others.
pub fn records(
    path: &Path,
    bytes: Vec<u8>,
    columns: &Columns<&str>,
    labels: &Labels,
    records: &mut Records,
) -> Result<(), DataError> {
    let parquet = Parquet::open(path, bytes)?;
    let there = parquet.columns();
    let there: Vec<&str> = there.iter().map(String::as_str).collect();
    let places = columns.find(|name| column(|| file(path), &there, name))?;
    let mut number = 0;
    for group in 0..parquet.groups() {
        let cells = places.find(|place| parquet.cells(group, *place))?;
        for row in 0..cells.label.len() {
            number += 1;
            let place = || Place {
                path: path.to_path_buf(),
                unit: "row",
                number,
            };
            let text = |(name, cells): (&&str, &Vec<Cell>)| text(&cells[row], name, &place);
            let found = Columns {
                text: columns
                    .text
                    .iter()
                    .zip(&cells.text)
                    .map(text)
                    .collect::<Result<_, _>>()?,
                pair: columns
                    .pair
                    .iter()
                    .zip(&cells.pair)
                    .map(text)
                    .next()
                    .transpose()?,
                label: label(&cells.label[row], columns.label, &place)?,
            };
            records.list.push(found.record(labels, place)?);
        }
    }
    records.from = match records.from.is_empty() {
        true => file(path),
        false => format!("{} and {}", records.from, file(path)),
    };
    Ok(())
}

fn text(cell: &Cell, name: &str, place: &impl Fn() -> Place) -> Result<String, TextError> {
    match cell {
        Cell::Bytes(bytes) => utf8(bytes.data(), place),
        other => Err(wrong(other, name, "a text", place)),
    }
}

/// A label as a declaration writes it.
fn label(cell: &Cell, name: &str, place: &impl Fn() -> Place) -> Result<String, TextError> {
    match cell {
        Cell::Bytes(bytes) => utf8(bytes.data(), place),
        Cell::Whole(number) => Ok(number.to_string()),
        Cell::Truth(truth) => Ok(truth.to_string()),
        Cell::Null => Err(wrong(cell, name, "a label", place)),
    }
}

fn utf8(bytes: &[u8], place: &impl Fn() -> Place) -> Result<String, TextError> {
    let text = str::from_utf8(bytes).map_err(|_| TextError::NotUtf8(place()))?;
    Ok(text.to_string())
}

fn wrong(cell: &Cell, column: &str, wanted: &'static str, place: &impl Fn() -> Place) -> TextError {
    let found = match cell {
        Cell::Null => "null",
        Cell::Bytes(_) => "a text",
        Cell::Whole(_) => "a whole number",
        Cell::Truth(_) => "a truth value",
    };
    TextError::Type {
        place: place(),
        column: column.to_string(),
        found: found.to_string(),
        wanted,
    }
}
