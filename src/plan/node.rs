//! The nodes of a plan: what one unit of work is, as plain data.
//!
//! Everything inside a [`Task`] is part of the node's key; a [`Node`] holds beside it what is not
//! (its name, where files lie, where it was declared).

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Digest, Key, Shared};
use crate::spec::{Blend, Call, Condition, DataShape, Group, Network, Recipe, Split};

/// A term of an objective, its teacher named by key.
pub type Term = crate::spec::Term<Key>;
/// A loss, its teacher named by key.
pub type Loss = crate::spec::Loss<Key>;

/// Decode a source, or take other data, and apply transforms to it.
///
/// Its object holds the blobs `train.safetensors`, `test.safetensors` and, where the shape says so,
/// `validation.safetensors`, each with `images` (u8, n×C×H×W), `tokens` (i32, n×length), or the files of images
/// that are kept encoded (`files`, u8; `bounds`, i64, where each begins and the last one ends; `frame`, i64: C, H, W and
/// the shorter side before the middle is cut out, 0 for none), `labels`
/// (i64, n; −1 for none), `true_labels` (i64, n: before label noise, relabelling or unlabelling) and
/// `index` (i64, n: the place in the source); and `meta.json` with a [`DataMeta`]. Its summary is a
/// [`DataSummary`](super::DataSummary).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataTask {
    /// What it is made of.
    pub from: DataFrom,
    /// What is done to it, in order.
    pub transforms: Vec<Call>,
    /// What the declaration promises.
    pub shape: DataShape,
}

/// What data is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataFrom {
    /// A source of files, or embedded.
    Source {
        /// The source, its paths left out.
        source: Call,
        /// The content of each of its files by role (such as `train_images`); empty for embedded data.
        files: BTreeMap<String, Digest>,
    },
    /// The training samples of one data object, and behind them those of another; the other splits
    /// and the scaling of pixels are the first's.
    Join(Key, Key),
    /// A data object whose training labels are what a model tells of the plain samples.
    Relabel {
        /// The data object.
        data: Key,
        /// A train, weights or ensemble object.
        by: Key,
    },
}

/// `meta.json` of a data object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataMeta {
    /// Shape, classes and counts.
    pub shape: DataShape,
    /// The classes that are declared and that no training sample is of; none where no sample has a label.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unseen: Vec<i64>,
    /// How bytes become numbers, where samples are images.
    #[serde(flatten)]
    pub scaling: Option<Scaling>,
}

/// How the bytes of an image become numbers: (byte / scale − mean) / std.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scaling {
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

/// Weights that a network begins with, or is: the sum of shares, tensor by tensor.
///
/// A tensor that a file's `ignore` matches is drawn from the seed instead. Counts of batches are the
/// first share's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Its factor.
    pub weight: f64,
    /// Where its tensors come from.
    pub from: WeightsFrom,
}

/// Where tensors come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightsFrom {
    /// A train or weights object of the same network.
    Model(Key),
    /// A file of weights: safetensors, or PyTorch's.
    File {
        /// Its role among the node's files: `weights`, `weights 1`.
        role: String,
        /// Its content.
        content: Digest,
        /// Patterns of tensors that are not taken from it, sorted; see [`crate::spec::matches`].
        ignore: Vec<String>,
    },
}

/// The state of a run that is kept in place of its last one: the best of those looked at, the first
/// of equals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Best {
    /// What it is looked at on.
    pub on: SplitRef,
    /// `top1` (larger is better) or `loss` (mean cross-entropy; smaller is better).
    pub by: String,
    /// How often, in steps; the last step is looked at too.
    pub every: u64,
}

