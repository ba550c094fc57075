//! Tables of texts and their labels: CSV or TSV (RFC 4180), the first line of which names the columns.

use std::path::Path;

use csv::{ErrorKind, StringRecord};
use kdp::plan::Call;

use super::files::{Files, unpack};
use super::samples::Declared;
use super::{DataError, Inputs, Samples};

/// How a table is read.
pub struct Table<'a> {
    /// The column of the texts.
    pub text: &'a str,
    /// The column of the labels.
    pub label: &'a str,
    /// The labels in the order of the classes.
    pub labels: Vec<&'a str>,
    /// Tokens of a sample.
    pub length: usize,
    /// What stands between two columns.
    pub delimiter: u8,
    /// Whether columns may stand in quotes.
    pub quoting: bool,
}

impl<'a> Table<'a> {
    /// What a source says of its tables.
    pub fn of(source: &'a Call) -> Result<Self, DataError> {
        let lacks = |argument: &str| DataError::Argument {
            word: source.name.clone(),
            argument: argument.to_string(),
        };
        let text = |name: &str| source.text(name).ok_or_else(|| lacks(name));
        let length = source.int("length").and_then(|n| usize::try_from(n).ok());
        let [delimiter] = *text("delimiter")?.as_bytes() else {
            return Err(lacks("delimiter"));
        };
        Ok(Self {
            text: text("text")?,
            label: text("label")?,
            labels: source.texts("labels").ok_or_else(|| lacks("labels"))?,
            length: length.ok_or_else(|| lacks("length"))?,
            delimiter,
            quoting: source.bool("quoting").ok_or_else(|| lacks("quoting"))?,
        })
    }

    /// The samples of a split.
    pub fn read(&self, files: &Files, declared: &Declared) -> Result<Samples, DataError> {
        let (path, bytes) = files.read(&format!("{}_file", declared.split))?;
        let samples = self.samples(&path, &unpack(&path, bytes)?)?;
        declared.hold_count(&path, samples.len())?;
        Ok(samples)
    }

    fn samples(&self, path: &Path, bytes: &[u8]) -> Result<Samples, DataError> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(self.delimiter)
            .quoting(self.quoting)
            .from_reader(bytes);
        let broken = |error| broken(path, bytes, error);
        let header = reader.headers().map_err(broken)?;
        if header.is_empty() {
            return Err(DataError::EmptyTable(path.to_path_buf()));
        }
        let text_at = column(path, header, self.text)?;
        let label_at = column(path, header, self.label)?;
        let (mut ids, mut labels) = (vec![], vec![]);
        for record in reader.records() {
            let record = record.map_err(broken)?;
            let label = &record[label_at];
            let class = self.labels.iter().position(|known| *known == label);
            let class = class.ok_or_else(|| DataError::UnknownLabel {
                path: path.to_path_buf(),
                line: record.position().map_or(0, |at| line(bytes, at.byte())),
                label: label.to_string(),
                labels: quoted(&self.labels),
            })?;
            labels.push(class as i64);
            ids.extend(tokens(&record[text_at], self.length));
        }
        let length = self.length;
        Ok(Samples::new(Inputs::Tokens { length, ids }, labels))
    }
}

/// The tokens of a text: each byte's value + 1, cut or padded with 0 to a length.
fn tokens(text: &str, length: usize) -> impl Iterator<Item = i32> {
    let ids = text.bytes().map(|byte| i32::from(byte) + 1);
    ids.chain(std::iter::repeat(0)).take(length)
}

/// The place of a column.
fn column(path: &Path, header: &StringRecord, name: &str) -> Result<usize, DataError> {
    let mut places = (0..header.len()).filter(|&place| &header[place] == name);
    match (places.next(), places.next()) {
        (Some(place), None) => Ok(place),
        (found, _) => Err(DataError::Column {
            path: path.to_path_buf(),
            column: name.to_string(),
            what: match found {
                Some(_) => "more than one column",
                None => "no column",
            },
            there: quoted(&header.iter().collect::<Vec<_>>()),
        }),
    }
}

/// What is wrong with a table's form.
fn broken(path: &Path, bytes: &[u8], error: csv::Error) -> DataError {
    let path = path.to_path_buf();
    let at = |position: &Option<csv::Position>| {
        let byte = position.as_ref().map_or(0, csv::Position::byte);
        line(bytes, byte)
    };
    match error.kind() {
        ErrorKind::UnequalLengths {
            pos,
            expected_len,
            len,
        } => DataError::Columns {
            path,
            line: at(pos),
            found: *len,
            wanted: *expected_len,
        },
        ErrorKind::Utf8 { pos, .. } => DataError::NotUtf8 {
            path,
            line: at(pos),
        },
        _ => DataError::Table {
            path,
            reason: error,
        },
    }
}

/// The line on which a record begins that is read from some byte on: empty lines before it are skipped.
fn line(bytes: &[u8], from: u64) -> usize {
    let (before, rest) = bytes.split_at(bytes.len().min(from as usize));
    let skipped = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    let ends = before.iter().chain(skipped).filter(|byte| **byte == b'\n');
    ends.count() + 1
}

/// Names that an error lists.
const LISTED: usize = 8;

fn quoted(names: &[&str]) -> String {
    let mut listed: Vec<String> = names
        .iter()
        .take(LISTED)
        .map(|name| format!("`{name}`"))
        .collect();
    if names.len() > LISTED {
        listed.push(format!("… {} in all", names.len()));
    }
    listed.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Result<Samples, DataError> {
        let table = Table {
            text: "text",
            label: "label",
            labels: vec!["no", "yes"],
            length: 4,
            delimiter: b',',
            quoting: true,
        };
        table.samples(Path::new("t.csv"), text)
    }

    fn said(text: &[u8]) -> String {
        read(text).expect_err("it is broken").to_string()
    }

    #[test]
    fn a_text_is_its_bytes_cut_or_padded() {
        let samples =
            read("\u{feff}label,text\r\nyes,ab\r\nno,\"a,\"\"bc\"\r\nyes,\r\nno,é\r\n".as_bytes());
        let samples = samples.expect("sound");
        assert_eq!(samples.labels, [1, 0, 1, 0]);
        let ids = vec![98, 99, 0, 0, 98, 45, 35, 99, 0, 0, 0, 0, 196, 170, 0, 0];
        assert_eq!(samples.inputs, Inputs::Tokens { length: 4, ids });
    }

    #[test]
    fn without_quoting_a_quote_stands_for_itself() {
        let table = Table {
            delimiter: b'\t',
            quoting: false,
            ..Table {
                text: "text",
                label: "label",
                labels: vec!["no", "yes"],
                length: 2,
                delimiter: b',',
                quoting: true,
            }
        };
        let samples = table.samples(Path::new("t.tsv"), b"text\tlabel\n\"a\tyes\n");
        let ids = vec![35, 98];
        assert_eq!(
            samples.expect("sound").inputs,
            Inputs::Tokens { length: 2, ids }
        );
    }

    #[test]
    fn every_mistake_is_told_with_its_line() {
        for (text, wanted) in [
            (&b""[..], "`t.csv` is empty"),
            (
                b"txt,label\na,no\n",
                "has no column `text`: it has `txt`, `label`",
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
            let said = said(text);
            assert!(said.contains(wanted), "{said}, not {wanted}");
        }
    }
}
