//! What objects tell of themselves without a blob being opened.

use serde::{Deserialize, Serialize};

use super::{DataMeta, Digest};

/// The summary of a data object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataSummary {
    /// What is known of it.
    #[serde(flatten)]
    pub meta: DataMeta,
    /// What its source holds and it does not; `None` where that is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<LeftOut>,
}

/// Samples of a source that cannot be read, and are left out because the source says so (`damaged: skip`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    /// How many.
    pub count: u64,
    /// The first of them, at most [`LeftOut::TOLD`].
    pub first: Vec<Damaged>,
}

impl LeftOut {
    /// How many are told one by one.
    pub const TOLD: usize = 5;

    /// How many are not told one by one.
    pub fn untold(&self) -> u64 {
        self.count.saturating_sub(self.first.len() as u64)
    }
}

/// A sample that cannot be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Damaged {
    /// `train` or `test`.
    pub split: String,
    /// Where it lies in the split: a file of its folder, `china/b.jpg`.
    pub sample: String,
    /// What is wrong with it.
    pub why: String,
}

/// The summary of a train object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StateSummary {
    /// Number of trainable numbers.
    pub parameters: u64,
    /// Steps of training.
    pub steps: u64,
}

/// The summary of what watched a model's training, and of a weights or ensemble object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelSummary {
    /// Number of trainable numbers.
    pub parameters: u64,
    /// Steps of training.
    pub steps: u64,
    /// Share right on the training split, as labelled there, without augmentation; `None` where it
    /// has no labels.
    pub train_accuracy: Option<f64>,
    /// Share right on the test split.
    pub test_accuracy: f64,
    /// The blake3 of the model's main blob: `weights.safetensors` or `ensemble.json`.
    pub digest: Digest,
}
