//! Adam with decoupled weight decay (Loshchilov & Hutter 2019) as `torch.optim.AdamW` does it.

use tch::{TchError, Tensor};

use super::optimiser::{Optimiser, Scalar};
use crate::shim;

/// AdamW.
pub struct AdamW {
    betas: [f64; 2],
    epsilon: f64,
    steps: i64,
    first: Tensor,
    second: Tensor,
}

impl AdamW {
    /// With moments of 0.
    pub fn new(betas: [f64; 2], epsilon: f64, parameters: &Tensor) -> Result<Self, TchError> {
        Ok(Self {
            betas,
            epsilon,
            steps: 0,
            first: parameters.f_zeros_like()?,
            second: parameters.f_zeros_like()?,
        })
    }
}

impl Optimiser for AdamW {
    fn step(
        &mut self,
        parameters: &mut Tensor,
        gradient: Tensor,
        lr: f64,
        weight_decay: f64,
    ) -> Result<(), TchError> {
        self.steps += 1;
        shim::adamw(
            parameters,
            &gradient,
            [&mut self.first, &mut self.second],
            self.steps,
            [lr, weight_decay],
            self.betas,
            self.epsilon,
        )
    }

    fn moments(&self) -> Vec<(&'static str, &Tensor)> {
        vec![("exp_avg", &self.first), ("exp_avg_sq", &self.second)]
    }

    fn count(&self) -> Option<Scalar> {
        Some(("step", self.steps))
    }

    fn set_count(&mut self, count: i64) {
        self.steps = count;
    }
}
