//! A network's layers made quick for answers alone: batch norm folded into the convolution before it,
//! weights cast once.

use std::collections::BTreeSet;

use tch::{Kind as Type, TchError, Tensor};

use super::Precision;
use super::attention::{Attention, Projections};
use super::conv::Conv;
use super::linear::Linear;
use super::module::{Kind, Module};
use super::norm::BatchNorm;

/// What layers are folded for.
pub(super) struct Folding<'a> {
    /// What they compute in.
    pub precision: Precision,
    /// The layers that are watched, and so must give what they give alone.
    pub watched: &'a BTreeSet<String>,
}

impl Folding<'_> {
    /// A module, folded.
    pub fn fold(&self, module: Module) -> Result<Module, TchError> {
        let kind = match module.kind {
            Kind::Conv(conv) => Kind::Folded(self.cast(conv)?),
            Kind::Linear(linear) => Kind::Linear(self.cast_linear(linear)?),
            Kind::Attention(attention) => Kind::Attention(Attention {
                projections: Projections::Joined(
                    self.cast_linear(attention.projections.joined()?)?,
                ),
                ..attention
            }),
            Kind::Add(branches) => {
                let branches = branches.into_iter().map(|branch| self.fold(branch));
                Kind::Add(branches.collect::<Result<_, _>>()?)
            }
            Kind::Chain(modules) => Kind::Chain(self.chain(modules)?),
            Kind::Residual { body, shortcut } => Kind::Residual {
                body: Box::new(self.fold(*body)?),
                shortcut: Box::new(self.fold(*shortcut)?),
            },
            kind => kind,
        };
        Ok(Module { kind, ..module })
    }

    /// Layers one after the other; a convolution and its batch norm become one, named as the norm.
    fn chain(&self, modules: Vec<Module>) -> Result<Vec<Module>, TchError> {
        let mut folded: Vec<Module> = Vec::with_capacity(modules.len());
        for module in modules {
            let before = folded.pop();
            match (before, module.kind) {
                (
                    Some(Module {
                        kind: Kind::Conv(conv),
                        name,
                        ..
                    }),
                    Kind::BatchNorm(norm),
                ) if !self.watched.contains(&name) => folded.push(Module {
                    kind: Kind::Conv(merge(&conv, &norm)?),
                    ..module
                }),
                (before, kind) => {
                    folded.extend(before);
                    folded.push(Module { kind, ..module });
                }
            }
        }
        folded.into_iter().map(|module| self.fold(module)).collect()
    }

    /// A linear layer with its weight in the kind it computes in.
    fn cast_linear(&self, linear: Linear) -> Result<Linear, TchError> {
        let kind = linear.precision(self.precision).kind();
        Ok(Linear {
            weight: linear.weight.f_to_kind(kind)?,
            ..linear
        })
    }

    /// A convolution with its tensors in the kind it computes in.
    fn cast(&self, conv: Conv) -> Result<Conv, TchError> {
        let kind = self.precision.kind();
        let bias = conv.bias.map(|bias| bias.f_to_kind(kind));
        Ok(Conv {
            weight: conv.weight.f_to_kind(kind)?,
            bias: bias.transpose()?,
            steps: conv.steps,
        })
    }
}

/// The convolution that a convolution and the batch norm behind it are, by the running statistics:
/// weight · γ/√(σ² + ε), and β + (bias − μ) · γ/√(σ² + ε) as its bias. Computed in float64.
fn merge(conv: &Conv, norm: &BatchNorm) -> Result<Conv, TchError> {
    let double = |tensor: &Tensor| tensor.f_detach()?.f_to_kind(Type::Double);
    let deviation = double(&norm.variance)?
        .f_add_scalar(norm.epsilon)?
        .f_sqrt()?;
    let scale = double(&norm.weight)?.f_div(&deviation)?;
    let off = match &conv.bias {
        Some(bias) => double(bias)?.f_sub(&double(&norm.mean)?)?,
        None => double(&norm.mean)?.f_neg()?,
    };
    let bias = double(&norm.bias)?.f_add(&off.f_mul(&scale)?)?;
    let weight = double(&conv.weight)?.f_mul(&scale.f_view([-1, 1, 1, 1])?)?;
    Ok(Conv {
        weight: weight.f_to_kind(Type::Float)?,
        bias: Some(bias.f_to_kind(Type::Float)?),
        steps: conv.steps,
    })
}
