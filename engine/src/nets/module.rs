//! The layers of a network on tensors. Each word of `kdp::vocabulary::LAYERS` has its place here.

use std::collections::BTreeMap;

use kdp::plan::Layer;
use tch::{TchError, Tensor};

use super::NetError;
use super::specs::{int, tensor_name, wanted};
use crate::random::Mask;

/// How a network runs.
#[derive(Clone, Copy, Debug)]
pub enum Mode {
    /// Batch norm by its running statistics, no dropout.
    Evaluate,
    /// Batch norm by the batch, dropout drawn from the seed and the step.
    Train {
        /// The seed of the run.
        seed: i64,
        /// The step.
        step: u64,
    },
}

/// A layer with its tensors, which it shares with the network.
#[derive(Debug)]
pub(super) enum Module {
    Conv {
        weight: Tensor,
        bias: Option<Tensor>,
        stride: i64,
        padding: i64,
        groups: i64,
    },
    BatchNorm {
        weight: Tensor,
        bias: Tensor,
        mean: Tensor,
        variance: Tensor,
        batches: Tensor,
        epsilon: f64,
        momentum: f64,
    },
    Linear {
        weight: Tensor,
        bias: Option<Tensor>,
    },
    Relu,
    Relu6,
    Gelu,
    Tanh,
    Flatten,
    GlobalAvgPool,
    MaxPool {
        kernel: i64,
        stride: i64,
        padding: i64,
    },
    AvgPool {
        kernel: i64,
        stride: i64,
    },
    Dropout {
        rate: f64,
        purpose: String,
    },
    Identity,
    Residual {
        body: Box<Module>,
        shortcut: Box<Module>,
    },
    SubsampleAndPad {
        before: i64,
        after: i64,
        stride: i64,
    },
    Chain(Vec<Module>),
}

impl Module {
    /// The module of a layer, whose tensors are among `tensors`.
    pub(super) fn build(
        layer: &Layer,
        tensors: &BTreeMap<String, Tensor>,
    ) -> Result<Module, NetError> {
        let optional = |name: &str| {
            let tensor = tensors.get(&tensor_name(layer, name));
            tensor.map(Tensor::shallow_clone)
        };
        let tensor = |name: &str| wanted(layer, name, optional(name));
        let children = || {
            let children = layer.children.iter();
            children
                .map(|child| Module::build(child, tensors))
                .collect::<Result<Vec<_>, _>>()
        };
        let stride_or_kernel = || {
            layer
                .call
                .int("stride")
                .map_or_else(|| int(layer, "kernel"), Ok)
        };
        Ok(match layer.call.name.as_str() {
            "conv" => Module::Conv {
                weight: tensor("weight")?,
                bias: optional("bias"),
                stride: int(layer, "stride")?,
                padding: int(layer, "padding")?,
                groups: int(layer, "groups")?,
            },
            "batch_norm" => Module::BatchNorm {
                weight: tensor("weight")?,
                bias: tensor("bias")?,
                mean: tensor("running_mean")?,
                variance: tensor("running_var")?,
                batches: tensor("num_batches_tracked")?,
                epsilon: wanted(layer, "epsilon", layer.call.number("epsilon"))?,
                momentum: wanted(layer, "momentum", layer.call.number("momentum"))?,
            },
            "linear" => Module::Linear {
                weight: tensor("weight")?,
                bias: optional("bias"),
            },
            "relu" => Module::Relu,
            "relu6" => Module::Relu6,
            "gelu" => Module::Gelu,
            "tanh" => Module::Tanh,
            "flatten" => Module::Flatten,
            "global_avg_pool" => Module::GlobalAvgPool,
            "max_pool" => Module::MaxPool {
                kernel: int(layer, "kernel")?,
                stride: stride_or_kernel()?,
                padding: int(layer, "padding")?,
            },
            "avg_pool" => Module::AvgPool {
                kernel: int(layer, "kernel")?,
                stride: stride_or_kernel()?,
            },
            "dropout" => {
                let rate = layer.call.number("rate");
                Module::Dropout {
                    rate: wanted(layer, "rate", rate.filter(|rate| (0.0..1.0).contains(rate)))?,
                    purpose: format!("dropout: {}", layer.name),
                }
            }
            "identity" => Module::Identity,
            "residual" => {
                let pair: [Module; 2] = children()?.try_into().map_err(|_| NetError::Argument {
                    layer: layer.call.name.clone(),
                    argument: "body".to_string(),
                })?;
                let [body, shortcut] = pair.map(Box::new);
                Module::Residual { body, shortcut }
            }
            "subsample_and_pad" => {
                let given = layer.input.first().copied().unwrap_or(0);
                let more = int(layer, "channels")? - given;
                let more = wanted(layer, "channels", Some(more).filter(|&more| more >= 0))?;
                Module::SubsampleAndPad {
                    before: more / 2,
                    after: more - more / 2,
                    stride: int(layer, "stride")?,
                }
            }
            "chain" => Module::Chain(children()?),
            other => return Err(NetError::Unknown(other.to_string())),
        })
    }

