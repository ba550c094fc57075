//! Transforms of data sets, each a function of its arguments and its seed.

use kdp::plan::Call;

use super::{DataError, DataSet, Samples};
use crate::random::Draws;

/// Applies a transform.
pub fn apply(call: &Call, set: DataSet) -> Result<DataSet, DataError> {
    let seed = call.int("seed").unwrap_or(0);
    let unusable = |argument: &str| DataError::Argument {
        word: call.name.clone(),
        argument: argument.to_string(),
    };
    match call.name.as_str() {
        "label_noise" => {
            let share = call
                .number("share")
                .filter(|share| (0.0..=1.0).contains(share))
                .ok_or_else(|| unusable("share"))?;
            if set.train.labelled() < set.train.len() {
                return Err(DataError::NoLabels("`label_noise`".to_string()));
            }
            let classes = set.meta.shape.classes;
            Ok(DataSet {
                train: label_noise(set.train, share, classes, seed),
                ..set
            })
        }
        "take" => Ok(DataSet {
            train: take(set.train, "train", call.int("train"), seed)?,
            test: take(set.test, "test", call.int("test"), seed)?,
            ..set
        }),
        "hold_out" => {
            let wanted = call
                .int("validation")
                .ok_or_else(|| unusable("validation"))?;
            hold_out(set, wanted, seed)
        }
        "unlabelled" => Ok(DataSet {
            train: unlabelled(set.train),
            ..set
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

/// Moves so many training samples, drawn by the seed, behind the validation samples. All keep their order.
fn hold_out(set: DataSet, wanted: i64, seed: i64) -> Result<DataSet, DataError> {
    let there = set.train.len();
    let wanted = match usize::try_from(wanted) {
        Ok(wanted) if wanted < there => wanted,
        _ => return Err(DataError::HoldOut { wanted, there }),
    };
    let order = Draws::new(seed, "hold_out", 0).permutation(there);
    let mut held = vec![false; there];
    order[..wanted].iter().for_each(|&row| held[row] = true);
    let (out, rest): (Vec<usize>, Vec<usize>) = (0..there).partition(|&row| held[row]);
    let mut validation = set.validation;
    validation.append(&set.train.select(&out))?;
    Ok(DataSet {
        train: set.train.select(&rest),
        validation,
        ..set
    })
}

fn unlabelled(mut samples: Samples) -> Samples {
    samples.labels.fill(-1);
    samples
}

#[cfg(test)]
mod tests {
    use kdp::plan::{DataMeta, DataShape, Scaling};

    use super::*;
    use crate::data::Inputs;

    fn samples(n: usize) -> Samples {
        let labels: Vec<u8> = (0..n).map(|i| (i % 10) as u8).collect();
        Samples::of_images([1, 1, 1], vec![0; n], &labels)
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

    fn set(train: usize) -> DataSet {
        let shape = DataShape {
            sample: [1, 1, 1].into(),
            classes: 10,
            train: train as i64,
            validation: 0,
            test: 4,
            labelled: true,
        };
        let scaling = Some(Scaling {
            scale: 255.0,
            mean: vec![0.0],
            std: vec![1.0],
        });
        DataSet {
            train: samples(train),
            validation: samples(0),
            test: samples(4),
            meta: DataMeta { shape, scaling },
        }
    }

    #[test]
    fn what_is_held_out_is_no_longer_trained_on() {
        let held = hold_out(set(50), 20, 3).expect("fits");
        assert_eq!([held.train.len(), held.validation.len()], [30, 20]);
        for part in [&held.train.index, &held.validation.index] {
            assert!(part.is_sorted(), "{part:?}");
        }
        let mut all = [held.train.index.as_slice(), &held.validation.index].concat();
        assert_ne!(held.validation.index, (0..20).collect::<Vec<_>>());
        all.sort_unstable();
        assert_eq!(all, (0..50).collect::<Vec<_>>());
        assert_eq!(held.test, samples(4));

        let other = hold_out(set(50), 20, 4).expect("fits");
        assert_ne!(other.validation.index, held.validation.index);
        for wanted in [50, -1] {
            let error = hold_out(set(50), wanted, 3).expect_err("none would be left");
            assert!(error.to_string().contains("`hold_out`"), "{error}");
        }
    }

    #[test]
    fn without_labels_the_true_ones_are_still_known_and_no_noise_is_made() {
        let bare = unlabelled(samples(50));
        assert_eq!(bare.labelled(), 0);
        assert_eq!(bare.true_labels, samples(50).labels);
        let noise = Call {
            name: "label_noise".to_string(),
            version: 1,
            args: [("share".to_string(), kdp::plan::Datum::Number(0.5))].into(),
        };
        let train = bare;
        let error = apply(&noise, DataSet { train, ..set(0) }).expect_err("no labels");
        assert!(error.to_string().contains("`label_noise`"), "{error}");
    }

    #[test]
    fn data_of_another_kind_is_not_joined() {
        let mut scaled = set(4);
        scaled.meta.scaling.as_mut().expect("images").scale = 16.0;
        let mut classes = set(4);
        classes.meta.shape.classes = 11;
        let mut wide = set(4);
        wide.meta.shape.sample = [1, 1, 2].into();
        let mut texts = set(4);
        texts.train.inputs = Inputs::Tokens {
            length: 1,
            ids: vec![0; 4],
        };
        for (other, word) in [
            (scaled, "white pixel"),
            (classes, "classes"),
            (wide, "shape"),
            (texts, "shape"),
        ] {
            let error = set(3).join(&other).expect_err("they differ").to_string();
            assert!(error.contains(word), "{error}");
        }
        let joined = set(3).join(&set(4)).expect("they fit");
        assert_eq!(joined.train.labels, [0, 1, 2, 0, 1, 2, 3]);
        let Inputs::Images { bytes, .. } = joined.train.inputs else {
            panic!("images");
        };
        assert_eq!(bytes.len(), 7);
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
