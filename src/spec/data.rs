//! What is known of data without opening it.

use serde::{Deserialize, Serialize};

/// What is known of a data set without opening it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataShape {
    /// The shape of a sample: `[C, H, W]`.
    pub sample: Vec<i64>,
    /// The number of classes.
    pub classes: i64,
    /// Samples in `train`, after the transforms.
    pub train: i64,
    /// Samples in `test`, after the transforms.
    pub test: i64,
}

/// `train` or `test`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// Training data.
    Train,
    /// Test data.
    Test,
}

impl Split {
    /// `train` or `test`.
    pub fn word(self) -> &'static str {
        match self {
            Split::Train => "train",
            Split::Test => "test",
        }
    }
}
