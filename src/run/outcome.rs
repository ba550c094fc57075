//! What came out of a run: what `run --json` prints and the page shows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::plan::{
    DataSummary, Digest, Key, LeftOut, ModelSummary, Node, Plan, Task, write_measures,
};
use crate::store::Entry;

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
    /// It is not in the store, and nothing that had to run needs it.
    Unneeded,
}

impl Status {
    /// As it stands in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Status::Ran => "ran",
            Status::Stored => "stored",
            Status::Failed => "failed",
            Status::Skipped => "skipped",
            Status::Interrupted => "interrupted",
            Status::Unneeded => "unneeded",
        }
    }
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Samples that are not in the data, though its source holds them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<LeftOut>,
}

impl NodeOutcome {
    /// Of a node of which nothing else is known.
    pub fn new(node: &Node, status: Status) -> NodeOutcome {
        NodeOutcome {
            id: node.id.clone(),
            kind: node.task.kind().into(),
            key: node.key,
            status,
            seconds: 0.0,
            digest: None,
            error: None,
            left_out: None,
        }
    }

    /// With what its object tells.
    pub fn with(self, node: &Node, object: &Entry) -> NodeOutcome {
        NodeOutcome {
            digest: object.manifest.digest(),
            left_out: left_out(node, object),
            ..self
        }
    }
}

fn left_out(node: &Node, object: &Entry) -> Option<LeftOut> {
    let Task::Data(_) = &node.task else {
        return None;
    };
    let summary: DataSummary = serde_json::from_value(object.manifest.summary.clone()).ok()?;
    summary.left_out
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

/// What stopped a run as a whole: the store, the machine or the engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What went wrong.
    pub message: String,
    /// The mend, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// What came out of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Every node, in the order of the plan; one that only watches a training where it ran on its own, or
    /// failed.
    pub nodes: Vec<NodeOutcome>,
    /// The keys of those that watched trainings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watched: Vec<Key>,
    /// The models that are in the store, by id.
    pub models: BTreeMap<String, ModelSummary>,
    /// The measurements that are in the store, by id, field by field; in JSON counts are whole, and a NaN is `null`.
    #[serde(serialize_with = "write_measures", deserialize_with = "with_nan")]
    pub measures: BTreeMap<String, BTreeMap<String, f64>>,
    /// By data that something is trained on: the classes that are declared and that no training sample is of.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unseen: BTreeMap<String, Vec<i64>>,
    /// The claims.
    pub claims: Vec<ClaimOutcome>,
    /// The run's folder.
    pub run: Option<String>,
    /// Wall-clock time.
    pub seconds: f64,
    /// What stopped the run as a whole, if anything did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

impl Outcome {
    /// The outcome of a run that has begun: nothing is known of any node.
    pub fn begun(plan: &Plan) -> Outcome {
        let nodes = plan.nodes().filter(|node| !node.only_watches());
        let watchers = plan.nodes().filter(|node| node.only_watches());
        Outcome {
            nodes: nodes
                .map(|node| NodeOutcome::new(node, Status::Interrupted))
                .collect(),
            watched: watchers.map(|node| node.key).collect(),
            models: BTreeMap::new(),
            measures: BTreeMap::new(),
            unseen: BTreeMap::new(),
            claims: vec![],
            run: None,
            seconds: 0.0,
            failure: None,
        }
    }

    /// The exit code of the command; `strict` makes a false claim one.
    pub fn exit_code(&self, strict: bool) -> u8 {
        let any = |status| self.nodes.iter().any(|node| node.status == status);
        if self.failure.is_some() {
            5
        } else if any(Status::Interrupted) {
            130
        } else if any(Status::Failed) {
            3
        } else if strict && self.claims.iter().any(|claim| claim.holds == Some(false)) {
            4
        } else {
            0
        }
    }
}

fn with_nan<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, BTreeMap<String, f64>>, D::Error> {
    let measures = BTreeMap::<String, BTreeMap<String, Option<f64>>>::deserialize(deserializer)?;
    Ok(measures
        .into_iter()
        .map(|(id, fields)| (id, numbers(fields)))
        .collect())
}

/// The fields of a measurement, `null` read as the NaN it stands for.
pub(super) fn numbers(fields: BTreeMap<String, Option<f64>>) -> BTreeMap<String, f64> {
    fields
        .into_iter()
        .map(|(name, value)| (name, value.unwrap_or(f64::NAN)))
        .collect()
}
