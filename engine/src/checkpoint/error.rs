//! Why a file's tensors are not to be had.

use kdp::spec::NoWeights;
use safetensors::SafeTensorError;

use crate::pickle::PickleError;

/// A file that is not read.
#[derive(Debug, thiserror::Error)]
#[error("the file `{file}` {reason}")]
pub struct CheckpointError {
    /// What it is called.
    pub file: String,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with a file of weights: what comes after its name.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum Reason {
    #[error(transparent)]
    NoWeights(#[from] NoWeights),
    #[error("is not sound safetensors: {0}")]
    Safetensors(#[from] SafeTensorError),
    #[error("is not a sound zip archive: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("is a zip archive, but not of PyTorch: it has no `data.pkl`")]
    NoPickle,
    #[error("is a TorchScript archive: it holds a program beside its tensors")]
    Script,
    #[error(
        "is a zip archive that was packed anew: its entry `{0}` is compressed, which PyTorch's never are"
    )]
    Compressed(String),
    #[error("has two entries of one name, so what it holds is not clear")]
    Twice,
    #[error("has no storage `{0}`, though its pickle refers to it")]
    NoEntry(String),
    #[error(
        "is damaged: the bytes of its entry `{0}` do not have the checksum that is written there"
    )]
    Checksum(String),
    #[error("is damaged: its storage `{storage}` has {found} bytes, its pickle says {promised}")]
    Length {
        storage: String,
        found: usize,
        promised: i128,
    },
    #[error("is cut short")]
    Truncated,
    #[error("is not read: {0}")]
    Pickle(PickleError),
    #[error("is not read: at byte {} of its entry `{entry}`, {}", .error.at, .error.problem)]
    PickleIn { entry: String, error: PickleError },
    #[error("is a pickle, but not what `torch.save` writes")]
    PlainPickle,
    #[error("holds {0} in place of a dict of tensors")]
    NoDict(&'static str),
    #[error("holds no dict of tensors")]
    NoTensors,
    #[error("holds more than tensors: its `{name}` is {kind}")]
    NoTensor { name: String, kind: &'static str },
    #[error("holds several dicts of tensors: {0}")]
    Several(String),
    #[error(
        "describes its tensor `{0}` as no tensor is: its storage ends before it does, or it is no view at all"
    )]
    View(String),
    #[error("holds a tensor `{name}` of numbers that kdp does not compute with: {dtype}")]
    Type { name: String, dtype: String },
}

impl CheckpointError {
    /// The mend, where one is known.
    pub fn help(&self) -> Option<&'static str> {
        match &self.reason {
            Reason::NoWeights(what) => what.help(),
            Reason::Truncated | Reason::Zip(_) | Reason::Safetensors(_) | Reason::Length { .. } => {
                Some("the download was probably cut off: fetch the file again")
            }
            Reason::Checksum(_) => Some(
                "fetch the file again; a file that was saved without checksums (`set_crc32_options(False)`) must be saved with them",
            ),
            Reason::Compressed(_) => {
                Some("load it in PyTorch, and save its state dict again with `torch.save`")
            }
            Reason::Script => Some(
                "save its tensors alone: `torch.save(torch.jit.load(\"it.pt\").state_dict(), \"weights.pth\")`",
            ),
            Reason::NoDict(_) | Reason::NoTensors | Reason::NoTensor { .. } => {
                Some("save the state dict alone: `torch.save(model.state_dict(), \"weights.pth\")`")
            }
            Reason::Several(_) => Some(
                "save the one that is meant alone: `torch.save(torch.load(\"it.pth\")[\"model\"], \"weights.pth\")`",
            ),
            Reason::Pickle(error) | Reason::PickleIn { error, .. } => error.problem.help(),
            _ => None,
        }
    }
}
