//! What can go wrong in training.

use std::borrow::Cow;

use kdp::diag::count;
use kdp::plan::{Key, Split};
use tch::TchError;

use crate::data::DataError;
use crate::nets::NetError;

/// Why a training failed. The node's name and declaration are put before it.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum TrainError {
    #[error("the loss is not finite at step 0, before anything is learnt")]
    FirstLoss,
    #[error("the loss is not finite at step {step} (learning rate {lr})")]
    Loss { step: u64, lr: f64 },
    #[error("the weights are no longer finite")]
    Weights,
    #[error("the engine does not know the optimiser `{0}`")]
    Optimiser(String),
    #[error("the engine does not compute in `{0}`")]
    Precision(String),
    #[error("the optimiser `{optimiser}` has no usable `{argument}`")]
    Argument { optimiser: String, argument: String },
    #[error("an epoch is {} of this data, not {planned} as planned", count(.found, "step"))]
    Epoch { found: u64, planned: u64 },
    #[error("there is no training sample")]
    Empty,
    #[error(
        "the objective asks for labels at step {step}, but {unlabelled} of {} have none",
        count(.samples, "sample")
    )]
    Unlabelled {
        step: u64,
        unlabelled: usize,
        samples: usize,
    },
    #[error("only images can be augmented, and the samples are none")]
    Augmented,
    #[error("all parameters are frozen: there is nothing to train")]
    AllFrozen,
    #[error("the engine does not know the operator `{0}`")]
    Operator(char),
    #[error("the best state cannot be told on the {} split: it has samples without a label, or none at all", .0.word())]
    BestOn(Split),
    #[error("the engine does not know how to tell the best state by `{0}`")]
    BestBy(String),
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
    pub fn help(&self) -> Option<Cow<'static, str>> {
        let known = match self {
            // No step was taken: no learning rate can be too high.
            TrainError::FirstLoss => Some(
                "look at the data (the `mean` and `std` of its source), at the weights that it begins with (`init`), and at the objective (a `log` or a division of 0, a temperature near 0)",
            ),
            TrainError::Loss { .. } | TrainError::Weights => {
                Some("try a smaller learning rate, a warm-up (`0.0 then LR over …`), or `clip`")
            }
            TrainError::Unlabelled { .. } => Some(
                "learn from a teacher alone (`distill` with weight 1, `match_logits`), or give the samples labels with `relabel`",
            ),
            TrainError::Data(error) => error.help(),
            TrainError::Net(error) => return error.help(),
            _ => None,
        };
        known.map(Cow::from)
    }
}
