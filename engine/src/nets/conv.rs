//! Two-dimensional convolution.

use tch::{TchError, Tensor};

use super::Precision;
use super::pass::Then;
use crate::shim::{self, Steps};

/// A convolution with its tensors.
#[derive(Debug)]
pub(super) struct Conv {
    pub weight: Tensor,
    pub bias: Option<Tensor>,
    pub steps: Steps,
}

impl Conv {
    /// What comes out for n×c×h×w, in the kind of the precision.
    pub fn forward(&self, x: &Tensor, precision: Precision) -> Result<Tensor, TchError> {
        let kind = precision.kind();
        let bias = self.bias.as_ref().map(|bias| bias.f_to_kind(kind));
        let Steps {
            stride,
            padding,
            groups,
        } = self.steps;
        x.f_to_kind(kind)?.f_conv2d(
            &self.weight.f_to_kind(kind)?,
            bias.transpose()?,
            stride,
            padding,
            1,
            groups,
        )
    }

    /// The same without gradient, with what happens next done by the same kernel.
    pub fn answer(&self, x: &Tensor, then: Then, precision: Precision) -> Result<Tensor, TchError> {
        if !shim::takes(x) {
            return then.apply(self.forward(x, precision)?);
        }
        let kind = precision.kind();
        let x = x.f_to_kind(kind)?;
        let other = then.other.map(|other| other.f_to_kind(kind)).transpose()?;
        let (weight, bias) = (&self.weight, self.bias.as_ref());
        shim::convolution(&x, other.as_ref(), weight, bias, self.steps, then.rectifier)
    }
}
