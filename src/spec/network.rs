//! A network: its layers, their names and shapes.

use serde::{Deserialize, Serialize};

use super::{Call, Shape};

/// A layer of a network, its shapes inferred.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    /// The dotted prefix of its parameters, unique in the network: `layer1.0.conv1`. Only layers
    /// with parameters or buffers, and `dropout`, use it.
    pub name: String,
    /// The word; `chain` for a sequence, whose members are `children`. A `residual` has two
    /// children: its body and its shortcut.
    pub call: Call,
    /// The layers inside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Layer>,
    /// What comes in for a sample.
    pub input: Shape,
    /// What comes out.
    pub output: Shape,
}

/// A network, ready to be built. Its output is `[classes]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Network {
    /// What a sample is.
    pub input: Shape,
    /// The number of classes.
    pub classes: i64,
    /// The outermost layer, a `chain`.
    pub root: Layer,
}

impl Layer {
    /// Shows the layer and all inside it, the outer before the inner.
    pub fn walk<'a>(&'a self, see: &mut impl FnMut(&'a Layer)) {
        see(self);
        for child in &self.children {
            child.walk(see);
        }
    }

    /// The id of padding, where a `position_embedding` counts only tokens that are none.
    pub fn counted_padding(&self) -> Option<i64> {
        match (&self.input, self.call.bool("skip_padding")) {
            (Shape::Tokens { padding, .. }, Some(true)) => Some(*padding),
            _ => None,
        }
    }
}

impl Network {
    /// Whether a layer of it is a convolution.
    pub fn convolves(&self) -> bool {
        let mut convolves = false;
        self.root
            .walk(&mut |layer| convolves |= layer.call.name == "conv");
        convolves
    }

    /// The layer of that name; of several (a `residual` and its body), the outermost.
    pub fn layer(&self, name: &str) -> Option<&Layer> {
        let mut found = None;
        self.root.walk(&mut |layer| {
            if found.is_none() && layer.name == name {
                found = Some(layer);
            }
        });
        found
    }
}
