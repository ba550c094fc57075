//! A loss over a run: weighted terms.

use serde::{Deserialize, Serialize};

use super::recipe::is_false;
use super::{Formula, Layer, Schedule};

/// One term of an objective: at step s the loss is Σ weight(s) · loss.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Term<T> {
    /// Its weight over the run.
    pub weight: Schedule,
    /// Its loss.
    pub loss: Loss<T>,
}

/// What a teacher sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// The student's augmented sample.
    Same,
    /// The plain sample.
    Clean,
}

/// A loss, mean over the batch. Formulas stand in `vocabulary::OBJECTIVES`. `T` is how a teacher
/// is named: by its place in a program, then by the key of its node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss<T> {
    /// Cross-entropy against the labels, `smoothing` of the target spread over all classes.
    CrossEntropy {
        /// 0 for `one_hot`.
        smoothing: Schedule,
    },
    /// τ² · KL(softmax(teacher/τ) ‖ softmax(student/τ)); `distill`'s weight and its one-hot part are
    /// terms of their own.
    Kl {
        /// A train or weights object.
        teacher: T,
        /// τ.
        temperature: Schedule,
        /// What the teacher sees.
        view: View,
    },
    /// Mean over batch and classes of (student − teacher)².
    SquaredLogits {
        /// A train or weights object.
        teacher: T,
        /// What the teacher sees.
        view: View,
    },
    /// Mean over batch and features of (through(student's features) − teacher's features)²
    /// (Romero et al. 2015). Of rows of vectors it is the mean over all tokens of the batch that are none
    /// of padding.
    Features {
        /// A train or weights object.
        teacher: T,
        /// The student's layer whose output is matched, by the prefix of its name: `layer2`.
        layer: String,
        /// The teacher's layer.
        to: String,
        /// Layers between the two, trained along and not part of the student: a chain whose input is
        /// the student's features and whose output has the shape of the teacher's.
        through: Option<Layer>,
        /// What the teacher sees.
        view: View,
        /// Whether the features are vectors of tokens, of which those of padding do not count.
        #[serde(default, skip_serializing_if = "is_false")]
        tokens: bool,
    },
    /// An expression of one's own with one value a sample, or one in all; mean over the batch.
    Formula(Formula<T>),
}

impl<T: Copy> Loss<T> {
    /// The teachers it needs.
    pub fn teachers(&self) -> Vec<T> {
        match self {
            Loss::CrossEntropy { .. } => vec![],
            Loss::Kl { teacher, .. }
            | Loss::SquaredLogits { teacher, .. }
            | Loss::Features { teacher, .. } => vec![*teacher],
            Loss::Formula(formula) => formula.teachers(),
        }
    }

    /// Whether it needs the labels of the samples.
    pub fn reads_labels(&self) -> bool {
        match self {
            Loss::CrossEntropy { .. } => true,
            Loss::Formula(formula) => formula.reads_labels(),
            _ => false,
        }
    }

    /// As much of it as a run of so many steps sees; see [`Schedule::until`].
    pub fn until(&self, steps: u64) -> Loss<T> {
        let mut cut = self.clone();
        for schedule in cut.schedules_mut() {
            *schedule = schedule.until(steps);
        }
        cut
    }

    /// The numbers in it that may change over a run.
    pub fn schedules(&self) -> Vec<&Schedule> {
        match self {
            Loss::CrossEntropy { smoothing } => vec![smoothing],
            Loss::Kl { temperature, .. } => vec![temperature],
            Loss::SquaredLogits { .. } | Loss::Features { .. } => vec![],
            Loss::Formula(formula) => formula.schedules(),
        }
    }

    fn schedules_mut(&mut self) -> Vec<&mut Schedule> {
        match self {
            Loss::CrossEntropy { smoothing } => vec![smoothing],
            Loss::Kl { temperature, .. } => vec![temperature],
            Loss::SquaredLogits { .. } | Loss::Features { .. } => vec![],
            Loss::Formula(formula) => formula.schedules_mut(),
        }
    }

    /// Whether layers are trained along with it, so that it counts from the first step on.
    pub fn has_layers(&self) -> bool {
        matches!(
            self,
            Loss::Features {
                through: Some(_),
                ..
            }
        )
    }

    /// The loss with its teachers named in another way.
    pub fn rename<U>(&self, name: impl Fn(T) -> U) -> Loss<U> {
        match self {
            Loss::CrossEntropy { smoothing } => Loss::CrossEntropy {
                smoothing: smoothing.clone(),
            },
            Loss::Kl {
                teacher,
                temperature,
                view,
            } => Loss::Kl {
                teacher: name(*teacher),
                temperature: temperature.clone(),
                view: *view,
            },
            Loss::SquaredLogits { teacher, view } => Loss::SquaredLogits {
                teacher: name(*teacher),
                view: *view,
            },
            Loss::Features {
                teacher,
                layer,
                to,
                through,
                view,
                tokens,
            } => Loss::Features {
                teacher: name(*teacher),
                layer: layer.clone(),
                to: to.clone(),
                through: through.clone(),
                view: *view,
                tokens: *tokens,
            },
            Loss::Formula(formula) => Loss::Formula(formula.rename(&name)),
        }
    }
}

impl<T: Copy> Term<T> {
    /// As much of it as a run of so many steps sees; `None` where it has no weight in them, and trains no
    /// layers along.
    pub fn until(&self, steps: u64) -> Option<Term<T>> {
        let weight = self.weight.until(steps);
        if weight.constant() == Some(0.0) && !self.loss.has_layers() {
            return None;
        }
        Some(Term {
            weight,
            loss: self.loss.until(steps),
        })
    }

    /// The term with its teachers named in another way.
    pub fn rename<U>(&self, name: impl Fn(T) -> U) -> Term<U> {
        Term {
            weight: self.weight.clone(),
            loss: self.loss.rename(name),
        }
    }
}
