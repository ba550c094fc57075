//! The learning curves of a training.

use kdp::plan::Curves;

use super::Log;

/// Points that the curve of the training loss has, at most.
const TRAIN_POINTS: u64 = 100;

/// The test split is looked at after each of so many epochs; after twice as many after every second one,
/// and so on. Where it is looked at does not hang on how long the training is, so that a longer one goes
/// on with the curve of a shorter one.
const EACH_OF: u64 = 32;

/// Whether the test split is looked at after so many steps.
pub fn is_test_point(done: u64, steps_per_epoch: u64) -> bool {
    let per_epoch = steps_per_epoch.max(1);
    if done == 0 || !done.is_multiple_of(per_epoch) {
        return false;
    }
    let epoch = done / per_epoch;
    let apart = epoch.div_ceil(EACH_OF).next_power_of_two();
    epoch.is_multiple_of(apart)
}

/// The curve of a training's loss and accuracy, a point for each stretch of steps.
pub fn train_curve(log: &Log) -> Curves {
    let steps = log.steps();
    let stretch = steps.div_ceil(TRAIN_POINTS).max(1);
    let mut curves = Curves::default();
    for start in (0..steps).step_by(stretch as usize) {
        let end = (start + stretch).min(steps);
        if let Some(recent) = log.over(start..end) {
            curves.train_steps.push(end);
            curves.train_loss.push(recent.loss);
            curves.train_accuracy.extend(recent.accuracy);
        }
    }
    if curves.train_accuracy.len() < curves.train_steps.len() {
        curves.train_accuracy.clear();
    }
    curves
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_points_of_a_short_run_are_points_of_a_long_one() {
        let points: Vec<u64> = (0..=1280).filter(|done| is_test_point(*done, 10)).collect();
        let epochs: Vec<u64> = (1..=32)
            .chain((34..=64).step_by(2))
            .chain((68..=128).step_by(4))
            .collect();
        assert_eq!(
            points,
            epochs.iter().map(|epoch| epoch * 10).collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_point_is_the_mean_over_the_samples_of_its_stretch() {
        let log = Log {
            loss: vec![1.0, 2.0, 4.0],
            right: vec![1.0, 2.0, 3.0],
            labelled: vec![4.0, 4.0, 4.0],
            samples: vec![4.0, 4.0, 8.0],
        };
        let recent = log.over(1..3).expect("steps");
        assert_eq!(recent.loss, (2.0 * 4.0 + 4.0 * 8.0) / 12.0);
        assert_eq!(recent.accuracy, Some(5.0 / 8.0));
        assert_eq!(train_curve(&log).train_loss, [1.0, 2.0, 4.0]);
    }
}
