//! What is known of data without opening it.

use serde::{Deserialize, Serialize};

use super::Shape;

/// What is known of a data set without opening it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataShape {
    /// What a sample is: an image, or a row of tokens.
    pub sample: Shape,
    /// The number of classes.
    pub classes: i64,
    /// Samples in `train`, after the transforms.
    pub train: i64,
    /// Samples in `validation`, after the transforms; 0 where there is no such split.
    #[serde(default)]
    pub validation: i64,
    /// Samples in `test`, after the transforms.
    pub test: i64,
    /// Whether every training sample has a label; those without bear −1.
    pub labelled: bool,
}

impl DataShape {
    /// The number of samples of a split.
    pub fn count(&self, split: Split) -> i64 {
        match split {
            Split::Train => self.train,
            Split::Validation => self.validation,
            Split::Test => self.test,
        }
    }
}

/// `train`, `validation` or `test`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// Training data.
    Train,
    /// Held out of the training data, to choose by.
    Validation,
    /// Test data.
    Test,
}

impl Split {
    /// `train`, `validation` or `test`.
    pub fn word(self) -> &'static str {
        match self {
            Split::Train => "train",
            Split::Validation => "validation",
            Split::Test => "test",
        }
    }
}
