//! Losses of one's own: expressions over a batch, before the run's length in steps is known.

use std::rc::Rc;

use crate::check::trainings::{Clock, Ramp};
use crate::diag::Span;
use crate::spec::{self, Axes, Axis, Function, View};

/// An expression over a batch, as it was written.
#[derive(Clone, Debug)]
pub enum Formula {
    /// `z`
    Logits,
    /// `t.z`
    Teacher {
        /// The teacher, by its place in the program.
        model: usize,
        /// Where its logits are named.
        span: Span,
    },
    /// `one_hot_of(y)`
    OneHot,
    /// A number, which may change over the run.
    Number(Rc<Ramp>),
    /// A function of each number.
    Apply(Function, Rc<Formula>),
    /// `sum` along an axis.
    Sum(Axis, Rc<Formula>),
    /// `mean` along an axis.
    Mean(Axis, Rc<Formula>),
    /// One of `+ - * /`.
    Arithmetic(char, Rc<Formula>, Rc<Formula>),
    /// `kl(p, q)`
    Kl(Rc<Formula>, Rc<Formula>),
}

impl Formula {
    /// The formulas inside.
    pub fn parts(&self) -> Vec<&Formula> {
        match self {
            Formula::Logits | Formula::Teacher { .. } | Formula::OneHot | Formula::Number(_) => {
                vec![]
            }
            Formula::Apply(_, of) | Formula::Sum(_, of) | Formula::Mean(_, of) => vec![of],
            Formula::Arithmetic(_, a, b) | Formula::Kl(a, b) => vec![a, b],
        }
    }

    /// The axes of its value, as [`spec::Formula::axes`] has them.
    pub fn axes(&self) -> Axes {
        let mut axes = Axes::default();
        for inner in self.parts().into_iter().map(Formula::axes) {
            axes.samples |= inner.samples;
            axes.classes |= inner.classes;
        }
        match self {
            Formula::Logits | Formula::Teacher { .. } | Formula::OneHot => Axes {
                samples: true,
                classes: true,
            },
            Formula::Sum(Axis::Classes, _) | Formula::Mean(Axis::Classes, _) | Formula::Kl(..) => {
                Axes {
                    classes: false,
                    ..axes
                }
            }
            Formula::Sum(Axis::Batch, _) | Formula::Mean(Axis::Batch, _) => Axes {
                samples: false,
                ..axes
            },
            _ => axes,
        }
    }

    /// Whether the model's own logits are part of it: otherwise there is nothing to learn.
    pub fn learns(&self) -> bool {
        matches!(self, Formula::Logits) || self.parts().into_iter().any(Formula::learns)
    }

    /// Every teacher and where its logits are named.
    pub fn teachers(&self) -> Vec<(usize, Span)> {
        match self {
            Formula::Teacher { model, span } => vec![(*model, *span)],
            _ => self
                .parts()
                .into_iter()
                .flat_map(Formula::teachers)
                .collect(),
        }
    }

    /// The formula in steps.
    pub fn resolve(&self, clock: &mut Clock) -> spec::Formula<usize> {
        let mut inner = |of: &Formula| Box::new(of.resolve(clock));
        match self {
            Formula::Logits => spec::Formula::Logits,
            Formula::Teacher { model, .. } => spec::Formula::TeacherLogits {
                teacher: *model,
                view: View::Same,
            },
            Formula::OneHot => spec::Formula::OneHot,
            Formula::Number(ramp) => spec::Formula::Number(clock.resolve(ramp).0),
            Formula::Apply(function, of) => spec::Formula::Apply {
                function: *function,
                of: inner(of),
            },
            Formula::Sum(over, of) => spec::Formula::Sum {
                over: *over,
                of: inner(of),
            },
            Formula::Mean(over, of) => spec::Formula::Mean {
                over: *over,
                of: inner(of),
            },
            Formula::Arithmetic(op, left, right) => spec::Formula::Arithmetic {
                op: *op,
                left: inner(left),
                right: inner(right),
            },
            Formula::Kl(of, from) => spec::Formula::Kl {
                of: inner(of),
                from: inner(from),
            },
        }
    }
}

/// What a value over a batch has, in words.
pub fn axes_text(axes: Axes) -> &'static str {
    match (axes.samples, axes.classes) {
        (true, true) => "one value a sample and class",
        (true, false) => "one value a sample",
        (false, true) => "one value a class",
        (false, false) => "one value in all",
    }
}
