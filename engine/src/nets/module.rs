//! The layers of a network on tensors. Each word of `kdp::vocabulary::LAYERS` has its place here.

use std::collections::{BTreeMap, BTreeSet};

use kdp::plan::{Layer, Shape};
use tch::{TchError, Tensor};

use super::{Flow, NetError};
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
pub(super) struct Module {
    name: String,
    kind: Kind,
    /// Whether tokens or their vectors come out, so that what is padding is still known.
    row: bool,
}

/// What came out of the layers that were asked for.
#[derive(Default)]
pub(super) struct Seen<'a> {
    wanted: Option<&'a BTreeSet<String>>,
    found: BTreeMap<String, Flow>,
}

impl<'a> Seen<'a> {
    /// To ask for these.
    pub(super) fn of(wanted: &'a BTreeSet<String>) -> Self {
        Self {
            wanted: Some(wanted),
            found: BTreeMap::new(),
        }
    }

    /// What was seen, by layer.
    pub(super) fn found(self) -> BTreeMap<String, Flow> {
        self.found
    }

    /// Notes what came out of a layer. Of layers of one name inside each other the outermost, which
    /// comes last, is meant.
    fn note(&mut self, layer: &str, out: &Flow) {
        if self.wanted.is_some_and(|wanted| wanted.contains(layer)) {
            self.found.insert(layer.to_string(), out.share());
        }
    }
}

#[derive(Debug)]
enum Kind {
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
        frozen: bool,
    },
    Linear {
        weight: Tensor,
        bias: Option<Tensor>,
    },
    Embedding {
        weight: Tensor,
    },
    MeanTokens,
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
        frozen: &BTreeSet<String>,
    ) -> Result<Module, NetError> {
        Ok(Module {
            name: layer.name.clone(),
            kind: Kind::build(layer, tensors, frozen)?,
            row: !matches!(layer.output, Shape::Numbers(_)),
        })
    }

    /// What comes out for a batch.
    pub(super) fn forward(&self, x: &Flow, mode: Mode, seen: &mut Seen) -> Result<Flow, TchError> {
        let mask = x.mask.as_ref().filter(|_| self.row);
        let out = Flow {
            values: self.kind.forward(x, mode, seen)?,
            mask: mask.map(Tensor::shallow_clone),
        };
        seen.note(&self.name, &out);
        Ok(out)
    }
}

impl Kind {
    fn build(
        layer: &Layer,
        tensors: &BTreeMap<String, Tensor>,
        frozen: &BTreeSet<String>,
    ) -> Result<Kind, NetError> {
        let optional = |name: &str| {
            let tensor = tensors.get(&tensor_name(layer, name));
            tensor.map(Tensor::shallow_clone)
        };
        let tensor = |name: &str| wanted(layer, name, optional(name));
        let children = || {
            let children = layer.children.iter();
            children
                .map(|child| Module::build(child, tensors, frozen))
                .collect::<Result<Vec<_>, _>>()
        };
        let stride_or_kernel = || {
            layer
                .call
                .int("stride")
                .map_or_else(|| int(layer, "kernel"), Ok)
        };
        Ok(match layer.call.name.as_str() {
            "conv" => Kind::Conv {
                weight: tensor("weight")?,
                bias: optional("bias"),
                stride: int(layer, "stride")?,
                padding: int(layer, "padding")?,
                groups: int(layer, "groups")?,
            },
            "batch_norm" => Kind::BatchNorm {
                weight: tensor("weight")?,
                bias: tensor("bias")?,
                mean: tensor("running_mean")?,
                variance: tensor("running_var")?,
                batches: tensor("num_batches_tracked")?,
                epsilon: wanted(layer, "epsilon", layer.call.number("epsilon"))?,
                momentum: wanted(layer, "momentum", layer.call.number("momentum"))?,
                frozen: ["weight", "bias"]
                    .iter()
                    .all(|tensor| frozen.contains(&tensor_name(layer, tensor))),
            },
            "linear" => Kind::Linear {
                weight: tensor("weight")?,
                bias: optional("bias"),
            },
            "embedding" => Kind::Embedding {
                weight: tensor("weight")?,
            },
            "mean_tokens" => Kind::MeanTokens,
            "relu" => Kind::Relu,
            "relu6" => Kind::Relu6,
            "gelu" => Kind::Gelu,
            "tanh" => Kind::Tanh,
            "flatten" => Kind::Flatten,
            "global_avg_pool" => Kind::GlobalAvgPool,
            "max_pool" => Kind::MaxPool {
                kernel: int(layer, "kernel")?,
                stride: stride_or_kernel()?,
                padding: int(layer, "padding")?,
            },
            "avg_pool" => Kind::AvgPool {
                kernel: int(layer, "kernel")?,
                stride: stride_or_kernel()?,
            },
            "dropout" => {
                let rate = layer.call.number("rate");
                Kind::Dropout {
                    rate: wanted(layer, "rate", rate.filter(|rate| (0.0..1.0).contains(rate)))?,
                    purpose: format!("dropout: {}", layer.name),
                }
            }
            "identity" => Kind::Identity,
            "residual" => {
                let pair: [Module; 2] = children()?.try_into().map_err(|_| NetError::Argument {
                    layer: layer.call.name.clone(),
                    argument: "body".to_string(),
                })?;
                let [body, shortcut] = pair.map(Box::new);
                Kind::Residual { body, shortcut }
            }
            "subsample_and_pad" => {
                let given = layer.input.sizes().first().copied().unwrap_or(0);
                let more = int(layer, "channels")? - given;
                let more = wanted(layer, "channels", Some(more).filter(|&more| more >= 0))?;
                Kind::SubsampleAndPad {
                    before: more / 2,
                    after: more - more / 2,
                    stride: int(layer, "stride")?,
                }
            }
            "chain" => Kind::Chain(children()?),
            other => return Err(NetError::Unknown(other.to_string())),
        })
    }

