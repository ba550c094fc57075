//! Data that is made of other data: joined, or labelled by a model.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::check::Checker;
use crate::check::codes::*;
use crate::check::limits::SAMPLES;
use crate::check::program::{DataFrom, Dataset};
use crate::check::values::Value;
use crate::diag::{Diagnostic, Span};
use crate::spec::DataShape;
use crate::vocabulary::Word;

impl Checker<'_> {
    /// Data that is made of other data: `join(a, b)`, `relabel(a, by: model)`.
    pub(in crate::check) fn derived(
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
        let shape = shape.clone();
        self.warn_of_drawn(by, by_at);
        Value::Dataset(Rc::new(Dataset {
            id: self.written(span),
            named: false,
            shape: DataShape {
                labelled: true,
                ..shape
            },
            transforms: vec![],
            after: data.after.max(by + 1),
            span,
            from: DataFrom::Relabel { data, by },
        }))
    }
}
