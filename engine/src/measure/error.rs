//! What can go wrong in a measurement.

use tch::TchError;

use crate::nets::NetError;

/// Why a measurement failed. The node's name and declaration are put before it.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum MeasureError {
    #[error("the engine does not know the measure `{0}`")]
    Unknown(String),
    #[error("the measure `{measure}` has no usable `{argument}`")]
    Argument { measure: String, argument: String },
    #[error("there is nothing to measure: the split is empty")]
    Empty,
    #[error("the student has {student} classes, the teacher {teacher}")]
    Classes { student: usize, teacher: usize },
    #[error("a model has {0} classes; a measure wants two or more")]
    OneClass(usize),
    #[error("label {label} of sample {sample} is outside the models' {classes} classes")]
    Label {
        label: i64,
        sample: usize,
        classes: usize,
    },
    #[error("`{0}` is told by labels, but there are samples without one")]
    Unlabelled(String),
    #[error("the logits of `{0}` are not finite")]
    NotFinite(String),
    #[error(
        "the teacher is equally sure of every sample, so that no line can be laid through the points"
    )]
    NoLine,
    #[error(transparent)]
    Net(#[from] NetError),
    #[error("{}", crate::errors::plain(.0))]
    Torch(#[from] TchError),
}
