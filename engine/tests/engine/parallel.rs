//! A training whose batches are split among several devices against the one on a single device.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kdp::plan::*;
use kdp::run::{Lease, Saving};
use kdp::spec::Formula;
use kdp::store::{Entry, Store};
use kdp_engine::blob::read_tensor;
use kdp_engine::devices::Devices;
use kdp_engine::nets::{Mode, Net, Outputs, Partition, Replicated, gradients};
use safetensors::SafeTensors;
use tch::{Device, Kind, Tensor};

use super::*;
use crate::frozen::{batch, networks, off};

/// Two and three parts of the CPU.
const LEASES: [&str; 2] = ["cpu:0+cpu:1", "cpu:0+cpu:1+cpu:2"];

/// A student with batch norm, dropout, augmentation and layers trained along, which learns from labels, a
/// teacher's logits and its features, and by a formula whose value is one number for the whole batch.
fn pair(data: &Node, optimizer: &str, batch: u64, epochs: u64) -> [Node; 2] {
    let teacher = train("teacher", data, small_cnn(4), one_hot(), 1);
    let conv = [("channels", Datum::Int(4)), ("kernel", Datum::Int(1))];
    let sides = [4, 8, 8];
    let through = chain(vec![layer("0", "conv", &conv, &sides, &sides)], &sides);
    let term = |weight, loss| Term {
        weight: Schedule::Constant(weight),
        loss,
    };
    let mut objective = one_hot();
    objective.push(term(
        0.5,
        Loss::Kl {
            teacher: teacher.key,
            temperature: Schedule::Constant(4.0),
            view: View::Same,
        },
    ));
    objective.push(term(
        0.5,
        Loss::Features {
            teacher: teacher.key,
            layer: "bn1".to_string(),
            to: "bn1".to_string(),
            through: Some(through),
            view: View::Same,
            tokens: false,
        },
    ));
    objective.push(term(0.1, Loss::Formula(spread())));
    let student = train("student", data, small_cnn(4), objective, 1);
    let mut task = task(&student).clone();
    change_recipe(&mut task, |recipe| {
        recipe.optimizer = call(kdp::vocabulary::OPTIMISERS, optimizer, &[]);
        if optimizer == "sgd" {
            let momentum = ("momentum".to_string(), Datum::Number(0.9));
            recipe.optimizer.args.extend([momentum]);
        }
        recipe.lr = linear(0.01, 0.001, 0, 20 * epochs);
        recipe.batch = batch;
        recipe.steps_per_epoch = 1437u64.div_ceil(batch);
        recipe.steps = epochs * recipe.steps_per_epoch + 3;
    });
    [teacher, training("student", &task)]
}

/// The variance of each class's logit over the batch, summed: no mean over samples.
fn spread() -> Formula<Key> {
    let mean = |of| Formula::Mean {
        over: kdp::spec::Axis::Batch,
        of: Box::new(of),
    };
    let arithmetic = |op, left, right| Formula::Arithmetic {
        op,
        left: Box::new(left),
        right: Box::new(right),
    };
    let centred = || arithmetic('-', Formula::Logits, mean(Formula::Logits));
    Formula::Sum {
        over: kdp::spec::Axis::Classes,
        of: Box::new(mean(arithmetic('*', centred(), centred()))),
    }
}

fn entry(store: &Path, node: &Node) -> Entry {
    Store::at(store).find(node.key).expect("in the store")
}

/// All tensors of a state: parameters and statistics, moments, layers trained along, and what each step saw.
fn state(entry: &Entry) -> BTreeMap<String, Tensor> {
    let mut tensors = BTreeMap::new();
    for blob in ["weights", "optimizer", "log"] {
        let bytes = entry.read(&format!("{blob}.safetensors")).expect("a blob");
        for (name, view) in SafeTensors::deserialize(&bytes).expect("sound").iter() {
            let tensor = read_tensor(&view).expect("numbers").expect("numbers");
            tensors.insert(format!("{blob}: {name}"), tensor);
        }
    }
    tensors
}

/// The distance of two tensors, as a share of the second's length.
fn apart(found: &Tensor, wanted: &Tensor) -> f64 {
    let [found, wanted] = [found, wanted].map(|tensor| tensor.to_kind(Kind::Double));
    let length = |tensor: &Tensor| tensor.norm().double_value(&[]);
    length(&(&found - &wanted)) / length(&wanted).max(1e-9)
}

/// The state in which a student ends on a lease.
fn made_on(lease: &str, [data, teacher, student]: [&Node; 3]) -> BTreeMap<String, Tensor> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut worker = Worker::start();
    worker.run_all(&[data, teacher], folder.path());
    let made = worker.run_on(lease, student, folder.path());
    made.unwrap_or_else(|(error, _)| panic!("{error}"));
    let entry = entry(folder.path(), student);
    assert_eq!(entry.manifest.made.device, lease);
    state(&entry)
}

