//! The nodes of a plan: what one unit of work is, as plain data.
//!
//! Everything inside a [`Task`] is part of the node's key; a [`Node`] holds beside it what is not
//! (its name, where files lie, where it was declared).

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Digest, Key};
use crate::spec::{Call, Condition, DataShape, Network, Schedule, Split};

/// A term of an objective, its teacher named by key.
pub type Term = crate::spec::Term<Key>;
/// A loss, its teacher named by key.
pub type Loss = crate::spec::Loss<Key>;

/// Decode a source and apply transforms to it.
///
/// Its object holds the blobs `train.safetensors` and `test.safetensors`, each with
/// `images` (u8, n×C×H×W), `labels` (i64, n), `true_labels` (i64, n: before label noise) and
/// `index` (i64, n: the place in the source); and `meta.json` with a [`DataMeta`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataTask {
    /// The source, its paths left out.
    pub source: Call,
    /// The content of each of its files by role (such as `train_images`); empty for embedded data.
    pub files: BTreeMap<String, Digest>,
    /// What is done to it, in order.
    pub transforms: Vec<Call>,
    /// What the declaration promises.
    pub shape: DataShape,
}

/// `meta.json` of a data object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataMeta {
    /// Shape, classes and counts.
    pub shape: DataShape,
    /// A byte is divided by this before `mean` and `std`: 255, or 16 for the digits.
    pub scale: f64,
    /// Per channel.
    pub mean: Vec<f64>,
    /// Per channel.
    pub std: Vec<f64>,
}

/// A split of a data object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SplitRef {
    /// The data object.
    pub data: Key,
    /// Which split.
    pub split: Split,
}

/// Train a network.
///
/// Its object holds `weights.safetensors` (parameters and buffers under their names),
/// `optimizer.safetensors` (moments, by parameter), `network.json` (the [`Network`]) and
/// `curves.json` (a [`Curves`]); its summary is a [`ModelSummary`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainTask {
    /// The version of the training loop.
    pub version: u32,
    /// The network.
    pub network: Network,
    /// What it is trained on.
    pub data: SplitRef,
    /// The split its accuracy is told on.
    pub test: SplitRef,
    /// The loss.
    pub objective: Vec<Term>,
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
    /// `fp32`.
    pub precision: String,
    /// The seed of everything that is drawn.
    pub seed: i64,
}

/// Take a network's weights from a file as they are. Its object is like a [`TrainTask`]'s, without
/// `optimizer.safetensors` and with empty curves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WeightsTask {
    /// The version of the reader.
    pub version: u32,
    /// The network.
    pub network: Network,
    /// The content of the safetensors file (role `weights` of the node's files).
    pub weights: Digest,
    /// The split its training accuracy is told on.
    pub data: SplitRef,
    /// The split its test accuracy is told on.
    pub test: SplitRef,
}

/// Measure trained models. Its object holds `result.json` (the fields by name) and, for a
/// deviation, `points.safetensors` with `x`, `y` (f64), `label` and `index` (i64); its summary is
/// the fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasureTask {
    /// The measure; its choices are among the arguments.
    pub measure: Call,
    /// The models by argument name: `student`, `teacher`, `model`.
    pub models: BTreeMap<String, Key>,
    /// What it is measured on.
    pub on: SplitRef,
}

/// What a node does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::large_enum_variant)]
pub enum Task {
    /// Decode data.
    Data(DataTask),
    /// Train a network.
    Train(TrainTask),
    /// Take weights from a file.
    Weights(WeightsTask),
    /// Measure models.
    Measure(MeasureTask),
}

impl Task {
    /// `data`, `train`, `weights` or `measure`.
    pub fn kind(&self) -> &'static str {
        match self {
            Task::Data(_) => "data",
            Task::Train(_) => "train",
            Task::Weights(_) => "weights",
            Task::Measure(_) => "measure",
        }
    }

    /// The keys of the nodes it needs, each once, in the order in which it names them.
    pub fn inputs(&self) -> Vec<Key> {
        let mut keys = match self {
            Task::Data(_) => vec![],
            Task::Train(task) => {
                let mut keys = vec![task.data.data, task.test.data];
                keys.extend(task.objective.iter().filter_map(|term| term.loss.teacher()));
                keys
            }
            Task::Weights(task) => vec![task.data.data, task.test.data],
            Task::Measure(task) => task
                .models
                .values()
                .copied()
                .chain([task.on.data])
                .collect(),
        };
        let mut seen = std::collections::BTreeSet::new();
        keys.retain(|key| seen.insert(*key));
        keys
    }

    /// Steps of training.
    pub fn steps(&self) -> u64 {
        match self {
            Task::Train(task) => task.steps,
            _ => 0,
        }
    }
}

/// A file that a node reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its content when it was planned; `None` where it was not there.
    pub digest: Option<Digest>,
}

/// A node of the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// As a user writes it: `small[seed: 0, tau: 4]`.
    pub id: String,
    /// The word it was declared with: `dataset`, `teacher`, `student`, `model`, `measure`.
    pub word: String,
    /// The address of its result.
    pub key: Key,
    /// What it does.
    pub task: Task,
    /// Its files by role.
    pub files: BTreeMap<String, InputFile>,
    /// Where it was declared: `cifar.kdp:21:1`.
    pub declared: String,
}

/// A claim of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// Its text.
    pub text: String,
    /// What must hold.
    pub condition: Condition,
    /// Where it was declared.
    pub declared: String,
}

/// The summary of a train or weights object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelSummary {
    /// Number of trainable numbers.
    pub parameters: u64,
    /// Steps of training.
    pub steps: u64,
    /// Share right on the training split, as labelled there, without augmentation.
    pub train_accuracy: f64,
    /// Share right on the test split.
    pub test_accuracy: f64,
    /// The blake3 of `weights.safetensors`.
    pub digest: Digest,
}

/// The learning curves of a model. All lists of `train` are equally long, and so those of `test`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Curves {
    /// Mean training loss and accuracy (on the augmented batches) over the stretch that ends at each of these steps.
    pub train_steps: Vec<u64>,
    /// Mean loss.
    pub train_loss: Vec<f64>,
    /// Share right.
    pub train_accuracy: Vec<f64>,
    /// Steps after which the test split was looked at.
    pub test_steps: Vec<u64>,
    /// Share right on the test split.
    pub test_accuracy: Vec<f64>,
}
