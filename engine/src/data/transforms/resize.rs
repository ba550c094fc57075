//! Images of a data set resampled to another size.

use kdp::plan::Call;
use rayon::prelude::*;

use super::wanted;
use crate::data::images::{Pixels, shorter_side};
use crate::data::{DataError, DataSet, Inputs, Making, Samples, parts};

/// How many images a part has at least and at most.
const IMAGES: [usize; 2] = [16, 16_384];

/// The data set with the shorter side of its images so long, each channel resampled as torchvision's `Resize` does it
/// with Pillow's images (antialiased bilinear).
pub fn resize(call: &Call, set: DataSet, making: &mut Making) -> Result<DataSet, DataError> {
    let side = call.int("side").and_then(|side| usize::try_from(side).ok());
    let side = wanted(call, "side", side.filter(|side| *side > 0))?;
    making.expect(set.train.len() + set.validation.len() + set.test.len());
    let mut resized = |samples, split| resized(call, samples, side, split, making);
    let train = resized(set.train, "train")?;
    let validation = resized(set.validation, "validation")?;
    let test = resized(set.test, "test")?;
    let mut meta = set.meta;
    meta.shape.sample = train.inputs.sizes().into();
    Ok(DataSet {
        train,
        validation,
        test,
        meta,
    })
}

fn resized(
    call: &Call,
    samples: Samples,
    shorter: usize,
    split: &str,
    making: &mut Making,
) -> Result<Samples, DataError> {
    let Inputs::Images { size, pixels } = &samples.inputs else {
        return Err(DataError::NotDecoded(call.name.clone()));
    };
    let [channels, height, width] = size.map(|side| side as usize);
    let sides = shorter_side([height, width], shorter);
    // Plane by plane, whatever the number of channels.
    let image = |row: usize| -> Vec<u8> {
        let planes = pixels.get(row).chunks_exact(height * width);
        let planes = planes.map(|plane| Pixels::of_planes(plane, [1, height, width]).resize(sides));
        planes.flat_map(|plane| plane.bytes).collect()
    };
    let part = parts::size(channels * sides[0] * sides[1], IMAGES);
    let pixels = making.rows(split, pixels.len(), part, |range| {
        Ok(range.into_par_iter().map(image).collect())
    })?;
    let size = [size[0], sides[0] as i64, sides[1] as i64];
    let inputs = Inputs::Images { size, pixels };
    Ok(Samples { inputs, ..samples })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::transforms::made::{call, making, set};

    #[test]
    fn the_parts_of_a_transform_are_not_those_of_another() {
        let mut images = set(3);
        images.train = Samples::of_images([1, 2, 2], (0..12).collect(), &[0, 1, 2]);
        images.test = images.train.select(&[0]);
        images.validation = images.train.select(&[]);
        let call = call("resize").with("side", 4).call;
        let (once, twice) = making(|making| {
            let mut resized = |set| {
                making.next_transform();
                resize(&call, set, making).expect("images")
            };
            let once = resized(images);
            let train = once.train.clone();
            let turned = DataSet {
                train: train.select(&[2, 1, 0]),
                ..once
            };
            (train, resized(turned).train)
        });
        assert_eq!(once.inputs.sizes(), [1, 4, 4]);
        assert_eq!(twice.inputs, once.select(&[2, 1, 0]).inputs);
    }
}
