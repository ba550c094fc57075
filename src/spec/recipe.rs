//! How a network is trained, whatever it is and whatever its loss.

use serde::{Deserialize, Serialize};

use super::{Call, Schedule};

/// A recipe held against data: everything in steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// The optimiser.
    pub optimizer: Call,
    /// The learning rate.
    pub lr: Schedule,
    /// Weight decay.
    pub weight_decay: Schedule,
    /// Samples a step.
    pub batch: u64,
    /// Length of the run.
    pub steps: u64,
    /// ⌈n / batch⌉.
    pub steps_per_epoch: u64,
    /// Augmentation, in order.
    pub augment: Vec<Call>,
    /// Largest norm of the gradients.
    pub clip: Option<f64>,
    /// What convolutions and linear layers compute in, `fp32` or `bf16`.
    pub precision: String,
    /// Whether batches are made of texts of similar length.
    #[serde(default, skip_serializing_if = "is_false")]
    pub group_by_length: bool,
}

pub(super) fn is_false(value: &bool) -> bool {
    !value
}

impl Recipe {
    /// As much of it as a run of so many steps sees; see [`Schedule::until`].
    pub fn until(&self, steps: u64) -> Recipe {
        Recipe {
            lr: self.lr.until(steps),
            weight_decay: self.weight_decay.until(steps),
            steps,
            ..self.clone()
        }
    }
}
