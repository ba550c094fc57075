//! Stochastic gradient descent as `torch.optim.SGD` does it.

use tch::{TchError, Tensor};

use super::optimiser::{Optimiser, Scalar};
use crate::shim;

/// SGD with momentum. The velocity starts at 0, so that the first one is the gradient, as PyTorch's.
pub struct Sgd {
    momentum: f64,
    nesterov: bool,
    velocity: Option<Tensor>,
}

impl Sgd {
    /// At rest.
    pub fn new(momentum: f64, nesterov: bool, parameters: &Tensor) -> Result<Self, TchError> {
        let velocity = match momentum {
            0.0 => None,
            _ => Some(parameters.f_zeros_like()?),
        };
        Ok(Self {
            momentum,
            nesterov,
            velocity,
        })
    }
}

impl Optimiser for Sgd {
    fn step(
        &mut self,
        parameters: &mut Tensor,
        gradient: Tensor,
        lr: f64,
        weight_decay: f64,
    ) -> Result<(), TchError> {
        shim::sgd(
            parameters,
            &gradient,
            self.velocity.as_mut(),
            [lr, weight_decay, self.momentum],
            self.nesterov,
        )
    }

    fn moments(&self) -> Vec<(&'static str, &Tensor)> {
        let velocity = self.velocity.as_ref();
        velocity
            .map(|v| ("momentum_buffer", v))
            .into_iter()
            .collect()
    }

    fn count(&self) -> Option<Scalar> {
        None
    }
}
