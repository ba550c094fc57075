//! The tensors that a network consists of: their names, shapes and first values.

use kdp::plan::{Layer, Network};

use super::NetError;

/// The first value of a tensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Start {
    /// Uniform in ±1/√fan_in, as PyTorch's layers start.
    Uniform {
        /// Inputs of one unit.
        fan_in: i64,
    },
    /// The same everywhere.
    Constant(f32),
    /// A count of batches (i64), from 0.
    Count,
}

/// A tensor of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// As in a checkpoint: `layer1.0.conv1.weight`.
    pub name: String,
    /// Its shape.
    pub shape: Vec<i64>,
    /// Its first value.
    pub start: Start,
    /// Whether it is trained; statistics are not.
    pub trained: bool,
}

/// The name of a tensor of a layer.
pub(super) fn tensor_name(layer: &Layer, tensor: &str) -> String {
    if layer.name.is_empty() {
        tensor.to_string()
    } else {
        format!("{}.{tensor}", layer.name)
    }
}

/// A whole number among a layer's arguments.
pub(super) fn int(layer: &Layer, name: &str) -> Result<i64, NetError> {
    wanted(layer, name, layer.call.int(name))
}

/// The value of an argument that must be there.
pub(super) fn wanted<T>(layer: &Layer, name: &str, value: Option<T>) -> Result<T, NetError> {
    value.ok_or_else(|| NetError::Argument {
        layer: layer.call.name.clone(),
        argument: name.to_string(),
    })
}

/// All tensors of a network, in the order of its layers.
pub fn specs(network: &Network) -> Result<Vec<Spec>, NetError> {
    let mut specs = Vec::new();
    gather(&network.root, &mut specs)?;
    Ok(specs)
}

fn gather(layer: &Layer, specs: &mut Vec<Spec>) -> Result<(), NetError> {
    let input = |place: usize| {
        let size = layer.input.get(place).copied().filter(|&size| size > 0);
        size.ok_or_else(|| NetError::Input {
            layer: layer.call.name.clone(),
            input: layer.input.clone(),
        })
    };
    let mut add = |tensor: &str, shape: Vec<i64>, start, trained| {
        specs.push(Spec {
            name: tensor_name(layer, tensor),
            shape,
            start,
            trained,
        });
    };
    match layer.call.name.as_str() {
        "conv" => {
            let (channels, kernel) = (int(layer, "channels")?, int(layer, "kernel")?);
            let width = input(0)? / int(layer, "groups")?.max(1);
            let start = Start::Uniform {
                fan_in: width * kernel * kernel,
            };
            add("weight", vec![channels, width, kernel, kernel], start, true);
            if wanted(layer, "bias", layer.call.bool("bias"))? {
                add("bias", vec![channels], start, true);
            }
        }
        "linear" => {
            let features = int(layer, "features")?;
            let fan_in = input(layer.input.len().saturating_sub(1))?;
            let start = Start::Uniform { fan_in };
            add("weight", vec![features, fan_in], start, true);
            if wanted(layer, "bias", layer.call.bool("bias"))? {
                add("bias", vec![features], start, true);
            }
        }
        "batch_norm" => {
            let channels = input(0)?;
            add("weight", vec![channels], Start::Constant(1.0), true);
            add("bias", vec![channels], Start::Constant(0.0), true);
            add("running_mean", vec![channels], Start::Constant(0.0), false);
            add("running_var", vec![channels], Start::Constant(1.0), false);
            add("num_batches_tracked", vec![], Start::Count, false);
        }
        _ => {
            for child in &layer.children {
                gather(child, specs)?;
            }
        }
    }
    Ok(())
}