    fn forward(&self, flow: &Flow, mode: Mode, seen: &mut Seen) -> Result<Tensor, TchError> {
        let x = &flow.values;
        match self {
            Kind::Conv {
                weight,
                bias,
                stride,
                padding,
                groups,
            } => x.f_conv2d(weight, bias.as_ref(), *stride, *padding, 1, *groups),
            Kind::BatchNorm {
                weight,
                bias,
                mean,
                variance,
                batches,
                epsilon,
                momentum,
                frozen,
            } => {
                let training = matches!(mode, Mode::Train { .. }) && !frozen;
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
            Kind::Linear { weight, bias } => x.f_linear(weight, bias.as_ref()),
            Kind::Embedding { weight } => flow.embed(weight),
            Kind::MeanTokens => flow.mean_tokens(),
            Kind::Relu => x.f_relu(),
            Kind::Relu6 => x.f_clamp(0.0, 6.0),
            Kind::Gelu => x.f_gelu("none"),
            Kind::Tanh => x.f_tanh(),
            Kind::Flatten => x.f_flatten(1, -1),
            Kind::GlobalAvgPool => x.f_mean_dim([2i64, 3].as_slice(), false, None),
            Kind::MaxPool {
                kernel,
                stride,
                padding,
            } => x.f_max_pool2d(*kernel, *stride, *padding, 1, false),
            Kind::AvgPool { kernel, stride } => {
                x.f_avg_pool2d(*kernel, *stride, 0, false, true, None)
            }
            Kind::Dropout { rate, purpose } => match mode {
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
            Kind::Identity => Ok(x.shallow_clone()),
            Kind::Residual { body, shortcut } => {
                let body = body.forward(flow, mode, seen)?.values;
                body.f_add(&shortcut.forward(flow, mode, seen)?.values)
            }
            Kind::SubsampleAndPad {
                before,
                after,
                stride,
            } => x
                .f_slice(2, None, None, *stride)?
                .f_slice(3, None, None, *stride)?
                .f_constant_pad_nd([0, 0, 0, 0, *before, *after]),
            Kind::Chain(modules) => {
                let mut flow = flow.share();
                for module in modules {
                    flow = module.forward(&flow, mode, seen)?;
                }
                Ok(flow.values)
            }
        }
    }
}

/// The name of a tensor of a layer.
fn tensor_name(layer: &Layer, tensor: &str) -> String {
    match layer.name.as_str() {
        "" => tensor.to_string(),
        prefix => format!("{prefix}.{tensor}"),
    }
}

/// A whole number among a layer's arguments.
fn int(layer: &Layer, name: &str) -> Result<i64, NetError> {
    wanted(layer, name, layer.call.int(name))
}

/// The value of an argument that must be there.
fn wanted<T>(layer: &Layer, name: &str, value: Option<T>) -> Result<T, NetError> {
    value.ok_or_else(|| NetError::Argument {
        layer: layer.call.name.clone(),
        argument: name.to_string(),
    })
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
