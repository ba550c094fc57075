//! The tensors that a network consists of: their names, shapes and first values.

use thiserror::Error;

use super::{Call, Layer, Network, Shape};

/// The first values of a tensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fill {
    /// Uniform in ±1/√fan_in, as PyTorch's layers start.
    Uniform {
        /// Inputs of one unit.
        fan_in: i64,
    },
    /// Normal around 0.
    Normal {
        /// Its standard deviation.
        std: f64,
    },
    /// Normal around 0, but for the zeros of one row, that of padding.
    Embedding {
        /// Its standard deviation.
        std: f64,
        /// The row of padding.
        padding: i64,
    },
    /// The same everywhere.
    Constant(f32),
    /// A count of batches (i64), from 0.
    Count,
}

/// A tensor of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorSpec {
    /// As in a checkpoint: `layer1.0.conv1.weight`.
    pub name: String,
    /// Its shape.
    pub shape: Vec<i64>,
    /// Its first values.
    pub fill: Fill,
    /// Whether it is a parameter, which is trained; statistics are not.
    pub trained: bool,
}

impl TensorSpec {
    /// How many numbers it holds.
    pub fn count(&self) -> i64 {
        self.shape
            .iter()
            .fold(1, |count, side| count.saturating_mul(*side))
    }
}

/// A layer that lacks what its tensors hang on.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("the layer `{layer}` of the network has no sound `{argument}`")]
pub struct Malformed {
    /// The layer's word.
    pub layer: String,
    /// The argument, or `input`.
    pub argument: String,
}

/// All tensors of a network (or of the layers inside a layer), in the order of its layers.
///
/// # Errors
/// A layer lacks an argument or has an input of no size; no network that was checked does.
pub fn tensors(layer: &Layer) -> Result<Vec<TensorSpec>, Malformed> {
    let mut found = vec![];
    gather(layer, &mut found)?;
    Ok(found)
}

impl Network {
    /// Its tensors, in the order of its layers.
    ///
    /// # Errors
    /// As [`tensors`].
    pub fn tensors(&self) -> Result<Vec<TensorSpec>, Malformed> {
        tensors(&self.root)
    }
}

fn gather(layer: &Layer, found: &mut Vec<TensorSpec>) -> Result<(), Malformed> {
    let lacks = |argument: &str| Malformed {
        layer: layer.call.name.clone(),
        argument: argument.to_string(),
    };
    let int = |name: &str| layer.call.int(name).ok_or_else(|| lacks(name));
    let bias = || layer.call.bool("bias").ok_or_else(|| lacks("bias"));
    let sizes = layer.input.sizes();
    let input = |place: usize| {
        let size = sizes.get(place).copied().filter(|&size| size > 0);
        size.ok_or_else(|| lacks("input"))
    };
    let mut add = |tensor: &str, shape: Vec<i64>, fill, trained| {
        let name = match layer.name.as_str() {
            "" => tensor.to_string(),
            prefix => format!("{prefix}.{tensor}"),
        };
        found.push(TensorSpec {
            name,
            shape,
            fill,
            trained,
        });
    };
    match layer.call.name.as_str() {
        "conv" => {
            let (channels, kernel) = (int("channels")?, int("kernel")?);
            let width = input(0)? / int("groups")?.max(1);
            let area = kernel * kernel;
            let fills =
                begins_as(layer, width * area, channels * area).ok_or_else(|| lacks("init"))?;
            add(
                "weight",
                vec![channels, width, kernel, kernel],
                fills.weight,
                true,
            );
            if bias()? {
                add("bias", vec![channels], fills.bias, true);
            }
        }
        "linear" => {
            let features = int("features")?;
            let fan_in = input(sizes.len().saturating_sub(1))?;
            let fills = begins_as(layer, fan_in, features).ok_or_else(|| lacks("init"))?;
            add("weight", vec![features, fan_in], fills.weight, true);
            if bias()? {
                add("bias", vec![features], fills.bias, true);
            }
        }
        "batch_norm" => {
            let channels = input(0)?;
            add("weight", vec![channels], Fill::Constant(1.0), true);
            add("bias", vec![channels], Fill::Constant(0.0), true);
            add("running_mean", vec![channels], Fill::Constant(0.0), false);
            add("running_var", vec![channels], Fill::Constant(1.0), false);
            add("num_batches_tracked", vec![], Fill::Count, false);
        }
        "layer_norm" => {
            let width = input(sizes.len().saturating_sub(1))?;
            add("weight", vec![width], Fill::Constant(1.0), true);
            add("bias", vec![width], Fill::Constant(0.0), true);
        }
        "embedding" => {
            let Shape::Tokens {
                vocabulary,
                padding,
                ..
            } = layer.input
            else {
                return Err(lacks("input"));
            };
            let (width, row) = (int("width")?, Some(padding));
            let fill = vectors(layer, width, vocabulary, row).ok_or_else(|| lacks("init"))?;
            add("weight", vec![vocabulary, width], fill, true);
        }
        "position_embedding" => {
            let (padding, width) = (layer.counted_padding(), int("width")?);
            let rows = int("positions")? + padding.map_or(0, |id| id + 1);
            let fill = vectors(layer, width, rows, padding).ok_or_else(|| lacks("init"))?;
            add("weight", vec![rows, width], fill, true);
        }
        "segment_embedding" => {
            let (rows, width) = (int("segments")?, int("width")?);
            let fill = vectors(layer, width, rows, None).ok_or_else(|| lacks("init"))?;
            add("weight", vec![rows, width], fill, true);
        }
        "attention" => {
            let width = input(1)?;
            let fills = begins_as(layer, width, width).ok_or_else(|| lacks("init"))?;
            for role in ["query", "key", "value"] {
                add(
                    &format!("{role}.weight"),
                    vec![width, width],
                    fills.weight,
                    true,
                );
                add(&format!("{role}.bias"), vec![width], fills.bias, true);
            }
        }
        _ => {
            for child in &layer.children {
                gather(child, found)?;
            }
        }
    }
    Ok(())
}

/// What the weight and the bias of a layer begin as.
struct Fills {
    weight: Fill,
    bias: Fill,
}

/// What a layer begins as whose units have that many inputs and whose inputs reach that many units; `None`
/// where its `init` is not sound.
fn begins_as(layer: &Layer, fan_in: i64, fan_out: i64) -> Option<Fills> {
    let Some(init) = layer.call.call("init") else {
        let fill = Fill::Uniform { fan_in };
        return Some(Fills {
            weight: fill,
            bias: fill,
        });
    };
    let std = standard_deviation(init, fan_in, fan_out)?;
    Some(Fills {
        weight: Fill::Normal { std },
        bias: Fill::Constant(0.0),
    })
}

/// What a table of vectors begins as, of which that of padding may be zeros; `None` where its `init` is not
/// sound.
fn vectors(layer: &Layer, width: i64, rows: i64, padding: Option<i64>) -> Option<Fill> {
    let std = match layer.call.call("init") {
        None => 1.0,
        Some(init) => standard_deviation(init, width, rows)?,
    };
    Some(match padding {
        Some(padding) => Fill::Embedding { std, padding },
        None => Fill::Normal { std },
    })
}

/// The standard deviation of a distribution of first weights.
fn standard_deviation(init: &Call, fan_in: i64, fan_out: i64) -> Option<f64> {
    match init.name.as_str() {
        "normal" => init.number("std"),
        "kaiming_normal" => {
            let fan = match init.text("fan")? {
                "fan_in" => fan_in,
                _ => fan_out,
            };
            Some((2.0 / fan as f64).sqrt())
        }
        _ => None,
    }
}
