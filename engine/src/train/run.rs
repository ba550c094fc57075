//! The training loop.

use std::collections::BTreeMap;

use kdp::plan::{Curves, Key, TrainTask};
use tch::{Device, Kind, Tensor, no_grad_guard};

use super::curves::Watch;
use super::optimiser::{Optimiser, clip, optimiser};
use super::{Teachers, TrainError, loss};
use crate::blob::Blob;
use crate::data::{Augmentation, Batches, Loaded, Pixels, Samples};
use crate::nets::{Mode, Net, NetError};

/// Who is told how far a training is.
pub trait Progress {
    /// Whether it is time to tell.
    fn due(&mut self) -> bool;
    /// Tells steps done of all, and the training loss and accuracy where they are known.
    fn tell(&mut self, step: u64, steps: u64, recent: Option<(f64, f64)>);
}

/// A trained network.
pub struct Trained {
    /// The network.
    pub net: Net,
    /// The optimiser's state, as a safetensors file.
    pub optimizer: Vec<u8>,
    /// The learning curves.
    pub curves: Curves,
}

/// The share of samples whose largest logit is the label's.
pub fn accuracy(net: &Net, samples: &Samples, pixels: &Pixels) -> Result<f64, NetError> {
    let _guard = no_grad_guard();
    if samples.is_empty() {
        return Ok(0.0);
    }
    let logits = net.logits(samples, pixels, |_| ())?;
    let labels = Tensor::f_from_slice(&samples.labels)?.f_to_device(logits.device())?;
    let right = logits
        .f_argmax(-1, false)?
        .f_eq_tensor(&labels)?
        .f_sum(Kind::Int64)?
        .f_int64_value(&[])?;
    Ok(right as f64 / samples.len() as f64)
}

/// Trains a network. What comes out is a function of the task, the data and the teachers; what is
/// watched on the way changes none of it.
pub fn train(
    task: &TrainTask,
    train: &Loaded,
    test: &Loaded,
    teachers: BTreeMap<Key, Net>,
    device: Device,
    progress: &mut dyn Progress,
) -> Result<Trained, TrainError> {
    if task.precision != "fp32" {
        return Err(TrainError::Precision(task.precision.clone()));
    }
    if train.samples.is_empty() {
        return Err(TrainError::Empty);
    }
    let augmentations = task
        .augment
        .iter()
        .map(Augmentation::of)
        .collect::<Result<Vec<_>, _>>()?;
    let augmented = !augmentations.is_empty();
    let pixels = Pixels::new(&train.meta, device);
    let test_pixels = Pixels::new(&test.meta, device);
    let size = task.batch as usize;
    let mut batches = Batches::new(&train.samples, &pixels, augmentations, size, task.seed);
    if batches.per_epoch() != task.steps_per_epoch {
        return Err(TrainError::Epoch {
            found: batches.per_epoch(),
            planned: task.steps_per_epoch,
        });
    }
    let mut teachers = Teachers::new(teachers, &train.samples, &pixels, augmented);
    let net = Net::new(&task.network, task.seed, device)?;
    net.require_gradients()?;
    let mut flat = net.flat().shallow_clone();
    let mut optimiser = optimiser(&task.optimizer, &flat)?;
    let mut watch = Watch::new(task.steps, task.steps_per_epoch, &task.lr);

    for step in 0..task.steps {
        let batch = batches.at(step)?;
        let mode = Mode::Train {
            seed: task.seed,
            step,
        };
        let logits = net.forward(&batch.images, mode)?;
        teachers.next_step();
        let loss = loss(
            &task.objective,
            step,
            &logits,
            &batch.labels,
            |key, view| teachers.logits(key, view, &batch),
        )?;
        let mut gradient = net.gradients(&loss)?;
        {
            let _guard = no_grad_guard();
            if let Some(largest) = task.clip {
                clip(&mut gradient, largest)?;
            }
            let (lr, weight_decay) = (task.lr.at(step), task.weight_decay.at(step));
            optimiser.step(&mut flat, gradient, lr, weight_decay)?;
        }
        watch.note(&loss, &logits, &batch.labels)?;

        let done = step + 1;
        if watch.is_train_point(done) {
            watch.train_point(done)?;
        }
        if watch.is_test_point(done) {
            watch.test_point(done, accuracy(&net, &test.samples, &test_pixels)?);
        }
        if progress.due() {
            watch.fetch()?;
            progress.tell(done, task.steps, watch.recent());
        }
    }
    if flat.f_isfinite()?.f_all()?.f_int64_value(&[])? == 0 {
        return Err(TrainError::Weights);
    }
    Ok(Trained {
        optimizer: state(&net, optimiser.as_ref())?,
        curves: watch.finish(),
        net,
    })
}

/// The optimiser's state as a safetensors file: `<parameter>.<moment>`, and its count of steps.
fn state(net: &Net, optimiser: &dyn Optimiser) -> Result<Vec<u8>, TrainError> {
    let mut blob = Blob::default();
    for (moment, flat) in optimiser.moments() {
        for (parameter, tensor) in net.cut(flat)? {
            blob.tensor(&format!("{parameter}.{moment}"), &tensor)?;
        }
    }
    if let Some((name, count)) = optimiser.count() {
        blob.i64(name, &[count]);
    }
    Ok(blob.bytes().map_err(NetError::from)?)
}
