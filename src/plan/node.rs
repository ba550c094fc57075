//! The nodes of a plan: what one unit of work is, as plain data.
//!
//! Everything inside a [`Task`] is part of the node's key; a [`Node`] holds beside it what is not
//! (its name, where files lie, where it was declared).

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Condition, Digest, Key, Schedule};

/// A value of a word's argument, as plain data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Datum {
    /// A whole number.
    Int(i64),
    /// A number.
    Number(f64),
    /// A truth value.
    Bool(bool),
    /// A text, or the word of a choice.
    Text(String),
    /// A list.
    List(Vec<Datum>),
}

impl Datum {
    /// A whole number.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Datum::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// A number; an int serves.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Datum::Int(value) => Some(*value as f64),
            Datum::Number(value) => Some(*value),
            _ => None,
        }
    }

    /// A truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Datum::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// A text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Datum::Text(value) => Some(value),
            _ => None,
        }
    }

    /// A list of numbers.
    pub fn as_numbers(&self) -> Option<Vec<f64>> {
        match self {
            Datum::List(items) => items.iter().map(Datum::as_number).collect(),
            _ => None,
        }
    }
}

/// A word of the vocabulary with its arguments; those with a default are always there,
/// so that leaving one out and writing the default are the same node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The word.
    pub name: String,
    /// The version of what the engine computes for it.
    pub version: u32,
    /// Its arguments; an absent one is not there.
    pub args: BTreeMap<String, Datum>,
}

impl Call {
    /// A whole number among the arguments.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.args.get(name)?.as_int()
    }

    /// A number among the arguments.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.args.get(name)?.as_number()
    }

    /// A truth value among the arguments.
    pub fn bool(&self, name: &str) -> Option<bool> {
        self.args.get(name)?.as_bool()
    }

    /// A text among the arguments.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.args.get(name)?.as_text()
    }

    /// A list of numbers among the arguments.
    pub fn numbers(&self, name: &str) -> Option<Vec<f64>> {
        self.args.get(name)?.as_numbers()
    }
}

/// A layer of a network, its shapes inferred.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    /// The dotted prefix of its parameters, unique in the network: `layer1.0.conv1`. Only layers
    /// with parameters or buffers, and `dropout`, use it.
    pub name: String,
    /// The word; `chain` for a sequence, whose members are `children`. A `residual` has two
    /// children: its body and its shortcut.
    pub call: Call,
    /// The layers inside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Layer>,
    /// The shape of a sample that comes in (`[C, H, W]` or `[N]`).
    pub input: Vec<i64>,
    /// The shape that comes out.
    pub output: Vec<i64>,
}

/// A network, ready to be built. Its output is `[classes]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Network {
    /// The shape of a sample.
    pub input: Vec<i64>,
    /// The number of classes.
    pub classes: i64,
    /// The outermost layer, a `chain`.
    pub root: Layer,
}

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

/// A split of a data object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SplitRef {
    /// The data object.
    pub data: Key,
    /// Which split.
    pub split: Split,
}

/// One term of an objective: at step s the loss is Σ weight(s) · loss.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Term<T = Key> {
    /// Its weight over the run.
    pub weight: Schedule,
    /// Its loss.
    pub loss: Loss<T>,
}

/// What a teacher sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// The student's augmented sample.
    Same,
    /// The plain sample.
    Clean,
}

/// A loss, mean over the batch. Formulas stand in `vocabulary::OBJECTIVES`. `T` is how a teacher
/// is named: by its key, once that is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss<T = Key> {
    /// Cross-entropy against the labels, `smoothing` of the target spread over all classes.
    CrossEntropy {
        /// 0 for `one_hot`.
        smoothing: Schedule,
    },
    /// τ² · KL(softmax(teacher/τ) ‖ softmax(student/τ)); `distill`'s weight and its one-hot part are
    /// terms of their own.
    Kl {
        /// A train or weights object.
        teacher: T,
        /// τ.
        temperature: Schedule,
        /// What the teacher sees.
        view: View,
    },
    /// Mean over batch and classes of (student − teacher)².
    SquaredLogits {
        /// A train or weights object.
        teacher: T,
        /// What the teacher sees.
        view: View,
    },
}

impl<T: Copy> Loss<T> {
    /// The teacher it needs.
    pub fn teacher(&self) -> Option<T> {
        match self {
            Loss::CrossEntropy { .. } => None,
            Loss::Kl { teacher, .. } | Loss::SquaredLogits { teacher, .. } => Some(*teacher),
        }
    }
}

impl<T: Copy> Term<T> {
    /// The term with its teacher named in another way.
    pub fn rename<U>(&self, name: impl Fn(T) -> U) -> Term<U> {
        let loss = match &self.loss {
            Loss::CrossEntropy { smoothing } => Loss::CrossEntropy { smoothing: smoothing.clone() },
            Loss::Kl { teacher, temperature, view } => {
                Loss::Kl { teacher: name(*teacher), temperature: temperature.clone(), view: *view }
            }
            Loss::SquaredLogits { teacher, view } => Loss::SquaredLogits { teacher: name(*teacher), view: *view },
        };
        Term { weight: self.weight.clone(), loss }
    }
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
