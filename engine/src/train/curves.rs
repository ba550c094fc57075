//! The learning curves of a run, watched without waiting for the device at every step.

use kdp::plan::{Curves, Schedule};
use tch::{Kind, TchError, Tensor};

use super::TrainError;

/// Points that the curve of the training loss has, at most.
const TRAIN_POINTS: u64 = 100;
/// Points that the curve of the test accuracy has, about.
const TEST_POINTS: u64 = 25;

/// How a run does of late.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recent {
    /// Mean training loss.
    pub loss: f64,
    /// Share right of the samples with a label, where there are such.
    pub accuracy: Option<f64>,
}

/// Watches a run.
pub struct Watch<'a> {
    curves: Curves,
    steps: u64,
    test_every: u64,
    lr: &'a Schedule,
    /// Loss, number right and number of labels of the steps since `fetched`, on the device.
    pending: Vec<Tensor>,
    fetched: u64,
    /// Σ loss · samples, Σ samples, Σ right, Σ labels since the last point.
    sums: [f64; 4],
    sizes: Vec<f64>,
}

impl<'a> Watch<'a> {
    /// A run of so many steps.
    pub fn new(steps: u64, steps_per_epoch: u64, lr: &'a Schedule) -> Self {
        let epochs = steps.div_ceil(steps_per_epoch.max(1));
        Self {
            curves: Curves::default(),
            steps,
            test_every: match epochs {
                ..=TEST_POINTS => steps_per_epoch.max(1),
                _ => epochs.div_ceil(TEST_POINTS) * steps_per_epoch.max(1),
            },
            lr,
            pending: Vec::new(),
            fetched: 0,
            sums: [0.0; 4],
            sizes: Vec::new(),
        }
    }

    /// Notes a step. What it needs of the tensors is computed where they are.
    pub fn note(
        &mut self,
        loss: &Tensor,
        logits: &Tensor,
        labels: &Tensor,
    ) -> Result<(), TchError> {
        let logits = logits.f_detach()?;
        let right = logits
            .f_argmax(-1, false)?
            .f_eq_tensor(labels)?
            .f_sum(Kind::Float)?;
        let labelled = labels.f_ge(0)?.f_sum(Kind::Float)?;
        let noted = Tensor::f_stack(&[loss.f_detach()?, right, labelled], 0)?;
        self.sizes.push(labels.numel() as f64);
        self.pending.push(noted);
        Ok(())
    }

    /// Brings the pending steps in; fails at the first whose loss is not finite.
    pub fn fetch(&mut self) -> Result<(), TrainError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let noted = Tensor::f_stack(&std::mem::take(&mut self.pending), 0)?;
        let numbers = Vec::<f32>::try_from(noted.f_reshape([-1])?)?;
        for (noted, size) in numbers.chunks_exact(3).zip(self.sizes.drain(..)) {
            let [loss, right, labelled] = [noted[0], noted[1], noted[2]].map(f64::from);
            if !loss.is_finite() {
                return Err(match self.fetched {
                    0 => TrainError::FirstLoss,
                    step => TrainError::Loss {
                        step,
                        lr: self.lr.at(step),
                    },
                });
            }
            self.fetched += 1;
            self.sums[0] += loss * size;
            self.sums[1] += size;
            self.sums[2] += right;
            self.sums[3] += labelled;
        }
        Ok(())
    }

    /// Whether the training curve gets a point after so many steps.
    pub fn is_train_point(&self, done: u64) -> bool {
        done == self.steps || done.is_multiple_of(self.steps.div_ceil(TRAIN_POINTS))
    }

    /// Whether the test curve gets a point after so many steps.
    pub fn is_test_point(&self, done: u64) -> bool {
        done == self.steps || done.is_multiple_of(self.test_every)
    }

    /// Mean loss and, where there are labels, accuracy since the last point, of what was fetched.
    pub fn recent(&self) -> Option<Recent> {
        let [loss, samples, right, labelled] = self.sums;
        if samples > 0.0 {
            return Some(Recent {
                loss: loss / samples,
                accuracy: (labelled > 0.0).then(|| right / labelled),
            });
        }
        Some(Recent {
            loss: *self.curves.train_loss.last()?,
            accuracy: self.curves.train_accuracy.last().copied(),
        })
    }

    /// Puts a point on the training curve.
    pub fn train_point(&mut self, done: u64) -> Result<(), TrainError> {
        self.fetch()?;
        if let Some(recent) = self.recent() {
            self.curves.train_steps.push(done);
            self.curves.train_loss.push(recent.loss);
            self.curves.train_accuracy.extend(recent.accuracy);
        }
        self.sums = [0.0; 4];
        Ok(())
    }

    /// Puts a point on the test curve.
    pub fn test_point(&mut self, done: u64, accuracy: f64) {
        self.curves.test_steps.push(done);
        self.curves.test_accuracy.push(accuracy);
    }

    /// Puts what the best state is told by on its curve.
    pub fn best_point(&mut self, done: u64, seen: f64) {
        self.curves.best_steps.push(done);
        self.curves.best_seen.push(seen);
    }

    /// The curves.
    pub fn finish(mut self) -> Curves {
        if self.curves.train_accuracy.len() < self.curves.train_steps.len() {
            self.curves.train_accuracy.clear();
        }
        self.curves
    }
}
