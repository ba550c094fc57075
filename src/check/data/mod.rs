//! Data: what is done to one data set, and data that is made of other data.

mod counts;
mod derived;
mod noise;
mod pixels;
mod subset;

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Checker;
use super::codes::*;
use super::program::Dataset;
use super::values::Value;
use crate::diag::{Code, Diagnostic, Mend, Span};
use crate::spec::Call;
use crate::vocabulary::Word;

/// Why a transform cannot be, and the mend.
struct Refusal {
    code: Code,
    /// The argument that is wrong; the whole call where it is none.
    argument: Option<&'static str>,
    message: String,
    help: Option<Mend>,
}

impl Refusal {
    fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            argument: None,
            message: message.into(),
            help: None,
        }
    }

    /// An argument that lies outside of what it may be.
    fn of(argument: &'static str, message: impl Into<String>) -> Self {
        Self {
            argument: Some(argument),
            ..Self::new(OUT_OF_RANGE, message)
        }
    }

    /// A transform that wants labels.
    fn no_labels(message: impl Into<String>) -> Self {
        Self::new(NO_LABELS, message).help("do it before they are taken off")
    }

    fn help(self, help: impl Into<Mend>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }
}

/// What a transform makes of what is known of data. Shares among its arguments become counts, so that
/// the engine is told these.
fn transformed(call: &mut Call, dataset: &mut Dataset) -> Result<(), Refusal> {
    let shape = &mut dataset.shape;
    match call.name.as_str() {
        "label_noise" => noise::label_noise(call, shape),
        "take" => counts::take(call, shape),
        "split" => counts::split(call, shape),
        "balance" => counts::balance(call, shape),
        "subset" => subset::subset(call, shape),
        "normalise" => pixels::normalise(call, dataset),
        "resize" => pixels::resize(call, dataset),
        "unlabelled" => {
            shape.labelled = false;
            Ok(())
        }
        _ => Ok(()),
    }
}

impl Checker<'_> {
    /// What stands at a place, on one line: how data without a name is called.
    pub(in crate::check) fn written(&self, span: Span) -> String {
        let words = self.sources.slice(span).split_whitespace();
        words.collect::<Vec<_>>().join(" ")
    }

    /// A data set through a transform.
    pub(in crate::check) fn transform(
        &mut self,
        word: &Word,
        mut named: BTreeMap<String, (Value, Span)>,
        span: Span,
    ) -> Value {
        let Some((Value::Dataset(dataset), _)) = named.remove("data") else {
            return Value::Unknown;
        };
        let mut dataset = (*dataset).clone();
        let mut call = self.plain(word, &named);
        if let Err(refusal) = transformed(&mut call, &mut dataset) {
            let argument = refusal.argument.and_then(|name| named.get(name));
            let at = argument.map_or(span, |(_, at)| *at);
            let diagnostic = Diagnostic::error(refusal.code, refusal.message).label(at, "");
            self.report(diagnostic.maybe_help(refusal.help));
            return Value::Unknown;
        }
        dataset.transforms.push(call);
        (dataset.span, dataset.named) = (span, false);
        dataset.id = self.written(span);
        Value::Dataset(Rc::new(dataset))
    }
}
