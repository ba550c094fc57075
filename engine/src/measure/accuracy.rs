//! Accuracy, and what became of wrong labels.

use super::logits::argmax;
use super::{Fields, Labels, Logits};

/// The share of samples whose largest logit is the label's, and the true label's; of those with a wrong
/// label, the share where it is that label's (`memorised`), and where it is the true one's (`corrected`).
pub fn accuracy(logits: &Logits, labels: Labels) -> Fields {
    let said: Vec<i64> = logits.rows().map(|row| argmax(row) as i64).collect();
    let agree = |with: &[i64]| -> Vec<bool> {
        let pairs = said.iter().zip(with);
        pairs.map(|(said, label)| said == label).collect()
    };
    let (as_given, as_true) = (agree(labels.given), agree(labels.truth));
    let flipped: Vec<bool> = labels.flipped().collect();
    let count = |hits: &[bool]| hits.iter().filter(|hit| **hit).count() as f64;
    let among_flipped = |hits: &[bool]| {
        let both = hits.iter().zip(&flipped);
        both.filter(|(hit, flipped)| **hit && **flipped).count() as f64
    };
    let (n, wrong) = (said.len() as f64, count(&flipped));
    let mut fields = Fields::from([
        ("top1".to_string(), count(&as_given) / n),
        ("top1_true".to_string(), count(&as_true) / n),
        ("flipped".to_string(), wrong),
        ("count".to_string(), n),
    ]);
    if wrong > 0.0 {
        fields.insert("memorised".to_string(), among_flipped(&as_given) / wrong);
        fields.insert("corrected".to_string(), among_flipped(&as_true) / wrong);
    }
    fields
}
