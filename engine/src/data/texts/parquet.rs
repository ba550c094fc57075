//! Records of Parquet files.

use super::Records;
use super::columns::Columns;
use crate::data::DataError;
use crate::data::columns::{Labels, column, file};
use crate::data::parquet::{Cell, Parquet};

/// Puts the records of a file behind others.
pub fn records(
    parquet: &Parquet,
    columns: &Columns<&str>,
    labels: &Labels,
    records: &mut Records,
) -> Result<(), DataError> {
    let there = parquet.columns();
    let there: Vec<&str> = there.iter().map(String::as_str).collect();
    let names = labels.by_name(parquet.class_names(columns.label));
    let rows = parquet.rows();
    let mut cells = columns.find(|name| {
        let place = column(|| file(parquet.path()), &there, name)?;
        Ok::<_, DataError>((*name, parquet.cells(place, 0..rows)?))
    })?;
    for row in 0..rows {
        let place = || parquet.row(row);
        let row = cells.next(|(name, cells)| {
            let cell = cells.next().unwrap_or(Ok(Cell::Null))?;
            Ok::<_, DataError>((*name, cell))
        })?;
        let text = |(name, cell): &(&str, Cell)| cell.text(name, place);
        let (name, label) = &row.label;
        let found = Columns {
            text: row.text.iter().map(text).collect::<Result<_, _>>()?,
            pair: row.pair.as_ref().map(text).transpose()?,
            label: label.label(name, names.as_deref(), place)?,
        };
        records.add(found.record(labels, place)?);
    }
    let path = file(parquet.path());
    records.from = match records.from.is_empty() {
        true => path,
        false => format!("{} and {path}", records.from),
    };
    Ok(())
}
