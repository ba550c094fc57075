//! Batches, in the order of an epoch.

use tch::{TchError, Tensor};

use super::augment::Epoch;
use super::{Augmentation, Loaded};
use crate::random::Draws;

/// Samples of a block in which a network is evaluated.
pub const BLOCK: usize = 256;

/// One batch.
pub struct Batch {
    /// The rows of its samples in the split.
    pub rows: Vec<usize>,
    /// Its images, augmented, or the ids of its tokens.
    pub inputs: Tensor,
    /// Its labels.
    pub labels: Tensor,
}

/// An epoch: the order of its samples and what it draws for their augmentation.
struct Round {
    epoch: u64,
    order: Vec<usize>,
    augment: Option<Epoch>,
}

/// The batches of a run. An epoch is every sample once, in an order drawn from (seed, epoch); its
/// last batch may be smaller.
pub struct Batches<'a> {
    data: &'a Loaded,
    augmentations: Vec<Augmentation>,
    size: usize,
    seed: i64,
    round: Round,
}

impl<'a> Batches<'a> {
    /// The batches of `size` samples each, at least one.
    pub fn new(data: &'a Loaded, augmentations: Vec<Augmentation>, size: usize, seed: i64) -> Self {
        Self {
            round: Round::new(data.samples.len(), &augmentations, seed, 0),
            data,
            augmentations,
            size: size.max(1),
            seed,
        }
    }

    /// Steps of an epoch.
    pub fn per_epoch(&self) -> u64 {
        self.data.samples.len().div_ceil(self.size).max(1) as u64
    }

    /// The batch of a step.
    pub fn at(&mut self, step: u64) -> Result<Batch, TchError> {
        let epoch = step / self.per_epoch();
        if self.round.epoch != epoch {
            self.round = Round::new(
                self.data.samples.len(),
                &self.augmentations,
                self.seed,
                epoch,
            );
        }
        let first = (step % self.per_epoch()) as usize * self.size;
        let last = (first + self.size).min(self.data.samples.len());
        let rows = self.round.order[first..last].to_vec();
        let augment = self.round.augment.as_mut();
        let Loaded { samples, feeder } = self.data;
        Ok(Batch {
            inputs: feeder.inputs(samples, &rows, augment)?,
            labels: feeder.labels(samples, &rows)?,
            rows,
        })
    }
}

/// The rows of so many samples in the order in which an epoch sees them.
pub fn order(samples: usize, seed: i64, epoch: u64) -> Vec<usize> {
    Draws::new(seed, "order", epoch).permutation(samples)
}

impl Round {
    fn new(samples: usize, augmentations: &[Augmentation], seed: i64, epoch: u64) -> Self {
        let augmented = !augmentations.is_empty();
        Self {
            epoch,
            order: order(samples, seed, epoch),
            augment: augmented.then(|| Epoch::new(augmentations, seed, epoch)),
        }
    }
}

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::*;
    use crate::data::made;

    #[test]
    fn an_epoch_is_every_sample_once_and_the_next_one_in_another_order() {
        let labels: Vec<u8> = (0..25).map(|i| i % 10).collect();
        let (bytes, device) = (vec![0; 8 * 25], Device::Cpu);
        let data = made::images([2, 2, 2], bytes, &labels, [0.5, 0.5], device);
        let mut batches = Batches::new(&data, vec![], 10, 1);
        assert_eq!(batches.per_epoch(), 3);
        let mut epoch = |epoch: u64| {
            let steps = 3 * epoch..3 * epoch + 3;
            let rows = steps.map(|step| batches.at(step).expect("a batch").rows);
            rows.collect::<Vec<_>>()
        };
        let (first, second) = (epoch(0), epoch(1));
        assert_eq!(first.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 5]);
        assert_ne!(first, second);
        assert_eq!(epoch(0), first);
        for rows in [first, second] {
            let mut rows = rows.concat();
            rows.sort_unstable();
            assert_eq!(rows, (0..25).collect::<Vec<_>>());
        }
    }
}
