//! Nodes made by hand.

use std::collections::BTreeMap;
use std::path::Path;

use kdp::plan::*;
use kdp::vocabulary::{self, Default};

/// A word with arguments, and with the defaults of those left out.
pub fn call(words: &'static [vocabulary::Word], name: &str, args: &[(&str, Datum)]) -> Call {
    let word = vocabulary::find(words, name).expect("a word");
    let mut all: BTreeMap<String, Datum> = BTreeMap::new();
    for param in word.params {
        let value = match param.default {
            Default::Required | Default::Absent => continue,
            Default::Int(value) => Datum::Int(value),
            Default::Number(value) => Datum::Number(value),
            Default::Bool(value) => Datum::Bool(value),
            Default::Choice(value) | Default::Text(value) => Datum::Text(value.to_string()),
        };
        all.insert(param.name.to_string(), value);
    }
    all.extend(
        args.iter()
            .map(|(name, value)| (name.to_string(), value.clone())),
    );
    Call {
        name: name.to_string(),
        version: word.version,
        args: all,
    }
}

pub fn layer(
    name: &str,
    word: &str,
    args: &[(&str, Datum)],
    input: &[i64],
    output: &[i64],
) -> Layer {
    Layer {
        name: name.to_string(),
        call: call(vocabulary::LAYERS, word, args),
        children: vec![],
        input: input.into(),
        output: output.into(),
    }
}

pub fn network(input: &[i64], layers: Vec<Layer>) -> Network {
    Network {
        input: input.into(),
        classes: 10,
        root: chain(layers, input),
    }
}

/// Layers one after the other.
pub fn chain(children: Vec<Layer>, input: &[i64]) -> Layer {
    let last = children.last();
    Layer {
        name: String::new(),
        call: call(vocabulary::LAYERS, "chain", &[]),
        input: input.into(),
        output: last.map_or_else(|| input.into(), |last| last.output.clone()),
        children,
    }
}

/// A small convolution network on the 8×8 digits, with batch norm and dropout.
pub fn small_cnn(channels: i64) -> Network {
    let conv = [
        ("channels", Datum::Int(channels)),
        ("kernel", Datum::Int(3)),
        ("padding", Datum::Int(1)),
        ("bias", Datum::Bool(false)),
    ];
    let (open, pooled) = ([channels, 8, 8], [channels, 4, 4]);
    network(
        &[1, 8, 8],
        vec![
            layer("conv1", "conv", &conv, &[1, 8, 8], &open),
            layer("bn1", "batch_norm", &[], &open, &open),
            layer("", "relu", &[], &open, &open),
            layer("", "max_pool", &[("kernel", Datum::Int(2))], &open, &pooled),
            layer("", "flatten", &[], &pooled, &[16 * channels]),
            layer(
                "drop",
                "dropout",
                &[("rate", Datum::Number(0.1))],
                &[16 * channels],
                &[16 * channels],
            ),
            layer(
                "fc",
                "linear",
                &[("features", Datum::Int(10))],
                &[16 * channels],
                &[10],
            ),
        ],
    )
}

/// A node, with the key of its task.
pub fn node(id: &str, task: Task) -> Node {
    Node {
        id: id.to_string(),
        word: task.kind().to_string(),
        key: Key::of(&task),
        task,
        files: BTreeMap::new(),
        declared: "made.kdp:1:1".to_string(),
        from: None,
    }
}

/// The arguments of a source of 8×8 images in ten classes.
pub fn source_args(train: i64, test: i64) -> Vec<(&'static str, Datum)> {
    vec![
        (
            "shape",
            Datum::List(vec![Datum::Int(1), Datum::Int(8), Datum::Int(8)]),
        ),
        ("classes", Datum::Int(10)),
        ("train", Datum::Int(train)),
        ("test", Datum::Int(test)),
    ]
}

pub fn shape(train: i64, test: i64) -> DataShape {
    DataShape {
        sample: [1, 8, 8].into(),
        classes: 10,
        train,
        validation: 0,
        test,
        labelled: true,
    }
}

/// The embedded digits.
pub fn digits(transforms: Vec<Call>) -> Node {
    let mut args = source_args(1437, 360);
    args.push(("name", Datum::Text("digits".to_string())));
    let task = DataTask {
        from: DataFrom::Source {
            source: call(vocabulary::SOURCES, "embedded", &args),
            files: BTreeMap::new(),
        },
        transforms,
        shape: shape(1437, 360),
    };
    node("digits", Task::Data(task))
}

/// IDX files of 8×8 images in a folder, as the plan would see them now.
pub fn idx(folder: &Path, train: i64, test: i64) -> Node {
    let mut files = BTreeMap::new();
    for (role, name) in [
        ("train_images", "train-images-idx3-ubyte"),
        ("train_labels", "train-labels-idx1-ubyte"),
        ("test_images", "t10k-images-idx3-ubyte"),
        ("test_labels", "t10k-labels-idx1-ubyte"),
    ] {
        let path = folder.join(name);
        let digest = std::fs::read(&path)
            .ok()
            .map(|bytes| Digest::of_bytes(&bytes));
        files.insert(role.to_string(), InputFile { path, digest });
    }
    let digests = files
        .iter()
        .filter_map(|(role, file)| Some((role.clone(), file.digest?)));
    let task = DataTask {
        from: DataFrom::Source {
            source: call(vocabulary::SOURCES, "idx", &source_args(train, test)),
            files: digests.collect(),
        },
        transforms: vec![],
        shape: shape(train, test),
    };
    Node {
        files,
        ..node("mnist", Task::Data(task))
    }
}

