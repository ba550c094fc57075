//! Sources of data: what a declaration says of files that are not opened.

mod images;
mod texts;

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Checker;
use super::codes::OUT_OF_RANGE;
use super::program::{DataFrom, Dataset};
use super::value::Value;
use crate::diag::{Diagnostic, Span};
use crate::spec::{Call, DataShape};
use crate::vocabulary::Word;

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
        "csv_text" => texts::promised(call)?,
        _ => images::promised(call)?,
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
