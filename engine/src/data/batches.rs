//! Batches, in the order of an epoch.

use tch::{TchError, Tensor};

use super::augment::Epoch;
use super::order::{grouped, order};
use super::{Augmentation, Loaded};

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
    /// The length of each sample, where batches are made of those of similar length.
    lengths: Option<Vec<usize>>,
    round: Option<Round>,
}

impl<'a> Batches<'a> {
    /// The batches of `size` samples each, at least one.
    pub fn new(data: &'a Loaded, augmentations: Vec<Augmentation>, size: usize, seed: i64) -> Self {
        Self {
            data,
            augmentations,
            size: size.max(1),
            seed,
            lengths: None,
            round: None,
        }
    }

    /// The same samples in batches of similar length; see [`grouped`].
    pub fn grouped_by_length(self) -> Self {
        let Loaded { samples, feeder } = self.data;
        let lengths = (0..samples.len()).map(|row| feeder.length(samples, row));
        Self {
            lengths: Some(lengths.collect()),
            ..self
        }
    }

    /// Steps of an epoch.
    pub fn per_epoch(&self) -> u64 {
        self.data.samples.len().div_ceil(self.size).max(1) as u64
    }

    /// The batch of a step.
    pub fn at(&mut self, step: u64) -> Result<Batch, TchError> {
        let epoch = step / self.per_epoch();
        let first = (step % self.per_epoch()) as usize * self.size;
        let last = (first + self.size).min(self.data.samples.len());
        let round = match self.round.take().filter(|round| round.epoch == epoch) {
            Some(round) => round,
            None => self.begun(epoch),
        };
        let round = self.round.insert(round);
        let rows = round.order[first..last].to_vec();
        let augment = round.augment.as_mut();
        let Loaded { samples, feeder } = self.data;
        Ok(Batch {
            inputs: feeder.inputs(samples, &rows, augment)?,
            labels: feeder.labels(samples, &rows)?,
            rows,
        })
    }

    /// An epoch.
    fn begun(&self, epoch: u64) -> Round {
        let augmented = !self.augmentations.is_empty();
        Round {
            epoch,
            order: match &self.lengths {
                Some(lengths) => grouped(lengths, self.size, self.seed, epoch),
                None => order(self.data.samples.len(), self.seed, epoch),
            },
            augment: augmented.then(|| Epoch::new(&self.augmentations, self.seed, epoch)),
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
