//! The formats of texts.

use kdp::plan::Call;
use kdp::store::Store;

use super::columns::Columns;
use super::folder::Folder;
use super::table::Table;
use super::{Records, TextError, json_lines, parquet};
use crate::data::DataError;
use crate::data::columns::Labels;
use crate::data::files::{Files, unpack};
use crate::data::parquet::Parquet;
use crate::data::samples::Declared;

/// How the files of a source are read.
pub struct Format<'a> {
    kind: Kind<'a>,
    labels: Labels<'a>,
}

enum Kind<'a> {
    Table(Table<'a>),
    JsonLines(Columns<&'a str>),
    Parquet(Columns<&'a str>),
    Folder(Folder<'a>),
}

impl<'a> Format<'a> {
    /// The format of a source; `None` where it is no source of texts.
    pub fn of(source: &'a Call) -> Result<Option<Self>, DataError> {
        let kind = match source.name.as_str() {
            "table_text" => Kind::Table(Table::of(source)?),
            "json_text" => Kind::JsonLines(Columns::of(source)?),
            "parquet_text" => Kind::Parquet(Columns::of(source)?),
            "folder_text" => Kind::Folder(Folder::of(source)?),
            _ => return Ok(None),
        };
        let labels = Labels::of(source)?;
        Ok(Some(Self { kind, labels }))
    }

    /// Classes that its labels tell.
    pub fn classes(&self) -> i64 {
        self.labels.0.len() as i64
    }

    /// The records of a split, as many as are declared.
    pub fn records(
        &self,
        files: &Files,
        store: &Store,
        declared: &Declared,
    ) -> Result<Records, DataError> {
        let (split, labels) = (declared.split, &self.labels);
        let one = || {
            let (path, bytes) = files.read(&format!("{split}_file"))?;
            let bytes = unpack(&path, bytes)?;
            Ok::<_, DataError>((path, bytes))
        };
        let records = match &self.kind {
            Kind::Table(table) => {
                let (path, bytes) = one()?;
                table.records(&path, &bytes, labels)?
            }
            Kind::JsonLines(columns) => {
                let (path, bytes) = one()?;
                json_lines::records(&path, &bytes, columns, labels)?
            }
            Kind::Parquet(columns) => {
                let mut records = Records::default();
                for role in files.listed(&format!("{split}_files")) {
                    let (path, file) = files.open(&role, store)?;
                    let parquet = Parquet::open(path, file)?;
                    parquet::records(&parquet, columns, labels, &mut records)?;
                    files.hold(&role, store)?;
                }
                records
            }
            Kind::Folder(folder) => {
                let found = files.folder(&format!("{split}_folder"), store)?;
                folder.records(found, labels)?
            }
        };
        match records.list.len() as i64 == declared.count {
            true => Ok(records),
            false => Err(TextError::Count {
                from: records.from,
                split,
                found: records.list.len(),
                skipped: records.skipped,
                declared: declared.count,
            }
            .into()),
        }
    }
}
