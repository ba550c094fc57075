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
    Word {
        version: 2,
        ..word(
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
        )
    },
    Word {
        version: 2,
        ..word(
            "accuracy",
            "Share of samples whose largest logit is the label's; and, where labels were made wrong, what the model made of them.",
            &[Param::required("model", Type::Model, "The model."), ON],
        )
    },
    word(
        "calibration",
        "Expected calibration error (Guo et al. 2017): 15 bins of equal width over the confidence, Σ share · |accuracy − confidence|.",
        &[Param::required("model", Type::Model, "The model."), ON],
    ),
];

/// A field of a measure's result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// Whose.
    pub measure: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// The least and the largest value that it can have.
    pub range: (f64, f64),
}

/// The fields of a measure's result.
pub fn fields(measure: &str) -> impl Iterator<Item = &'static Field> {
    FIELDS.iter().filter(move |field| field.measure == measure)
}

/// The range of a field that is known by its name alone: of all measures that have one of that name.
pub fn range(field: &str) -> Option<(f64, f64)> {
    let named = FIELDS.iter().filter(|known| known.name == field);
    named
        .map(|known| known.range)
        .reduce(|(a, b), (c, d)| (a.min(c), b.max(d)))
}

/// Whether a field is a number of samples.
pub fn is_count(field: &str) -> bool {
    matches!(field, "count" | "flipped")
}

/// Every number.
const ANY: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);
/// A part of a whole.
const SHARE: (f64, f64) = (0.0, 1.0);
/// Nothing below 0.
const POSITIVE: (f64, f64) = (0.0, f64::INFINITY);

const fn field(
    measure: &'static str,
    name: &'static str,
    range: (f64, f64),
    doc: &'static str,
) -> Field {
    Field {
        measure,
        name,
        doc,
        range,
    }
}

/// The fields of each measure's result.
const FIELDS: &[Field] = &[
    field(
        "deviation",
        "slope",
        ANY,
        "least-squares slope of the student's φ on the teacher's, over all samples",
    ),
    field(
        "deviation",
        "slope_low",
        ANY,
        "the same over the quarter of the samples where the teacher is least sure",
    ),
    field(
        "deviation",
        "slope_high",
        ANY,
        "the same over the quarter where the teacher is surest",
    ),
    field(
        "deviation",
        "intercept",
        ANY,
        "intercept of the line over all samples",
    ),
    field(
        "deviation",
        "intercept_low",
        ANY,
        "intercept of the line over the least-sure quarter",
    ),
    field(
        "deviation",
        "intercept_high",
        ANY,
        "intercept of the line over the surest quarter",
    ),
    field(
        "deviation",
        "under_low",
        SHARE,
        "share of the least-sure quarter that lies under the diagonal (the student is less sure still)",
    ),
    field(
        "deviation",
        "agreement",
        SHARE,
        "share of the samples where both models' surest class is the same",
    ),
    field(
        "deviation",
        "kl",
        POSITIVE,
        "mean KL(teacher ‖ student) in nats, at temperature 1",
    ),
    field(
        "deviation",
        "flipped",
        POSITIVE,
        "number of samples whose label is not the true one: label noise made it wrong, or a model told it",
    ),
    field(
        "deviation",
        "slope_flipped",
        ANY,
        "slope over these samples alone; not there where there is none",
    ),
    field(
        "deviation",
        "slope_clean",
        ANY,
        "slope over all other samples; not there where none is flipped",
    ),
    field("deviation", "count", POSITIVE, "number of samples"),
    field(
        "accuracy",
        "top1",
        SHARE,
        "share of samples that are classified right",
    ),
    field(
        "accuracy",
        "top1_true",
        SHARE,
        "share of samples where the model says the true class, whatever their label",
    ),
    field(
        "accuracy",
        "flipped",
        POSITIVE,
        "number of samples whose label is not the true one: label noise made it wrong, or a model told it",
    ),
    field(
        "accuracy",
        "memorised",
        SHARE,
        "share of these where the model says the label; not there where there is none",
    ),
    field(
        "accuracy",
        "corrected",
        SHARE,
        "share of these where the model says the true class; not there where there is none",
    ),
    field("accuracy", "count", POSITIVE, "number of samples"),
    field("calibration", "ece", SHARE, "expected calibration error"),
    field("calibration", "count", POSITIVE, "number of samples"),
];
