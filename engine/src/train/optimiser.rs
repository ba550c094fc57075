//! Optimisers on one flat tensor of parameters.

use kdp::plan::Call;
use tch::{TchError, Tensor};

use super::TrainError;
use super::adamw::AdamW;
use super::sgd::Sgd;

/// A whole number of an optimiser's state, by name.
pub type Scalar = (&'static str, i64);

/// How gradients become steps.
pub trait Optimiser {
    /// Changes the parameters by a gradient. Both are flat and of one shape.
    fn step(
        &mut self,
        parameters: &mut Tensor,
        gradient: Tensor,
        lr: f64,
        weight_decay: f64,
    ) -> Result<(), TchError>;

    /// Its moments, flat as the parameters are, under PyTorch's names.
    fn moments(&self) -> Vec<(&'static str, &Tensor)>;

    /// Its count of steps, where it has one.
    fn count(&self) -> Option<Scalar>;

    /// Sets its count of steps.
    fn set_count(&mut self, _: i64) {}
}

/// The optimiser of a call, for these flat parameters.
pub fn optimiser(call: &Call, parameters: &Tensor) -> Result<Box<dyn Optimiser>, TrainError> {
    let number = |name: &str| {
        call.number(name).ok_or_else(|| TrainError::Argument {
            optimiser: call.name.clone(),
            argument: name.to_string(),
        })
    };
    match call.name.as_str() {
        "sgd" => {
            let nesterov = call.bool("nesterov").unwrap_or(false);
            let sgd = Sgd::new(number("momentum")?, nesterov, parameters)?;
            Ok(Box::new(sgd))
        }
        "adamw" => {
            let betas = [number("beta1")?, number("beta2")?];
            let adamw = AdamW::new(betas, number("epsilon")?, parameters)?;
            Ok(Box::new(adamw))
        }
        other => Err(TrainError::Optimiser(other.to_string())),
    }
}

/// Scales gradients down to a norm of at most `largest` together, as PyTorch's `clip_grad_norm_`.
pub fn clip(gradients: &mut [Tensor], largest: f64) -> Result<(), TchError> {
    let norms = gradients.iter().map(Tensor::f_norm);
    let norm = match &norms.collect::<Result<Vec<_>, _>>()?[..] {
        [one] => one.shallow_clone(),
        several => Tensor::f_stack(several, 0)?.f_norm()?,
    };
    let share = norm
        .f_add_scalar(1e-6)?
        .f_reciprocal()?
        .f_mul_scalar(largest)?
        .f_clamp_max(1.0)?;
    for gradient in gradients {
        let _ = gradient.f_mul_(&share)?;
    }
    Ok(())
}
