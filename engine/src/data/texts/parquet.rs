//! Parquet: columns of texts and labels that are not nested.

use std::path::Path;

use bytes::Bytes;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::schema::types::SchemaDescriptor;

use super::columns::{Columns, Labels, column};
use super::record::file;
use super::{Place, Records, TextError};

/// Puts the records of a file behind others.
pub fn records(
    path: &Path,
    bytes: Vec<u8>,
    columns: &Columns<&str>,
    labels: &Labels,
    records: &mut Records,
) -> Result<(), TextError> {
    let broken = |reason| TextError::Parquet {
        path: path.to_path_buf(),
        reason,
    };
    let reader = SerializedFileReader::new(Bytes::from(bytes)).map_err(broken)?;
    let schema = reader.metadata().file_metadata().schema_descr();
    let there: Vec<String> = schema
        .columns()
        .iter()
        .map(|leaf| leaf.path().string())
        .collect();
    let there: Vec<&str> = there.iter().map(String::as_str).collect();
    let places = columns.find(|name| column(|| file(path), &there, name))?;
    let mut first = 1;
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group).map_err(broken)?;
        let cells = places.find(|place| cells(path, &*group, schema, *place))?;
        let rows = cells.label.len();
        for row in 0..rows {
            let place = || Place {
                path: path.to_path_buf(),
                unit: "row",
                number: first + row,
            };
            let text = |name: &str, cells: &Vec<Cell>| {
                let cell = cells.get(row).unwrap_or(&Cell::Null);
                cell.text(name, &place)
            };
            let found = Columns {
                text: columns
                    .text
                    .iter()
                    .zip(&cells.text)
                    .map(|(name, cells)| text(name, cells))
                    .collect::<Result<_, _>>()?,
                pair: columns
                    .pair
                    .iter()
                    .zip(&cells.pair)
                    .map(|(name, cells)| text(name, cells))
                    .next()
                    .transpose()?,
                label: cells.label[row].label(columns.label, &place)?,
            };
            records.list.push(found.record(labels, place)?);
        }
        first += rows;
    }
    records.from = match records.from.is_empty() {
        true => file(path),
        false => format!("{} and {}", records.from, file(path)),
    };
    Ok(())
}

/// What stands in a column of a row.
enum Cell {
    Null,
    Bytes(ByteArray),
    Whole(i64),
    Truth(bool),
}

impl Cell {
    fn text(&self, name: &str, place: &impl Fn() -> Place) -> Result<String, TextError> {
        match self {
            Cell::Bytes(bytes) => utf8(bytes.data(), place),
            other => Err(other.wrong(name, "a text", place)),
        }
    }

    /// A label as a declaration writes it.
    fn label(&self, name: &str, place: &impl Fn() -> Place) -> Result<String, TextError> {
        match self {
            Cell::Bytes(bytes) => utf8(bytes.data(), place),
            Cell::Whole(number) => Ok(number.to_string()),
            Cell::Truth(truth) => Ok(truth.to_string()),
            Cell::Null => Err(self.wrong(name, "a label", place)),
        }
    }

    fn wrong(&self, name: &str, wanted: &'static str, place: &impl Fn() -> Place) -> TextError {
        let found = match self {
            Cell::Null => "null",
            Cell::Bytes(_) => "a text",
            Cell::Whole(_) => "a whole number",
            Cell::Truth(_) => "a truth value",
        };
        TextError::Type {
            place: place(),
            column: name.to_string(),
            found: found.to_string(),
            wanted,
        }
    }
}

fn utf8(bytes: &[u8], place: &impl Fn() -> Place) -> Result<String, TextError> {
    let text = str::from_utf8(bytes).map_err(|_| TextError::NotUtf8(place()))?;
    Ok(text.to_string())
}

/// A column of a row group.
fn cells(
    path: &Path,
    group: &dyn RowGroupReader,
    schema: &SchemaDescriptor,
    place: usize,
) -> Result<Vec<Cell>, TextError> {
    let leaf = schema.column(place);
    let other = |found: String| TextError::ColumnType {
        path: path.to_path_buf(),
        column: leaf.path().string(),
        found,
        wanted: "texts, whole numbers or truth values",
    };
    if leaf.max_rep_level() > 0 {
        return Err(other("lists".to_string()));
    }
    let (rows, whole) = (group.metadata().num_rows(), leaf.max_def_level());
    let rows = usize::try_from(rows).unwrap_or_default();
    let reader = group.get_column_reader(place);
    let read = reader.and_then(|reader| {
        Ok(Some(match reader {
            ColumnReader::ByteArrayColumnReader(reader) => {
                column_of(reader, rows, whole, Cell::Bytes)?
            }
            ColumnReader::Int32ColumnReader(reader) => {
                column_of(reader, rows, whole, |value| Cell::Whole(value.into()))?
            }
            ColumnReader::Int64ColumnReader(reader) => column_of(reader, rows, whole, Cell::Whole)?,
            ColumnReader::BoolColumnReader(reader) => column_of(reader, rows, whole, Cell::Truth)?,
            _ => return Ok(None),
        }))
    });
    let read = read.map_err(|reason| TextError::Parquet {
        path: path.to_path_buf(),
        reason,
    })?;
    read.ok_or_else(|| other(format!("numbers of the type {}", leaf.physical_type())))
}

/// The cells of a column: a row has a value where its level is the whole one, else null.
fn column_of<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    rows: usize,
    whole: i16,
    cell: impl Fn(T::T) -> Cell,
) -> Result<Vec<Cell>, ParquetError> {
    let (mut values, mut levels) = (vec![], vec![]);
    let mut done = 0;
    while done < rows {
        let (read, ..) = reader.read_records(rows - done, Some(&mut levels), None, &mut values)?;
        if read == 0 {
            return Err(ParquetError::EOF(format!(
                "{done} of {rows} rows are there"
            )));
        }
        done += read;
    }
    let mut values = values.into_iter();
    let mut next = || values.next().map_or(Cell::Null, &cell);
    Ok(match whole {
        0 => (0..rows).map(|_| next()).collect(),
        _ => {
            let levels = levels.iter();
            let cells = levels.map(|level| if *level == whole { next() } else { Cell::Null });
            cells.collect()
        }
    })
}
