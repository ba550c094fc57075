//! Labels made wrong: symmetric, from class to class, or by a transition matrix.

use kdp::plan::Call;

use super::{hold_labelled, seed, wanted};
use crate::data::{DataError, DataSet, Samples};
use crate::random::Draws;

/// What floating point may take off a whole number: 0.29 · 100 is 28.999… and means 29.
const OFF: f64 = 1e-9;

/// Makes training labels wrong. The true ones stay known.
pub fn label_noise(call: &Call, set: DataSet) -> Result<DataSet, DataError> {
    hold_labelled(call, &set)?;
    let (classes, seed) = (set.meta.shape.classes, seed(call));
    let train = if call.args.contains_key("transition") {
        let rows = call
            .rows("transition")
            .filter(|rows| are_shares(rows, classes));
        transition(set.train, &wanted(call, "transition", rows)?, seed)
    } else {
        let share = call
            .number("share")
            .filter(|share| (0.0..=1.0).contains(share));
        let share = wanted(call, "share", share)?;
        match call.args.contains_key("to") {
            false => symmetric(set.train, share, classes, seed),
            true => {
                let to = call.ints("to").and_then(|to| towards(&to, share, classes));
                transition(set.train, &wanted(call, "to", to)?, seed)
            }
        }
    };
    Ok(DataSet { train, ..set })
}

/// Replaces ⌊share · n⌋ labels by another class, each other class as likely.
fn symmetric(mut samples: Samples, share: f64, classes: i64, seed: i64) -> Samples {
    if classes < 2 {
        return samples;
    }
    let wrong = (share * samples.len() as f64 + OFF).floor() as usize;
    let order = Draws::new(seed, "label_noise: which", 0).permutation(samples.len());
    let mut draws = Draws::new(seed, "label_noise: class", 0);
    for &row in &order[..wrong] {
        draws.seek(row as u64);
        let shift = 1 + draws.below(classes as u64 - 1) as i64;
        samples.labels[row] = (samples.labels[row] + shift) % classes;
    }
    samples
}

/// The transition by which a share of each class becomes the one that is listed for it.
fn towards(to: &[i64], share: f64, classes: i64) -> Option<Vec<Vec<f64>>> {
    if to.len() as i64 != classes {
        return None;
    }
    let row = |(class, &to): (usize, &i64)| {
        let mut row = vec![0.0; classes as usize];
        row[class] = 1.0 - share;
        *row.get_mut(usize::try_from(to).ok()?)? += share;
        Some(row)
    };
    to.iter().enumerate().map(row).collect()
}

fn are_shares(rows: &[Vec<f64>], classes: i64) -> bool {
    let row = |row: &Vec<f64>| {
        row.len() as i64 == classes && row.iter().all(|share| (0.0..=1.0).contains(share))
    };
    rows.len() as i64 == classes && rows.iter().all(row)
}

/// Of the n samples of each class c, drawn by the seed, ⌊n · `row[c][k]`⌋ come to bear each other class k.
fn transition(mut samples: Samples, shares: &[Vec<f64>], seed: i64) -> Samples {
    let members: Vec<Vec<usize>> = (0..shares.len())
        .map(|class| samples.of_class(class as i64))
        .collect();
    for (class, rows) in members.iter().enumerate() {
        let order = Draws::new(seed, "label_noise: of class", class as u64).permutation(rows.len());
        let mut order = order.into_iter();
        for (other, share) in shares[class].iter().enumerate() {
            if other == class {
                continue;
            }
            let wrong = (share * rows.len() as f64 + OFF).floor() as usize;
            for place in order.by_ref().take(wrong) {
                samples.labels[rows[place]] = other as i64;
            }
        }
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::transforms::made::{Written, call, samples, set};

    fn noisy(call: Written, n: usize) -> Samples {
        let made = label_noise(&call.call, set(n)).expect("labels").train;
        assert_eq!(made.true_labels, samples(n).labels);
        made
    }

    /// How many samples of each true class bear each class.
    fn counts(samples: &Samples) -> Vec<[usize; 10]> {
        let mut counts = vec![[0; 10]; 10];
        for (label, truth) in samples.labels.iter().zip(&samples.true_labels) {
            counts[*truth as usize][*label as usize] += 1;
        }
        counts
    }

    #[test]
    fn symmetric_noise_makes_exactly_its_share_wrong() {
        for (share, wrong) in [(0.0, 0), (0.29, 29), (0.3, 30), (0.999, 99), (1.0, 100)] {
            let noisy = noisy(
                call("label_noise").with("share", share).with("seed", 7),
                100,
            );
            let changed = (0..100)
                .filter(|&row| noisy.labels[row] != noisy.true_labels[row])
                .count();
            assert_eq!(changed, wrong, "share {share}");
            assert!(noisy.labels.iter().all(|label| (0..10).contains(label)));
        }
    }

    #[test]
    fn symmetric_noise_spreads_over_all_other_classes() {
        let noisy = noisy(
            call("label_noise").with("share", 1.0).with("seed", 1),
            10_000,
        );
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
    fn a_share_of_each_class_becomes_the_one_that_is_listed_for_it() {
        // Truck to automobile, bird to airplane, deer to horse, cat and dog to each other.
        let to = [0, 1, 0, 5, 7, 3, 6, 7, 8, 1];
        let some = |seed: i64| {
            let call = call("label_noise").with("share", 0.45).with("to", to);
            noisy(call.with("seed", seed), 1000)
        };
        let made = some(1);
        for (class, found) in counts(&made).iter().enumerate() {
            let mut wanted = [0; 10];
            wanted[class] = 100;
            if to[class] != class as i64 {
                wanted[class] = 55;
                wanted[to[class] as usize] = 45;
            }
            assert_eq!(*found, wanted, "class {class}");
        }
        assert_ne!(made.labels, some(2).labels);
        let first: Vec<i64> = (0..45).map(|place| 10 * place + 9).collect();
        let trucks = (0..1000).filter(|&row| made.true_labels[row] == 9 && made.labels[row] == 1);
        assert_ne!(trucks.map(|row| row as i64).collect::<Vec<_>>(), first);
    }

    #[test]
    fn a_transition_is_followed_to_the_sample() {
        let mut shares: [[f64; 10]; 10] = std::array::from_fn(|class| {
            std::array::from_fn(|other| f64::from(u8::from(class == other)))
        });
        shares[2] = [0.1, 0.2, 0.3, 0.05, 0.05, 0.3, 0.0, 0.0, 0.0, 0.0];
        shares[4] = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let made = noisy(call("label_noise").with("transition", shares), 1000);
        let found = counts(&made);
        assert_eq!(found[2], [10, 20, 30, 5, 5, 30, 0, 0, 0, 0]);
        assert_eq!(found[4], [0, 100, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(found[0][0], 100);
    }

    #[test]
    fn a_transition_that_does_not_fit_is_refused() {
        for wrong in [
            call("label_noise").with("share", 0.5).with("to", [1, 0]),
            call("label_noise").with("transition", [[0.5, 0.5], [0.5, 0.5]]),
            call("label_noise"),
        ] {
            let error = label_noise(&wrong.call, set(20)).expect_err("does not fit");
            assert!(error.to_string().contains("no usable"), "{error}");
        }
    }
}
