//! Tensors of samples: bytes become normalised numbers, tokens their ids.

use std::borrow::Cow;
use std::mem::MaybeUninit;
use std::slice;

use kdp::plan::{DataMeta, Shape};
use rayon::prelude::*;
use tch::kind::Element;
use tch::{Device, TchError, Tensor};

use super::augment::{Epoch, View};
use super::images::{Cut, Flaws, Pixels};
use super::placement::Placement;
use super::{Frame, Inputs, Rows, Samples, padding};
use crate::threads;

/// Makes tensors of samples, on a device.
pub struct Feeder {
    /// What a byte of each channel becomes: (byte / scale − mean) / std. Tokens have no channels.
    tables: Vec<[f32; 256]>,
    /// The id of padding, where samples are rows of tokens, as it is kept: its lowest byte first.
    padding: [u8; 4],
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
            padding: match meta.shape.sample {
                Shape::Tokens { padding, .. } => (padding as i32).to_le_bytes(),
                _ => [0; 4],
            },
            device,
        }
    }

    /// Where its tensors lie.
    pub fn device(&self) -> Device {
        self.device
    }

    /// A batch: images n×C×H×W in channels-last memory, augmented where `epoch` is given; or the ids of
    /// tokens, n×length without the columns in which all is padding (see [`padding::columns`]).
    pub fn inputs(
        &self,
        samples: &Samples,
        rows: &[usize],
        mut epoch: Option<&mut Epoch>,
    ) -> Result<Tensor, TchError> {
        let size = match &samples.inputs {
            Inputs::Tokens { length, ids } => return self.tokens(*length, ids, rows),
            Inputs::Images { size, .. } => *size,
            Inputs::Encoded { frame, .. } => frame.size,
        };
        let [channels, height, width] = size.map(|side| side as usize);
        if self.tables.len() != channels {
            let scaled = self.tables.len();
            let what = format!("{channels} channels, of which {scaled} have a mean");
            return Err(TchError::Shape(what));
        }
        let views = rows.iter().map(|&row| match epoch.as_deref_mut() {
            None => View::plain([height, width]),
            Some(epoch) => epoch.view(row, [height, width]),
        });
        // What is drawn is drawn one after the other; images hang on that alone, so that they may be made in
        // any order.
        let views: Vec<(usize, View)> = rows.iter().copied().zip(views).collect();
        let blank = self.blank(width);
        let numbers = (channels * height * width).max(1);
        let make = |((row, view), out): (&(usize, View), &mut [MaybeUninit<f32>])| {
            let planes = planes(&samples.inputs, *row, view)?;
            self.image(&planes, &view.placement, &blank, out);
            Ok(())
        };
        let fill = |out: &mut [MaybeUninit<f32>]| match samples.inputs.are_ready(&views) {
            true => views
                .iter()
                .zip(out.chunks_exact_mut(numbers))
                .try_for_each(make),
            false => threads::within(|| {
                let views = views.par_iter();
                let places = out.par_chunks_exact_mut(numbers);
                views.zip(places).try_for_each(make)
            }),
        };
        filled(&[rows.len() as i64, size[1], size[2], size[0]], fill)?
            .f_permute([0, 3, 1, 2])?
            .f_to_device(self.device)
    }

    /// A row of pixels whose bytes are zeros.
    fn blank(&self, width: usize) -> Vec<MaybeUninit<f32>> {
        let pixel = self.tables.iter().map(|table| MaybeUninit::new(table[0]));
        pixel.collect::<Vec<_>>().repeat(width)
    }

    /// Writes an image, whose planes lie one after the other, as pixels: all of `out`.
    fn image(
        &self,
        image: &[u8],
        placement: &Placement,
        blank: &[MaybeUninit<f32>],
        out: &mut [MaybeUninit<f32>],
    ) {
        let Placement { rows, columns } = placement;
        let write = |(place, value): (&mut MaybeUninit<f32>, f32)| {
            place.write(value);
        };
        let channels = self.tables.len();
        let width = blank.len() / channels.max(1);
        let plane = image.len() / channels.max(1);
        if !placement.is_whole() {
            out.chunks_exact_mut(blank.len())
                .for_each(|row| row.copy_from_slice(blank));
        }
        for y in rows.to.clone() {
            let Some(source) = rows.source(y) else {
                continue;
            };
            let pixels = y * width + columns.to.start..y * width + columns.to.end;
            let out = &mut out[pixels.start * channels..pixels.end * channels];
            for (channel, table) in self.tables.iter().enumerate() {
                let row = channel * plane + source * width;
                let from = &image[row + columns.from.start..row + columns.from.end];
                let values = from.iter().map(|&byte| table[byte as usize]);
                let places = out[channel..].iter_mut().step_by(channels);
                match columns.backwards {
                    false => places.zip(values).for_each(write),
                    true => places.zip(values.rev()).for_each(write),
                }
            }
        }
    }

    fn tokens(&self, length: usize, ids: &Rows, rows: &[usize]) -> Result<Tensor, TchError> {
        let row = |&row: &usize| ids.get(row).as_chunks().0;
        let used = rows
            .iter()
            .map(row)
            .map(|ids| padding::used(ids, &self.padding));
        let columns = padding::columns(used, length);
        let fill = |out: &mut [MaybeUninit<i64>]| {
            let ids = rows.iter().flat_map(|at| &row(at)[..columns]);
            for (place, id) in out.iter_mut().zip(ids) {
                place.write(i64::from(i32::from_le_bytes(*id)));
            }
            Ok(())
        };
        filled(&[rows.len() as i64, columns as i64], fill)?.f_to_device(self.device)
    }

    /// How long a sample is: tokens in front of the padding at the end of its row; 0 of an image.
    pub fn length(&self, samples: &Samples, row: usize) -> usize {
        match &samples.inputs {
            Inputs::Tokens { ids, .. } => padding::used(ids.get(row).as_chunks().0, &self.padding),
            Inputs::Images { .. } | Inputs::Encoded { .. } => 0,
        }
    }

    /// Labels as a tensor.
    pub fn labels(&self, samples: &Samples, rows: &[usize]) -> Result<Tensor, TchError> {
        let labels: Vec<i64> = rows.iter().map(|&row| samples.labels[row]).collect();
        Tensor::f_from_slice(&labels)?.f_to_device(self.device)
    }
}