/// Train a network: the state of its trajectory after the last step of the recipe, and all that can
/// have led to it. Nothing that a longer run does later is in it (see [`TrainTask::until`]), and nothing
/// that is only watched.
///
/// Its object holds `weights.safetensors` (parameters and buffers under their names),
/// `optimizer.safetensors` (moments, by parameter), `log.safetensors` (what each step saw: `loss`,
/// `right`, `labelled` and `samples`, f32) and `network.json` (the [`Network`]); its summary is a
/// [`StateSummary`](super::StateSummary).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainTask {
    /// The version of the training loop.
    pub version: u32,
    /// The network.
    pub network: Shared<Network>,
    /// How it is trained.
    pub recipe: Shared<Recipe>,
    /// What it is trained on.
    pub data: SplitRef,
    /// The loss.
    pub objective: Vec<Term>,
    /// The seed of everything that is drawn.
    pub seed: i64,
    /// The weights to begin with; drawn from the seed where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub init: Vec<Share>,
    /// Parameters that are not trained, sorted. A batch norm whose parameters are among them stays in
    /// evaluation mode.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frozen: Vec<String>,
    /// Parameters that are stepped in a way of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
}

/// Watch a training: its learning curves and, where it is asked for, its best state.
///
/// It goes along where the training is still to do, and where that is done it goes the way again from the
/// nearest stored state. The training's key knows nothing of it.
///
/// Its object holds `curves.json` (a [`Curves`]) and, with `best`, `weights.safetensors` and
/// `network.json`; its summary is a [`ModelSummary`](super::ModelSummary), where it has ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObserveTask {
    /// The version of how it is watched.
    pub version: u32,
    /// The key of the training's node.
    pub trained: Key,
    /// The training.
    pub training: Shared<TrainTask>,
    /// The split the test curve is of.
    pub test: SplitRef,
    /// The state that is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<Best>,
    /// Whether the training's last step is a model's last: the network is then looked at whatever step
    /// it is, and its accuracies are told.
    pub ended: bool,
}

/// Take a network's weights as they are, without training. Its object is like a [`TrainTask`]'s, without
/// `optimizer.safetensors` and with empty curves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WeightsTask {
    /// The version of the reader.
    pub version: u32,
    /// The network.
    pub network: Shared<Network>,
    /// The weights.
    pub init: Vec<Share>,
    /// The seed of tensors that no share gives.
    pub seed: i64,
    /// The split its training accuracy is told on.
    pub data: SplitRef,
    /// The split its test accuracy is told on.
    pub test: SplitRef,
}

/// Models that answer together. Its object holds `ensemble.json` (an [`Ensemble`]); its summary is a
/// [`ModelSummary`](super::ModelSummary), the digest that of `ensemble.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnsembleTask {
    /// The version of how they are blended.
    pub version: u32,
    /// The models and how they are blended.
    pub ensemble: Ensemble,
    /// The split its training accuracy is told on.
    pub data: SplitRef,
    /// The split its test accuracy is told on.
    pub test: SplitRef,
}

/// `ensemble.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ensemble {
    /// Train, weights or ensemble objects, of equal inputs and classes.
    pub members: Vec<Key>,
    /// How their outputs become one.
    pub of: Blend,
}

/// Measure trained models. Its object holds `result.json` (the fields by name) and, for a
/// deviation, `points.safetensors` with `x`, `y` (f64), `label`, `true_label`, `index` (i64) and `flipped`
/// (u8: 1 where the label is not the true one); its summary is the fields.
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
    /// Watch a training.
    Observe(ObserveTask),
    /// Take weights as they are.
    Weights(WeightsTask),
    /// Let models answer together.
    Ensemble(EnsembleTask),
    /// Measure models.
    Measure(MeasureTask),
}

impl TrainTask {
    fn inputs(&self) -> Vec<Key> {
        let mut keys = vec![self.data.data];
        keys.extend(self.objective.iter().flat_map(|term| term.loss.teachers()));
        keys.extend(models(&self.init));
        keys
    }

    /// Whether a model stands in the objective.
    pub fn learns_from(&self, teacher: Key) -> bool {
        let mut losses = self.objective.iter().map(|term| &term.loss);
        losses.any(|loss| loss.teachers().contains(&teacher))
    }
}

/// The models among shares.
fn models(shares: &[Share]) -> impl Iterator<Item = Key> {
    shares.iter().filter_map(|share| match &share.from {
        WeightsFrom::Model(key) => Some(*key),
        WeightsFrom::File { .. } => None,
    })
}

