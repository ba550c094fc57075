//! A Parquet file.

use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};

use parquet::basic::{LogicalType, Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor};

use super::cell::Cell;
use super::column::{Column, is_read};
use crate::data::DataError;
use crate::data::columns::Place;
use crate::data::content::{ANY, RATIO};

/// A file, of which no more is in memory than is being read.
pub struct Parquet {
    path: PathBuf,
    reader: SerializedFileReader<File>,
}

impl Parquet {
    /// What an open file says of itself.
    pub fn open(path: PathBuf, file: File) -> Result<Self, DataError> {
        let reader = SerializedFileReader::new(file).and_then(|reader| {
            hold_places(reader.metadata())?;
            hold_sizes(reader.metadata())?;
            Ok(reader)
        });
        match reader {
            Ok(reader) => Ok(Self { path, reader }),
            Err(reason) => Err(DataError::Parquet { path, reason }),
        }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn schema(&self) -> &SchemaDescriptor {
        self.reader.metadata().file_metadata().schema_descr()
    }

    /// The names of the columns that hold values; a member of a record is named behind it: `image.bytes`.
    pub fn columns(&self) -> Vec<String> {
        let columns = self.schema().columns().iter();
        columns.map(|column| column.path().string()).collect()
    }

    /// The names of its columns, records among them.
    pub fn fields(&self) -> Vec<&str> {
        let fields = self.schema().root_schema().get_fields().iter();
        fields.map(|field| field.name()).collect()
    }

    /// A row of it, counted from 0.
    pub fn row(&self, row: usize) -> Place {
        Place {
            path: self.path.clone(),
            unit: "row",
            number: row + 1,
        }
    }

    /// Whether a column is of bytes that are no text.
    pub fn is_bytes(&self, place: usize) -> bool {
        let column = self.schema().column(place);
        let text = column.logical_type_ref() == Some(&LogicalType::String);
        column.physical_type() == Type::BYTE_ARRAY && !text
    }

    /// Rows in all.
    pub fn rows(&self) -> usize {
        self.groups().iter().sum()
    }

    /// Rows of each group of them.
    fn groups(&self) -> Vec<usize> {
        let groups = self.reader.metadata().row_groups().iter();
        groups
            .map(|group| usize::try_from(group.num_rows()).unwrap_or_default())
            .collect()
    }

    /// Some rows of a column, by its place, in order.
    pub fn cells(
        &self,
        place: usize,
        rows: Range<usize>,
    ) -> Result<impl Iterator<Item = Result<Cell, DataError>> + Send, DataError> {
        self.hold_readable(place)?;
        let mut parts = vec![];
        let mut start = 0;
        for (group, count) in self.groups().into_iter().enumerate() {
            let within = |row: usize| row.clamp(start, start + count) - start;
            let part = within(rows.start)..within(rows.end);
            if !part.is_empty() {
                parts.push((group, part));
            }
            start += count;
        }
        let cells = parts.into_iter().flat_map(move |(group, rows)| {
            let (column, broken) = match self.column(group, place, rows.start) {
                Ok(column) => (Some(column), None),
                Err(reason) => (None, Some(Err(reason))),
            };
            let cells = column
                .into_iter()
                .flat_map(move |column| column.rows(rows.len()));
            broken.into_iter().chain(cells)
        });
        Ok(cells.map(|cell| cell.map_err(|reason| self.broken(reason))))
    }

    /// A column of a group from a row on.
    fn column(&self, group: usize, place: usize, start: usize) -> Result<Column, ParquetError> {
        let reader = self.reader.get_row_group(group)?.get_column_reader(place)?;
        let whole = self.schema().column(place).max_def_level();
        let column = Column::new(reader, whole);
        let mut column = column.ok_or_else(|| ParquetError::General("its types differ".into()))?;
        column.skip(start)?;
        Ok(column)
    }

    /// Holds that a column has one value a row, of a type that is read.
    fn hold_readable(&self, place: usize) -> Result<(), DataError> {
        let column = self.schema().column(place);
        if column.max_rep_level() > 0 {
            return Err(self.holds(&column, "lists".to_string()));
        }
        match column.physical_type() {
            values if is_read(values) => Ok(()),
            values => Err(self.holds(&column, format!("numbers of the type {values}"))),
        }
    }

    fn holds(&self, column: &ColumnDescPtr, found: String) -> DataError {
        DataError::ColumnHolds {
            path: self.path.clone(),
            column: column.path().string(),
            found,
        }
    }

    fn broken(&self, reason: ParquetError) -> DataError {
        DataError::Parquet {
            path: self.path.clone(),
            reason,
        }
    }

    /// The names of a column's classes, where Hugging Face's `datasets` has noted them (`ClassLabel`).
    pub fn class_names(&self, column: &str) -> Option<Vec<String>> {
        let notes = self
            .reader
            .metadata()
            .file_metadata()
            .key_value_metadata()?;
        let note = notes.iter().find(|note| note.key == "huggingface")?;
        let note: serde_json::Value = serde_json::from_str(note.value.as_deref()?).ok()?;
        let names = note
            .get("info")?
            .get("features")?
            .get(column)?
            .get("names")?;
        serde_json::from_value(names.clone()).ok()
    }
}

/// Holds that no column begins before its file or ends before it begins, which the library takes for granted.
fn hold_places(metadata: &ParquetMetaData) -> Result<(), ParquetError> {
    let mut columns = metadata
        .row_groups()
        .iter()
        .flat_map(RowGroupMetaData::columns);
    let placed = columns.all(|column| {
        let start = column
            .dictionary_page_offset()
            .unwrap_or(column.data_page_offset());
        start >= 0 && column.compressed_size() >= 0
    });
    match placed {
        true => Ok(()),
        false => Err(ParquetError::General("a column is nowhere in it".into())),
    }
}

/// Holds that no column unpacks to what nobody writes. The size of a page stands in the page too, in 31 bits.
fn hold_sizes(metadata: &ParquetMetaData) -> Result<(), ParquetError> {
    let mut columns = metadata
        .row_groups()
        .iter()
        .flat_map(RowGroupMetaData::columns);
    let too_large = columns.any(|column| {
        let [packed, unpacked] = [column.compressed_size(), column.uncompressed_size()]
            .map(|size| u64::try_from(size).unwrap_or(u64::MAX));
        unpacked > packed.saturating_mul(RATIO).saturating_add(ANY)
    });
    match too_large {
        false => Ok(()),
        true => Err(ParquetError::General(format!(
            "a column of it unpacks to more than {RATIO} times its size and {} MB",
            ANY >> 20
        ))),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parquet::basic::{Compression, ZstdLevel};
    use parquet::data_type::{ByteArray, ByteArrayType};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::*;

    #[test]
    fn a_bomb_is_an_error_before_it_is_unpacked() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.parquet");
        for (megabytes, is_bomb) in [(8, false), (32, true)] {
            let schema = parse_message_type("message rows { required binary text; }");
            let zstd = Compression::ZSTD(ZstdLevel::default());
            let packed = WriterProperties::builder().set_compression(zstd).build();
            let file = File::create(&path).expect("made");
            let schema = Arc::new(schema.expect("a schema"));
            let mut writer =
                SerializedFileWriter::new(file, schema, Arc::new(packed)).expect("begun");
            let mut group = writer.next_row_group().expect("a group");
            let mut column = group.next_column().expect("sound").expect("a column");
            let zeros = ByteArray::from(vec![0; megabytes << 20]);
            let values = column.typed::<ByteArrayType>();
            values.write_batch(&[zeros], None, None).expect("written");
            column.close().expect("closed");
            group.close().expect("closed");
            writer.close().expect("closed");
            let file = File::open(&path).expect("there");
            let said = Parquet::open(path.clone(), file)
                .err()
                .map(|error| error.to_string());
            let wanted = "a column of it unpacks to more than 128 times its size and 16 MB";
            let told = said.as_ref().is_some_and(|said| said.contains(wanted));
            assert_eq!(told, is_bomb, "{said:?}");
        }
    }

    /// Reads all that is in a file.
    fn read(path: &Path) -> Result<usize, DataError> {
        let file = File::open(path).expect("there");
        let parquet = Parquet::open(path.to_path_buf(), file)?;
        let places = 0..parquet.columns().len();
        let cells = places.map(|place| {
            parquet.class_names("label");
            // What is read of a billion rows that are not there is an error soon enough.
            let cells = parquet.cells(place, 0..parquet.rows())?;
            cells.collect::<Result<Vec<_>, _>>()
        });
        let cells: Vec<Vec<Cell>> = cells.collect::<Result<_, _>>()?;
        Ok(cells.iter().map(Vec::len).sum())
    }

    #[test]
    fn a_damaged_file_is_an_error_and_no_panic() {
        let whole = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../tests/reference/images/parquet/broken/outside.parquet"
        );
        // Two rows of an image's bytes, its name, and a label.
        assert_eq!(read(Path::new(whole)).expect("sound"), 6);
        let whole = std::fs::read(whole).expect("read");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.parquet");
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x55;
            std::fs::write(&path, &bytes).expect("written");
            // What is in an image's bytes is not seen here.
            let _ = read(&path);
        }
        for length in (0..whole.len()).step_by(16) {
            std::fs::write(&path, &whole[..length]).expect("written");
            read(&path).expect_err("cut short");
        }
    }
}
