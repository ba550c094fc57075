//! A folder with a program and, where it is asked for, a store that has all of its results.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use kdp::check::{Disk, load};
use kdp::plan::{Curves, Digest, Digests, Node, Plan, Task, Wanted, facts, plan};
use kdp::store::{About, Lookup, Made, Store, StoreError};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The program's file.
pub const FILE: &str = "sweep.kdp";

/// Samples that a deviation is measured on: the digits' test split.
const SAMPLES: usize = 360;

/// A folder with a program.
pub fn with_program(text: &str) -> io::Result<TempDir> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join(FILE), text)?;
    Ok(folder)
}

/// Fills the store of a folder with made-up results, in the form of the real ones. Gives the number
/// of nodes.
pub fn fill(folder: &Path) -> Result<usize, Box<dyn std::error::Error>> {
    let loaded = load(&folder.join(FILE), &[], &Disk);
    let program = loaded.program.ok_or("the program has errors")?;
    let plan: Plan = plan(&program, &loaded.sources, &NoFiles);
    let store = Store::open(&folder.join("store"))?;
    for node in plan.nodes() {
        put(&store, node)?;
    }
    Ok(plan.graph.node_count())
}

/// The programs here read no files.
struct NoFiles;

impl Digests for NoFiles {
    fn digest(&self, _: &Path, _: Option<&Wanted>) -> io::Result<Digest> {
        Err(io::ErrorKind::NotFound.into())
    }
}

fn put(store: &Store, node: &Node) -> Result<(), StoreError> {
    let Lookup::Miss(mut slot) = store.lookup(node.key)? else {
        return Ok(());
    };
    let (main, blobs, summary) = result(&node.task);
    for (name, bytes) in &blobs {
        slot.write(name, bytes)?;
    }
    slot.commit(About {
        kind: node.task.kind().into(),
        facts: facts(&node.task),
        main: main.into(),
        summary,
        made: Made {
            waited: 0.0,
            kdp: env!("CARGO_PKG_VERSION").into(),
            libtorch: "2.13.0".into(),
            device: "cpu".into(),
            threads: 1,
            seconds: 1.5,
            at: "2026-01-02T03:04:05Z".into(),
        },
    })?;
    Ok(())
}

/// The blobs of a result, its main one first, and its summary.
type Result3 = (&'static str, Vec<(&'static str, Vec<u8>)>, Value);

fn result(task: &Task) -> Result3 {
    let weights = || (0..2000).map(|n| n as u8).collect::<Vec<u8>>();
    match task {
        Task::Train(task) => {
            let every: Vec<u64> = (1..=15)
                .map(|epoch| epoch * task.recipe.steps / 15)
                .collect();
            let numbers: Vec<f64> = every.iter().map(|step| 1.0 / *step as f64).collect();
            let curves = Curves {
                train_steps: every.clone(),
                train_loss: numbers.clone(),
                train_accuracy: numbers.clone(),
                test_steps: every,
                test_accuracy: numbers,
                ..Curves::default()
            };
            let summary = json!({
                "parameters": 610, "steps": task.recipe.steps, "train_accuracy": 0.9,
                "test_accuracy": 0.8 + 1e-4 * (task.seed % 100) as f64,
                "digest": Digest::of_bytes(&weights()),
            });
            let blobs = vec![
                ("weights.safetensors", weights()),
                ("optimizer.safetensors", weights()),
                ("network.json", to_json(&*task.network)),
                ("curves.json", to_json(&curves)),
            ];
            ("weights.safetensors", blobs, summary)
        }
        Task::Measure(_) => {
            let fields = json!({
                "slope": 1.25, "intercept": 0.1, "slope_low": 1.1, "intercept_low": 0.0,
                "slope_high": 1.4, "intercept_high": 0.2, "under_low": 0.6, "agreement": 0.9,
                "count": SAMPLES,
            });
            let blobs = vec![
                ("result.json", to_json(&fields)),
                ("points.safetensors", points()),
            ];
            ("result.json", blobs, fields)
        }
        _ => {
            let meta = json!({});
            let blobs = vec![
                ("meta.json", to_json(&meta)),
                ("train.safetensors", weights()),
            ];
            ("meta.json", blobs, meta)
        }
    }
}

fn to_json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

fn points() -> Vec<u8> {
    let numbers = |scale: f64| -> Vec<u8> {
        let numbers = (0..SAMPLES).map(|n| scale * (n as f64 / SAMPLES as f64 - 0.5));
        numbers.flat_map(f64::to_le_bytes).collect()
    };
    let (x, y) = (numbers(8.0), numbers(10.0));
    let view = |bytes| TensorView::new(Dtype::F64, vec![SAMPLES], bytes).ok();
    let tensors: BTreeMap<&str, _> = [("x", view(&x)), ("y", view(&y))]
        .into_iter()
        .filter_map(|(name, view)| Some((name, view?)))
        .collect();
    safetensors::serialize(tensors, None).unwrap_or_default()
}
