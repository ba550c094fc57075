//! What `kdp` and a worker say to each other: one JSON document a line, orders on the worker's
//! standard input, answers on its standard output. The worker's standard error is for logs.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::plan::{Digest, Key, Node};

/// The version of this protocol; the handshake refuses another.
pub const PROTOCOL: u32 = 1;

/// From `kdp` to a worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::large_enum_variant)]
pub enum Order {
    /// Bring a node into the store.
    Run {
        /// The node.
        node: Node,
        /// The store's folder.
        store: PathBuf,
        /// `cpu`, `cuda:0`, `mps`.
        device: String,
        /// Threads for its tensors.
        threads: usize,
        /// Bytes that the outputs of teachers on augmented views may take in the store; 0 keeps none.
        #[serde(default)]
        outputs: u64,
    },
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
        /// Time it took.
        seconds: f64,
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
