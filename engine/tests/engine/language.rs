//! What the planner makes of a file is what the engine takes: every arch of the standard library,
//! every objective, transform, optimiser, augmentation and measure, from text to store.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use kdp::check::{World, load};
use kdp::diag::{Rendering, render};
use kdp::plan::{Digest, Digests, Key, ModelSummary, Network, Plan, Wanted, plan};
use kdp::store::{Entry, Listing, Store};

use super::*;

#[path = "../../../tests/reference/calls.rs"]
pub mod calls;

const FILE: &str = r#"
use std.datasets.digits
use std.archs.{mlp, small_cnn, resnet_cifar, mobilenet_v2}

dataset few = digits() |> label_noise(20%, seed: 7) |> take(train: 100, test: 60)

recipe one {
  optimizer: sgd(momentum: 0.9, nesterov: true)
  weight_decay: 5e-4
  batch: 30
  length: 2 epochs
  lr: 0.0 then 0.05 over 1 epoch then 0.0 until end along cosine
  augment: [pad_crop(1), flip()]
}
recipe other = one with { optimizer: adamw(), lr: 1e-3, weight_decay: 0.01, clip: 1.0, augment: [] }

teacher cnn = small_cnn([4, 8]) { data: few.train, recipe: one, seed: 0 }
teacher resnet = resnet_cifar(depth: 8) { data: few.train, recipe: one, seed: 1 }
teacher mobile = mobilenet_v2(small_images: true) { data: few.train, recipe: one with { length: 1 epoch }, seed: 2 }

student small[way in {
  smooth: smooth(0.1)
  kd: distill(cnn, temperature: 4, weight: 0.7)
  clean: distill(resnet, temperature: 4.0 then 1.0 over 3 steps, view: clean)
  logits: match_logits(mobile, scale: 0.1) then one_hot at 3 steps over 2 steps
  mix: 0.5 * distill(cnn) + 0.5 * one_hot
}, r in { one: one, other: other }] = mlp([16]) { data: few.train, recipe: r, seed: 3, objective: way }

measure gap = deviation(student: small[way: kd, r: one], teacher: cnn, on: few.train)
measure truth = deviation(small[way: kd, r: one], cnn, few.test, class: truth, space: probability)
measure top = accuracy(resnet, on: few.test)
measure ece = calibration(mobile, on: few.test)
"#;

/// What the first file leaves out: losses of one's own, matched features, ensembles, states of runs, first
/// weights, frozen parameters, groups, chains of self-distillation, made data, experiments.
const EVERYTHING: &str = include_str!("everything.kdp");

struct OneFile<'a>(&'a str);

impl World for OneFile<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let here = path == Path::new("test.kdp");
        here.then(|| self.0.as_bytes().to_vec())
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_path_buf())
    }
}

/// Files that are not there have their names for content.
impl Digests for OneFile<'_> {
    fn digest(&self, path: &Path, wanted: Option<&Wanted>) -> io::Result<Digest> {
        if let Some(wanted) = wanted.filter(|_| path.is_dir()) {
            return Ok(Listing::read(path, wanted, &|_, _| ())?.digest());
        }
        let name = || path.as_os_str().as_encoded_bytes().to_vec();
        Ok(Key::of_bytes(
            &std::fs::read(path).unwrap_or_else(|_| name()),
        ))
    }
}

/// The plan of a file.
pub fn planned(text: &str) -> Plan {
    let world = OneFile(text);
    let loaded = load(Path::new("test.kdp"), &[], &world);
    let said = render(&loaded.diagnostics, &loaded.sources, Rendering::Plain);
    let program = loaded.program.unwrap_or_else(|| panic!("{said}"));
    plan(&program, &loaded.sources, &world)
}

/// The network that a call of the standard library makes for images of a shape and so many classes.
pub fn network_of(call: &str, shape: &[i64], classes: i64) -> Network {
    calls::network(&planned(&calls::of_images(call, shape, classes)))
}

/// Runs a file; gives its plan and the store's entry of each node.
pub fn run(text: &str, store: &Path) -> (Plan, Vec<Entry>) {
    let plan = planned(text);
    let nodes: Vec<_> = plan.nodes().collect();
    Worker::start().run_all(&nodes, store);
    let store = Store::at(store);
    let entries = nodes.iter().map(|node| {
        let entry = store.find(node.key);
        entry.unwrap_or_else(|| panic!("{} is not there", node.id))
    });
    let entries = entries.collect();
    (plan, entries)
}

#[test]
fn a_file_runs_from_text_to_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let (plan, _) = run(FILE, folder.path());
    let on_their_own = plan.nodes().filter(|node| !node.only_watches());
    assert_eq!(on_their_own.count(), 1 + 3 + 10 + 4);
}

#[test]
fn whatever_the_language_says_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let (plan, entries) = run(EVERYTHING, folder.path());
    let mut kinds = BTreeMap::new();
    let told: Vec<Key> = plan
        .told
        .values()
        .map(|told| plan.graph[*told].key)
        .collect();
    for (node, entry) in plan.nodes().zip(entries) {
        *kinds.entry(node.task.kind()).or_insert(0) += 1;
        if told.contains(&node.key) {
            let summary: ModelSummary = serde_json::from_value(entry.manifest.summary)
                .unwrap_or_else(|error| panic!("{}: {error}", node.id));
            assert_eq!(summary.steps, node.length(), "{}", node.id);
        }
    }
    let wanted = [
        ("data", 4),
        ("ensemble", 2),
        ("measure", 13),
        ("observe", 28),
        ("train", 26),
        ("weights", 1),
    ];
    assert_eq!(kinds, BTreeMap::from(wanted));
}
