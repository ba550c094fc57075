//! Tables: CSV or TSV (RFC 4180).

use std::path::Path;

use csv::{ErrorKind, StringRecord};
use kdp::plan::Call;

use super::columns::Columns;
use super::lines::Lines;
use super::quotes::{Quotes, Unclosed, unclosed};
use super::{Records, TextError};
use crate::data::DataError;
use crate::data::columns::{ColumnError, Labels, column, file};
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
        let lines = Lines { path, bytes };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(self.delimiter)
            .quoting(self.quoting)
            .has_headers(self.header)
            .flexible(self.skip_short)
            .from_reader(Content::of_texts(path, bytes));
        let broken = |error| self.broken(lines, error);
        let first = reader.headers().map_err(broken)?;
        if first.is_empty() {
            let (path, header) = (path.to_path_buf(), self.header);
            return Err(TextError::Empty { path, header }.into());
        }
        if takes_lines(first) {
            self.hold_closed(lines, start(first))?;
        }
        let columns = self.places(path, first)?;
        records.from = file(path);
        let (mut read, mut last) = (StringRecord::new(), None);
        while reader.read_record(&mut read).map_err(broken)? {
            let from = start(&read);
            last = takes_lines(&read).then_some(from);
            let place = || lines.begin(from);
            match columns.find(|place| read.get(*place).ok_or(())) {
                Ok(columns) => {
                    let record = columns.record(labels, place);
                    let wrong = |error| match self.unclosed(lines, Some(from)) {
                        Some(unclosed) => TextError::from(unclosed),
                        None => TextError::from(error),
                    };
                    records.add(record.map_err(wrong)?);
                }
                Err(()) => records.skipped += 1,
            }
        }
        if let Some(last) = last {
            self.hold_closed(lines, last)?;
        }
        if records.found < records.declared {
            records.unclosed = self.unclosed(lines, None);
        }
        Ok(())
    }

    /// The first quote that is never closed, in the record that is read from some byte on or in the file.
    fn unclosed(&self, lines: Lines, record: Option<u64>) -> Option<Unclosed> {
        match self.quoting {
            true => unclosed(lines, self.delimiter, record),
            false => None,
        }
    }

    /// Holds that the record that is read from some byte on does not take in the rest of the file.
    fn hold_closed(&self, lines: Lines, record: u64) -> Result<(), TextError> {
        let unclosed = self.unclosed(lines, Some(record));
        match unclosed.filter(|unclosed| unclosed.next.is_none()) {
            Some(unclosed) => Err(unclosed.into()),
            None => Ok(()),
        }
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

    /// What is wrong with a table's form.
    fn broken(&self, lines: Lines, error: csv::Error) -> DataError {
        let from = error.position().map_or(0, csv::Position::byte);
        let place = || lines.begin(from);
        match error.into_kind() {
            ErrorKind::UnequalLengths {
                expected_len, len, ..
            } => match self.unclosed(lines, Some(from)) {
                Some(unclosed) => TextError::from(unclosed),
                None => TextError::Columns {
                    place: place(),
                    found: len,
                    wanted: expected_len,
                    quotes: match (lines.has_quotes(from), self.quoting) {
                        (false, _) => Quotes::None,
                        (true, true) => Quotes::Enclose,
                        (true, false) => Quotes::Text,
                    },
                },
            }
            .into(),
            ErrorKind::Utf8 { .. } => ColumnError::NotUtf8(place()).into(),
            ErrorKind::Io(error) => DataError::of_reading(lines.path, error),
            other => TextError::Table {
                path: lines.path.to_path_buf(),
                reason: format!("{other:?}"),
            }
            .into(),
        }
    }
}

/// Whether the last column of a record is of several lines, as it is where a quote takes in the rest of the file.
fn takes_lines(record: &StringRecord) -> bool {
    let last = record.iter().next_back();
    last.is_some_and(|column| column.contains('\n'))
}

/// The byte that a record is read from.
fn start(record: &StringRecord) -> u64 {
    record.position().map_or(0, csv::Position::byte)
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

    /// What is said of a broken table, and its mend.
    fn said(table: &Table, text: &[u8]) -> (String, &'static str) {
        let error = read(table, text).expect_err("it is broken");
        (error.to_string(), error.help().expect("a mend"))
    }

    #[test]
    fn how_a_line_of_wrong_width_is_mended_hangs_on_how_quotes_are_declared() {
        for (quoting, text, wanted, not) in [
            (true, "text,label\na,\"b\",no\n", "`quoting: false`", "true"),
            (
                false,
                "text,label\n\"a,b\",no\n",
                "`quoting: true`",
                "false",
            ),
            (
                true,
                "text,label\na,b,no\n\"a\",no\n",
                "`delimiter`",
                "quoting",
            ),
            (
                false,
                "text,label\na,b,no\n\"a\",no\n",
                "`delimiter`",
                "quoting",
            ),
        ] {
            let table = Table {
                quoting,
                ..table(["text", "label"])
            };
            let (said, help) = said(&table, text.as_bytes());
            let told = "line 2 of the file `t.csv` has 3 columns, its first line 2";
            assert_eq!(said, told);
            assert!(help.contains(wanted) && !help.contains(not), "{help}");
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_is_told_by_the_line_that_opens_it() {
        let table = table(["text", "label"]);
        let whole = "id,text,label\n1,\"a\nb\",no\n\n";
        for (text, wanted) in [
            // To the end of the file: with too few columns, as a label, as the last column of the right ones.
            ("2,\"c,no\n3,d,yes\n", "line 5 … never closed"),
            ("2,c,\"no\n3,d,yes\n", "line 5 … never closed"),
            ("2,\"c\nd\",\"no\n3,e,yes", "line 6 … never closed"),
            // To the next quote.
            (
                "2,\"c,no\n3,\"d, e\",yes\n",
                "line 5 … never closed: the next quote, in line 6, ends no column",
            ),
            (
                "2,\"c\nd\",\"no\n\n3,\"e\",yes\n",
                "line 6 … never closed: the next quote, in line 8, ends no column",
            ),
        ] {
            let (said, help) = said(&table, format!("{whole}{text}").as_bytes());
            let said = said.replace("of the file `t.csv` opens a quote that is", "…");
            assert_eq!(said, wanted);
            assert_eq!(help, Unclosed::HELP);
        }
        let short = Table {
            skip_short: true,
            ..table
        };
        let (said, _) = said(&short, b"\xef\xbb\xbf\"text\",label\na,no\n\"b,no\nc,no\n");
        assert!(said.starts_with("line 3 of the file"), "{said}");
        let (said, _) = self::said(&short, b"\xef\xbb\xbf\"text,label\na,no\nb,no\n");
        assert!(said.starts_with("line 1 of the file"), "{said}");
    }

    #[test]
    fn a_quote_that_joins_two_lines_to_one_of_the_right_width_is_told_where_records_lack() {
        let text = b"label,text\nno,\"a\nyes,\"b\"\nno,\"c \"\"\nd\"\n";
        let records = read(&table(["text", "label"]), text).expect("two records");
        let unclosed = records.unclosed.expect("one").to_string();
        assert_eq!(records.found, 2);
        assert!(unclosed.starts_with("line 2 of the file"), "{unclosed}");
        let sound = b"label,text\nno,\"a \"\"b\"\"\nc\"\r\nyes,\"\"\n";
        let records = read(&table(["text", "label"]), sound).expect("sound");
        assert_eq!(records.unclosed, None);
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
