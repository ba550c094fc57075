//! Looking at a network between its steps, and the best state seen.

use kdp::plan::Best;
use tch::{Kind, Tensor, no_grad_guard};

use super::TrainError;
use super::objective::cross_entropy;
use crate::data::Loaded;
use crate::nets::{Model, NetError};

/// A network's logits of a split and the labels there.
fn logits(model: &dyn Model, data: &Loaded) -> Result<(Tensor, Tensor), NetError> {
    let logits = model.logits(&data.samples, &data.feeder, &mut |_| ())?;
    let labels = Tensor::f_from_slice(&data.samples.labels)?.f_to_device(logits.device())?;
    Ok((logits, labels))
}

/// The share of samples with a label whose largest logit is the label's; `None` where none has one.
pub fn accuracy(model: &dyn Model, data: &Loaded) -> Result<Option<f64>, NetError> {
    let _guard = no_grad_guard();
    let labelled = data.samples.labelled();
    if labelled == 0 {
        return Ok(None);
    }
    let (logits, labels) = logits(model, data)?;
    let right = logits
        .f_argmax(-1, false)?
        .f_eq_tensor(&labels)?
        .f_sum(Kind::Int64)?
        .f_int64_value(&[])?;
    Ok(Some(right as f64 / labelled as f64))
}

/// Mean cross-entropy of a split, in float64.
fn mean_loss(model: &dyn Model, data: &Loaded) -> Result<f64, NetError> {
    let _guard = no_grad_guard();
    let (logits, labels) = logits(model, data)?;
    let loss = cross_entropy(&logits.f_to_kind(Kind::Double)?, &labels, 0.0)?;
    Ok(loss.f_double_value(&[])?)
}

/// By what a state is the better one.
#[derive(Clone, Copy)]
enum By {
    Top1,
    Loss,
}

/// A state of a run, as files.
pub struct State {
    /// The network's tensors.
    pub weights: Vec<u8>,
    /// What else is trained, and the optimisers' moments.
    pub optimizer: Vec<u8>,
}

/// The best state of a run so far.
pub struct Keeper<'a> {
    by: By,
    every: u64,
    on: &'a Loaded,
    kept: Option<(f64, State)>,
}

impl<'a> Keeper<'a> {
    /// Of what is asked for, on its split.
    pub fn new(best: &Best, on: &'a Loaded) -> Result<Self, TrainError> {
        if on.samples.is_empty() || on.samples.labelled() < on.samples.len() {
            return Err(TrainError::BestOn(best.on.split));
        }
        let by = match best.by.as_str() {
            "top1" => By::Top1,
            "loss" => By::Loss,
            other => return Err(TrainError::BestBy(other.to_string())),
        };
        Ok(Self {
            by,
            every: best.every.max(1),
            on,
            kept: None,
        })
    }

    /// Whether the network is looked at after so many steps of all.
    pub fn is_due(&self, done: u64, steps: u64) -> bool {
        done == steps || done.is_multiple_of(self.every)
    }

    /// Looks at the network; keeps its state if it is better than all before. Gives what was seen.
    pub fn look(
        &mut self,
        model: &dyn Model,
        state: impl FnOnce() -> Result<State, TrainError>,
    ) -> Result<f64, TrainError> {
        let seen = match self.by {
            By::Top1 => accuracy(model, self.on)?.unwrap_or(0.0),
            By::Loss => mean_loss(model, self.on)?,
        };
        let better = |than: f64| match self.by {
            By::Top1 => seen > than,
            By::Loss => seen < than,
        };
        if self.kept.as_ref().is_none_or(|(than, _)| better(*than)) {
            self.kept = Some((seen, state()?));
        }
        Ok(seen)
    }

    /// The best state.
    pub fn finish(self) -> Option<State> {
        self.kept.map(|(_, state)| state)
    }
}
