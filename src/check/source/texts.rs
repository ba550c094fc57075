//! Sources of texts.

use super::{Wrong, count, distinct, tokenizers};
use crate::spec::{Call, Shape};

/// Texts and the number of their classes.
pub(super) fn promised(call: &Call) -> Result<(Shape, i64), Wrong> {
    let classes = classes(call)?;
    columns(call)?;
    delimiter(call)?;
    let length = count(call, "length", 1, 65_536)?;
    let Some(tokenizer) = call.call("tokens") else {
        return Err(Wrong::new("tokens", "`tokens` is a tokenizer"));
    };
    Ok((tokenizers::row(tokenizer, length)?, classes))
}

fn classes(call: &Call) -> Result<i64, Wrong> {
    let labels = call.texts("labels").unwrap_or_default();
    let seen = distinct(&labels)?;
    if labels.len() < 2 {
        let message = "`labels` names at least two classes";
        return Err(Wrong::new("labels", message)
            .help("for example `labels: [\"negative\", \"positive\"]`"));
    }
    let ignored = call.texts("ignore").unwrap_or_default();
    if let Some(both) = ignored.iter().find(|folder| seen.contains(*folder)) {
        let message = format!("the label \"{both}\" stands in `ignore` too");
        return Err(Wrong::new("ignore", message));
    }
    Ok(labels.len() as i64)
}

/// The columns that are read are distinct.
fn columns(call: &Call) -> Result<(), Wrong> {
    let Some(texts) = call.texts("text") else {
        return Ok(());
    };
    if texts.is_empty() {
        return Err(Wrong::new("text", "`text` names at least one column"));
    }
    let label = call.text("label");
    let pair = call.text("pair");
    let read = |column: Option<&str>| column.is_some_and(|column| texts.contains(&column));
    let twice = match () {
        () if read(label) => ("label", "`text` and `label` name the same column"),
        () if read(pair) => ("pair", "`text` and `pair` name the same column"),
        () if pair.is_some() && pair == label => {
            ("pair", "`pair` and `label` name the same column")
        }
        () => return Ok(()),
    };
    Err(Wrong::new(twice.0, twice.1))
}

fn delimiter(call: &Call) -> Result<(), Wrong> {
    let one_byte = |text: &str| matches!(text.as_bytes(), [byte] if byte.is_ascii());
    match call.text("delimiter") {
        Some(delimiter) if !one_byte(delimiter) || matches!(delimiter, "\"" | "\n" | "\r") => {
            let message = "`delimiter` is one ASCII character, neither a quote nor a line's end";
            Err(Wrong::new("delimiter", message)
                .help("a comma `\",\"`, a tab `\"\\t\"`, or a semicolon `\";\"`"))
        }
        _ => Ok(()),
    }
}