/// The planes of a sample's image, or of the part of it that is seen.
fn planes<'a>(inputs: &'a Inputs, row: usize, view: &View) -> Result<Cow<'a, [u8]>, TchError> {
    let cut = view.part.as_ref();
    let cut = cut.map(|part| |height, width| part.part(height, width));
    let cut = cut.as_ref().map(|cut| cut as Cut);
    match inputs {
        Inputs::Images { size, pixels } => Ok(match cut {
            None => Cow::Borrowed(pixels.get(row)),
            Some(cut) => {
                let frame = Frame {
                    size: *size,
                    resize: None,
                };
                let whole = Pixels::of_planes(pixels.get(row), size.map(|side| side as usize));
                Cow::Owned(frame.cut(&whole, cut).planes())
            }
        }),
        // Each was decoded when it was taken into the store, where flaws were refused if they are to be.
        Inputs::Encoded { frame, files } => match frame.planes(files.get(row), cut, Flaws::Kept) {
            Ok(planes) => Ok(Cow::Owned(planes)),
            Err(misfit) => {
                let what = format!("the stored image of sample {row} is not sound: {misfit:?}");
                Err(TchError::FileFormat(what))
            }
        },
        Inputs::Tokens { .. } => Err(TchError::Kind("tokens are no image".to_string())),
    }
}

