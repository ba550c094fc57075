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

/// The best state of a run so far.
pub struct Keeper<'a> {
    by: By,
    every: u64,
    on: &'a Loaded,
    kept: Option<(f64, Vec<u8>)>,
}

impl By {
    fn is_better(self, seen: f64, than: f64) -> bool {
        match self {
            By::Top1 => seen > than,
            By::Loss => seen < than,
        }
    }
}

impl<'a> Keeper<'a> {
    /// Of what is asked for, on its split; it goes on from what was seen before and the state that was
    /// kept of it.
    pub fn new(
        best: &Best,
        on: &'a Loaded,
        seen: &[f64],
        kept: Option<Vec<u8>>,
    ) -> Result<Self, TrainError> {
        if on.samples.is_empty() || on.samples.labelled() < on.samples.len() {
            return Err(TrainError::BestOn(best.on.split));
        }
        let by = match best.by.as_str() {
            "top1" => By::Top1,
            "loss" => By::Loss,
            other => return Err(TrainError::BestBy(other.to_string())),
        };
        let best_seen = seen.iter().copied();
        let best_seen = best_seen.reduce(|best, seen| match by.is_better(seen, best) {
            true => seen,
            false => best,
        });
        Ok(Self {
            by,
            every: best.every.max(1),
            on,
            kept: best_seen.zip(kept),
        })
    }

    /// Whether the network is looked at after so many steps.
    pub fn is_due(&self, done: u64) -> bool {
        done.is_multiple_of(self.every)
    }

    /// Looks at the network; keeps its state if it is better than all before. Gives what was seen.
    pub fn look(
        &mut self,
        model: &dyn Model,
        state: impl FnOnce() -> Result<Vec<u8>, NetError>,
    ) -> Result<f64, TrainError> {
        let seen = match self.by {
            By::Top1 => accuracy(model, self.on)?.unwrap_or(0.0),
            By::Loss => mean_loss(model, self.on)?,
        };
        if self
            .kept
            .as_ref()
            .is_none_or(|(than, _)| self.by.is_better(seen, *than))
        {
            self.kept = Some((seen, state()?));
        }
        Ok(seen)
    }

    /// The best state.
    pub fn kept(&self) -> Option<&[u8]> {
        self.kept.as_ref().map(|(_, state)| state.as_slice())
    }
}
