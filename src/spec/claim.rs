//! Claims: statements over measurements, judged when they are in.

use serde::{Deserialize, Serialize};

/// How many measurements become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Fold {
    Mean,
    Std,
    Min,
    Max,
    Sum,
}

impl Fold {
    /// The fold of some numbers; NaN where one is NaN, or of none (but for a sum).
    /// The deviation is that of a sample (divided by n − 1).
    pub fn of(self, values: &[f64]) -> f64 {
        let n = values.len() as f64;
        let sum: f64 = values.iter().sum();
        // `f64::min` would leave a NaN out.
        let extreme = |better: fn(&f64, &f64) -> bool| {
            let nan = values.iter().any(|value| value.is_nan());
            let best = values.iter().copied();
            match nan {
                true => f64::NAN,
                false => best
                    .reduce(|a, b| if better(&a, &b) { a } else { b })
                    .unwrap_or(f64::NAN),
            }
        };
        match self {
            Fold::Sum => sum,
            Fold::Mean => sum / n,
            Fold::Std => {
                let squares: f64 = values.iter().map(|value| (value - sum / n).powi(2)).sum();
                (squares / (n - 1.0)).sqrt()
            }
            Fold::Min => extreme(|a, b| a < b),
            Fold::Max => extreme(|a, b| a > b),
        }
    }
}

/// A number that is known when the measurements are in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Known before.
    Number(f64),
    /// A field of a measurement, by the measurement's node id: `gap[seed: 0]`, `slope`.
    Field {
        /// The node.
        node: String,
        /// The field.
        field: String,
    },
    /// A fold over members.
    Fold {
        /// Which.
        fold: Fold,
        /// Over what.
        of: Vec<Quantity>,
    },
    /// `count` of conditions.
    Count(Vec<Condition>),
    /// `-a`, `abs(a)`, `sqrt(a)`, …: a function of one number by name.
    Apply {
        /// `negate`, `abs`, `floor`, `ceil`, `round`, `sqrt`, `log`, `exp`.
        function: String,
        /// Of what.
        of: Box<Quantity>,
    },
    /// `a + b`: `+ - * / %`.
    Arithmetic {
        /// The operator's character.
        op: char,
        /// Left.
        left: Box<Quantity>,
        /// Right.
        right: Box<Quantity>,
    },
}

/// `==`, `!=`, `<`, `<=`, `>`, `>=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// A condition over measurements.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Known before.
    Known(bool),
    /// A comparison.
    Compare {
        /// Left.
        left: Quantity,
        /// How.
        comparison: Comparison,
        /// Right.
        right: Quantity,
    },
    /// Every one holds.
    All(Vec<Condition>),
    /// One or more hold.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
}