/// A tensor of the main memory, filled where it lies: `fill` writes every number of it. One made of a
/// slice would be zeroed first, by as many threads as libtorch has.
fn filled<T: Element>(
    sizes: &[i64],
    fill: impl FnOnce(&mut [MaybeUninit<T>]) -> Result<(), TchError>,
) -> Result<Tensor, TchError> {
    let tensor = Tensor::f_empty(sizes, (T::KIND, Device::Cpu))?;
    // SAFETY: a new tensor's numbers lie one after the other, `numel` of them, and nobody else has them.
    fill(unsafe { slice::from_raw_parts_mut(tensor.data_ptr().cast(), tensor.numel()) })?;
    Ok(tensor)
}

#[cfg(test)]
mod tests {
    use kdp::plan::{Scaling, Shape};
    use tch::Kind;

    use super::*;
    use crate::data::Augmentation;
    use crate::data::made::meta;

    #[test]
    fn images_are_normalised_channel_by_channel() {
        let samples = Samples::of_images([2, 2, 2], (0..24).collect(), &[0, 1, 2]);
        let scaling = Scaling {
            scale: 255.0,
            mean: vec![0.25, 0.5],
            std: vec![0.5, 2.0],
        };
        let feeder = Feeder::new(&meta([2, 2, 2].into(), 3, Some(scaling)), Device::Cpu);
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
    fn an_augmented_pixel_is_normalised_as_its_source_and_a_zero_as_a_zero() {
        let size = [3, 5, 4];
        let bytes: Vec<u8> = (0..3 * 60).collect();
        let samples = Samples::of_images(size, bytes.clone(), &[0, 1, 2]);
        let scaling = Scaling {
            scale: 255.0,
            mean: vec![0.25, 0.5, 0.75],
            std: vec![0.5, 2.0, 1.0],
        };
        let feeder = Feeder::new(&meta(size.into(), 3, Some(scaling)), Device::Cpu);
        let both = [Augmentation::PadCrop { padding: 3 }, Augmentation::Flip];
        for time in 0..20 {
            let mut epoch = Epoch::new(&both, 1, time);
            let images = feeder.inputs(&samples, &[2, 0, 1], Some(&mut epoch));
            let images = images.expect("images");
            for (n, row) in [2, 0, 1].into_iter().enumerate() {
                let place = epoch.view(row, [5, 4]).placement;
                for (c, y, x) in (0..60).map(|at| (at / 20, at / 4 % 5, at % 4)) {
                    let from = place.rows.source(y).zip(place.columns.source(x));
                    let byte = from.map_or(0, |(y, x)| bytes[row * 60 + c * 20 + y * 4 + x]);
                    let found = images.double_value(&[n, c, y, x].map(|at| at as i64));
                    assert_eq!(found, f64::from(feeder.tables[c][byte as usize]));
                }
            }
        }
    }

    #[test]
    fn tokens_keep_their_ids_and_a_batch_no_more_padding_than_it_needs() {
        let mut ids = vec![1; 3 * 20];
        ids[..2].copy_from_slice(&[5, 257]);
        ids[20..23].copy_from_slice(&[7, 0, 9]);
        ids[40..50].copy_from_slice(&[6; 10]);
        let samples = Samples::new(Inputs::tokens(20, &ids), vec![0, 1, 0]);
        let sample = Shape::Tokens {
            length: 20,
            vocabulary: 300,
            padding: 1,
            segments: 1,
        };
        let feeder = Feeder::new(&meta(sample, 3, None), Device::Cpu);
        let batch = feeder.inputs(&samples, &[1, 0, 1], None).expect("tokens");
        assert_eq!(batch.kind(), Kind::Int64);
        let (first, second) = ([5i64, 257, 1, 1, 1, 1, 1, 1], [7, 0, 9, 1, 1, 1, 1, 1]);
        assert_eq!(batch, Tensor::from_slice2(&[second, first, second]));
        let longer = feeder.inputs(&samples, &[0, 2], None).expect("tokens");
        assert_eq!(longer.size(), [2, 16]);
        assert_eq!(
            [0, 1, 2].map(|row| feeder.length(&samples, row)),
            [2, 3, 10]
        );
    }
}
