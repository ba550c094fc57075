//! Transforms of data sets, each a function of its arguments and its seed.

use kdp::plan::Call;

use super::{DataError, Samples};
use crate::random::Draws;

/// The two splits of a data set.
pub struct Splits {
    /// What is trained on.
    pub train: Samples,
    /// What is tested on.
    pub test: Samples,
}

/// Applies a transform.
pub fn apply(call: &Call, splits: Splits, classes: i64) -> Result<Splits, DataError> {
    let seed = call.int("seed").unwrap_or(0);
    match call.name.as_str() {
        "label_noise" => {
            let share = call
                .number("share")
                .filter(|share| (0.0..=1.0).contains(share))
                .ok_or_else(|| DataError::Argument {
                    word: call.name.clone(),
                    argument: "share".to_string(),
                })?;
            Ok(Splits {
                train: label_noise(splits.train, share, classes, seed),
                test: splits.test,
            })
        }
        "take" => Ok(Splits {
            train: take(splits.train, "train", call.int("train"), seed)?,
            test: take(splits.test, "test", call.int("test"), seed)?,
        }),
        other => Err(DataError::Unknown {
            what: "the transform",
            name: other.to_string(),
        }),
    }
}

/// Replaces ⌊share · n⌋ labels by another class, each other class as likely.
fn label_noise(mut samples: Samples, share: f64, classes: i64, seed: i64) -> Samples {
    if classes < 2 {
        return samples;
    }
    // 0.29 · 100 is 28.999… in floating point and means 29.
    let wrong = (share * samples.len() as f64 + 1e-9).floor() as usize;
    let order = Draws::new(seed, "label_noise: which", 0).permutation(samples.len());
    let mut draws = Draws::new(seed, "label_noise: class", 0);
    for &row in &order[..wrong] {
        draws.seek(row as u64);
        let shift = 1 + draws.below(classes as u64 - 1) as i64;
        samples.labels[row] = (samples.labels[row] + shift) % classes;
    }
    samples
}

/// The first so many samples in an order that the seed draws.
fn take(
    samples: Samples,
    split: &'static str,
    wanted: Option<i64>,
    seed: i64,
) -> Result<Samples, DataError> {
    let Some(wanted) = wanted else {
        return Ok(samples);
    };
    if wanted < 0 || wanted as usize > samples.len() {
        return Err(DataError::Take {
            split,
            wanted,
            there: samples.len(),
        });
    }
    let order = Draws::new(seed, &format!("take: {split}"), 0).permutation(samples.len());
    Ok(samples.select(&order[..wanted as usize]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(n: usize) -> Samples {
        let labels: Vec<u8> = (0..n).map(|i| (i % 10) as u8).collect();
        Samples::new([1, 1, 1], vec![0; n], &labels)
    }

    #[test]
    fn label_noise_makes_exactly_its_share_wrong() {
        for (share, wrong) in [(0.0, 0), (0.29, 29), (0.3, 30), (0.999, 99), (1.0, 100)] {
            let noisy = label_noise(samples(100), share, 10, 7);
            let changed = (0..100)
                .filter(|&row| noisy.labels[row] != noisy.true_labels[row])
                .count();
            assert_eq!(changed, wrong, "share {share}");
            assert!(noisy.labels.iter().all(|label| (0..10).contains(label)));
            assert_eq!(noisy.true_labels, samples(100).labels);
        }
    }

    #[test]
    fn label_noise_spreads_over_all_other_classes() {
        let noisy = label_noise(samples(10_000), 1.0, 10, 1);
        let mut shifts = [0; 10];
        for (noisy, label) in noisy.labels.iter().zip(&noisy.true_labels) {
            shifts[(noisy - label).rem_euclid(10) as usize] += 1;
        }
        assert_eq!(shifts[0], 0);
        // 1111 expected of each, five standard deviations of 31.
        assert!(
            shifts[1..].iter().all(|n| (954..=1268).contains(n)),
            "{shifts:?}"
        );
    }

    #[test]
    fn take_keeps_places_in_the_source() {
        let taken = take(samples(50), "train", Some(20), 3).expect("fits");
        assert_eq!(taken.len(), 20);
        for row in 0..20 {
            assert_eq!(taken.labels[row], taken.index[row] % 10);
        }
        assert_ne!(taken.index, (0..20).collect::<Vec<_>>());
        let error = take(samples(50), "train", Some(51), 3).expect_err("too many");
        assert!(error.to_string().contains("51"), "{error}");
    }
}
