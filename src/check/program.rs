//! What a file means, all names, families and shapes resolved: the checker's answer.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use crate::diag::Span;
use crate::spec::{
    Blend, Call, Condition, DataShape, Download, Group, Network, Recipe, Shape, Split, Term,
};

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
    /// The data sets to fetch that the file names.
    pub downloads: Vec<Named>,
}

/// A data set to fetch.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// What is said of it.
    pub doc: String,
    /// From where it comes.
    pub download: Rc<Download>,
}

/// A data set.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// As a user writes it; its text where it has no name of its own.
    pub id: String,
    /// Whether a declaration names it.
    pub named: bool,
    /// What it is made of.
    pub from: DataFrom,
    /// What is done to it.
    pub transforms: Vec<Call>,
    /// What is known of it.
    pub shape: DataShape,
    /// So many of the models, counted from the first, hold every model that it needs.
    pub after: usize,
    /// Where it was declared.
    pub span: Span,
}

impl Dataset {
    /// The same under a name that a declaration gives it.
    pub(super) fn called(&self, id: String, span: Span) -> Dataset {
        Dataset {
            id,
            span,
            named: true,
            ..self.clone()
        }
    }
}

/// What a data set is made of.
#[derive(Clone, Debug)]
pub enum DataFrom {
    /// A source.
    Source {
        /// The source, its paths left out.
        call: Call,
        /// Its folder or its files, by argument; nothing where it reads none.
        paths: BTreeMap<String, PathBuf>,
    },
    /// The training samples of one data set, and behind them those of another.
    Join(Rc<Dataset>, Rc<Dataset>),
    /// A data set whose training labels are what a model tells.
    Relabel {
        /// The data set.
        data: Rc<Dataset>,
        /// The model, by its place.
        by: usize,
    },
}

/// A split of a data set.
#[derive(Clone, Debug)]
pub struct SplitOf {
    /// The data set.
    pub dataset: Rc<Dataset>,
    /// Which split.
    pub split: Split,
}

impl SplitOf {
    /// Whether both are the same split of the same data.
    pub fn is(&self, other: &SplitOf) -> bool {
        Rc::ptr_eq(&self.dataset, &other.dataset) && self.split == other.split
    }
}

/// A model.
#[derive(Clone, Debug)]
pub struct Model {
    /// As a user writes it: `small[seed: 0]`; its text where it has no name of its own:
    /// `big.at(50%)`.
    pub id: String,
    /// Whether a declaration names it.
    pub named: bool,
    /// `teacher`, `student` or `model`.
    pub word: String,
    /// Where it was declared.
    pub span: Span,
    /// What it is trained on.
    pub data: SplitOf,
    /// What its accuracy is told on.
    pub test: SplitOf,
    /// How it comes by its answers.
    pub origin: Origin,
    /// Where weights of it are left to be drawn, which no training follows.
    pub drawn: Option<Span>,
}

impl Model {
    /// What a sample is that it takes.
    pub fn input(&self) -> &Shape {
        &self.data.dataset.shape.sample
    }

    /// Its network; none for an ensemble.
    pub fn network(&self) -> Option<&Rc<Network>> {
        match &self.origin {
            Origin::Trained { network, .. } | Origin::Weights { network, .. } => Some(network),
            Origin::Ensemble { .. } => None,
        }
    }

    /// How many classes it tells.
    pub fn classes(&self) -> i64 {
        self.data.dataset.shape.classes
    }
}

/// How a model comes by its answers.
#[derive(Clone, Debug)]
pub enum Origin {
    /// By training.
    Trained {
        /// Its network.
        network: Rc<Network>,
        /// How it is trained.
        training: Box<Training>,
    },
    /// By weights that are taken as they are.
    Weights {
        /// Its network.
        network: Rc<Network>,
        /// The weights.
        init: Vec<Share>,
        /// The seed of tensors that no share gives.
        seed: i64,
    },
    /// By asking other models.
    Ensemble {
        /// The models, by their places.
        members: Vec<usize>,
        /// How their outputs become one.
        of: Blend,
    },
}

/// A part of the weights that a network begins with, or is.
#[derive(Clone, Debug)]
pub struct Share {
    /// Its factor.
    pub weight: f64,
    /// Where its tensors come from.
    pub from: ShareFrom,
    /// Where it was written.
    pub span: Span,
}

/// Where tensors come from.
#[derive(Clone, Debug, PartialEq)]
pub enum ShareFrom {
    /// A model, by its place.
    Model(usize),
    /// A file of weights: safetensors, or PyTorch's.
    File {
        /// The file.
        path: PathBuf,
        /// Patterns of tensors that are not taken from it, sorted.
        ignore: Vec<String>,
    },
}

/// The state of a run that is kept in place of its last one.
#[derive(Clone, Debug)]
pub struct Best {
    /// What it is looked at on.
    pub on: SplitOf,
    /// `top1` or `loss`.
    pub by: String,
    /// How often, in steps.
    pub every: u64,
}

/// How a model is trained.
#[derive(Clone, Debug)]
pub struct Training {
    /// The recipe, in steps.
    pub recipe: Rc<Recipe>,
    /// The loss; teachers by their place among the models.
    pub objective: Vec<Term<usize>>,
    /// The seed.
    pub seed: i64,
    /// The weights to begin with; drawn from the seed where there are none.
    pub init: Vec<Share>,
    /// Parameters that are not trained, sorted.
    pub frozen: Vec<String>,
    /// Parameters that are stepped in a way of their own.
    pub groups: Vec<Group>,
    /// The state that is kept; the last one where it is not said.
    pub best: Option<Best>,
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
