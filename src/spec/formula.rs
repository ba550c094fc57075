//! A loss of one's own: an expression over a batch.

use serde::{Deserialize, Serialize};

use super::{Schedule, View};

/// Which axes a value over a batch has: n samples, c classes. Values are n×c, n×1, 1×c or 1×1, and an
/// axis of length 1 repeats along the other operand's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Axes {
    /// One value a sample.
    pub samples: bool,
    /// One value a class.
    pub classes: bool,
}

/// An axis of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// The samples of the batch.
    Batch,
    /// The classes.
    Classes,
}

/// A function of each number; the softmaxes go along the classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Function {
    Softmax,
    LogSoftmax,
    Exp,
    Log,
    Sqrt,
    Abs,
    Negate,
}

/// A differentiable expression over a batch. `T` is how a teacher is named.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Formula<T> {
    /// `z`: the model's own logits, n×c.
    Logits,
    /// `t.z`: a teacher's logits, n×c, without gradient.
    TeacherLogits {
        /// The teacher.
        teacher: T,
        /// What it sees.
        view: View,
    },
    /// `one_hot_of(y)`: 1 at the label, 0 elsewhere, n×c.
    OneHot,
    /// A number, which may change over the run.
    Number(Schedule),
    /// A function of each number.
    Apply {
        /// Which.
        function: Function,
        /// Of what.
        of: Box<Formula<T>>,
    },
    /// `sum` along an axis, which stays with length 1.
    Sum {
        /// Along which axis.
        over: Axis,
        /// Of what.
        of: Box<Formula<T>>,
    },
    /// `mean` along an axis, which stays with length 1.
    Mean {
        /// Along which axis.
        over: Axis,
        /// Of what.
        of: Box<Formula<T>>,
    },
    /// `+ - * /`, number by number.
    Arithmetic {
        /// The operator's character.
        op: char,
        /// Left.
        left: Box<Formula<T>>,
        /// Right.
        right: Box<Formula<T>>,
    },
    /// `kl(p, q)`: Σ p (log p − log q) along the classes. The logarithm of a `Softmax` is taken as a
    /// `LogSoftmax`, and 0 · log 0 is 0.
    Kl {
        /// p, probabilities along the classes.
        of: Box<Formula<T>>,
        /// q, probabilities along the classes.
        from: Box<Formula<T>>,
    },
}

impl<T> Formula<T> {
    /// The axes of its value.
    pub fn axes(&self) -> Axes {
        match self {
            Formula::Logits | Formula::TeacherLogits { .. } | Formula::OneHot => Axes {
                samples: true,
                classes: true,
            },
            Formula::Number(_) => Axes::default(),
            Formula::Apply { of, .. } => of.axes(),
            Formula::Sum { over, of } | Formula::Mean { over, of } => match over {
                Axis::Batch => Axes {
                    samples: false,
                    ..of.axes()
                },
                Axis::Classes => Axes {
                    classes: false,
                    ..of.axes()
                },
            },
            Formula::Arithmetic { left, right, .. } => {
                let (left, right) = (left.axes(), right.axes());
                Axes {
                    samples: left.samples || right.samples,
                    classes: left.classes || right.classes,
                }
            }
            Formula::Kl { of, from } => Axes {
                samples: of.axes().samples || from.axes().samples,
                classes: false,
            },
        }
    }

    /// Whether it needs the labels of the samples.
    pub fn reads_labels(&self) -> bool {
        matches!(self, Formula::OneHot) || self.parts().into_iter().any(Formula::reads_labels)
    }

    /// The numbers in it that may change over a run.
    pub fn schedules(&self) -> Vec<&Schedule> {
        match self {
            Formula::Number(schedule) => vec![schedule],
            _ => self
                .parts()
                .into_iter()
                .flat_map(Formula::schedules)
                .collect(),
        }
    }

    /// The same, to be changed.
    pub fn schedules_mut(&mut self) -> Vec<&mut Schedule> {
        match self {
            Formula::Number(schedule) => vec![schedule],
            Formula::Logits | Formula::TeacherLogits { .. } | Formula::OneHot => vec![],
            Formula::Apply { of, .. } | Formula::Sum { of, .. } | Formula::Mean { of, .. } => {
                of.schedules_mut()
            }
            Formula::Arithmetic {
                left: a, right: b, ..
            }
            | Formula::Kl { of: a, from: b } => {
                let mut schedules = a.schedules_mut();
                schedules.extend(b.schedules_mut());
                schedules
            }
        }
    }

    /// The formulas inside.
    pub fn parts(&self) -> Vec<&Formula<T>> {
        match self {
            Formula::Logits
            | Formula::TeacherLogits { .. }
            | Formula::OneHot
            | Formula::Number(_) => vec![],
            Formula::Apply { of, .. } | Formula::Sum { of, .. } | Formula::Mean { of, .. } => {
                vec![of]
            }
            Formula::Arithmetic { left, right, .. } => vec![left, right],
            Formula::Kl { of, from } => vec![of, from],
        }
    }
}

impl<T: Copy> Formula<T> {
    /// The teachers it needs, in the order of the text.
    pub fn teachers(&self) -> Vec<T> {
        match self {
            Formula::TeacherLogits { teacher, .. } => vec![*teacher],
            _ => self
                .parts()
                .into_iter()
                .flat_map(Formula::teachers)
                .collect(),
        }
    }

    /// The formula with its teachers named in another way.
    pub fn rename<U>(&self, name: &impl Fn(T) -> U) -> Formula<U> {
        let inner = |of: &Formula<T>| Box::new(of.rename(name));
        match self {
            Formula::Logits => Formula::Logits,
            Formula::TeacherLogits { teacher, view } => Formula::TeacherLogits {
                teacher: name(*teacher),
                view: *view,
            },
            Formula::OneHot => Formula::OneHot,
            Formula::Number(value) => Formula::Number(value.clone()),
            Formula::Apply { function, of } => Formula::Apply {
                function: *function,
                of: inner(of),
            },
            Formula::Sum { over, of } => Formula::Sum {
                over: *over,
                of: inner(of),
            },
            Formula::Mean { over, of } => Formula::Mean {
                over: *over,
                of: inner(of),
            },
            Formula::Arithmetic { op, left, right } => Formula::Arithmetic {
                op: *op,
                left: inner(left),
                right: inner(right),
            },
            Formula::Kl { of, from } => Formula::Kl {
                of: inner(of),
                from: inner(from),
            },
        }
    }
}
