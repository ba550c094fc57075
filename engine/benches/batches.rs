//! How long it takes to make a batch of 128 images of CIFAR's form: `cargo bench -p kdp-engine`.

use std::time::Instant;

use kdp::plan::{DataMeta, DataShape, Scaling};
use kdp_engine::data::{Augmentation, Batches, Feeder, Loaded, Samples};
use tch::Device;

const SAMPLES: usize = 12_800;
const BATCH: usize = 128;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = made_up();
    let both = vec![Augmentation::PadCrop { padding: 4 }, Augmentation::Flip];
    for (what, augmentations) in [("plain", vec![]), ("cropped and flipped", both)] {
        let mut batches = Batches::new(&data, augmentations, BATCH, 1);
        let mut micros = Vec::new();
        for step in 0..5 * batches.per_epoch() {
            let begin = Instant::now();
            batches.at(step)?;
            micros.push(begin.elapsed().as_secs_f64() * 1e6);
        }
        micros.sort_by(f64::total_cmp);
        let (fastest, median) = (micros[0], micros[micros.len() / 2]);
        println!("batch of {BATCH}, {what}: {median:.0} µs, fastest {fastest:.0}");
    }
    Ok(())
}

fn made_up() -> Loaded {
    let bytes = (0..SAMPLES * 3 * 32 * 32).map(|n| (n * n / 7) as u8);
    let labels: Vec<u8> = (0..SAMPLES).map(|n| (n % 10) as u8).collect();
    let meta = DataMeta {
        shape: DataShape {
            sample: [3, 32, 32].into(),
            classes: 10,
            train: SAMPLES as i64,
            validation: 0,
            test: 0,
            labelled: true,
        },
        unseen: vec![],
        scaling: Some(Scaling {
            scale: 255.0,
            mean: vec![0.49, 0.48, 0.45],
            std: vec![0.25, 0.24, 0.26],
        }),
    };
    Loaded {
        samples: Samples::of_images([3, 32, 32], bytes.collect(), &labels),
        feeder: Feeder::new(&meta, Device::Cpu),
    }
}
