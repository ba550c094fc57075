//! Images of a data set resampled to another size.

use kdp::plan::Call;
use rayon::prelude::*;

use super::wanted;
use crate::data::images::{Pixels, shorter_side};
use crate::data::{DataError, DataSet, Inputs, Samples};

/// The data set with the shorter side of its images so long, each channel resampled as torchvision's `Resize` does it
/// with Pillow's images (antialiased bilinear).
pub fn resize(call: &Call, set: DataSet) -> Result<DataSet, DataError> {
    let side = call.int("side").and_then(|side| usize::try_from(side).ok());
    let side = wanted(call, "side", side.filter(|side| *side > 0))?;
    let mut meta = set.meta;
    let train = resized(call, set.train, side)?;
    meta.shape.sample = train.inputs.sizes().into();
    Ok(DataSet {
        validation: resized(call, set.validation, side)?,
        test: resized(call, set.test, side)?,
        train,
        meta,
    })
}

fn resized(call: &Call, samples: Samples, shorter: usize) -> Result<Samples, DataError> {
    let Inputs::Images { size, pixels } = &samples.inputs else {
        return Err(DataError::NotDecoded(call.name.clone()));
    };
    let [channels, height, width] = size.map(|side| side as usize);
    let sides = shorter_side([height, width], shorter);
    // Of a plane a row of its own, whatever the number of channels.
    let planes: Vec<Vec<u8>> = (0..pixels.len() * channels)
        .into_par_iter()
        .map(|at| {
            let (row, channel) = (at / channels, at % channels);
            let area = height * width;
            let plane = &pixels.get(row)[channel * area..(channel + 1) * area];
            Pixels::of_planes(plane, [1, height, width])
                .resize(sides)
                .bytes
        })
        .collect();
    let size = [size[0], sides[0] as i64, sides[1] as i64];
    let inputs = Inputs::images(size, planes.concat());
    Ok(Samples { inputs, ..samples })
}
