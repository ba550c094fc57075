//! A loss over a run: weighted terms.

use serde::{Deserialize, Serialize};

use super::Schedule;

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
}

impl<T: Copy> Loss<T> {
    /// The teacher it needs.
    pub fn teacher(&self) -> Option<T> {
        match self {
            Loss::CrossEntropy { .. } => None,
            Loss::Kl { teacher, .. } | Loss::SquaredLogits { teacher, .. } => Some(*teacher),
        }
    }
}

impl<T: Copy> Term<T> {
    /// The term with its teacher named in another way.
    pub fn rename<U>(&self, name: impl Fn(T) -> U) -> Term<U> {
        let loss = match &self.loss {
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
        };
        Term {
            weight: self.weight.clone(),
            loss,
        }
    }
}
