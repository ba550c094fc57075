//! What can be wrong with a network or its weights.

use tch::TchError;

/// Why a network could not be built or loaded. The node's name and declaration are put before it.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum NetError {
    #[error("the engine does not know the layer `{0}`")]
    Unknown(String),
    #[error("the layer `{layer}` has no usable `{argument}`")]
    Argument { layer: String, argument: String },
    #[error(
        "the file `{file}` has no tensor `{tensor}`, which the network wants with shape {wanted:?}"
    )]
    MissingTensor {
        file: String,
        tensor: String,
        wanted: Vec<i64>,
    },
    #[error(
        "the file `{file}` has a tensor `{tensor}` of shape {found:?} that the network has no place for"
    )]
    SurplusTensor {
        file: String,
        tensor: String,
        found: Vec<i64>,
    },
    #[error(
        "`{pattern}` is to be ignored, but neither the file `{file}` nor the network has such a tensor"
    )]
    NothingIgnored { file: String, pattern: String },
    #[error(
        "the tensor `{tensor}` of the file `{file}` has shape {found:?}, the network wants {wanted:?}"
    )]
    TensorShape {
        file: String,
        tensor: String,
        found: Vec<i64>,
        wanted: Vec<i64>,
    },
    #[error("the tensor `{tensor}` of the file `{file}` has a type that is no number: {dtype}")]
    TensorType {
        file: String,
        tensor: String,
        dtype: String,
    },
    #[error("the tensor `{tensor}` of the file `{file}` holds a value that is not finite")]
    TensorValue { file: String, tensor: String },
    #[error("the file `{file}` is not sound safetensors: {reason}")]
    NotSafetensors {
        file: String,
        reason: safetensors::SafeTensorError,
    },
    #[error("the network has no parameter `{0}`")]
    NoParameter(String),
    #[error("the network has no layer `{0}` whose output could be taken")]
    NoLayer(String),
    #[error("an ensemble has no member")]
    NoMember,
    #[error(transparent)]
    Malformed(#[from] kdp::spec::Malformed),
    #[error(transparent)]
    Tensors(#[from] safetensors::SafeTensorError),
    #[error("{}", crate::errors::plain(.0))]
    Torch(#[from] TchError),
}

impl NetError {
    /// The mend, where one is known.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            NetError::MissingTensor { .. }
            | NetError::SurplusTensor { .. }
            | NetError::TensorShape { .. } => Some(
                "the file must hold exactly the network's parameters and buffers: name the layers with `as`, or take the file that belongs to this arch",
            ),
            NetError::NothingIgnored { .. } => Some(
                "a pattern is a tensor's whole name, in which `*` stands for any letters: `ignore: [\"fc.*\"]`",
            ),
            _ => None,
        }
    }
}
