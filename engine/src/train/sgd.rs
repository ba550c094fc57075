//! Stochastic gradient descent as `torch.optim.SGD` does it.

use tch::{TchError, Tensor};

use super::optimiser::{Optimiser, Scalar};

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
        mut gradient: Tensor,
        lr: f64,
        weight_decay: f64,
    ) -> Result<(), TchError> {
        if weight_decay != 0.0 {
            let _ = gradient.f_add_(&parameters.f_mul_scalar(weight_decay)?)?;
        }
        let update = match &mut self.velocity {
            None => gradient,
            Some(velocity) => {
                let _ = velocity.f_mul_scalar_(self.momentum)?.f_add_(&gradient)?;
                if self.nesterov {
                    gradient.f_add_(&velocity.f_mul_scalar(self.momentum)?)?
                } else {
                    velocity.shallow_clone()
                }
            }
        };
        let _ = parameters.f_sub_(&update.f_mul_scalar(lr)?)?;
        Ok(())
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
