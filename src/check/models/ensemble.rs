//! `ensemble([a, b], of: probabilities)`: models that answer together.

use std::collections::{BTreeMap, HashSet};

use super::states::Made;
use crate::check::Checker;
use crate::check::codes::*;
use crate::check::program::{Model, Origin};
use crate::check::values::Value;
use crate::diag::{Diagnostic, Span};
use crate::spec::Blend;

impl Checker<'_> {
    /// An ensemble of models that take and tell the same.
    pub(in crate::check) fn ensemble(
        &mut self,
        named: &BTreeMap<String, (Value, Span)>,
        span: Span,
    ) -> Value {
        let Some((Value::List(items), at)) = named.get("models") else {
            return Value::Unknown;
        };
        let members: Vec<usize> = items
            .iter()
            .filter_map(|item| match item {
                Value::Model(model) => Some(*model),
                _ => None,
            })
            .collect();
        let of = match named.get("of") {
            Some((Value::Text(word, _), _)) if word == "logits" => Blend::Logits,
            _ => Blend::Probabilities,
        };
        let Some(&first) = members.first() else {
            return self.fail_with(
                OUT_OF_RANGE,
                "an ensemble needs at least one model",
                *at,
                "for example `ensemble([big[0], big[1]])`",
            );
        };
        for &other in &members {
            let (a, b) = (&self.program.models[first], &self.program.models[other]);
            if a.input() == b.input() && a.classes() == b.classes() {
                continue;
            }
            let what = |model: &Model| {
                format!(
                    "`{}`: {}, {} classes",
                    model.id,
                    model.input(),
                    model.classes()
                )
            };
            let diagnostic = Diagnostic::error(
                TEACHER_MISMATCH,
                format!(
                    "`{}` and `{}` cannot answer together: they take or tell different things",
                    a.id, b.id
                ),
            )
            .label(*at, "these models")
            .label(a.span, what(a))
            .label(b.span, what(b))
            .help("put models together that are trained on data of the same shape and classes");
            self.report(diagnostic);
            return Value::Unknown;
        }
        self.warn_of_repeated(&members, *at);
        let base = self.program.models[first].clone();
        let names: Vec<&str> = members
            .iter()
            .map(|member| self.program.models[*member].id.as_str())
            .collect();
        let id = format!("ensemble([{}], of: {})", names.join(", "), of.word());
        let made = Made::Ensemble(members.clone(), of);
        let mut drawn = members.iter();
        let drawn = drawn.find_map(|member| self.program.models[*member].drawn);
        let model = Model {
            id,
            drawn,
            named: false,
            word: "model".into(),
            span,
            data: base.data,
            test: base.test,
            origin: Origin::Ensemble { members, of },
        };
        self.made(made, model)
    }

    /// Warns of a model that stands in an ensemble twice: it counts twice as much as the others.
    fn warn_of_repeated(&mut self, members: &[usize], at: Span) {
        let mut seen = HashSet::new();
        let Some(twice) = members.iter().find(|member| !seen.insert(**member)) else {
            return;
        };
        let id = &self.program.models[*twice].id;
        let message = format!("`{id}` is in this ensemble more than once");
        self.report(
            Diagnostic::warning(REPEATED_MODEL, message)
                .label(at, "")
                .help("name each model once; members of a family that differ in their seed are different models"),
        );
    }
}
