//! What can be wrong with a network or its weights.

use std::borrow::Cow;

use tch::TchError;

use super::Misfit;
use crate::checkpoint::CheckpointError;

/// Why a network could not be built or loaded. The node's name and declaration are put before it.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum NetError {
    #[error("the engine does not know the layer `{0}`")]
    Unknown(String),
    #[error("the layer `{layer}` has no usable `{argument}`")]
    Argument { layer: String, argument: String },
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    #[error(transparent)]
    Misfit(#[from] Box<Misfit>),
    #[error(
        "`{pattern}` is to be ignored, but neither the file `{file}` nor the network has such a tensor"
    )]
    NothingIgnored {
        file: String,
        pattern: String,
        /// A pattern of the network's last layer.
        like: String,
    },
    #[error("nothing is taken of the file `{0}`: each tensor of the network is to be ignored")]
    NothingTaken(String),
    #[error("the tensor `{tensor}` of the file `{file}` holds a value that is not finite")]
    TensorValue { file: String, tensor: String },
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
    pub fn help(&self) -> Option<Cow<'static, str>> {
        match self {
            NetError::Checkpoint(error) => error.help().map(Cow::from),
            NetError::Misfit(misfit) => Some(misfit.help()),
            NetError::NothingIgnored { like, .. } => Some(Cow::from(format!(
                "a pattern is a tensor's whole name, in which `*` stands for any letters; the last layer here is `ignore: [\"{like}\"]`",
            ))),
            NetError::NothingTaken(_) => {
                Some("leave out `init`: all of them are drawn from the seed then".into())
            }
            _ => None,
        }
    }
}
