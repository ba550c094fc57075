//! What `kdp` and a worker say to each other: one JSON document a line, orders on the worker's
//! standard input, answers on its standard output. The worker's standard error is for logs.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::plan::{Digest, Key, Node};

/// The version of this protocol; the handshake refuses another.
pub const PROTOCOL: u32 = 2;

/// From `kdp` to a worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::large_enum_variant)]
pub enum Order {
    /// Bring a node into the store.
    Run {
        /// The node.
        node: Node,
        /// What watches it, where it is a training, and goes along.
        along: Vec<Node>,
        /// The store's folder.
        store: PathBuf,
        /// The worker's lease: `cpu`, `cuda:0`, `cuda:0+cuda:1`, `mps`.
        device: String,
        /// Threads for its tensors.
        threads: usize,
        /// Bytes that the outputs of teachers on augmented views may take in the store; 0 keeps none.
        #[serde(default)]
        outputs: u64,
        /// When a training saves its state.
        saving: Saving,
        /// Whether a training may go on from a state that was made on other ground.
        across: bool,
    },
    /// Save the state of a training and end it; anything else is ended by killing the worker.
    Stop,
}

/// When a training saves its state on the way. None of its bits hang on it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Saving {
    /// Only when it is stopped.
    Never,
    /// After so many seconds, but never so often that it costs a hundredth of the training.
    Seconds(f64),
    /// After every so many steps, whatever it costs.
    Steps(u64),
}

impl Default for Saving {
    fn default() -> Self {
        Saving::Seconds(60.0)
    }
}

/// From a worker to `kdp`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The first thing a worker says.
    Hello {
        /// [`PROTOCOL`].
        protocol: u32,
        /// The package's version.
        version: String,
        /// `2.13.0`.
        libtorch: String,
    },
    /// How far a node is.
    Progress {
        /// The node.
        key: Key,
        /// Steps done (or samples, for data and measures).
        step: u64,
        /// Of how many.
        steps: u64,
        /// Training loss.
        loss: Option<f64>,
        /// Training accuracy.
        accuracy: Option<f64>,
    },
    /// The node is in the store.
    Done {
        /// The node.
        key: Key,
        /// The digest of its main blob.
        digest: Digest,
        /// Of those that went along, the nodes that are in the store.
        along: Vec<Key>,
        /// Time it took.
        seconds: f64,
    },
    /// The node was stopped, its state saved after so many steps.
    Saved {
        /// The node.
        key: Key,
        /// Steps made.
        step: u64,
    },
    /// The node failed; the worker goes on.
    Failed {
        /// The node.
        key: Key,
        /// What went wrong, naming the file and the place in it.
        message: String,
        /// The mend, where one is known.
        help: Option<String>,
        /// Whether the store or the machine is at fault (a full disk), not the node.
        machine: bool,
    },
}