/// Holds all tensors of a state against another's.
fn hold_near(
    found: &BTreeMap<String, Tensor>,
    wanted: &BTreeMap<String, Tensor>,
    tolerance: f64,
    what: &str,
) {
    assert!(found.keys().eq(wanted.keys()));
    for (name, found) in found {
        let off = apart(found, &wanted[name]);
        assert!(off < tolerance, "{what} {name}: {off}");
    }
    assert!(found != wanted, "{what}: nothing was split");
}

/// The last batch of an epoch: one sample for two devices and for three, two samples for three, 29 for all.
#[test]
fn a_training_on_parts_is_the_one_on_a_single_device() {
    for (optimizer, batch) in [("sgd", 359), ("adamw", 205), ("sgd", 128), ("adamw", 359)] {
        let data = digits(vec![]);
        let [teacher, student] = pair(&data, optimizer, batch, 1);
        let nodes = [&data, &teacher, &student];
        let wanted = made_on("cpu", nodes);
        for lease in LEASES {
            let what = format!("{optimizer} {batch} {lease}");
            let found = made_on(lease, nodes);
            hold_near(&found, &wanted, 1e-4, &what);
            assert!(found == made_on(lease, nodes), "{what}");
        }
    }
}

#[test]
fn what_is_frozen_or_grouped_is_so_on_every_device() {
    let data = digits(vec![]);
    let [teacher, student] = pair(&data, "adamw", 128, 1);
    let mut task = task(&student).clone();
    task.init = vec![Share {
        weight: 1.0,
        from: WeightsFrom::Model(teacher.key),
    }];
    task.frozen = ["bn1.weight", "bn1.bias"].map(String::from).to_vec();
    task.groups = vec![Group {
        parameters: vec!["fc.weight".to_string(), "fc.bias".to_string()],
        lr_scale: 3.0,
        weight_decay: None,
    }];
    let student = training("student", &task);
    let nodes = [&data, &teacher, &student];
    let wanted = made_on("cpu", nodes);
    for lease in LEASES {
        hold_near(&made_on(lease, nodes), &wanted, 1e-4, lease);
    }
}

/// Only rounding differs, and that is of eight bits.
#[test]
fn a_training_in_bfloat16_is_split_too() {
    let data = digits(vec![]);
    let [teacher, student] = pair(&data, "sgd", 359, 1);
    let mut task = task(&student).clone();
    change_recipe(&mut task, |recipe| recipe.precision = "bf16".to_string());
    let student = training("student", &task);
    let nodes = [&data, &teacher, &student];
    let [wanted, found] = ["cpu", LEASES[1]].map(|lease| made_on(lease, nodes));
    for name in [
        "log: loss",
        "weights: fc.weight",
        "weights: bn1.running_var",
    ] {
        let off = apart(&found[name], &wanted[name]);
        assert!(off < 1e-2, "{name}: {off}");
    }
}

#[test]
fn a_run_on_parts_that_is_stopped_ends_as_one_left_alone() {
    for (optimizer, lease) in ["sgd", "adamw"].into_iter().zip(LEASES) {
        let data = digits(vec![]);
        let [teacher, student] = pair(&data, optimizer, 128, 20);
        let start = |saving| {
            let mut worker = Worker::start();
            worker.device = lease.to_string();
            worker.saving = saving;
            worker
        };
        let alone = tempfile::tempdir().expect("a folder");
        start(Saving::Never).run_all(&[&data, &teacher, &student], alone.path());
        let wanted = state(&entry(alone.path(), &student));

        let folder = tempfile::tempdir().expect("a folder");
        let store = folder.path();
        start(Saving::Never).run_all(&[&data, &teacher], store);
        let saved = start(Saving::Never).interrupt(&student, store, 1, false);
        assert!(saved.is_some_and(|saved| saved < task(&student).recipe.steps));
        start(Saving::Never).run_all(&[&student], store);
        assert!(state(&entry(store, &student)) == wanted, "{optimizer}");
    }
}

/// What a training step makes of a network: outputs, gradients, statistics.
struct Step {
    outputs: Outputs,
    gradient: Tensor,
    buffers: Vec<Tensor>,
}

