//! Multi-head self-attention (Vaswani et al. 2017).

use tch::{Kind, TchError, Tensor};

use super::dropout::Dropout;
use super::linear::Linear;
use super::pass::{Mode, Pass};
use super::{Flow, Precision};
use crate::shim;

/// What a score of padding is changed by: so low that its share is 0, and finite, so that a row of nothing
/// but padding has shares at all.
const HIDDEN: f64 = -1e30;

/// Attention with its tensors.
#[derive(Debug)]
pub(super) struct Attention {
    pub heads: i64,
    pub projections: Projections,
    /// Of the shares.
    pub dropout: Dropout,
}

/// The linear layers that make queries, keys and values.
#[derive(Debug)]
pub(super) enum Projections {
    /// One each, which are trained.
    Three([Linear; 3]),
    /// All in one, for answers alone.
    Joined(Linear),
}

impl Projections {
    /// Queries, keys and values one after the other, n×length×3·width: one product of matrices, not three.
    fn forward(&self, x: &Tensor, precision: Precision) -> Result<Tensor, TchError> {
        match self {
            Projections::Three(_) => self.joined()?.forward(x, precision),
            Projections::Joined(linear) => linear.forward(x, precision),
        }
    }

    /// All in one.
    pub fn joined(&self) -> Result<Linear, TchError> {
        let parts = match self {
            Projections::Three(parts) => &parts[..],
            Projections::Joined(linear) => std::slice::from_ref(linear),
        };
        let weights: Vec<&Tensor> = parts.iter().map(|part| &part.weight).collect();
        let biases: Vec<&Tensor> = parts.iter().filter_map(|part| part.bias.as_ref()).collect();
        Ok(Linear {
            weight: Tensor::f_cat(&weights, 0)?,
            bias: Some(Tensor::f_cat(&biases, 0)?),
            logits: false,
        })
    }
}

impl Attention {
    /// What comes out for n×length×width, in the kind of the precision; the heads one after the other.
    pub fn forward(&self, flow: &Flow, pass: &Pass) -> Result<Tensor, TchError> {
        let x = self.projections.forward(&flow.values, pass.precision)?;
        let tokens = flow.mask()?;
        if shim::takes(&x) && x.requires_grad() {
            let length = flow.values.size().get(1).copied().unwrap_or(0);
            let draws = self.dropout.draws(pass, self.heads * length * length);
            return shim::attention(&x, tokens, self.heads, draws);
        }
        // 3×n×heads×length×depth.
        let parts = x
            .f_unflatten(-1, [3, self.heads, -1].as_slice())?
            .f_permute([2, 0, 3, 1, 4])?;
        let [query, key, value] = [0, 1, 2].map(|part| parts.f_select(0, part));
        let (query, key, value) = (query?, key?, value?);
        let mask = added(tokens, query.f_kind()?)?;
        let out = match pass.mode {
            // libtorch's own attention would draw dropout from its generator, whose state a run that goes on from
            // a kept state does not have: the shares are written out, so that the draws are those of the step.
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
        out.f_transpose(1, 2)?.f_flatten(2, 3)
    }
}

/// What is added to the scores, n×1×1×length.
fn added(tokens: &Tensor, kind: Kind) -> Result<Tensor, TchError> {
    let padding = tokens.f_logical_not()?.f_to_kind(kind)?;
    padding.f_mul_scalar(HIDDEN)?.f_unsqueeze(1)?.f_unsqueeze(1)
}

/// The share that each token has in what comes out for each, n×heads×length×length:
/// softmax(QKᵀ/√d + mask).
fn shares(query: &Tensor, key: &Tensor, mask: &Tensor) -> Result<Tensor, TchError> {
    let depth = query.size().last().copied().unwrap_or(1) as f64;
    query
        .f_mul_scalar(depth.powf(-0.5))?
        .f_matmul(&key.f_transpose(-2, -1)?)?
        .f_add(mask)?
        .f_softmax(-1, None)
}
