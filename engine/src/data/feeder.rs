//! Tensors of samples: bytes become normalised numbers, tokens their ids.

use kdp::plan::DataMeta;
use tch::{Device, Kind, TchError, Tensor};

use super::augment::Epoch;
use super::{Inputs, Samples};

/// Makes tensors of samples, on a device.
pub struct Feeder {
    /// What a byte of each channel becomes: (byte / scale − mean) / std. Tokens have no channels.
    tables: Vec<[f32; 256]>,
    device: Device,
}

impl Feeder {
    /// Of the samples of a data set.
    pub fn new(meta: &DataMeta, device: Device) -> Self {
        let scaling = meta.scaling.iter();
        let tables = scaling.flat_map(|scaling| {
            let channels = scaling.mean.iter().zip(&scaling.std);
            channels.map(|(mean, std)| {
                std::array::from_fn(|byte| ((byte as f64 / scaling.scale - mean) / std) as f32)
            })
        });
        Self {
            tables: tables.collect(),
            device,
        }
    }

    /// Where its tensors lie.
    pub fn device(&self) -> Device {
        self.device
    }

    /// A batch: images n×C×H×W in channels-last memory, augmented where `epoch` is given; or the ids of
    /// tokens, n×length.
    pub fn inputs(
        &self,
        samples: &Samples,
        rows: &[usize],
        epoch: Option<&mut Epoch>,
    ) -> Result<Tensor, TchError> {
        match &samples.inputs {
            Inputs::Images { size, bytes } => self.images(*size, bytes, rows, epoch),
            Inputs::Tokens { length, ids } => self.tokens(*length, ids, rows),
        }
    }

    fn images(
        &self,
        [channels, height, width]: [i64; 3],
        bytes: &[u8],
        rows: &[usize],
        mut epoch: Option<&mut Epoch>,
    ) -> Result<Tensor, TchError> {
        let plane = (height * width) as usize;
        let size = channels as usize * plane;
        let mut out = vec![0f32; rows.len() * size];
        let mut scratch = vec![0u8; size];
        for (&row, out) in rows.iter().zip(out.chunks_exact_mut(size.max(1))) {
            let plain = &bytes[row * size..(row + 1) * size];
            let image = match epoch.as_deref_mut() {
                None => plain,
                Some(epoch) => {
                    scratch.copy_from_slice(plain);
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

    fn tokens(&self, length: usize, ids: &[i32], rows: &[usize]) -> Result<Tensor, TchError> {
        let rows_of = rows
            .iter()
            .map(|&row| &ids[row * length..(row + 1) * length]);
        let batch: Vec<i32> = rows_of.flatten().copied().collect();
        Tensor::f_from_slice(&batch)?
            .f_view([rows.len() as i64, length as i64])?
            .f_to_device(self.device)?
            .f_to_kind(Kind::Int64)
    }

    /// Labels as a tensor.
    pub fn labels(&self, samples: &Samples, rows: &[usize]) -> Result<Tensor, TchError> {
        let labels: Vec<i64> = rows.iter().map(|&row| samples.labels[row]).collect();
        Tensor::f_from_slice(&labels)?.f_to_device(self.device)
    }
}

#[cfg(test)]
mod tests {
    use kdp::plan::{DataShape, Scaling, Shape};

    use super::*;

    fn meta(sample: Shape, scaling: Option<Scaling>) -> DataMeta {
        let shape = DataShape {
            sample,
            classes: 10,
            train: 3,
            validation: 0,
            test: 0,
            labelled: true,
        };
        DataMeta { shape, scaling }
    }

    #[test]
    fn images_are_normalised_channel_by_channel() {
        let samples = Samples::of_images([2, 2, 2], (0..24).collect(), &[0, 1, 2]);
        let scaling = Scaling {
            scale: 255.0,
            mean: vec![0.25, 0.5],
            std: vec![0.5, 2.0],
        };
        let feeder = Feeder::new(&meta([2, 2, 2].into(), Some(scaling)), Device::Cpu);
        let images = feeder.inputs(&samples, &[2, 0], None).expect("images");
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
    fn tokens_keep_their_ids() {
        let ids = vec![5, 257, 0, 7, 0, 0];
        let inputs = Inputs::Tokens { length: 3, ids };
        let samples = Samples::new(inputs, vec![0, 1]);
        let sample = Shape::Tokens {
            length: 3,
            vocabulary: 300,
        };
        let feeder = Feeder::new(&meta(sample, None), Device::Cpu);
        let batch = feeder.inputs(&samples, &[1, 0, 1], None).expect("tokens");
        assert_eq!(batch.kind(), Kind::Int64);
        let wanted = Tensor::from_slice2(&[[7i64, 0, 0], [5, 257, 0], [7, 0, 0]]);
        assert_eq!(batch, wanted);
    }
}
