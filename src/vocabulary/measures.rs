//! Measurements of trained models.

use super::word::word;
use super::{Default::*, Param, Type, Word};

const ON: Param = Param::required(
    "on",
    Type::Split,
    "The split it is measured on, without augmentation.",
);

/// Every measure.
pub const MEASURES: &[Word] = &[
    word(
        "deviation",
        "How a student's confidence deviates from its teacher's: with y the teacher's class, X = φ(p_teacher(y)) and Y = φ(p_student(y)), φ(u) = log(u/(1 − u)), the least-squares slope of Y on X. A slope above 1: the student exaggerates the teacher's confidence.",
        &[
            Param::required("student", Type::Model, "The student."),
            Param::required("teacher", Type::Model, "The teacher."),
            ON,
            Param::optional(
                "class",
                Type::Choice(&["teacher", "truth"]),
                Choice("teacher"),
                "Whose class y is: the teacher's surest, or the label (a control).",
            ),
            Param::optional(
                "space",
                Type::Choice(&["logit", "probability"]),
                Choice("logit"),
                "X and Y as φ(p), or as p itself (a control).",
            ),
        ],
    ),
    word(
        "accuracy",
        "Share of samples whose largest logit is the label's.",
        &[Param::required("model", Type::Model, "The model."), ON],
    ),
    word(
        "calibration",
        "Expected calibration error (Guo et al. 2017): 15 bins of equal width over the confidence, Σ share · |accuracy − confidence|.",
        &[Param::required("model", Type::Model, "The model."), ON],
    ),
];

/// The fields of each measure's result: (measure, field, meaning).
pub const FIELDS: &[(&str, &str, &str)] = &[
    (
        "deviation",
        "slope",
        "least-squares slope of the student's φ on the teacher's, over all samples",
    ),
    (
        "deviation",
        "slope_low",
        "the same over the quarter of the samples where the teacher is least sure",
    ),
    (
        "deviation",
        "slope_high",
        "the same over the quarter where the teacher is surest",
    ),
    (
        "deviation",
        "intercept",
        "intercept of the line over all samples",
    ),
    (
        "deviation",
        "intercept_low",
        "intercept of the line over the least-sure quarter",
    ),
    (
        "deviation",
        "intercept_high",
        "intercept of the line over the surest quarter",
    ),
    (
        "deviation",
        "under_low",
        "share of the least-sure quarter that lies under the diagonal (the student is less sure still)",
    ),
    (
        "deviation",
        "agreement",
        "share of the samples where both models' surest class is the same",
    ),
    (
        "deviation",
        "kl",
        "mean KL(teacher ‖ student) in nats, at temperature 1",
    ),
    ("deviation", "count", "number of samples"),
    (
        "accuracy",
        "top1",
        "share of samples that are classified right",
    ),
    ("accuracy", "count", "number of samples"),
    ("calibration", "ece", "expected calibration error"),
    ("calibration", "count", "number of samples"),
];
