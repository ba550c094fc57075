//! From a program to its plan: every member becomes a node under its key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use petgraph::graph::NodeIndex;
use rustc_hash::FxHashMap;

use super::files::located;
use super::trunks::Trunks;
use super::{
    Best, Claim, DataFrom, DataTask, Digest, Ensemble, EnsembleTask, InputFile, Key, MeasureTask,
    Network, Node, ObserveTask, Plan, Recipe, Share, Shared, SplitRef, Task, TrainTask,
    WeightsFrom, WeightsTask,
};
use crate::check::{self, Dataset, Model, Origin, Program, ShareFrom, SplitOf, Training};
use crate::diag::{Sources, Span};
use crate::spec::Wanted;

/// The version of the engine's training loop: raise it when the same task gives other bits.
const TRAINING: u32 = 3;
/// The version of how the engine watches a training.
const OBSERVING: u32 = 1;
/// The version of the engine's reader of weights.
const WEIGHTS: u32 = 1;
/// The version of how the engine blends the answers of models.
const ENSEMBLE: u32 = 1;

/// Where the digests of files come from.
pub trait Digests {
    /// The digest of a file's content, or of those of the wanted files in a folder.
    fn digest(&self, path: &Path, wanted: Option<&Wanted>) -> std::io::Result<Digest>;
}

/// The plan of a program. Files that are not there are planned all the same, under a key of their own.
pub fn plan(program: &Program, sources: &Sources, digests: &dyn Digests) -> Plan {
    let mut builder = Builder {
        sources,
        digests,
        plan: Plan::default(),
        nodes: FxHashMap::default(),
        data: FxHashMap::default(),
        networks: FxHashMap::default(),
        recipes: FxHashMap::default(),
        written: FxHashMap::default(),
        keys: vec![],
    };
    // Data that needs no model comes first; the rest after the models, unless one needs it before.
    for dataset in program.datasets.iter().filter(|data| data.after == 0) {
        builder.dataset(dataset);
    }
    for model in &program.models {
        let key = builder.model(model);
        builder.keys.push(key);
    }
    for dataset in &program.datasets {
        builder.dataset(dataset);
    }
    Trunks::of(&builder.plan).plant(&mut builder);
    for measure in &program.measures {
        let task = Task::Measure(MeasureTask {
            measure: measure.call.clone(),
            models: measure
                .models
                .iter()
                .map(|(name, model)| (name.clone(), builder.keys[*model]))
                .collect(),
            on: builder.split(&measure.on),
        });
        let node = builder.node(
            (&measure.id, true),
            "measure",
            measure.span,
            keyed(task),
            BTreeMap::new(),
        );
        builder.plan.measures.insert(measure.id.clone(), node);
    }
    builder.plan.claims = program
        .claims
        .iter()
        .map(|claim| Claim {
            text: claim.text.clone(),
            condition: claim.condition.clone(),
            declared: sources.place(claim.span),
        })
        .collect();
    builder.plan
}

/// A plan on its way.
pub(super) struct Builder<'a> {
    sources: &'a Sources,
    digests: &'a dyn Digests,
    pub(super) plan: Plan,
    nodes: FxHashMap<Key, NodeIndex>,
    /// Keys of data sets by address.
    data: FxHashMap<*const Dataset, Key>,
    /// Networks by address.
    networks: FxHashMap<*const Network, Shared<Network>>,
    /// Recipes by address.
    recipes: FxHashMap<*const Recipe, Shared<Recipe>>,
    /// How many nodes without a name are written so.
    written: FxHashMap<String, usize>,
    /// Keys of the models so far.
    keys: Vec<Key>,
}

