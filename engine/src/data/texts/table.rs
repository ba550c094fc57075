//! Tables: CSV or TSV (RFC 4180).

use std::io::{BufReader, Read};
use std::path::Path;

use csv::{ErrorKind, StringRecord};
use kdp::plan::Call;

use super::columns::Columns;
use super::{Records, TextError};
use crate::data::DataError;
use crate::data::columns::{ColumnError, Labels, Place, column, file};
use crate::data::content::Content;

/// How a table is read.
pub struct Table<'a> {
    columns: Columns<&'a str>,
    /// What stands between two columns.
    delimiter: u8,
    /// Whether columns may stand in quotes.
    quoting: bool,
    /// Whether the first line names the columns.
    header: bool,
    /// Whether lines may be of any length, and are skipped where they lack a column.
    skip_short: bool,
}

impl<'a> Table<'a> {
    /// What a source says of its tables.
    pub fn of(source: &'a Call) -> Result<Self, DataError> {
        let lacks = |argument: &str| DataError::argument(source, argument);
        let truth = |name: &str| source.bool(name).ok_or_else(|| lacks(name));
        let [delimiter] = *source.text("delimiter").unwrap_or_default().as_bytes() else {
            return Err(lacks("delimiter"));
        };
        Ok(Self {
            columns: Columns::of(source)?,
            delimiter,
            quoting: truth("quoting")?,
            header: truth("header")?,
            skip_short: match source.text("short_lines") {
                Some("skip") => true,
                Some("error") => false,
                _ => return Err(lacks("short_lines")),
            },
        })
    }

    /// Reads the records of a table.
    pub fn read(
        &self,
        path: &Path,
        bytes: &[u8],
        labels: &Labels,
        records: &mut Records,
    ) -> Result<(), DataError> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(self.delimiter)
            .quoting(self.quoting)
            .has_headers(self.header)
            .flexible(self.skip_short)
            .from_reader(Content::of_texts(path, bytes));
        let broken = |error| broken(path, bytes, error);
        let first = reader.headers().map_err(broken)?;
        if first.is_empty() {
            let (path, header) = (path.to_path_buf(), self.header);
            return Err(TextError::Empty { path, header }.into());
        }
        let columns = self.places(path, first)?;
        records.from = file(path);
        for read in reader.records() {
            let read = read.map_err(broken)?;
            let place = || {
                let from = read.position().map_or(0, csv::Position::byte);
                line(path, bytes, from)
            };
            match columns.find(|place| read.get(*place).ok_or(())) {
                Ok(columns) => records.add(columns.record(labels, place)?),
                Err(()) => records.skipped += 1,
            }
        }
        Ok(())
    }

    /// The places of the columns in a line.
    fn places(&self, path: &Path, first: &StringRecord) -> Result<Columns<usize>, ColumnError> {
        let numbers: Vec<String> = (1..=first.len()).map(|number| number.to_string()).collect();
        let there: Vec<&str> = match self.header {
            true => first.iter().collect(),
            false => numbers.iter().map(String::as_str).collect(),
        };
        self.columns
            .find(|name| column(|| file(path), &there, name))
    }
}

/// What is wrong with a table's form.
fn broken(path: &Path, bytes: &[u8], error: csv::Error) -> DataError {
    let at = |position: Option<csv::Position>| {
        let from = position.as_ref().map_or(0, csv::Position::byte);
        line(path, bytes, from)
    };
    match error.into_kind() {
        ErrorKind::UnequalLengths {
            pos,
            expected_len,
            len,
        } => TextError::Columns {
            place: at(pos),
            found: len,
            wanted: expected_len,
        }
        .into(),
        ErrorKind::Utf8 { pos, .. } => ColumnError::NotUtf8(at(pos)).into(),
        ErrorKind::Io(error) => DataError::of_reading(path, error),
        other => TextError::Table {
            path: path.to_path_buf(),
            reason: format!("{other:?}"),
        }
        .into(),
    }
}

