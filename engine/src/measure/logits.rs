//! A model's logits on the host, in float64.

use tch::{Kind, TchError, Tensor};

use super::MeasureError;

/// Logits of samples, row by row.
pub struct Logits {
    classes: usize,
    values: Vec<f64>,
}

/// log Σ exp of some numbers, without overflow.
fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = values.clone().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = values.map(|value| (value - largest).exp()).sum();
    largest + sum.ln()
}

/// The first place of the largest number.
pub fn argmax(row: &[f64]) -> usize {
    let mut best = 0;
    for (place, value) in row.iter().enumerate() {
        if *value > row[best] {
            best = place;
        }
    }
    best
}

/// The log-probability of a class.
pub fn log_probability(row: &[f64], class: usize) -> f64 {
    row[class] - log_sum_exp(row.iter().copied())
}

/// The log-probabilities of all classes.
pub fn log_probabilities(row: &[f64]) -> impl Iterator<Item = f64> {
    let sum = log_sum_exp(row.iter().copied());
    row.iter().map(move |value| value - sum)
}

/// φ(p(class)) = log(p/(1 − p)), which is z_class − log Σ exp z over the other classes.
pub fn logit(row: &[f64], class: usize) -> f64 {
    let others = row.iter().enumerate().filter(|(place, _)| *place != class);
    row[class] - log_sum_exp(others.map(|(_, value)| *value))
}

impl Logits {
    /// The logits of rows of numbers; at least two classes, all finite.
    pub fn new(model: &str, classes: usize, values: Vec<f64>) -> Result<Self, MeasureError> {
        if classes < 2 {
            return Err(MeasureError::OneClass(classes));
        }
        if values.is_empty() {
            return Err(MeasureError::Empty);
        }
        if values.iter().any(|value| !value.is_finite()) {
            return Err(MeasureError::NotFinite(model.to_string()));
        }
        Ok(Self { classes, values })
    }

    /// The logits of a tensor n×classes.
    pub fn of(model: &str, logits: &Tensor) -> Result<Self, MeasureError> {
        let classes = logits.size().get(1).copied().unwrap_or(0);
        let numbers = |logits: &Tensor| -> Result<Vec<f64>, TchError> {
            let plain = logits.f_to_kind(Kind::Double)?.f_reshape([-1])?;
            Vec::<f64>::try_from(plain)
        };
        Self::new(model, classes as usize, numbers(logits)?)
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        self.values.len() / self.classes
    }

    /// Whether there is none; never so.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The logits of each sample.
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.classes)
    }
}
