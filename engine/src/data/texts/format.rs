//! The formats of texts.

use kdp::plan::Call;
use kdp::store::Store;

use super::columns::Columns;
use super::folder::Folder;
use super::table::Table;
use super::{Records, TextError, json_lines, parquet};
use crate::data::DataError;
use crate::data::columns::Labels;
use crate::data::files::Files;
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
    Folder(Folder),
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
        let one = || files.read(&format!("{split}_file"));
        let mut records = Records::new(usize::try_from(declared.count).unwrap_or(0));
        match &self.kind {
            Kind::Table(table) => {
                let (path, bytes) = one()?;
                table.read(&path, &bytes, labels, &mut records)?;
            }
            Kind::JsonLines(columns) => {
                let (path, bytes) = one()?;
                json_lines::read(&path, &bytes, columns, labels, &mut records)?;
            }
            Kind::Parquet(columns) => {
                for role in files.listed(&format!("{split}_files")) {
                    let (path, file) = files.open(&role, store)?;
                    let parquet = Parquet::open(path, file)?;
                    parquet::records(&parquet, columns, labels, &mut records)?;
                    files.hold(&role, store)?;
                }
            }
            Kind::Folder(folder) => {
                let found = files.folder(&format!("{split}_folder"), &folder.wanted, store)?;
                folder.read(found, labels, &mut records)?;
            }
        }
        match records.found as i64 == declared.count {
            true => Ok(records),
            false => Err(TextError::Count {
                from: records.from,
                split,
                found: records.found,
                skipped: records.skipped,
                declared: declared.count,
                unclosed: records.unclosed.map(Box::new),
            }
            .into()),
        }
    }
}
