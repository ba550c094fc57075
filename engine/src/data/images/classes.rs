//! The classes that labels in Parquet files mean.

use std::path::{Path, PathBuf};

use kdp::plan::Call;

use super::error::ImageError;
use crate::data::DataError;
use crate::data::columns::{ColumnError, Labels, column, file, quoted};
use crate::data::parquet::{Cell, Parquet};

/// What labels mean: numbers of classes, or what a declaration lists.
pub struct Classes<'a> {
    column: &'a str,
    count: i64,
    declared: Option<Labels<'a>>,
    /// The first file that names its classes, and how, where the declaration does not.
    named: Option<(PathBuf, Vec<String>)>,
}

impl<'a> Classes<'a> {
    /// As a source says it.
    pub fn of(source: &'a Call, count: i64) -> Result<Self, DataError> {
        let column = source.text("label");
        let declared = source.args.contains_key("labels");
        Ok(Self {
            column: column.ok_or_else(|| DataError::argument(source, "label"))?,
            count,
            declared: declared.then(|| Labels::of(source)).transpose()?,
            named: None,
        })
    }

    /// The classes of a file's rows.
    pub fn read(&mut self, parquet: &Parquet) -> Result<Vec<i64>, DataError> {
        let there = parquet.columns();
        let there: Vec<&str> = there.iter().map(String::as_str).collect();
        let place = column(|| file(parquet.path()), &there, self.column)?;
        let mut names = parquet.class_names(self.column);
        match (&self.declared, &names) {
            (Some(labels), _) => names = labels.by_name(names),
            (None, Some(names)) => self.hold_names(parquet.path(), names)?,
            (None, None) => {}
        }
        let cells = parquet.cells(place, 0..parquet.rows())?;
        let class = |(row, cell): (usize, Result<Cell, DataError>)| {
            self.class(&cell?, names.as_deref(), parquet, row)
        };
        cells.enumerate().map(class).collect()
    }

    /// Files that name their classes have as many as are declared, and all the same ones in the same order.
    fn hold_names(&mut self, path: &Path, names: &[String]) -> Result<(), ImageError> {
        if names.len() as i64 != self.count {
            return Err(ImageError::Names {
                path: path.to_path_buf(),
                column: self.column.to_string(),
                names: quoted(names),
                declared: self.count,
            });
        }
        match &self.named {
            None => self.named = Some((path.to_path_buf(), names.to_vec())),
            Some((other, known)) if known != names => {
                return Err(ImageError::OtherNames {
                    path: path.to_path_buf(),
                    names: quoted(names),
                    other: other.clone(),
                    known: quoted(known),
                });
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// The class of a row's label, where the file may have names for its numbers.
    fn class(
        &self,
        cell: &Cell,
        names: Option<&[String]>,
        parquet: &Parquet,
        row: usize,
    ) -> Result<i64, DataError> {
        let place = || parquet.row(row);
        let label = || cell.label(self.column, names, place);
        let class = match (cell, &self.declared) {
            (_, Some(labels)) => labels.class(&label()?, place)?,
            (Cell::Whole(class), None) => *class,
            (Cell::Truth(truth), None) => i64::from(*truth),
            (Cell::Bytes(_) | Cell::Null, None) => {
                let label = label()?;
                return Err(ImageError::NoLabels {
                    place: place(),
                    label,
                }
                .into());
            }
        };
        match (0..self.count).contains(&class) {
            true => Ok(class),
            false => Err(ColumnError::Class {
                place: place(),
                class,
                classes: self.count,
            }
            .into()),
        }
    }
}
