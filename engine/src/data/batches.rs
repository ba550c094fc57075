//! Batches: bytes become normalised tensors, in the order of an epoch.

use kdp::plan::DataMeta;
use tch::{Device, TchError, Tensor};

use super::augment::Epoch;
use super::{Augmentation, Samples};
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

/// The batches of a run. An epoch is every sample once, in an order drawn from (seed, epoch); its
/// last batch may be smaller.
pub struct Batches<'a> {
    samples: &'a Samples,
    pixels: &'a Pixels,
    augmentations: Vec<Augmentation>,
    size: usize,
    seed: i64,
    epoch: Option<(u64, Vec<usize>, Epoch)>,
}

impl<'a> Batches<'a> {
    /// The batches of `size` samples each, at least one.
    pub fn new(
        samples: &'a Samples,
        pixels: &'a Pixels,
        augmentations: Vec<Augmentation>,
        size: usize,
        seed: i64,
    ) -> Self {
        Self {
            samples,
            pixels,
            augmentations,
            size: size.max(1),
            seed,
            epoch: None,
        }
    }

    /// Steps of an epoch.
    pub fn per_epoch(&self) -> u64 {
        self.samples.len().div_ceil(self.size).max(1) as u64
    }

    /// The batch of a step.
    pub fn at(&mut self, step: u64) -> Result<Batch, TchError> {
        let epoch = step / self.per_epoch();
        let place = (step % self.per_epoch()) as usize * self.size;
        let (seed, samples) = (self.seed, self.samples);
        let (at, order, augment) = match self.epoch.take() {
            Some(current) if current.0 == epoch => self.epoch.insert(current),
            _ => self.epoch.insert((
                epoch,
                Draws::new(seed, "order", epoch).permutation(samples.len()),
                Epoch::new(&self.augmentations, seed, epoch),
            )),
        };
        debug_assert_eq!(*at, epoch);
        let rows = order[place..(place + self.size).min(order.len())].to_vec();
        let augment = (!self.augmentations.is_empty()).then_some(augment);
        Ok(Batch {
            images: self.pixels.images(samples, &rows, augment)?,
            labels: self.pixels.labels(samples, &rows)?,
            rows,
        })
    }
}
