//! Why a node failed.

use std::borrow::Cow;

use kdp::diag::count;
use kdp::plan::Key;
use kdp::store::StoreError;

use crate::data::DataError;
use crate::measure::MeasureError;
use crate::nets::NetError;
use crate::train::TrainError;

/// Why a node failed.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum NodeError {
    #[error("the device `{0}` is not there")]
    Device(String),
    #[error("the object {} that it needs is not in the store", .0.short())]
    Input(Key),
    #[error("the blob `{blob}` of the object {} is not sound: {reason}", .key.short())]
    Blob {
        key: Key,
        blob: &'static str,
        reason: serde_json::Error,
    },
    #[error("a result cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("threads cannot be started: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    #[error("it was stopped after {}", count(.0, "step"))]
    Stopped(u64),
    #[error("the engine broke down: {0}")]
    Panic(String),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Net(#[from] NetError),
    #[error(transparent)]
    Train(#[from] TrainError),
    #[error(transparent)]
    Measure(#[from] MeasureError),
}

impl NodeError {
    /// The mend, where one is known.
    pub fn help(&self) -> Option<Cow<'static, str>> {
        match self {
            NodeError::Device(_) => Some("`kdp doctor` lists the devices".into()),
            NodeError::Input(_) | NodeError::Blob { .. } => {
                Some("run again: what is missing or damaged is computed anew".into())
            }
            NodeError::Store(error) => error.help().map(Cow::from),
            NodeError::Data(error) => error.help().map(Cow::from),
            NodeError::Net(error) => error.help(),
            NodeError::Train(error) => error.help(),
            _ => None,
        }
    }

    /// Whether the store or the machine is at fault, not the node.
    pub fn machine(&self) -> bool {
        matches!(self, NodeError::Store(_) | NodeError::Device(_))
    }
}
