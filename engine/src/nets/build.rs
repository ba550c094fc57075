//! Layers built from their description.

use std::collections::{BTreeMap, BTreeSet};

use kdp::plan::{Layer, Shape};
use tch::Tensor;

use super::NetError;
use super::attention::{Attention, Projections};
use super::conv::Conv;
use super::dropout::Dropout;
use super::embedding::{Embedding, Row};
use super::layer_norm::LayerNorm;
use super::linear::Linear;
use super::module::{Kind, Module};
use super::norm::BatchNorm;
use crate::shim::{Rectifier, Steps};

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
            "conv" => Kind::Conv(Conv {
                weight: tensor("weight")?,
                bias: optional("bias"),
                steps: Steps {
                    stride: int(layer, "stride")?,
                    padding: int(layer, "padding")?,
                    groups: int(layer, "groups")?,
                },
            }),
            "batch_norm" => Kind::BatchNorm(BatchNorm {
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
            }),
            "linear" => Kind::Linear(Linear {
                weight: tensor("weight")?,
                bias: optional("bias"),
                logits: false,
            }),
            "layer_norm" => Kind::LayerNorm(LayerNorm {
                weight: tensor("weight")?,
                bias: tensor("bias")?,
                epsilon: wanted(layer, "epsilon", layer.call.number("epsilon"))?,
            }),
            "embedding" | "position_embedding" | "segment_embedding" => {
                Kind::Embedding(Embedding {
                    weight: tensor("weight")?,
                    row: Row::of(layer)?,
                })
            }
            "attention" => {
                let linear = |role: &str| {
                    Ok::<_, NetError>(Linear {
                        weight: tensor(&format!("{role}.weight"))?,
                        bias: optional(&format!("{role}.bias")),
                        logits: false,
                    })
                };
                Kind::Attention(Attention {
                    heads: int(layer, "heads")?,
                    projections: Projections::Three([
                        linear("query")?,
                        linear("key")?,
                        linear("value")?,
                    ]),
                    dropout: dropout(layer, "dropout")?,
                })
            }
            "first_token" => Kind::FirstToken,
            "mean_tokens" => Kind::MeanTokens,
            "relu" => Kind::Rectifier(Rectifier::Relu),
            "relu6" => Kind::Rectifier(Rectifier::Relu6),
            "gelu" => Kind::Gelu {
                approximate: match layer.call.text("approximate") {
                    Some("none") => "none",
                    Some("tanh") => "tanh",
                    _ => return wanted(layer, "approximate", None),
                },
            },
            "tanh" => Kind::Tanh,
            "flatten" => match layer.input {
                Shape::Vectors { length, .. } => Kind::FlattenTokens { length },
                _ => Kind::Flatten,
            },
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
            "dropout" => Kind::Dropout(dropout(layer, "rate")?),
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
            "add" => Kind::Add(children()?),
            "chain" => Kind::Chain(children()?),
            other => return Err(NetError::Unknown(other.to_string())),
        })
    }
}

/// The name of a tensor of a layer.
fn tensor_name(layer: &Layer, tensor: &str) -> String {
    match layer.name.as_str() {
        "" => tensor.to_string(),
        prefix => format!("{prefix}.{tensor}"),
    }
}

/// The dropout of a layer, whose rate is an argument.
fn dropout(layer: &Layer, rate: &str) -> Result<Dropout, NetError> {
    let given = layer.call.number(rate);
    Ok(Dropout {
        rate: wanted(layer, rate, given.filter(|rate| (0.0..1.0).contains(rate)))?,
        purpose: format!("dropout: {}", layer.name),
    })
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
