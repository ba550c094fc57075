//! What a file means, all names, families and shapes resolved: the checker's answer.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use crate::diag::Span;
use crate::spec::{Call, Condition, DataShape, Network, Schedule, Split, Term};

/// What a file means. Models come after the models they need.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The file's `//!` lines.
    pub doc: Vec<String>,
    /// The declared data sets.
    pub datasets: Vec<Rc<Dataset>>,
    /// Every member of every teacher, student and model.
    pub models: Vec<Model>,
    /// Every member of every measure.
    pub measures: Vec<Measure>,
    /// The claims in the order of the file.
    pub claims: Vec<Claim>,
}

/// A data set.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// As a user writes it; the source's text where it has no name of its own.
    pub id: String,
    /// The source, its paths left out.
    pub source: Call,
    /// Its folder, where it reads one.
    pub folder: Option<PathBuf>,
    /// What is done to it.
    pub transforms: Vec<Call>,
    /// What is known of it.
    pub shape: DataShape,
    /// Where it was declared.
    pub span: Span,
}

/// A split of a data set.
#[derive(Clone, Debug)]
pub struct SplitOf {
    /// The data set.
    pub dataset: Rc<Dataset>,
    /// Which split.
    pub split: Split,
}

/// A model.
#[derive(Clone, Debug)]
pub struct Model {
    /// As a user writes it: `small[seed: 0]`.
    pub id: String,
    /// `teacher`, `student` or `model`.
    pub word: String,
    /// Where it was declared.
    pub span: Span,
    /// Its network.
    pub network: Rc<Network>,
    /// What it is trained on.
    pub data: SplitOf,
    /// What its accuracy is told on.
    pub test: SplitOf,
    /// How it comes by its weights.
    pub origin: Origin,
}

/// How a model comes by its weights.
#[derive(Clone, Debug)]
pub enum Origin {
    /// By training.
    Trained(Box<Training>),
    /// From a safetensors file.
    File(PathBuf),
}

/// How a model is trained.
#[derive(Clone, Debug)]
pub struct Training {
    /// The loss; teachers by their place among the models.
    pub objective: Vec<Term<usize>>,
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
    /// Augmentation.
    pub augment: Vec<Call>,
    /// Largest norm of the gradients.
    pub clip: Option<f64>,
    /// `fp32`.
    pub precision: String,
    /// The seed.
    pub seed: i64,
}

/// A measurement.
#[derive(Clone, Debug)]
pub struct Measure {
    /// As a user writes it.
    pub id: String,
    /// Where it was declared.
    pub span: Span,
    /// The measure and its choices.
    pub call: Call,
    /// Its models by argument, by their place.
    pub models: BTreeMap<String, usize>,
    /// What it is measured on.
    pub on: SplitOf,
}

/// A claim.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Its text.
    pub text: String,
    /// Where it was declared.
    pub span: Span,
    /// What must hold.
    pub condition: Condition,
}
