//! Batch normalisation (Ioffe & Szegedy 2015).

use tch::{TchError, Tensor, no_grad_guard};

use super::pass::{Mode, Then};
use crate::shim::{self, Normalised};

/// Batch norm with its tensors, which are float32 whatever comes in, but in float64.
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
        if !self.learns(mode) {
            return then.apply(self.by(x, false)?);
        }
        self.count(Self::values_a_channel(x))?;
        if !shim::takes(x) || x.dim() != 4 {
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
            then.rectifier,
        )
    }

    /// Whether it goes by the batch's statistics, which move the running ones.
    pub fn learns(&self, mode: Mode) -> bool {
        !self.frozen && matches!(mode, Mode::Train { .. })
    }

    /// Values of a channel, for n×c×….
    pub fn values_a_channel(x: &Tensor) -> i64 {
        let channels = x.size().get(1).copied().unwrap_or(1).max(1);
        x.numel() as i64 / channels
    }

    /// Moves the running statistics towards a batch's, of `count` values a channel; that of the variance
    /// is over n − 1.
    pub fn follow(&self, mean: &Tensor, variance: &Tensor, count: i64) -> Result<(), TchError> {
        let _guard = no_grad_guard();
        self.count(count)?;
        let unbiased = variance.f_mul_scalar(count as f64 / (count - 1) as f64)?;
        for (running, found) in [(&self.mean, mean), (&self.variance, &unbiased)] {
            let found = found.f_view_as(running)?;
            let _ = running.shallow_clone().f_lerp_(&found, self.momentum)?;
        }
        Ok(())
    }

    /// Counts a batch. One value a channel is refused: its variance would be 0/0.
    fn count(&self, values: i64) -> Result<(), TchError> {
        if values <= 1 {
            let message = "batch_norm saw one value a channel (the last batch of an epoch holds one sample): choose another batch size";
            return Err(TchError::Shape(message.to_string()));
        }
        let _ = self.batches.shallow_clone().f_add_scalar_(1)?;
        Ok(())
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
