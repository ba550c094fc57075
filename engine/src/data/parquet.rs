//! Parquet files: columns that hold one value a row.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescPtr;

use super::DataError;

/// A file.
pub struct Parquet {
    path: PathBuf,
    reader: SerializedFileReader<Bytes>,
}

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

impl Parquet {
    /// The file of these bytes.
    pub fn open(path: &Path, bytes: Vec<u8>) -> Result<Self, DataError> {
        let reader = SerializedFileReader::new(Bytes::from(bytes));
        Ok(Self {
            path: path.to_path_buf(),
            reader: reader.map_err(|reason| broken(path, reason))?,
        })
    }

    /// The names of its columns; a member of a record is named behind it: `image.bytes`.
    pub fn columns(&self) -> Vec<String> {
        let schema = self.reader.metadata().file_metadata().schema_descr();
        let columns = schema.columns().iter();
        columns.map(|column| column.path().string()).collect()
    }

    /// Groups of rows, which are read one by one.
    pub fn groups(&self) -> usize {
        self.reader.num_row_groups()
    }

    /// A column of a group of rows, by its place.
    pub fn cells(&self, group: usize, place: usize) -> Result<Vec<Cell>, DataError> {
        let broken = |reason| broken(&self.path, reason);
        let schema = self.reader.metadata().file_metadata().schema_descr();
        let column = schema.column(place);
        if column.max_rep_level() > 0 {
            return Err(self.holds(&column, "lists".to_string()));
        }
        let group = self.reader.get_row_group(group).map_err(broken)?;
        let rows = usize::try_from(group.metadata().num_rows()).unwrap_or_default();
        let reader = group.get_column_reader(place).map_err(broken)?;
        let whole = column.max_def_level();
        let cells = match reader {
            ColumnReader::ByteArrayColumnReader(reader) => cells(reader, rows, whole, Cell::Bytes),
            ColumnReader::Int64ColumnReader(reader) => cells(reader, rows, whole, Cell::Whole),
            ColumnReader::Int32ColumnReader(reader) => {
                cells(reader, rows, whole, |number| Cell::Whole(number.into()))
            }
            ColumnReader::BoolColumnReader(reader) => cells(reader, rows, whole, Cell::Truth),
            _ => {
                let found = format!("numbers of the type {}", column.physical_type());
                return Err(self.holds(&column, found));
            }
        };
        cells.map_err(broken)
    }

    fn holds(&self, column: &ColumnDescPtr, found: String) -> DataError {
        DataError::ColumnHolds {
            path: self.path.clone(),
            column: column.path().string(),
            found,
        }
    }
}

fn broken(path: &Path, reason: ParquetError) -> DataError {
    DataError::Parquet {
        path: path.to_path_buf(),
        reason,
    }
}

/// The cells of a column: a row has a value where its level is the whole one, else nothing.
fn cells<T: DataType>(
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
            let message = format!("{done} of {rows} rows are there");
            return Err(ParquetError::EOF(message));
        }
        done += read;
    }
    let mut values = values.into_iter();
    let mut next = || values.next().map_or(Cell::Null, &cell);
    if whole == 0 {
        return Ok((0..rows).map(|_| next()).collect());
    }
    let cells = levels.iter().map(|level| match *level == whole {
        true => next(),
        false => Cell::Null,
    });
    Ok(cells.collect())
}