pub fn split(data: &Node, split: Split) -> SplitRef {
    SplitRef {
        data: data.key,
        split,
    }
}

pub fn one_hot() -> Vec<Term> {
    vec![Term {
        weight: Schedule::Constant(1.0),
        loss: Loss::CrossEntropy {
            smoothing: Schedule::Constant(0.0),
        },
    }]
}

/// A number that goes from one value to another in a linear window.
pub fn linear(before: f64, after: f64, from: u64, to: u64) -> Schedule {
    Schedule::Switch {
        before: Box::new(Schedule::Constant(before)),
        after: Box::new(Schedule::Constant(after)),
        from,
        to,
        along: Along::Linear,
    }
}

/// Distillation that gives way to one-hot in a linear window.
pub fn distill_then_one_hot(teacher: &Node, from: u64, to: u64) -> Vec<Term> {
    let mut terms = one_hot();
    terms[0].weight = linear(0.0, 1.0, from, to);
    terms.push(Term {
        weight: linear(1.0, 0.0, from, to),
        loss: Loss::Kl {
            teacher: teacher.key,
            temperature: Schedule::Constant(4.0),
            view: View::Same,
        },
    });
    terms
}

/// So many epochs on 1,437 samples.
pub fn recipe(epochs: u64) -> Recipe {
    let sgd = [
        ("momentum", Datum::Number(0.9)),
        ("nesterov", Datum::Bool(true)),
    ];
    let augment = [("padding", Datum::Int(1))];
    Recipe {
        optimizer: call(vocabulary::OPTIMISERS, "sgd", &sgd),
        lr: linear(0.05, 0.0, 0, 12 * epochs),
        weight_decay: Schedule::Constant(5e-4),
        batch: 128,
        steps: 12 * epochs,
        steps_per_epoch: 12,
        augment: vec![call(vocabulary::AUGMENTATIONS, "pad_crop", &augment)],
        clip: Some(5.0),
        precision: "fp32".to_string(),
        group_by_length: false,
    }
}

/// A training of so many epochs on 1,437 samples.
pub fn train(id: &str, data: &Node, network: Network, objective: Vec<Term>, epochs: u64) -> Node {
    let task = TrainTask {
        version: 1,
        network: network.into(),
        data: split(data, Split::Train),
        recipe: recipe(epochs).into(),
        objective,
        seed: 1,
        init: vec![],
        frozen: vec![],
        groups: vec![],
    };
    training(id, &task)
}

/// The node of a training, in the form that a plan gives it.
pub fn training(id: &str, task: &TrainTask) -> Node {
    node(id, Task::Train(task.until(task.recipe.steps)))
}

/// The task of a training.
pub fn task(node: &Node) -> &TrainTask {
    node.task.training().expect("a training")
}

/// The curves of a training on the test split of data.
pub fn curves(of: &Node, data: &Node) -> Node {
    observe(
        &format!("curves of {}", of.id),
        of,
        split(data, Split::Test),
        None,
    )
}

/// What watches a training to its end.
pub fn observe(id: &str, of: &Node, test: SplitRef, best: Option<Best>) -> Node {
    let task = ObserveTask {
        version: 1,
        trained: of.key,
        training: task(of).clone().into(),
        test,
        best,
        ended: true,
    };
    node(id, Task::Observe(task))
}

/// Changes the recipe of a training.
pub fn change_recipe(task: &mut TrainTask, change: impl FnOnce(&mut Recipe)) {
    let mut recipe = (*task.recipe).clone();
    change(&mut recipe);
    task.recipe = recipe.into();
}

pub fn measure(name: &str, models: &[(&str, &Node)], data: &Node) -> Node {
    let models = models
        .iter()
        .map(|(role, model)| (role.to_string(), model.key));
    let task = MeasureTask {
        measure: call(vocabulary::MEASURES, name, &[]),
        models: models.collect(),
        on: split(data, Split::Test),
    };
    node(name, Task::Measure(task))
}

/// A node that takes a network's weights from a file.
pub fn weights_of(network: Network, data: &Node, path: &Path, ignore: &[&str]) -> Node {
    let digest = Digest::of_bytes(&std::fs::read(path).expect("the file"));
    let task = WeightsTask {
        version: 1,
        network: network.into(),
        init: vec![Share {
            weight: 1.0,
            from: WeightsFrom::File {
                role: "weights".to_string(),
                content: digest,
                ignore: ignore.iter().map(|pattern| pattern.to_string()).collect(),
            },
        }],
        seed: 0,
        data: split(data, Split::Train),
        test: split(data, Split::Test),
    };
    let file = InputFile {
        path: path.to_path_buf(),
        digest: Some(digest),
    };
    Node {
        files: BTreeMap::from([("weights".to_string(), file)]),
        ..node("given", Task::Weights(task))
    }
}
