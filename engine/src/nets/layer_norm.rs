//! Layer normalisation (Ba et al. 2016).

use tch::{Device, Kind, TchError, Tensor};

use super::Precision;

/// Layer norm with its tensors, which are float32 whatever comes in.
#[derive(Debug)]
pub(super) struct LayerNorm {
    pub weight: Tensor,
    pub bias: Tensor,
    pub epsilon: f64,
}

impl LayerNorm {
    /// What comes out of the last dimension, in the kind of the precision; computed in float32.
    pub fn forward(&self, x: &Tensor, precision: Precision) -> Result<Tensor, TchError> {
        // The CPU's own takes bfloat16 among tensors of float32.
        let x = match x.device() {
            Device::Cpu => x.shallow_clone(),
            _ => x.f_to_kind(Kind::Float)?,
        };
        x.f_layer_norm(
            self.weight.size().as_slice(),
            Some(&self.weight),
            Some(&self.bias),
            self.epsilon,
            true,
        )?
        .f_to_kind(precision.kind())
    }
}
