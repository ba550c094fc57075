//! Batches: bytes become normalised tensors, in the order of an epoch.

use kdp::plan::DataMeta;
use tch::{Device, TchError, Tensor};

use super::augment::Epoch;
use super::{Augmentation, Loaded, Samples};
use crate::random::Draws;

/// Samples of a block in which a network is evaluated.
pub const BLOCK: usize = 256;

/// How bytes become numbers: (byte / scale − mean) / std, looked up by channel and byte.
pub struct Pixels {
    tables: Vec<[f32; 256]>,
    device: Device,
}

impl Pixels {
    /// The tables of a data set, for tensors on a device.
    pub fn new(meta: &DataMeta, device: Device) -> Self {
        let tables = meta
            .mean
            .iter()
            .zip(&meta.std)
            .map(|(mean, std)| {
                std::array::from_fn(|byte| ((byte as f64 / meta.scale - mean) / std) as f32)
            })
            .collect();
        Self { tables, device }
    }

    /// Images as a tensor n×C×H×W in channels-last memory, augmented where `epoch` is given.
    pub fn images(
        &self,
        samples: &Samples,
        rows: &[usize],
        mut epoch: Option<&mut Epoch>,
    ) -> Result<Tensor, TchError> {
        let [channels, height, width] = samples.shape;
        let plane = (height * width) as usize;
        let size = samples.size();
        let mut out = vec![0f32; rows.len() * size];
        let mut scratch = vec![0u8; size];
        for (&row, out) in rows.iter().zip(out.chunks_exact_mut(size.max(1))) {
            let image = match epoch.as_deref_mut() {
                None => samples.image(row),
                Some(epoch) => {
                    scratch.copy_from_slice(samples.image(row));
                    epoch.apply(row, &mut scratch, [height as usize, width as usize]);
                    &scratch
                }
            };
            for (channel, (table, pixels)) in self
                .tables
                .iter()
                .zip(image.chunks_exact(plane.max(1)))
                .enumerate()
            {
                let places = out[channel..].iter_mut().step_by(channels as usize);
                for (place, &byte) in places.zip(pixels) {
                    *place = table[byte as usize];
                }
            }
        }
        Tensor::f_from_slice(&out)?
            .f_view([rows.len() as i64, height, width, channels])?
            .f_permute([0, 3, 1, 2])?
            .f_to_device(self.device)
    }

    /// Labels as a tensor.
    pub fn labels(&self, samples: &Samples, rows: &[usize]) -> Result<Tensor, TchError> {
        let labels: Vec<i64> = rows.iter().map(|&row| samples.labels[row]).collect();
        Tensor::f_from_slice(&labels)?.f_to_device(self.device)
    }
}

/// One batch.
pub struct Batch {
    /// The rows of its samples in the split.
    pub rows: Vec<usize>,
    /// Its images, augmented.
    pub images: Tensor,
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
        let Loaded { samples, pixels } = self.data;
        Ok(Batch {
            images: pixels.images(samples, &rows, augment)?,
            labels: pixels.labels(samples, &rows)?,
            rows,
        })
    }
}

impl Round {
    fn new(samples: usize, augmentations: &[Augmentation], seed: i64, epoch: u64) -> Self {
        let augmented = !augmentations.is_empty();
        Self {
            epoch,
            order: Draws::new(seed, "order", epoch).permutation(samples),
            augment: augmented.then(|| Epoch::new(augmentations, seed, epoch)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(n: usize) -> (Samples, DataMeta) {
        let pixels = (0..n * 8).map(|i| (i % 251) as u8).collect();
        let labels: Vec<u8> = (0..n).map(|i| (i % 10) as u8).collect();
        let shape = kdp::plan::DataShape {
            sample: vec![2, 2, 2],
            classes: 10,
            train: n as i64,
            validation: 0,
            test: 0,
            labelled: true,
        };
        let meta = DataMeta {
            shape,
            scale: 255.0,
            mean: vec![0.25, 0.5],
            std: vec![0.5, 2.0],
        };
        (Samples::new([2, 2, 2], pixels, &labels), meta)
    }

    #[test]
    fn images_are_normalised_channel_by_channel() {
        let (samples, meta) = ramp(3);
        let pixels = Pixels::new(&meta, Device::Cpu);
        let images = pixels.images(&samples, &[2, 0], None).expect("images");
        assert_eq!(images.size(), [2, 2, 2, 2]);
        let at = |n, c, y, x| images.double_value(&[n, c, y, x]);
        // Sample 2 begins at byte 16; its second channel at byte 20.
        for (found, byte, mean, std) in [
            (at(0, 0, 0, 0), 16.0, 0.25, 0.5),
            (at(0, 0, 1, 1), 19.0, 0.25, 0.5),
            (at(0, 1, 0, 1), 21.0, 0.5, 2.0),
            (at(1, 1, 1, 0), 6.0, 0.5, 2.0),
        ] {
            let wanted: f64 = (byte / 255.0 - mean) / std;
            assert!((found - wanted).abs() < 1e-6, "{found}, not {wanted}");
        }
    }

    #[test]
    fn an_epoch_is_every_sample_once_and_the_next_one_in_another_order() {
        let (samples, meta) = ramp(25);
        let pixels = Pixels::new(&meta, Device::Cpu);
        let data = Loaded { samples, pixels };
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
