//! Multi-head self-attention (Vaswani et al. 2017).

use tch::{Kind, TchError, Tensor};

use super::Flow;
use super::dropout::Dropout;
use super::linear::Linear;
use super::pass::{Mode, Pass};

/// What a score of padding is changed by: so low that its share is 0, and finite, so that a row of nothing
/// but padding has shares at all.
const MASKED: f64 = -1e30;

/// Attention with its tensors.
#[derive(Debug)]
pub(super) struct Attention {
    pub heads: i64,
    pub query: Linear,
    pub key: Linear,
    pub value: Linear,
    /// Of the shares.
    pub dropout: Dropout,
}

impl Attention {
    /// What comes out for n×length×width, in the kind of the precision; the heads one after the other.
    pub fn forward(&self, flow: &Flow, pass: &Pass) -> Result<Tensor, TchError> {
        let heads = |layer: &Linear| self.split(&layer.forward(&flow.values, pass.precision)?);
        let (query, key, value) = (heads(&self.query)?, heads(&self.key)?, heads(&self.value)?);
        let mask = added(flow.mask()?, query.f_kind()?)?;
        let out = match pass.mode {
            Mode::Train { .. } if self.dropout.rate > 0.0 => {
                let shares = shares(&query, &key, &mask)?;
                self.dropout.forward(&shares, pass)?.f_matmul(&value)?
            }
            _ => Tensor::f_scaled_dot_product_attention(
                &query,
                &key,
                &value,
                Some(&mask),
                0.0,
                false,
                None,
                false,
            )?,
        };
        out.f_transpose(1, 2)?
            .f_reshape(flow.values.size().as_slice())
    }

    /// n×length×width as n×heads×length×(width / heads).
    fn split(&self, x: &Tensor) -> Result<Tensor, TchError> {
        x.f_unflatten(-1, [self.heads, -1].as_slice())?
            .f_transpose(1, 2)
    }
}

/// What is added to the scores, n×1×1×length.
fn added(mask: &Tensor, kind: Kind) -> Result<Tensor, TchError> {
    let padding = mask.f_logical_not()?.f_to_kind(kind)?;
    padding
        .f_mul_scalar(MASKED)?
        .f_unsqueeze(1)?
        .f_unsqueeze(1)
}

/// The share that each token has in what comes out for each, n×heads×length×length:
/// softmax(QKᵀ/√d + mask).
fn shares(query: &Tensor, key: &Tensor, mask: &Tensor) -> Result<Tensor, TchError> {
    let width = query.size().last().copied().unwrap_or(1) as f64;
    query
        .f_mul_scalar(width.powf(-0.5))?
        .f_matmul(&key.f_transpose(-2, -1)?)?
        .f_add(mask)?
        .f_softmax(-1, None)
}