impl Task {
    /// `data`, `train`, `observe`, `weights`, `ensemble` or `measure`.
    pub fn kind(&self) -> &'static str {
        match self {
            Task::Data(_) => "data",
            Task::Train(_) => "train",
            Task::Observe(_) => "observe",
            Task::Weights(_) => "weights",
            Task::Ensemble(_) => "ensemble",
            Task::Measure(_) => "measure",
        }
    }

    /// The keys of the nodes it needs, each once, in the order in which it names them.
    pub fn inputs(&self) -> Vec<Key> {
        let mut keys = match self {
            Task::Data(task) => match &task.from {
                DataFrom::Source { .. } => vec![],
                DataFrom::Join(a, b) => vec![*a, *b],
                DataFrom::Relabel { data, by } => vec![*data, *by],
            },
            Task::Train(task) => task.inputs(),
            Task::Observe(task) => {
                let mut keys = vec![task.trained, task.test.data];
                keys.extend(task.best.iter().map(|best| best.on.data));
                keys.extend(task.training.inputs());
                keys
            }
            Task::Weights(task) => {
                let mut keys = vec![task.data.data, task.test.data];
                keys.extend(models(&task.init));
                keys
            }
            Task::Ensemble(task) => {
                let mut keys = vec![task.data.data, task.test.data];
                keys.extend(&task.ensemble.members);
                keys
            }
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

    /// The split that a model's accuracy is told on.
    pub fn test(&self) -> Option<&SplitRef> {
        match self {
            Task::Observe(task) => Some(&task.test),
            Task::Weights(task) => Some(&task.test),
            Task::Ensemble(task) => Some(&task.test),
            Task::Data(_) | Task::Train(_) | Task::Measure(_) => None,
        }
    }

    /// The training that gives a model, where one does.
    pub fn training(&self) -> Option<&TrainTask> {
        match self {
            Task::Train(task) => Some(task),
            Task::Observe(task) => Some(&task.training),
            _ => None,
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
    /// The word it was declared with: `dataset`, `teacher`, `student`, `model`, `measure`; or [`STRETCH`].
    pub word: String,
    /// The address of its result.
    pub key: Key,
    /// What it does.
    pub task: Task,
    /// Its files by role.
    pub files: BTreeMap<String, InputFile>,
    /// Where it was declared: `cifar.kdp:21:1`.
    pub declared: String,
    /// Where a training or what watches it goes on; at the beginning where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Fork>,
}

/// A state that several trainings have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fork {
    /// The node whose result is gone on with.
    pub key: Key,
    /// Steps made there.
    pub step: u64,
}

/// The word of a stretch that several trainings have in common.
pub const STRETCH: &str = "stretch";

impl Node {
    /// The steps of training that are its own: those behind the fork it begins at.
    pub fn steps(&self) -> u64 {
        match &self.task {
            Task::Train(task) => task.recipe.steps - self.begins(),
            _ => 0,
        }
    }

    /// The keys of the nodes it needs, each once, in the order in which it names them.
    pub fn inputs(&self) -> Vec<Key> {
        let mut keys = self.task.inputs();
        keys.extend(self.from.map(|fork| fork.key));
        keys
    }

    /// The step at which it begins.
    pub fn begins(&self) -> u64 {
        self.from.map_or(0, |fork| fork.step)
    }

    /// The classes of its samples, where it is data.
    pub fn classes(&self) -> Option<i64> {
        match &self.task {
            Task::Data(task) => Some(task.shape.classes),
            _ => None,
        }
    }

    /// Whether it watches a training and gives no model.
    pub fn only_watches(&self) -> bool {
        match &self.task {
            Task::Observe(task) => task.best.is_none() || self.is_stretch(),
            _ => false,
        }
    }

    /// Whether it is a stretch that trainings have in common, and no model of its own.
    pub fn is_stretch(&self) -> bool {
        self.word == STRETCH
    }

    /// The length of the training that gives it.
    pub fn length(&self) -> u64 {
        self.task.training().map_or(0, |task| task.recipe.steps)
    }
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

/// The learning curves of a model. All lists of `train` are equally long, and so those of `test` and of
/// `best`; only the training accuracy is empty where a stretch has no labels.
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
    /// Steps after which [`Best::on`] was looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub best_steps: Vec<u64>,
    /// What [`Best::by`] was there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub best_seen: Vec<f64>,
}
