//! From a program to its plan: every member becomes a node under its key.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use petgraph::graph::NodeIndex;

use super::{
    Claim, DataFrom, DataTask, Digest, InputFile, Key, MeasureTask, Network, Node, Plan, Share,
    Shared, SplitRef, Task, TrainTask, WeightsFrom, WeightsTask,
};
use crate::check::{Dataset, Model, Origin, Program, SplitOf};
use crate::diag::{Sources, Span};

/// The version of the engine's training loop: raise it when the same task gives other bits.
const TRAINING: u32 = 1;
/// The version of the engine's reader of weights.
const WEIGHTS: u32 = 1;

/// Where the digests of files come from.
pub trait Digests {
    /// The digest of a file's content.
    fn digest(&self, path: &Path) -> std::io::Result<Digest>;
}

/// The plan of a program. Files that are not there are planned all the same, under a key of their own.
pub fn plan(program: &Program, sources: &Sources, digests: &dyn Digests) -> Plan {
    let mut builder = Builder {
        sources,
        digests,
        plan: Plan::default(),
        nodes: HashMap::new(),
        data: HashMap::new(),
        networks: HashMap::new(),
    };
    for dataset in &program.datasets {
        builder.dataset(dataset);
    }
    let mut keys = vec![];
    for model in &program.models {
        let key = builder.model(model, &keys);
        keys.push(key);
    }
    for measure in &program.measures {
        let task = Task::Measure(MeasureTask {
            measure: measure.call.clone(),
            models: measure
                .models
                .iter()
                .map(|(name, model)| (name.clone(), keys[*model]))
                .collect(),
            on: builder.split(&measure.on),
        });
        let node = builder.node(&measure.id, "measure", measure.span, task, BTreeMap::new());
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

struct Builder<'a> {
    sources: &'a Sources,
    digests: &'a dyn Digests,
    plan: Plan,
    nodes: HashMap<Key, NodeIndex>,
    /// Keys of data sets by address.
    data: HashMap<*const Dataset, Key>,
    /// Networks by address.
    networks: HashMap<*const Network, Shared<Network>>,
}

impl Builder<'_> {
    /// The node of a task; a task that is there already is the same node.
    fn node(
        &mut self,
        id: &str,
        word: &str,
        span: Span,
        task: Task,
        files: BTreeMap<String, InputFile>,
    ) -> NodeIndex {
        let key = Key::of(&task);
        if let Some(node) = self.nodes.get(&key) {
            return *node;
        }
        let inputs = task.inputs();
        let declared = self.sources.place(span);
        let node = self.plan.graph.add_node(Node {
            id: id.into(),
            word: word.into(),
            key,
            task,
            files,
            declared,
        });
        for input in inputs {
            if let Some(from) = self.nodes.get(&input) {
                self.plan.graph.add_edge(*from, node, ());
            }
        }
        self.nodes.insert(key, node);
        node
    }

    fn file(&self, path: PathBuf) -> InputFile {
        let digest = self.digests.digest(&path).ok();
        InputFile { path, digest }
    }

    fn dataset(&mut self, dataset: &Rc<Dataset>) -> Key {
        if let Some(key) = self.data.get(&Rc::as_ptr(dataset)) {
            return *key;
        }
        let files: BTreeMap<String, InputFile> = match &dataset.folder {
            Some(folder) => roles(&dataset.source.name, dataset.shape.classes)
                .into_iter()
                .map(|(role, name)| (role.to_string(), self.file(present(folder, name))))
                .collect(),
            None => BTreeMap::new(),
        };
        let task = Task::Data(DataTask {
            from: DataFrom::Source {
                source: dataset.source.clone(),
                files: files
                    .iter()
                    .map(|(role, file)| (role.clone(), content(file)))
                    .collect(),
            },
            transforms: dataset.transforms.clone(),
            shape: dataset.shape.clone(),
        });
        let node = self.node(&dataset.id, "dataset", dataset.span, task, files);
        let key = self.plan.graph[node].key;
        self.data.insert(Rc::as_ptr(dataset), key);
        key
    }

    fn network(&mut self, network: &Rc<Network>) -> Shared<Network> {
        let shared = self.networks.entry(Rc::as_ptr(network));
        shared.or_insert_with(|| (**network).clone().into()).clone()
    }

    fn split(&mut self, of: &SplitOf) -> SplitRef {
        SplitRef {
            data: self.dataset(&of.dataset),
            split: of.split,
        }
    }

    fn model(&mut self, model: &Model, keys: &[Key]) -> Key {
        let data = self.split(&model.data);
        let test = self.split(&model.test);
        let network = self.network(&model.network);
        let mut files = BTreeMap::new();
        let task = match &model.origin {
            Origin::File(path) => {
                let file = self.file(path.clone());
                let share = Share {
                    weight: 1.0,
                    from: WeightsFrom::File {
                        role: "weights".to_string(),
                        content: content(&file),
                        ignore: vec![],
                    },
                };
                files.insert("weights".to_string(), file);
                Task::Weights(WeightsTask {
                    version: WEIGHTS,
                    network,
                    init: vec![share],
                    seed: 0,
                    data,
                    test,
                })
            }
            Origin::Trained(training) => Task::Train(TrainTask {
                version: TRAINING,
                network,
                data,
                test,
                objective: training
                    .objective
                    .iter()
                    .map(|term| term.rename(|teacher| keys[teacher]))
                    .collect(),
                optimizer: training.optimizer.clone(),
                lr: training.lr.clone(),
                weight_decay: training.weight_decay.clone(),
                batch: training.batch,
                steps: training.steps,
                steps_per_epoch: training.steps_per_epoch,
                augment: training.augment.clone(),
                clip: training.clip,
                precision: training.precision.clone(),
                seed: training.seed,
                init: vec![],
                frozen: vec![],
                groups: vec![],
                best: None,
            }),
        };
        let node = self.node(&model.id, &model.word, model.span, task, files);
        self.plan.models.insert(model.id.clone(), node);
        self.plan.graph[node].key
    }
}

/// The files of a source, by role: what each is called in the source's folder.
fn roles(source: &str, classes: i64) -> Vec<(&'static str, &'static str)> {
    match (source, classes) {
        ("idx", _) => vec![
            ("train_images", "train-images-idx3-ubyte"),
            ("train_labels", "train-labels-idx1-ubyte"),
            ("test_images", "t10k-images-idx3-ubyte"),
            ("test_labels", "t10k-labels-idx1-ubyte"),
        ],
        ("cifar_binary", 100) => vec![("train", "train.bin"), ("test", "test.bin")],
        ("cifar_binary", _) => vec![
            ("data_batch_1", "data_batch_1.bin"),
            ("data_batch_2", "data_batch_2.bin"),
            ("data_batch_3", "data_batch_3.bin"),
            ("data_batch_4", "data_batch_4.bin"),
            ("data_batch_5", "data_batch_5.bin"),
            ("test_batch", "test_batch.bin"),
        ],
        _ => vec![],
    }
}

/// The file as it lies there: plain, or gzipped.
fn present(folder: &Path, name: &str) -> PathBuf {
    let plain = folder.join(name);
    let gzipped = folder.join(format!("{name}.gz"));
    if !plain.exists() && gzipped.exists() {
        gzipped
    } else {
        plain
    }
}

/// A file's content; for one that is not there, something that no content has.
fn content(file: &InputFile) -> Digest {
    let absent = || Key::of(&("absent file", file.path.to_string_lossy()));
    file.digest.unwrap_or_else(absent)
}
