//! Adam with decoupled weight decay (Loshchilov & Hutter 2019) as `torch.optim.AdamW` does it.

use tch::{TchError, Tensor};

use super::optimiser::{Optimiser, Scalar};

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
        let [beta1, beta2] = self.betas;
        let left = |beta: f64| 1.0 - beta.powf(self.steps as f64);
        if weight_decay != 0.0 {
            let _ = parameters.f_mul_scalar_(1.0 - lr * weight_decay)?;
        }
        let _ = self.first.f_lerp_(&gradient, 1.0 - beta1)?;
        let _ = self
            .second
            .f_mul_scalar_(beta2)?
            .f_add_(&gradient.f_square()?.f_mul_scalar_(1.0 - beta2)?)?;
        let root = self
            .second
            .f_sqrt()?
            .f_div_scalar_(left(beta2).sqrt())?
            .f_add_scalar_(self.epsilon)?;
        let update = self.first.f_mul_scalar(lr / left(beta1))?.f_div_(&root)?;
        let _ = parameters.f_sub_(&update)?;
        Ok(())
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
