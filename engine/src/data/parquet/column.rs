//! A column of a group of rows, read a few rows at a time.

use parquet::basic::Type;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{BoolType, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::errors::ParquetError;

use super::cell::Cell;

/// Rows that are read at once: of large images a few megabytes.
const FEW: usize = 16;

/// Whether values of a type are read.
pub fn is_read(values: Type) -> bool {
    use Type::{BOOLEAN, BYTE_ARRAY, INT32, INT64};
    matches!(values, BYTE_ARRAY | INT64 | INT32 | BOOLEAN)
}

/// What is left of a column of a group of rows.
pub struct Column {
    values: Values,
    /// The level of a row that has a value.
    whole: i16,
}

enum Values {
    Bytes(ColumnReaderImpl<ByteArrayType>),
    Long(ColumnReaderImpl<Int64Type>),
    Short(ColumnReaderImpl<Int32Type>),
    Truth(ColumnReaderImpl<BoolType>),
}

impl Column {
    /// A column whose rows have a value at that level; `None` where its values are not read.
    pub fn new(reader: ColumnReader, whole: i16) -> Option<Self> {
        let values = match reader {
            ColumnReader::ByteArrayColumnReader(reader) => Values::Bytes(reader),
            ColumnReader::Int64ColumnReader(reader) => Values::Long(reader),
            ColumnReader::Int32ColumnReader(reader) => Values::Short(reader),
            ColumnReader::BoolColumnReader(reader) => Values::Truth(reader),
            _ => return None,
        };
        Some(Self { values, whole })
    }

    /// Leaves out so many rows.
    pub fn skip(&mut self, rows: usize) -> Result<(), ParquetError> {
        let skipped = match &mut self.values {
            Values::Bytes(reader) => reader.skip_records(rows),
            Values::Long(reader) => reader.skip_records(rows),
            Values::Short(reader) => reader.skip_records(rows),
            Values::Truth(reader) => reader.skip_records(rows),
        }?;
        hold(skipped, rows)
    }

    /// So many rows, of which a few are in memory at once.
    pub fn rows(mut self, rows: usize) -> impl Iterator<Item = Result<Cell, ParquetError>> {
        let starts = (0..rows).step_by(FEW);
        starts.flat_map(move |start| match self.take(FEW.min(rows - start)) {
            Ok(cells) => cells.into_iter().map(Ok).collect(),
            Err(reason) => vec![Err(reason)],
        })
    }

    /// The next rows.
    fn take(&mut self, rows: usize) -> Result<Vec<Cell>, ParquetError> {
        let whole = self.whole;
        match &mut self.values {
            Values::Bytes(reader) => cells(reader, rows, whole, Cell::Bytes),
            Values::Long(reader) => cells(reader, rows, whole, Cell::Whole),
            Values::Short(reader) => {
                cells(reader, rows, whole, |number| Cell::Whole(number.into()))
            }
            Values::Truth(reader) => cells(reader, rows, whole, Cell::Truth),
        }
    }
}

/// Holds how many rows there were against how many there are said to be.
fn hold(found: usize, wanted: usize) -> Result<(), ParquetError> {
    match found == wanted {
        true => Ok(()),
        false => Err(ParquetError::EOF(format!(
            "{} rows are missing",
            wanted - found
        ))),
    }
}

/// The next cells of a column: a row has a value where its level is the whole one, else nothing.
fn cells<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    rows: usize,
    whole: i16,
    cell: impl Fn(T::T) -> Cell,
) -> Result<Vec<Cell>, ParquetError> {
    let (mut values, mut levels) = (vec![], vec![]);
    let (read, ..) = reader.read_records(rows, Some(&mut levels), None, &mut values)?;
    hold(read, rows)?;
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