    /// What comes out for a batch.
    pub(super) fn forward(&self, x: &Tensor, mode: Mode) -> Result<Tensor, TchError> {
        match self {
            Module::Conv {
                weight,
                bias,
                stride,
                padding,
                groups,
            } => x.f_conv2d(weight, bias.as_ref(), *stride, *padding, 1, *groups),
            Module::BatchNorm {
                weight,
                bias,
                mean,
                variance,
                batches,
                epsilon,
                momentum,
            } => {
                let training = matches!(mode, Mode::Train { .. });
                if training {
                    one_value_a_channel_has_no_variance(x)?;
                    let _ = batches.shallow_clone().f_add_scalar_(1)?;
                }
                x.f_batch_norm(
                    Some(weight),
                    Some(bias),
                    Some(mean),
                    Some(variance),
                    training,
                    *momentum,
                    *epsilon,
                    true,
                )
            }
            Module::Linear { weight, bias } => x.f_linear(weight, bias.as_ref()),
            Module::Relu => x.f_relu(),
            Module::Relu6 => x.f_clamp(0.0, 6.0),
            Module::Gelu => x.f_gelu("none"),
            Module::Tanh => x.f_tanh(),
            Module::Flatten => x.f_flatten(1, -1),
            Module::GlobalAvgPool => x.f_mean_dim([2i64, 3].as_slice(), false, None),
            Module::MaxPool {
                kernel,
                stride,
                padding,
            } => x.f_max_pool2d(*kernel, *stride, *padding, 1, false),
            Module::AvgPool { kernel, stride } => {
                x.f_avg_pool2d(*kernel, *stride, 0, false, true, None)
            }
            Module::Dropout { rate, purpose } => match mode {
                Mode::Train { seed, step } if *rate > 0.0 => {
                    let mask = Mask::new(seed, purpose, step);
                    let mask = mask.draw(x.numel(), *rate, (1.0 / (1.0 - rate)) as f32);
                    let mask = Tensor::f_from_slice(&mask)?
                        .f_to_device(x.device())?
                        .f_view(x.size().as_slice())?;
                    x.f_mul(&mask)
                }
                _ => Ok(x.shallow_clone()),
            },
            Module::Identity => Ok(x.shallow_clone()),
            Module::Residual { body, shortcut } => {
                body.forward(x, mode)?.f_add(&shortcut.forward(x, mode)?)
            }
            Module::SubsampleAndPad {
                before,
                after,
                stride,
            } => x
                .f_slice(2, None, None, *stride)?
                .f_slice(3, None, None, *stride)?
                .f_constant_pad_nd([0, 0, 0, 0, *before, *after]),
            Module::Chain(modules) => {
                let mut x = x.shallow_clone();
                for module in modules {
                    x = module.forward(&x, mode)?;
                }
                Ok(x)
            }
        }
    }
}

/// Refuses to train batch norm on one value a channel: its variance would be 0/0.
fn one_value_a_channel_has_no_variance(x: &Tensor) -> Result<(), TchError> {
    let sizes = x.size();
    let channels = sizes.get(1).copied().unwrap_or(1).max(1);
    if x.numel() as i64 / channels > 1 {
        return Ok(());
    }
    Err(TchError::Shape(
        "batch_norm saw one value a channel (the last batch of an epoch holds one sample): choose another batch size".to_string(),
    ))
}
