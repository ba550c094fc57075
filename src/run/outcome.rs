//! What came out of a run: what `run --json` prints and the page shows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::plan::{Digest, Key, ModelSummary};

/// What became of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It was computed in this run.
    Ran,
    /// It was in the store.
    Stored,
    /// It failed.
    Failed,
    /// Something it needs failed.
    Skipped,
    /// The run was stopped before it was done.
    Interrupted,
}

/// A node's part of the outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeOutcome {
    /// As a user writes it.
    pub id: String,
    /// `data`, `train`, `weights`, `measure`.
    pub kind: String,
    /// Its key.
    pub key: Key,
    /// What became of it.
    pub status: Status,
    /// Time it took in this run; 0 where it was stored.
    pub seconds: f64,
    /// The digest of its main blob.
    pub digest: Option<Digest>,
    /// Why it failed or was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A judged claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClaimOutcome {
    /// Its text.
    pub text: String,
    /// Whether it holds; `None` where a measurement is missing.
    pub holds: Option<bool>,
    /// What was compared, with the numbers: `1.21 > 1`.
    pub detail: String,
}

/// What came out of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Every node, in the order of the plan.
    pub nodes: Vec<NodeOutcome>,
    /// The models that are in the store, by id.
    pub models: BTreeMap<String, ModelSummary>,
    /// The measurements that are in the store, by id, field by field.
    pub measures: BTreeMap<String, BTreeMap<String, f64>>,
    /// The claims.
    pub claims: Vec<ClaimOutcome>,
    /// The run's folder.
    pub run: Option<String>,
    /// Wall-clock time.
    pub seconds: f64,
}
