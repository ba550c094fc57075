//! Expected calibration error (Guo et al. 2017).

use super::logits::{argmax, log_probability};
use super::{Fields, Logits};

const BINS: usize = 15;

/// Σ over bins of the confidence of share · |accuracy − mean confidence|. A bin is open below and
/// closed above.
pub fn calibration(logits: &Logits, labels: &[i64]) -> Fields {
    // Samples, Σ confidence, right ones.
    let mut bins = [(0.0, 0.0, 0.0); BINS];
    for (row, label) in logits.rows().zip(labels) {
        let class = argmax(row);
        let confidence = log_probability(row, class).exp();
        let place = (confidence * BINS as f64).ceil() as usize;
        let bin = &mut bins[place.clamp(1, BINS) - 1];
        bin.0 += 1.0;
        bin.1 += confidence;
        bin.2 += f64::from(u8::from(class as i64 == *label));
    }
    let gaps = bins
        .iter()
        .map(|(_, confidence, right)| (right - confidence).abs());
    let ece = gaps.sum::<f64>() / logits.len() as f64;
    Fields::from([
        ("ece".to_string(), ece),
        ("count".to_string(), logits.len() as f64),
    ])
}
