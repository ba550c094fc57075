//! Accuracy.

use super::logits::argmax;
use super::{Fields, Logits};

/// The share of samples whose largest logit is the label's.
pub fn accuracy(logits: &Logits, labels: &[i64]) -> Fields {
    let pairs = logits.rows().zip(labels);
    let right = pairs.filter(|(row, label)| argmax(row) as i64 == **label);
    let top1 = right.count() as f64 / logits.len() as f64;
    Fields::from([
        ("top1".to_string(), top1),
        ("count".to_string(), logits.len() as f64),
    ])
}
