//! Sources of data: what a declaration says of files that are not opened.

mod downloads;
mod images;
mod texts;
mod tokenizers;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;

use super::Checker;
use super::codes::{OUT_OF_RANGE, TRAINED_ON_TEST};
use super::program::{DataFrom, Dataset};
use super::values::Value;
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
        let paths = files(&named);
        self.test_is_apart(&paths, &named, span);
        let shape = match promised(&call, &paths) {
            Ok(shape) => shape,
            Err(wrong) => return self.wrong(wrong, &named, span),
        };
        Value::Dataset(Rc::new(Dataset {
            id: self.written(span),
            named: false,
            from: DataFrom::Source { call, paths },
            transforms: vec![],
            shape,
            after: 0,
            span,
        }))
    }

    /// Warns of a file that training and test samples are both read from.
    fn test_is_apart(
        &mut self,
        paths: &BTreeMap<String, PathBuf>,
        named: &BTreeMap<String, (Value, Span)>,
        span: Span,
    ) {
        let of = |split: &'static str| {
            paths
                .iter()
                .filter(move |(role, _)| role.starts_with(split))
        };
        let both = of("test").find(|(_, test)| of("train").any(|(_, train)| train == *test));
        let Some((role, path)) = both else { return };
        let argument = role.split(' ').next().unwrap_or(role);
        let at = named.get(argument).map_or(span, |(_, span)| *span);
        let message = format!(
            "training and test samples are both read from `{}`",
            path.display()
        );
        self.report(
            Diagnostic::warning(TRAINED_ON_TEST, message)
                .label(at, "it is trained on")
                .help("what is told on it says nothing of samples that were not seen: cut a file of test samples off, once"),
        );
    }

    /// Reports an argument that cannot be.
    fn wrong(
        &mut self,
        wrong: Wrong,
        named: &BTreeMap<String, (Value, Span)>,
        span: Span,
    ) -> Value {
        let at = named.get(wrong.argument).map_or(span, |(_, span)| *span);
        let diagnostic = Diagnostic::error(OUT_OF_RANGE, wrong.message);
        self.report(diagnostic.label(at, "").maybe_help(wrong.help));
        Value::Unknown
    }
}

/// The folders and files that arguments name, by role: `folder`; `train_files 0` and on of a list;
/// `tokens.vocab` of a tokenizer.
fn files(named: &BTreeMap<String, (Value, Span)>) -> BTreeMap<String, PathBuf> {
    let mut files = BTreeMap::new();
    for (name, (value, _)) in named {
        match value {
            Value::Path(path) => {
                files.insert(name.clone(), path.clone());
            }
            Value::List(items) => {
                let paths = items.iter().filter_map(|item| match item {
                    Value::Path(path) => Some(path.clone()),
                    _ => None,
                });
                let roles = (0..).map(|nth| format!("{name} {nth}"));
                files.extend(roles.zip(paths));
            }
            Value::Tokenizer(tokenizer) => {
                let paths = tokenizer.paths.iter();
                files.extend(paths.map(|(role, path)| (format!("{name}.{role}"), path.clone())));
            }
            _ => {}
        }
    }
    files
}

/// What a source promises of its data, which is in these files.
fn promised(call: &Call, paths: &BTreeMap<String, PathBuf>) -> Result<DataShape, Wrong> {
    named_files(call)?;
    let (sample, classes) = match call.name.as_str() {
        "table_text" | "json_text" | "parquet_text" | "folder_text" => texts::promised(call)?,
        _ => images::promised(call)?,
    };
    Ok(DataShape {
        sample,
        classes,
        train: count(call, "train", 1, u32::MAX.into())?,
        validation: validation(call, paths)?,
        test: count(call, "test", 1, u32::MAX.into())?,
        labelled: true,
    })
}

/// Labels, which are all different.
fn distinct<'a>(labels: &[&'a str]) -> Result<BTreeSet<&'a str>, Wrong> {
    let mut seen = BTreeSet::new();
    match labels.iter().find(|label| !seen.insert(**label)) {
        None => Ok(seen),
        Some(twice) => {
            let message = format!("the label \"{twice}\" stands twice in `labels`");
            Err(Wrong::new("labels", message).help("each class has one label"))
        }
    }
}

/// Where a source lists its files, it lists some.
fn named_files(call: &Call) -> Result<(), Wrong> {
    for files in ["train_files", "test_files", "validation_files"] {
        // Paths are no plain data: a list of them is not among the arguments, an empty one is.
        if call.args.contains_key(files) {
            let message = format!("`{files}` names at least one file");
            return Err(Wrong::new(files, message));
        }
    }
    Ok(())
}

/// Validation samples: a source has files of them and says how many they are, or neither.
fn validation(call: &Call, paths: &BTreeMap<String, PathBuf>) -> Result<i64, Wrong> {
    let files = paths.contains_key("validation_files 0");
    match (files, call.args.contains_key("validation")) {
        (false, false) => Ok(0),
        (true, true) => count(call, "validation", 1, u32::MAX.into()),
        (true, false) => {
            let message = "how many validation samples there are is not said";
            Err(Wrong::new("validation_files", message).help("say it: `validation: 5_000`"))
        }
        (false, true) => {
            let message = "no files of validation samples are named";
            Err(Wrong::new("validation", message).help(
                "name them: `validation_files: \"data/validation-*.parquet\"`; or split training samples off: `|> split(validation: 10%)`",
            ))
        }
    }
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
