//! What each step of a training saw: kept with its states, so that one that goes on knows all that came
//! before.

use kdp::plan::Schedule;
use safetensors::SafeTensors;
use tch::{Kind, TchError, Tensor};

use super::TrainError;
use crate::blob::{self, Blob};
use crate::nets::NetError;

/// What each step saw, by step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Log {
    /// Mean loss over the batch.
    pub loss: Vec<f32>,
    /// Samples whose largest logit is the label's.
    pub right: Vec<f32>,
    /// Samples with a label.
    pub labelled: Vec<f32>,
    /// Samples.
    pub samples: Vec<f32>,
}

/// What a stretch of steps saw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recent {
    /// Mean training loss.
    pub loss: f64,
    /// Share right of the samples with a label, where there are such.
    pub accuracy: Option<f64>,
}

impl Log {
    /// Of a safetensors file.
    pub fn of(bytes: &[u8]) -> Result<Log, NetError> {
        let tensors = SafeTensors::deserialize(bytes)?;
        let list = |name: &str| blob::list(&tensors, name, blob::read_f32);
        Ok(Log {
            loss: list("loss")?,
            right: list("right")?,
            labelled: list("labelled")?,
            samples: list("samples")?,
        })
    }

    /// As a safetensors file.
    pub fn to_bytes(&self) -> Result<Vec<u8>, NetError> {
        let mut blob = Blob::default();
        blob.f32("loss", &self.loss);
        blob.f32("right", &self.right);
        blob.f32("labelled", &self.labelled);
        blob.f32("samples", &self.samples);
        blob.bytes()
    }

    /// Steps made.
    pub fn steps(&self) -> u64 {
        self.loss.len() as u64
    }

    /// What the steps of a range saw; `None` of an empty one.
    pub fn over(&self, range: std::ops::Range<u64>) -> Option<Recent> {
        let range = range.start as usize..range.end.min(self.steps()) as usize;
        let sum = |list: &[f32]| -> f64 { list.iter().map(|value| f64::from(*value)).sum() };
        let (losses, sizes) = (self.loss.get(range.clone())?, &self.samples[range.clone()]);
        let products = losses.iter().zip(sizes);
        let loss: f64 = products
            .map(|(loss, n)| f64::from(*loss) * f64::from(*n))
            .sum();
        let (samples, labelled) = (sum(sizes), sum(&self.labelled[range.clone()]));
        (samples > 0.0).then(|| Recent {
            loss: loss / samples,
            accuracy: (labelled > 0.0).then(|| sum(&self.right[range]) / labelled),
        })
    }
}

/// Keeps the log of a run without waiting for the device at every step.
pub struct Recorder<'a> {
    log: Log,
    lr: &'a Schedule,
    /// Loss, number right and number of labels of the steps behind the log, on the device.
    pending: Vec<Tensor>,
    sizes: Vec<f32>,
}

impl<'a> Recorder<'a> {
    /// Goes on with a log.
    pub fn new(log: Log, lr: &'a Schedule) -> Self {
        Self {
            log,
            lr,
            pending: Vec::new(),
            sizes: Vec::new(),
        }
    }

    /// Steps made.
    pub fn steps(&self) -> u64 {
        self.log.steps() + self.pending.len() as u64
    }

    /// Notes a step. What it needs of the tensors is computed where they are.
    pub fn note(
        &mut self,
        loss: &Tensor,
        logits: &Tensor,
        labels: &Tensor,
    ) -> Result<(), TchError> {
        let logits = logits.f_detach()?;
        let right = logits
            .f_argmax(-1, false)?
            .f_eq_tensor(labels)?
            .f_sum(Kind::Float)?;
        let labelled = labels.f_ge(0)?.f_sum(Kind::Float)?;
        let noted = Tensor::f_stack(&[loss.f_detach()?, right, labelled], 0)?;
        self.sizes.push(labels.numel() as f32);
        self.pending.push(noted);
        Ok(())
    }

    /// Brings the pending steps in; fails at the first whose loss is not finite.
    pub fn fetch(&mut self) -> Result<&Log, TrainError> {
        if self.pending.is_empty() {
            return Ok(&self.log);
        }
        let noted = Tensor::f_stack(&std::mem::take(&mut self.pending), 0)?;
        let numbers = Vec::<f32>::try_from(noted.f_reshape([-1])?)?;
        for (noted, size) in numbers.as_chunks::<3>().0.iter().zip(self.sizes.drain(..)) {
            let [loss, right, labelled] = *noted;
            if !loss.is_finite() {
                return Err(match self.log.steps() {
                    0 => TrainError::FirstLoss,
                    step => TrainError::Loss {
                        step,
                        lr: self.lr.at(step),
                    },
                });
            }
            self.log.loss.push(loss);
            self.log.right.push(right);
            self.log.labelled.push(labelled);
            self.log.samples.push(size);
        }
        Ok(&self.log)
    }
}
