//! One node: what it needs is read from the store, what it gives is written there.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use kdp::plan::{
    Curves, DataTask, Digest, MeasureTask, ModelSummary, Network, Node, Task, TrainTask,
    WeightsTask, facts,
};
use kdp::store::{About, Lookup, Made, Store};
use serde::Serialize;
use tch::Device;

use super::NodeError;
use super::answers::Teller;
use super::objects::Objects;
use crate::blob::Blob;
use crate::data::{self, Files, Loaded, Pixels};
use crate::machine::{self, LIBTORCH};
use crate::measure::{self, Class, Fields, Logits, MeasureError, Space};
use crate::nets::{Net, NetError};
use crate::train::{self, Progress};

/// What a node gives: blobs by name, the main one first, and a summary.
struct Product {
    blobs: Vec<(&'static str, Vec<u8>)>,
    summary: serde_json::Value,
}

/// Brings a node into the store, if it is not there, and says the digest of its main blob.
pub fn bring(
    node: &Node,
    store: &Path,
    device: &str,
    threads: usize,
    started: Instant,
    teller: &mut Teller,
) -> Result<Digest, NodeError> {
    let store = Store::open(store)?;
    let mut slot = match store.lookup(node.key)? {
        Lookup::Hit(entry) => return entry.manifest.digest().ok_or(NodeError::Input(node.key)),
        Lookup::Miss(slot) => slot,
    };
    let on = machine::device(device).ok_or_else(|| NodeError::Device(device.to_string()))?;
    tch::set_num_threads(threads.max(1) as i32);
    let product = make(node, &store, on, teller)?;

    let mut main = None;
    for (name, bytes) in &product.blobs {
        let digest = slot.write(name, bytes)?;
        main.get_or_insert((name.to_string(), digest));
    }
    let (main, digest) = main.ok_or(NodeError::Input(node.key))?;
    slot.commit(About {
        kind: node.task.kind().to_string(),
        facts: facts(&node.task),
        main,
        summary: product.summary,
        made: Made {
            kdp: env!("CARGO_PKG_VERSION").to_string(),
            libtorch: LIBTORCH.to_string(),
            device: device.to_string(),
            threads,
            seconds: started.elapsed().as_secs_f64(),
            at: jiff::Timestamp::now().to_string(),
        },
    })?;
    Ok(digest)
}

fn make(
    node: &Node,
    store: &Store,
    device: Device,
    teller: &mut Teller,
) -> Result<Product, NodeError> {
    let objects = Objects { store, device };
    let files = Files(&node.files);
    match &node.task {
        Task::Data(task) => decode(task, &files),
        Task::Train(task) => train(task, &objects, teller),
        Task::Weights(task) => weights(task, &files, &objects),
        Task::Measure(task) => measure(task, &objects, teller),
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec_pretty(value)
}

fn decode(task: &DataTask, files: &Files) -> Result<Product, NodeError> {
    let decoded = data::decode(task, files)?;
    Ok(Product {
        blobs: data::blobs(&decoded)?,
        summary: serde_json::to_value(&decoded.meta)?,
    })
}

fn train(task: &TrainTask, objects: &Objects, teller: &mut Teller) -> Result<Product, NodeError> {
    let train = objects.split(&task.data)?;
    let test = objects.split(&task.test)?;
    let mut teachers = BTreeMap::new();
    for key in task.objective.iter().filter_map(|term| term.loss.teacher()) {
        teachers.insert(key, objects.net(key)?);
    }
    let trained = train::train(task, &train, &test, teachers, objects.device, teller)?;
    let accuracies = accuracies(&trained.net, [&train, &test], objects.device)?;
    let mut product = model(
        &task.network,
        &trained.net,
        &trained.curves,
        task.steps,
        accuracies,
    )?;
    let state = ("optimizer.safetensors", trained.optimizer);
    product.blobs.push(state);
    Ok(product)
}

fn weights(task: &WeightsTask, files: &Files, objects: &Objects) -> Result<Product, NodeError> {
    let (path, bytes) = files.read("weights")?;
    let file = path.display().to_string();
    let net = Net::from_bytes(&task.network, &file, &bytes, objects.device)?;
    let train = objects.split(&task.data)?;
    let test = objects.split(&task.test)?;
    let accuracies = accuracies(&net, [&train, &test], objects.device)?;
    model(&task.network, &net, &Curves::default(), 0, accuracies)
}

/// A network's accuracy on the training and on the test split.
fn accuracies(net: &Net, splits: [&Loaded; 2], device: Device) -> Result<[f64; 2], NetError> {
    let accuracy = |split: &Loaded| {
        let pixels = Pixels::new(&split.meta, device);
        train::accuracy(net, &split.samples, &pixels)
    };
    Ok([accuracy(splits[0])?, accuracy(splits[1])?])
}

/// What a model's object holds.
fn model(
    network: &Network,
    net: &Net,
    curves: &Curves,
    steps: u64,
    [train_accuracy, test_accuracy]: [f64; 2],
) -> Result<Product, NodeError> {
    let weights = net.to_bytes()?;
    let summary = ModelSummary {
        parameters: net.parameter_count(),
        steps,
        train_accuracy,
        test_accuracy,
        digest: Digest::of_bytes(&weights),
    };
    Ok(Product {
        blobs: vec![
            ("weights.safetensors", weights),
            ("network.json", json(network)?),
            ("curves.json", json(curves)?),
        ],
        summary: serde_json::to_value(summary)?,
    })
}

fn measure(
    task: &MeasureTask,
    objects: &Objects,
    teller: &mut Teller,
) -> Result<Product, NodeError> {
    let on = objects.split(&task.on)?;
    if on.samples.is_empty() {
        return Err(MeasureError::Empty.into());
    }
    let pixels = Pixels::new(&on.meta, objects.device);
    let name = task.measure.name.as_str();
    let bad = |argument: &str| MeasureError::Argument {
        measure: name.to_string(),
        argument: argument.to_string(),
    };
    let (mut before, all) = (0, on.samples.len() * task.models.len());
    let mut logits = |role: &str| -> Result<Logits, NodeError> {
        let key = task.models.get(role).ok_or_else(|| bad(role))?;
        let net = objects.net(*key)?;
        let logits = net
            .logits(&on.samples, &pixels, |done| {
                if teller.due() {
                    teller.tell((before + done) as u64, all as u64, None);
                }
            })
            .map_err(NetError::from)?;
        before += on.samples.len();
        Ok(Logits::of(role, &logits)?)
    };
    let labels = &on.samples.labels;
    let mut blobs = Vec::new();
    let fields: Fields = match name {
        "accuracy" => measure::accuracy(&logits("model")?, labels),
        "calibration" => measure::calibration(&logits("model")?, labels),
        "deviation" => {
            let class = match task.measure.text("class") {
                Some("teacher") => Class::Teacher,
                Some("truth") => Class::Truth,
                _ => return Err(bad("class").into()),
            };
            let space = match task.measure.text("space") {
                Some("logit") => Space::Logit,
                Some("probability") => Space::Probability,
                _ => return Err(bad("space").into()),
            };
            let (student, teacher) = (logits("student")?, logits("teacher")?);
            let deviation = measure::deviation(&student, &teacher, labels, class, space)?;
            let mut points = Blob::default();
            points.f64("x", &deviation.x);
            points.f64("y", &deviation.y);
            points.i64("label", labels);
            points.i64("index", &on.samples.index);
            let points = points.bytes().map_err(NetError::from)?;
            blobs.push(("points.safetensors", points));
            deviation.fields
        }
        other => return Err(MeasureError::Unknown(other.to_string()).into()),
    };
    blobs.insert(0, ("result.json", json(&fields)?));
    Ok(Product {
        blobs,
        summary: serde_json::to_value(fields)?,
    })
}