/// The line on which a record begins that is read from some byte on: empty lines before it are skipped. The file is read
/// once more up to there.
fn line(path: &Path, bytes: &[u8], from: u64) -> Place {
    let bytes = BufReader::new(Content::of_texts(path, bytes)).bytes();
    let before = bytes.map_while(Result::ok).zip(0..);
    let before = before.take_while(|(byte, at)| *at < from || matches!(byte, b'\r' | b'\n'));
    let ends = before.filter(|(byte, _)| *byte == b'\n');
    Place {
        path: path.to_path_buf(),
        unit: "line",
        number: ends.count() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::texts::Record;

    fn table(columns: [&'static str; 2]) -> Table<'static> {
        Table {
            columns: Columns {
                text: vec![columns[0]],
                pair: None,
                label: columns[1],
            },
            delimiter: b',',
            quoting: true,
            header: true,
            skip_short: false,
        }
    }

    fn read(table: &Table, text: &[u8]) -> Result<Records, DataError> {
        let mut records = Records::new(9);
        let labels = Labels(vec!["no", "yes"]);
        table.read(Path::new("t.csv"), text, &labels, &mut records)?;
        Ok(records)
    }

    /// Texts and classes.
    fn found(table: &Table, text: &[u8]) -> Vec<(String, i64)> {
        let records = read(table, text).expect("sound").list.into_iter();
        records.map(|record| (record.text, record.class)).collect()
    }

    #[test]
    fn a_record_is_what_stands_in_its_columns() {
        let text = "\u{feff}label,text\r\nyes,ab\r\nno,\"a,\"\"bc\"\r\nyes,\r\nno,é\r\n";
        let wanted = [("ab", 1), ("a,\"bc", 0), ("", 1), ("é", 0)];
        let wanted = wanted.map(|(text, class)| (text.to_string(), class));
        assert_eq!(found(&table(["text", "label"]), text.as_bytes()), wanted);
    }

    #[test]
    fn without_quoting_a_quote_stands_for_itself() {
        let table = Table {
            delimiter: b'\t',
            quoting: false,
            ..table(["text", "label"])
        };
        let wanted = [("\"a".to_string(), 1)];
        assert_eq!(found(&table, b"text\tlabel\n\"a\tyes\n"), wanted);
    }

    #[test]
    fn without_a_header_columns_are_numbers_and_texts_may_be_joined() {
        let table = Table {
            columns: Columns {
                text: vec!["3", "2"],
                pair: Some("4"),
                label: "1",
            },
            header: false,
            ..table(["", ""])
        };
        let records = read(&table, b"yes,a,\"b c\",d\n").expect("sound");
        let record = Record {
            text: "b c a".to_string(),
            pair: Some("d".to_string()),
            class: 1,
        };
        assert_eq!(records.list, [record]);
        let error = read(&table, b"yes,a,b\n").expect_err("no column 4");
        let wanted = "has no column `4`: it has `1`, `2`, `3`";
        assert!(error.to_string().contains(wanted), "{error}");
    }

    #[test]
    fn where_that_is_declared_short_lines_are_skipped_and_counted() {
        let table = Table {
            skip_short: true,
            ..table(["text", "label"])
        };
        let text = b"id,text,label,more\n1,a,yes,x\n2,b\n3,c,no\n4,d,no,x,y\n";
        let records = read(&table, text).expect("sound");
        assert_eq!((records.list.len(), records.skipped), (3, 1));
    }

    #[test]
    fn every_mistake_is_told_with_its_line() {
        for (text, wanted) in [
            (&b""[..], "`t.csv` is empty"),
            (
                b"txt,label\na,no\n",
                "has no column `text`: it has `txt`, `label`; did you mean `txt`?",
            ),
            (
                b"text,label,text\na,no,b\n",
                "has more than one column `text`",
            ),
            (
                b"text,label\na,no\n\nb\n",
                "line 4 of the file `t.csv` has 1 column, its first line 2",
            ),
            (
                b"text,label\r\na,no\r\nb,no,\r\n",
                "line 3 of the file `t.csv` has 3 columns",
            ),
            (
                b"text,label\n\"a\nb\",no\n\r\nb,maybe\n",
                "line 5 of the file `t.csv`",
            ),
            (
                b"text,label\na,maybe\n",
                "the label `maybe`, which is none of those declared: `no`, `yes`",
            ),
            (
                b"text,label\na,no\n\xff,no\n",
                "line 3 of the file `t.csv` is not UTF-8",
            ),
        ] {
            let said = read(&table(["text", "label"]), text).expect_err("it is broken");
            let said = said.to_string();
            assert!(said.contains(wanted), "{said}, not {wanted}");
        }
    }
}