impl Step {
    fn of(net: Net, batch: &Tensor, lease: &str) -> Step {
        let layers = layers(&net);
        let devices = Devices::of(Lease(lease)).expect("there");
        let student = Replicated::new(net, &Partition::default(), &devices).expect("replicas");
        let net = student.net();
        net.parts()[0].require_gradients().expect("trainable");
        let mode = Mode::Train { seed: 1, step: 9 };
        let outputs = student.outputs(batch, mode, &layers).expect("outputs");
        let labels = Tensor::from_slice(&(0..16).map(|n| n % 10).collect::<Vec<i64>>());
        let loss = outputs.logits.cross_entropy_for_logits(&labels);
        let parts: Vec<_> = net.parts().iter().collect();
        let gradient = gradients(&loss, &parts).expect("gradients").remove(0);
        let buffers = net.specs().iter().filter(|spec| !spec.trained);
        let buffers = buffers.map(|spec| net.tensors()[&spec.name].copy());
        Step {
            buffers: buffers.collect(),
            outputs,
            gradient,
        }
    }

    /// Holds a step against another, its gradient to within a tolerance.
    fn hold_near(&self, wanted: &Step, tolerance: f64, what: &str) {
        let gradient = apart(&self.gradient, &wanted.gradient);
        assert!(gradient < tolerance, "{what}: {gradient}, {tolerance}");
        let logits = off(&self.outputs.logits, &wanted.outputs.logits);
        assert!(logits < 1e-4, "{what}: {logits}");
        for (layer, flow) in &self.outputs.layers {
            let off = off(&flow.values, &wanted.outputs.layers[layer].values);
            assert!(off < 1e-4, "{what} {layer}: {off}");
            let masks = [flow, &wanted.outputs.layers[layer]].map(|flow| flow.mask.as_ref());
            assert!(masks[0] == masks[1], "{what} {layer}");
        }
        for (found, wanted) in self.buffers.iter().zip(&wanted.buffers) {
            // A mean that is 0 but for rounding is near any other such.
            assert!(found.allclose(wanted, 1e-4, 1e-5, false), "{what}");
        }
    }
}

/// The layers that have weights.
fn layers(net: &Net) -> BTreeSet<String> {
    let names = net.specs().iter().map(|spec| &spec.name);
    names
        .filter_map(|name| name.strip_suffix(".weight").map(str::to_string))
        .collect()
}

/// How far rounding leads off is the network's own: MobileNet on images this small points elsewhere when its
/// input alone moves by the last digits.
#[test]
fn every_kind_of_network_steps_on_parts_as_on_a_single_device() {
    let all = || networks().into_iter();
    for lease in LEASES {
        for (((name, net), (_, same)), (_, third)) in all().zip(all()).zip(all()) {
            let wanted = Step::of(net, &batch(5), "cpu");
            let moved = Step::of(third, &(batch(5) + batch(6) * 1e-6), "cpu");
            let allowed = 3.0 * apart(&moved.gradient, &wanted.gradient);
            let found = Step::of(same, &batch(5), lease);
            found.hold_near(&wanted, allowed.max(1e-4), &format!("{name} {lease}"));
        }
    }
}

/// A network on texts of five tokens, with batch norm on features.
fn reader() -> Net {
    let tokens = Shape::Tokens {
        length: 5,
        vocabulary: 20,
        padding: 0,
        segments: 1,
    };
    let vectors = Shape::Vectors {
        length: 5,
        width: 6,
    };
    let on_rows = |name: &str, word: &str, args: &[(&str, Datum)], input: &Shape| Layer {
        input: input.clone(),
        output: vectors.clone(),
        ..layer(name, word, args, &[], &[])
    };
    let layers = vec![
        on_rows(
            "embedding",
            "embedding",
            &[("width", Datum::Int(6))],
            &tokens,
        ),
        on_rows("drop", "dropout", &[("rate", Datum::Number(0.3))], &vectors),
        Layer {
            input: vectors.clone(),
            ..layer("", "mean_tokens", &[], &[], &[6])
        },
        layer("norm", "batch_norm", &[], &[6], &[6]),
        layer("fc", "linear", &[("features", Datum::Int(10))], &[6], &[10]),
    ];
    let network = Network {
        input: tokens,
        ..network(&[], layers)
    };
    Net::new(&network, 3, Device::Cpu).expect("a network")
}

#[test]
fn texts_step_on_parts_as_on_a_single_device() {
    let ids = (0..16 * 5i64).map(|n| (n * 7) % 20 * i64::from(n % 5 < n % 7));
    let texts = Tensor::from_slice(&ids.collect::<Vec<i64>>()).view([16, 5]);
    let wanted = Step::of(reader(), &texts, "cpu");
    for lease in LEASES {
        Step::of(reader(), &texts, lease).hold_near(&wanted, 1e-4, lease);
    }
}

#[test]
fn a_device_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = digits(vec![]);
    let failed = Worker::start().run_on("cpu:0+cuda:99", &data, folder.path());
    let (message, help) = failed.expect_err("there is no such card");
    assert!(message.contains("`cuda:99` is not there"), "{message}");
    assert!(help.is_some_and(|help| help.contains("kdp doctor")));
}
