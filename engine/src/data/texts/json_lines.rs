//! JSON lines: each line an object.

use std::io::{BufRead, BufReader};
use std::path::Path;

use serde_json::{Map, Value};

use super::columns::Columns;
use super::{Records, TextError};
use crate::data::DataError;
use crate::data::columns::{ColumnError, Labels, Place, absent, file};
use crate::data::content::Content;

/// Reads the records of a file; empty lines are none.
pub fn read(
    path: &Path,
    bytes: &[u8],
    columns: &Columns<&str>,
    labels: &Labels,
    records: &mut Records,
) -> Result<(), DataError> {
    records.from = file(path);
    let lines = BufReader::new(Content::of_texts(path, bytes)).split(b'\n');
    for (line, number) in lines.zip(1..) {
        let line = line.map_err(|reason| DataError::of_reading(path, reason))?;
        let line = match number {
            1 => line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line),
            _ => &line,
        };
        if line.trim_ascii().is_empty() {
            continue;
        }
        let place = || Place {
            path: path.to_path_buf(),
            unit: "line",
            number,
        };
        let object = object(line, &place)?;
        let found = Columns {
            text: columns
                .text
                .iter()
                .map(|name| text(&object, name, &place))
                .collect::<Result<_, _>>()?,
            pair: columns
                .pair
                .map(|name| text(&object, name, &place))
                .transpose()?,
            label: label(&object, columns.label, &place)?,
        };
        records.add(found.record(labels, place)?);
    }
    if records.found == 0 {
        let (path, header) = (path.to_path_buf(), false);
        return Err(TextError::Empty { path, header }.into());
    }
    Ok(())
}

fn object(line: &[u8], place: &impl Fn() -> Place) -> Result<Map<String, Value>, TextError> {
    let line = str::from_utf8(line).map_err(|_| ColumnError::NotUtf8(place()))?;
    match serde_json::from_str(line) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(other) => Err(TextError::NotAnObject(
            place(),
            format!("it is {}", kind(&other)),
        )),
        Err(error) => Err(TextError::NotAnObject(place(), error.to_string())),
    }
}

fn member<'a>(
    object: &'a Map<String, Value>,
    name: &str,
    place: &impl Fn() -> Place,
) -> Result<&'a Value, ColumnError> {
    object.get(name).ok_or_else(|| {
        let there: Vec<&str> = object.keys().map(String::as_str).collect();
        absent(place().to_string(), &there, name)
    })
}

fn text(
    object: &Map<String, Value>,
    name: &str,
    place: &impl Fn() -> Place,
) -> Result<String, ColumnError> {
    match member(object, name, place)? {
        Value::String(text) => Ok(text.clone()),
        other => Err(wrong(other, name, "a text", place)),
    }
}

/// A label as a declaration writes it.
fn label(
    object: &Map<String, Value>,
    name: &str,
    place: &impl Fn() -> Place,
) -> Result<String, ColumnError> {
    match member(object, name, place)? {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) if !number.is_f64() => Ok(number.to_string()),
        Value::Bool(truth) => Ok(truth.to_string()),
        other => Err(wrong(
            other,
            name,
            "a text, a whole number or a truth value",
            place,
        )),
    }
}

fn wrong(
    found: &Value,
    column: &str,
    wanted: &'static str,
    place: &impl Fn() -> Place,
) -> ColumnError {
    ColumnError::Type {
        place: place(),
        column: column.to_string(),
        found: kind(found).to_string(),
        wanted,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &[u8]) -> Result<Records, DataError> {
        let columns = Columns {
            text: vec!["text"],
            pair: None,
            label: "label",
        };
        let mut records = Records::new(9);
        let labels = Labels(vec!["0", "true", "yes"]);
        read(Path::new("t.jsonl"), text, &columns, &labels, &mut records)?;
        Ok(records)
    }

    #[test]
    fn a_label_is_a_text_a_whole_number_or_a_truth_value() {
        let text = b"{\"text\": \"a\\nb\", \"label\": 0, \"more\": [1]}\r\n\n{\"label\": true, \"text\": \"\"}\n{\"label\": \"yes\", \"text\": \"c\"}";
        let records = found(text).expect("sound").list;
        let found: Vec<_> = records.iter().map(|r| (r.text.as_str(), r.class)).collect();
        assert_eq!(found, [("a\nb", 0), ("", 1), ("c", 2)]);
    }

    #[test]
    fn every_mistake_is_told_with_its_line() {
        for (text, wanted) in [
            (&b"\n"[..], "`t.jsonl` is empty"),
            (
                b"\n[1]\n",
                "line 2 of the file `t.jsonl` is not a JSON object: it is a list",
            ),
            (
                b"{\"text\": \"a\"",
                "line 1 of the file `t.jsonl` is not a JSON object: EOF",
            ),
            (
                b"{\"txet\": \"a\", \"label\": 0}",
                "line 1 of the file `t.jsonl` has no column `text`: it has `label`, `txet`; did you mean `txet`?",
            ),
            (
                b"{\"text\": 3, \"label\": 0}",
                "the `text` of line 1 of the file `t.jsonl` is a number, not a text",
            ),
            (
                b"{\"text\": \"a\", \"label\": 0.5}",
                "the `label` of line 1",
            ),
            (
                b"{\"text\": \"a\", \"label\": 1}",
                "has the label `1`, which is none of those declared: `0`, `true`, `yes`",
            ),
            (
                b"{\"text\": \"\xff\", \"label\": 0}",
                "line 1 of the file `t.jsonl` is not UTF-8",
            ),
        ] {
            let said = found(text).expect_err("it is broken").to_string();
            assert!(said.contains(wanted), "{said}, not {wanted}");
        }
    }
}