impl Builder<'_> {
    /// The node of a task, under its key; a task that is there already is the same node.
    fn node(
        &mut self,
        (id, named): (&str, bool),
        word: &str,
        span: Span,
        (key, task): (Key, Task),
        files: BTreeMap<String, InputFile>,
    ) -> NodeIndex {
        if let Some(node) = self.nodes.get(&key) {
            return *node;
        }
        let node = Node {
            id: self.distinct(id, named),
            word: word.into(),
            key,
            task,
            files,
            declared: self.sources.place(span),
            from: None,
        };
        self.add(node)
    }

    /// Adds a node; one with its key that is there already is the same node.
    pub(super) fn add(&mut self, node: Node) -> NodeIndex {
        if let Some(node) = self.nodes.get(&node.key) {
            return *node;
        }
        let (key, inputs) = (node.key, node.task.inputs());
        let node = self.plan.graph.add_node(node);
        for input in inputs {
            if let Some(from) = self.nodes.get(&input) {
                self.plan.graph.add_edge(*from, node, ());
            }
        }
        self.nodes.insert(key, node);
        node
    }

    /// The id of a node. Names are distinct; what has none is called as it is written, and two that are
    /// written alike are told apart by number.
    pub(super) fn distinct(&mut self, id: &str, named: bool) -> String {
        if named {
            return id.to_string();
        }
        let count = self.written.entry(id.to_string()).or_default();
        *count += 1;
        match *count {
            1 => id.to_string(),
            nth => format!("{id} #{nth}"),
        }
    }

    fn file(&self, path: PathBuf, wanted: Option<&Wanted>) -> InputFile {
        let digest = self.digests.digest(&path, wanted).ok();
        InputFile { path, digest }
    }

    fn dataset(&mut self, dataset: &Rc<Dataset>) -> Key {
        if let Some(key) = self.data.get(&Rc::as_ptr(dataset)) {
            return *key;
        }
        let mut files = BTreeMap::new();
        let from = match &dataset.from {
            check::DataFrom::Source { call, paths } => {
                let wanted = Wanted::of(call);
                for (role, path) in located(call, paths) {
                    files.insert(role, self.file(path, wanted.as_ref()));
                }
                DataFrom::Source {
                    source: call.clone(),
                    files: files
                        .iter()
                        .map(|(role, file)| (role.clone(), content(file)))
                        .collect(),
                }
            }
            check::DataFrom::Join(first, second) => {
                DataFrom::Join(self.dataset(first), self.dataset(second))
            }
            check::DataFrom::Relabel { data, by } => DataFrom::Relabel {
                data: self.dataset(data),
                by: self.keys[*by],
            },
        };
        let task = Task::Data(DataTask {
            from,
            transforms: dataset.transforms.clone(),
            shape: dataset.shape.clone(),
        });
        let node = self.node(
            (&dataset.id, dataset.named),
            "dataset",
            dataset.span,
            keyed(task),
            files,
        );
        let key = self.plan.graph[node].key;
        self.data.insert(Rc::as_ptr(dataset), key);
        key
    }

    fn network(&mut self, network: &Rc<Network>) -> Shared<Network> {
        let shared = self.networks.entry(Rc::as_ptr(network));
        shared.or_insert_with(|| (**network).clone().into()).clone()
    }

    fn recipe(&mut self, recipe: &Rc<Recipe>) -> Shared<Recipe> {
        let shared = self.recipes.entry(Rc::as_ptr(recipe));
        shared
            .or_insert_with(|| recipe.until(recipe.steps).into())
            .clone()
    }

    fn split(&mut self, of: &SplitOf) -> SplitRef {
        SplitRef {
            data: self.dataset(&of.dataset),
            split: of.split,
        }
    }

    fn model(&mut self, model: &Model) -> Key {
        let data = self.split(&model.data);
        let test = self.split(&model.test);
        let (node, told) = match &model.origin {
            Origin::Trained { network, training } => {
                self.trained(model, network, training, (data, test))
            }
            Origin::Weights {
                network,
                init,
                seed,
            } => {
                let mut files = BTreeMap::new();
                let task = Task::Weights(WeightsTask {
                    version: WEIGHTS,
                    network: self.network(network),
                    init: self.shares(init, &mut files),
                    seed: *seed,
                    data,
                    test,
                });
                let node = self.model_node(model, keyed(task), files);
                (node, node)
            }
            Origin::Ensemble { members, of } => {
                let task = Task::Ensemble(EnsembleTask {
                    version: ENSEMBLE,
                    ensemble: Ensemble {
                        members: members.iter().map(|member| self.keys[*member]).collect(),
                        of: *of,
                    },
                    data,
                    test,
                });
                let node = self.model_node(model, keyed(task), BTreeMap::new());
                (node, node)
            }
        };
        let id = match model.named {
            true => model.id.clone(),
            // It may be another node's text, or another name's node.
            false => self.plan.graph[node].id.clone(),
        };
        self.plan.told.insert(id.clone(), told);
        self.plan.models.insert(id, node);
        self.plan.graph[node].key
    }

    fn model_node(
        &mut self,
        model: &Model,
        task: (Key, Task),
        files: BTreeMap<String, InputFile>,
    ) -> NodeIndex {
        let name = (model.id.as_str(), model.named);
        self.node(name, &model.word, model.span, task, files)
    }

    /// The node of a trained model, and that of what watches its training. The best state of a training
    /// is what watches it.
    fn trained(
        &mut self,
        model: &Model,
        network: &Rc<Network>,
        training: &Training,
        (data, test): (SplitRef, SplitRef),
    ) -> (NodeIndex, NodeIndex) {
        let mut files = BTreeMap::new();
        let task = self.training(training, network, data, &mut files);
        let best = training.best.as_ref().map(|best| Best {
            on: self.split(&best.on),
            by: best.by.clone(),
            every: best.every,
        });
        let key = task.key();
        let observe = Task::Observe(ObserveTask {
            version: OBSERVING,
            trained: key,
            training: task.clone().into(),
            test,
            ended: true,
            best,
        });
        let (trained, observe) = ((key, Task::Train(task)), keyed(observe));
        match training.best {
            Some(_) => {
                let id = format!("the run of {}", model.id);
                let run = (id.as_str(), false);
                self.node(run, &model.word, model.span, trained, files.clone());
                let best = self.model_node(model, observe, files);
                (best, best)
            }
            None => {
                let trained = self.model_node(model, trained, files.clone());
                let id = format!("curves of {}", self.plan.graph[trained].id);
                let curves = (id.as_str(), false);
                let curves = self.node(curves, &model.word, model.span, observe, files);
                (trained, curves)
            }
        }
    }

    fn training(
        &mut self,
        training: &Training,
        network: &Rc<Network>,
        data: SplitRef,
        files: &mut BTreeMap<String, InputFile>,
    ) -> TrainTask {
        let terms = training.objective.iter();
        let objective = terms.map(|term| term.rename(|teacher| self.keys[teacher]));
        let objective = objective.collect();
        TrainTask {
            version: TRAINING,
            network: self.network(network),
            recipe: self.recipe(&training.recipe),
            data,
            objective,
            seed: training.seed,
            init: self.shares(&training.init, files),
            frozen: training.frozen.clone(),
            groups: training.groups.clone(),
        }
        .whole()
    }

    /// Weights by the keys of their models and the contents of their files, which are entered by role.
    fn shares(
        &self,
        shares: &[check::Share],
        files: &mut BTreeMap<String, InputFile>,
    ) -> Vec<Share> {
        let mut share = |share: &check::Share| Share {
            weight: share.weight,
            from: match &share.from {
                ShareFrom::Model(model) => WeightsFrom::Model(self.keys[*model]),
                ShareFrom::File { path, ignore } => {
                    let role = match files.len() {
                        0 => "weights".to_string(),
                        nth => format!("weights {nth}"),
                    };
                    let file = self.file(path.clone(), None);
                    let content = content(&file);
                    files.insert(role.clone(), file);
                    WeightsFrom::File {
                        role,
                        content,
                        ignore: ignore.clone(),
                    }
                }
            },
        };
        shares.iter().map(&mut share).collect()
    }
}

/// A task and its key.
fn keyed(task: Task) -> (Key, Task) {
    (Key::of(&task), task)
}

/// A file's content; for one that is not there, something that no content has.
fn content(file: &InputFile) -> Digest {
    file.digest.unwrap_or_else(|| absent(&file.path))
}

/// What stands for the content of a file that is not there.
pub fn absent(file: &Path) -> Digest {
    Key::of(&("absent file", file.to_string_lossy()))
}
