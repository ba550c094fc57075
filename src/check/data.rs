//! Data: what is done to one data set, and data that is made of other data.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Checker;
use super::codes::*;
use super::limits::SAMPLES;
use super::program::{DataFrom, Dataset};
use super::value::Value;
use crate::diag::{Diagnostic, Span};
use crate::spec::DataShape;
use crate::vocabulary::Word;

impl Checker<'_> {
    /// What stands at a place, on one line: how data without a name is called.
    pub(super) fn written(&self, span: Span) -> String {
        let words = self.sources.slice(span).split_whitespace();
        words.collect::<Vec<_>>().join(" ")
    }

    /// A data set through a transform.
    pub(super) fn transform(
        &mut self,
        word: &Word,
        mut named: BTreeMap<String, (Value, Span)>,
        span: Span,
    ) -> Value {
        let Some((Value::Dataset(dataset), _)) = named.remove("data") else {
            return Value::Unknown;
        };
        let mut dataset = (*dataset).clone();
        let call = self.plain(word, &named);
        match word.name {
            "take" => {
                for (name, count) in [
                    ("train", &mut dataset.shape.train),
                    ("test", &mut dataset.shape.test),
                ] {
                    if let Some(wanted) = call.int(name) {
                        if !(1..=*count).contains(&wanted) {
                            let at = named.get(name).map_or(span, |(_, span)| *span);
                            return self.fail(OUT_OF_RANGE, format!("`take` wants 1 to {count} samples of `{name}`, as there are, not {wanted}"), at);
                        }
                        *count = wanted;
                    }
                }
            }
            "hold_out" => {
                let (wanted, there) = (call.int("validation").unwrap_or(0), dataset.shape.train);
                let at = named.get("validation").map_or(span, |(_, span)| *span);
                if dataset.shape.validation > 0 {
                    return self.fail_with(
                        OUT_OF_RANGE,
                        "this data has a validation split already",
                        span,
                        "hold samples out once",
                    );
                }
                if !(1..there).contains(&wanted) {
                    return self.fail(
                        OUT_OF_RANGE,
                        format!("`hold_out` wants 1 to {} samples, as the training split has {there}, not {wanted}", there - 1),
                        at,
                    );
                }
                dataset.shape.train -= wanted;
                dataset.shape.validation = wanted;
            }
            "unlabelled" => dataset.shape.labelled = false,
            "label_noise" => {
                if !dataset.shape.labelled {
                    return self.fail_with(
                        NO_LABELS,
                        format!("`{}` has no labels to be made noisy", dataset.id),
                        span,
                        "make labels noisy before they are taken off",
                    );
                }
                let share = call.number("share").unwrap_or_default();
                if !(0.0..=1.0).contains(&share) {
                    let at = named.get("share").map_or(span, |(_, span)| *span);
                    return self.fail_with(
                        OUT_OF_RANGE,
                        "a share of labels lies between 0% and 100%",
                        at,
                        "for three labels in ten write `30%`",
                    );
                }
            }
            _ => {}
        }
        dataset.transforms.push(call);
        (dataset.span, dataset.named) = (span, false);
        dataset.id = self.written(span);
        Value::Dataset(Rc::new(dataset))
    }

    /// Data that is made of other data: `join(a, b)`, `relabel(a, by: model)`.
    pub(super) fn derived(
        &mut self,
        word: &Word,
        mut named: BTreeMap<String, (Value, Span)>,
        span: Span,
    ) -> Value {
        let Some((Value::Dataset(data), data_at)) = named.remove("data") else {
            return Value::Unknown;
        };
        match (word.name, named.remove("more"), named.remove("by")) {
            ("join", Some((Value::Dataset(more), at)), _) => {
                self.join_data((data, data_at), (more, at), span)
            }
            ("relabel", _, Some((Value::Model(by), at))) => {
                self.relabelled((data, data_at), (by, at), span)
            }
            _ => Value::Unknown,
        }
    }

    fn join_data(
        &mut self,
        (data, data_at): (Rc<Dataset>, Span),
        (more, more_at): (Rc<Dataset>, Span),
        span: Span,
    ) -> Value {
        let (a, b) = (&data.shape, &more.shape);
        if a.sample != b.sample || a.classes != b.classes {
            let text = |shape: &DataShape| format!("{}, {} classes", shape.sample, shape.classes);
            self.report(
                Diagnostic::error(
                    DATA_MISMATCH,
                    "data that is joined has samples of one shape and the same classes",
                )
                .label(data_at, text(a))
                .label(more_at, text(b)),
            );
            return Value::Unknown;
        }
        // Neither is above what it may have, so that this does not overflow.
        let train = a.train + b.train;
        if train > SAMPLES {
            let message = format!("this data has more than {SAMPLES} samples");
            return self.fail_with(TOO_LARGE, message, span, "join less");
        }
        let shape = DataShape {
            train,
            labelled: a.labelled && b.labelled,
            ..a.clone()
        };
        Value::Dataset(Rc::new(Dataset {
            id: self.written(span),
            named: false,
            shape,
            transforms: vec![],
            after: data.after.max(more.after),
            span,
            from: DataFrom::Join(data, more),
        }))
    }

    fn relabelled(
        &mut self,
        (data, data_at): (Rc<Dataset>, Span),
        (by, by_at): (usize, Span),
        span: Span,
    ) -> Value {
        let model = &self.program.models[by];
        let shape = &data.shape;
        if *model.input() != shape.sample || model.classes() != shape.classes {
            let message = format!(
                "`{}` takes {} and tells {} classes, but `{}` has {} and {} classes",
                model.id,
                model.input(),
                model.classes(),
                data.id,
                shape.sample,
                shape.classes
            );
            self.report(
                Diagnostic::error(TEACHER_MISMATCH, message)
                    .label(by_at, "labelled by this model")
                    .label(data_at, "this data"),
            );
            return Value::Unknown;
        }
        Value::Dataset(Rc::new(Dataset {
            id: self.written(span),
            named: false,
            shape: DataShape {
                labelled: true,
                ..shape.clone()
            },
            transforms: vec![],
            after: data.after.max(by + 1),
            span,
            from: DataFrom::Relabel { data, by },
        }))
    }
}
