//! Fully connected layers.

use tch::{Device, TchError, Tensor};

use super::Precision;
use crate::shim;

/// A linear layer with its tensors.
#[derive(Debug)]
pub(super) struct Linear {
    pub weight: Tensor,
    pub bias: Option<Tensor>,
    /// Whether the network's logits come out, which bfloat16 is too coarse for.
    pub logits: bool,
}

impl Linear {
    /// What it computes in, in a network of a precision.
    pub fn precision(&self, of_net: Precision) -> Precision {
        match self.logits {
            true => of_net.of_logits(),
            false => of_net,
        }
    }

    /// What comes out of the last dimension, in the kind of its precision.
    pub fn forward(&self, x: &Tensor, of_net: Precision) -> Result<Tensor, TchError> {
        let kind = self.precision(of_net).kind();
        let (x, weight) = (x.f_to_kind(kind)?, self.weight.f_to_kind(kind)?);
        let bias = self.bias.as_ref().map(|bias| bias.f_to_kind(kind));
        let bias = bias.transpose()?;
        match x.device() == Device::Cpu {
            true => shim::linear(&x, &weight, bias.as_ref()),
            false => x.f_linear(&weight, bias.as_ref()),
        }
    }
}
