//! What the page reads from the store; the only part of it that does.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use safetensors::SafeTensors;

use crate::plan::{Curves, Key, Node, Plan, Task};
use crate::report::plots::Scatter;
use crate::run::{NodeOutcome, Outcome, Status};
use crate::store::{Entry, Made, Store};

/// What the store holds of a plan, beyond the numbers of the outcome.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// Learning curves, by the node that watched the training.
    pub curves: BTreeMap<Key, Curves>,
    /// Points of deviations.
    pub points: BTreeMap<Key, Scatter>,
    /// How each object came about.
    pub made: BTreeMap<Key, Made>,
    /// What could not be read, in words.
    pub unread: Vec<String>,
}

impl Results {
    /// Reads what there is; what cannot be read is told on the page, not an error.
    pub fn read(plan: &Plan, outcome: &Outcome, store: &Store) -> Results {
        let mut results = Results::default();
        let done = |node: &&NodeOutcome| matches!(node.status, Status::Ran | Status::Stored);
        let done: BTreeSet<Key> = outcome
            .nodes
            .iter()
            .filter(done)
            .map(|node| node.key)
            .collect();
        let nodes: Vec<&Node> = plan.nodes().collect();
        // Reading and checking digests is most of the work of a page.
        let read: Vec<Results> = nodes
            .par_chunks(64)
            .map(|nodes| Results::of(nodes, &done, store))
            .collect();
        for part in read {
            results.curves.extend(part.curves);
            results.points.extend(part.points);
            results.made.extend(part.made);
            results.unread.extend(part.unread);
        }
        results
    }

    fn of(nodes: &[&Node], done: &BTreeSet<Key>, store: &Store) -> Results {
        let mut results = Results::default();
        for node in nodes {
            let taken = match store.find(node.key) {
                Some(entry) => results.take(node, entry),
                None if done.contains(&node.key) => Err("it is no longer there, or damaged".into()),
                None => Ok(()),
            };
            if let Err(why) = taken {
                results.unread.push(format!("{}: {why}", node.id));
            }
        }
        results
    }

    fn take(&mut self, node: &Node, entry: Entry) -> Result<(), String> {
        self.made.insert(node.key, entry.manifest.made.clone());
        let read = |blob| entry.read(blob).map_err(|error| error.to_string());
        match &node.task {
            Task::Observe(_) => {
                let curves = serde_json::from_slice(&read("curves.json")?)
                    .map_err(|error| format!("`curves.json`: {error}"))?;
                self.curves.insert(node.key, curves);
            }
            Task::Measure(task) if task.measure.name == "deviation" => {
                let points = scatter(&read("points.safetensors")?)
                    .map_err(|error| format!("`points.safetensors`: {error}"))?;
                self.points.insert(node.key, points);
            }
            Task::Data(_)
            | Task::Train(_)
            | Task::Weights(_)
            | Task::Ensemble(_)
            | Task::Measure(_) => {}
        }
        Ok(())
    }
}

fn scatter(bytes: &[u8]) -> Result<Scatter, String> {
    let tensors = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let (x, y) = (numbers(&tensors, "x")?, numbers(&tensors, "y")?);
    match x.len() == y.len() {
        true => Ok(Scatter { x, y }),
        false => Err(format!("{} numbers in `x`, {} in `y`", x.len(), y.len())),
    }
}

fn numbers(tensors: &SafeTensors, name: &str) -> Result<Vec<f64>, String> {
    let tensor = tensors.tensor(name).map_err(|error| error.to_string())?;
    if tensor.dtype() != safetensors::Dtype::F64 {
        return Err(format!("`{name}` holds {:?}, not F64", tensor.dtype()));
    }
    let (numbers, _) = tensor.data().as_chunks();
    Ok(numbers
        .iter()
        .map(|bytes| f64::from_le_bytes(*bytes))
        .collect())
}
