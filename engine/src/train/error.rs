//! What can go wrong in training.

use kdp::plan::Key;
use tch::TchError;

use crate::data::DataError;
use crate::nets::NetError;

/// Why a training failed. The node's name and declaration are put before it.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum TrainError {
    #[error("the loss is not finite at step {step} (learning rate {lr})")]
    Loss { step: u64, lr: f64 },
    #[error("the weights are not finite after the last step")]
    Weights,
    #[error("the engine does not know the optimiser `{0}`")]
    Optimiser(String),
    #[error("the engine does not compute in `{0}`")]
    Precision(String),
    #[error("the optimiser `{optimiser}` has no usable `{argument}`")]
    Argument { optimiser: String, argument: String },
    #[error("an epoch is {found} steps of this data, not {planned} as planned")]
    Epoch { found: u64, planned: u64 },
    #[error("there is no training sample")]
    Empty,
    #[error("the teacher {} was not loaded", .0.short())]
    Teacher(Key),
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Net(#[from] NetError),
    #[error("{}", crate::errors::plain(.0))]
    Torch(#[from] TchError),
}

impl TrainError {
    /// The mend, where one is known.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            TrainError::Loss { .. } | TrainError::Weights => {
                Some("try a smaller learning rate, a warm-up (`0.0 then LR over …`), or `clip`")
            }
            TrainError::Data(error) => error.help(),
            TrainError::Net(error) => error.help(),
            _ => None,
        }
    }
}
