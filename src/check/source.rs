//! Sources of data: what a declaration says of files that are not opened.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::Checker;
use super::codes::OUT_OF_RANGE;
use super::program::{DataFrom, Dataset};
use super::value::Value;
use crate::diag::{Diagnostic, Span};
use crate::spec::{Call, DataShape, Shape};
use crate::vocabulary::{BYTE_TOKENS, Word};

/// An argument that cannot be, and the mend.
struct Wrong {
    argument: &'static str,
    message: String,
    help: Option<&'static str>,
}

impl Wrong {
    fn new(argument: &'static str, message: impl Into<String>) -> Self {
        Self {
            argument,
            message: message.into(),
            help: None,
        }
    }

    fn help(self, help: &'static str) -> Self {
        Self {
            help: Some(help),
            ..self
        }
    }
}

impl Checker<'_> {
    /// A source of data.
    pub(super) fn source(
        &mut self,
        word: &Word,
        named: BTreeMap<String, (Value, Span)>,
        span: Span,
    ) -> Value {
        let call = self.plain(word, &named);
        let shape = match promised(&call) {
            Ok(shape) => shape,
            Err(wrong) => {
                let at = named.get(wrong.argument).map_or(span, |(_, span)| *span);
                let diagnostic = Diagnostic::error(OUT_OF_RANGE, wrong.message);
                self.report(diagnostic.label(at, "").maybe_help(wrong.help));
                return Value::Unknown;
            }
        };
        let paths = named
            .into_iter()
            .filter_map(|(name, (value, _))| match value {
                Value::Path(path) => Some((name, path)),
                _ => None,
            });
        Value::Dataset(Rc::new(Dataset {
            id: self.written(span),
            named: false,
            from: DataFrom::Source {
                call,
                paths: paths.collect(),
            },
            transforms: vec![],
            shape,
            after: 0,
            span,
        }))
    }
}

/// What a source promises of its data.
fn promised(call: &Call) -> Result<DataShape, Wrong> {
    let (sample, classes) = match call.name.as_str() {
        "csv_text" => text(call)?,
        _ => image(call)?,
    };
    Ok(DataShape {
        sample,
        classes,
        train: count(call, "train", 1, u32::MAX.into())?,
        validation: 0,
        test: count(call, "test", 1, u32::MAX.into())?,
        labelled: true,
    })
}

fn count(call: &Call, name: &'static str, least: i64, most: i64) -> Result<i64, Wrong> {
    let count = call.int(name).unwrap_or_default();
    if count < least {
        let message = format!("`{name}` is at least {least}, not {count}");
        return Err(Wrong::new(name, message));
    }
    if count > most {
        let message = format!("`{name}` is at most {most}, not {count}");
        return Err(Wrong::new(name, message));
    }
    Ok(count)
}

/// Images and the number of their classes.
fn image(call: &Call) -> Result<(Shape, i64), Wrong> {
    let sides = call.numbers("shape").unwrap_or_default();
    let sides: Vec<i64> = sides.into_iter().map(|side| side as i64).collect();
    if sides.len() != 3 || sides.iter().any(|side| !(1..=4096).contains(side)) {
        let message = "a sample's shape is [channels, height, width], each from 1 to 4096";
        return Err(Wrong::new("shape", message).help("for example `shape: [3, 32, 32]`"));
    }
    let classes = count(call, "classes", 2, 1_000_000)?;
    for (name, above) in [("mean", ""), ("std", ", above 0")] {
        let fits = |value: &f64| name == "mean" || *value > 0.0;
        if let Some(values) = call.numbers(name)
            && (values.len() != sides[0] as usize || !values.iter().all(fits))
        {
            let message = format!("`{name}` wants one number a channel{above}: {}", sides[0]);
            return Err(Wrong::new(name, message));
        }
    }
    Ok((sides.into(), classes))
}

/// Texts and the number of their classes.
fn text(call: &Call) -> Result<(Shape, i64), Wrong> {
    let labels = call.texts("labels").unwrap_or_default();
    let mut seen = BTreeSet::new();
    if let Some(twice) = labels.iter().find(|label| !seen.insert(**label)) {
        let message = format!("the label \"{twice}\" stands twice in `labels`");
        return Err(Wrong::new("labels", message).help("each class has one label"));
    }
    if labels.len() < 2 {
        let message = "`labels` names at least two classes";
        return Err(Wrong::new("labels", message)
            .help("for example `labels: [\"negative\", \"positive\"]`"));
    }
    if call.text("text") == call.text("label") {
        let message = "`text` and `label` name the same column";
        return Err(Wrong::new("label", message));
    }
    let one_byte = |text: &str| matches!(text.as_bytes(), [byte] if byte.is_ascii());
    let delimiter = call.text("delimiter").unwrap_or_default();
    if !one_byte(delimiter) || matches!(delimiter, "\"" | "\n" | "\r") {
        let message = "`delimiter` is one ASCII character, neither a quote nor a line's end";
        return Err(Wrong::new("delimiter", message)
            .help("a comma `\",\"`, a tab `\"\\t\"`, or a semicolon `\";\"`"));
    }
    let sample = Shape::Tokens {
        length: count(call, "length", 1, 65_536)?,
        vocabulary: BYTE_TOKENS,
    };
    Ok((sample, labels.len() as i64))
}
