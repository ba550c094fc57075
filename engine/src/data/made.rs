//! Samples made up for tests.

use kdp::plan::{DataMeta, DataShape, Scaling, Shape};
use tch::Device;

use super::{Feeder, Loaded, Samples};

/// What is known of samples of ten classes.
pub fn meta(sample: Shape, count: usize, scaling: Option<Scaling>) -> DataMeta {
    let shape = DataShape {
        sample,
        classes: 10,
        train: count as i64,
        validation: 0,
        test: 0,
        labelled: true,
    };
    DataMeta {
        shape,
        unseen: vec![],
        scaling,
    }
}

/// Images of bytes, every channel of one mean and deviation, for tensors on a device.
pub fn images(
    size: [i64; 3],
    bytes: Vec<u8>,
    labels: &[u8],
    [mean, std]: [f64; 2],
    device: Device,
) -> Loaded {
    let channels = size[0] as usize;
    let scaling = Scaling {
        scale: 255.0,
        mean: vec![mean; channels],
        std: vec![std; channels],
    };
    let meta = meta(size.into(), labels.len(), Some(scaling));
    Loaded {
        samples: Samples::of_images(size, bytes, labels),
        feeder: Feeder::new(&meta, device),
    }
}
