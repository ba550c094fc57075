//! Batch normalisation (Ioffe & Szegedy 2015).

use tch::{Device, TchError, Tensor};

use super::pass::{Mode, Then};
use crate::shim::{self, Normalised};

/// Batch norm with its tensors, which are float32 whatever comes in.
#[derive(Debug)]
pub(super) struct BatchNorm {
    pub weight: Tensor,
    pub bias: Tensor,
    pub mean: Tensor,
    pub variance: Tensor,
    /// The number of batches seen.
    pub batches: Tensor,
    pub epsilon: f64,
    pub momentum: f64,
    /// Whether it stays in evaluation mode.
    pub frozen: bool,
}

impl BatchNorm {
    /// What comes out, and what happens next to it.
    pub fn forward(&self, x: &Tensor, then: Then, mode: Mode) -> Result<Tensor, TchError> {
        if self.frozen || matches!(mode, Mode::Evaluate) {
            return then.apply(self.by(x, false)?);
        }
        one_value_a_channel_has_no_variance(x)?;
        let _ = self.batches.shallow_clone().f_add_scalar_(1)?;
        if x.device() != Device::Cpu || x.dim() != 4 {
            return then.apply(self.by(x, true)?);
        }
        let other = then.other.map(|other| other.f_to_kind(x.kind()));
        let tensors = Normalised {
            weight: &self.weight,
            bias: &self.bias,
            mean: &self.mean,
            variance: &self.variance,
        };
        shim::batch_norm(
            x,
            other.transpose()?.as_ref(),
            tensors,
            self.momentum,
            self.epsilon,
            then.relu,
        )
    }

    /// libtorch's own, by the batch's statistics or the running ones.
    fn by(&self, x: &Tensor, batch: bool) -> Result<Tensor, TchError> {
        x.f_batch_norm(
            Some(&self.weight),
            Some(&self.bias),
            Some(&self.mean),
            Some(&self.variance),
            batch,
            self.momentum,
            self.epsilon,
            true,
        )
    }
}

/// Refuses to train batch norm on one value a channel: its variance would be 0/0.
fn one_value_a_channel_has_no_variance(x: &Tensor) -> Result<(), TchError> {
    let sizes = x.size();
    let channels = sizes.get(1).copied().unwrap_or(1).max(1);
    if x.numel() as i64 / channels > 1 {
        return Ok(());
    }
    Err(TchError::Shape(
        "batch_norm saw one value a channel (the last batch of an epoch holds one sample): choose another batch size".to_string(),
    ))
}
