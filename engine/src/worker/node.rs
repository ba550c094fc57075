//! One node: what it needs is read from the store, what it gives is written there.

use std::time::Instant;

use kdp::plan::{Digest, Key, Node, Task, facts};
use kdp::run::{Lease, Saving};
use kdp::store::{About, Lookup, Made, Slot, Store};
use serde::Serialize;

use super::answers::Teller;
use super::objects::Objects;
use super::stop::Stop;
use super::{NodeError, data, measure, milestones, model, train};
use crate::data::{Files, Samples, write};
use crate::devices::Devices;
use crate::machine::LIBTORCH;
use crate::outputs::{Cache, Form};
use crate::threads;

/// What a node gives: samples and other blobs by name, the main one first, and a summary.
#[derive(Default)]
pub struct Product {
    /// Samples, each a blob that is written as they are read, so that they are never whole in memory.
    pub samples: Vec<(&'static str, Samples)>,
    /// The blobs.
    pub blobs: Vec<(&'static str, Vec<u8>)>,
    /// The summary.
    pub summary: serde_json::Value,
    /// Seconds that steps of training waited for their batches.
    pub waited: f64,
}

/// A node to be brought into the store, and how.
pub struct Job<'a> {
    /// The node.
    pub node: &'a Node,
    /// What watches it, where it is a training.
    pub along: &'a [Node],
    /// The store.
    pub store: &'a Store,
    /// `cpu`, `cuda:0`, `cuda:0+cuda:1`, `mps`.
    pub device: &'a str,
    /// Threads for its tensors.
    pub threads: usize,
    /// Bytes that the outputs of teachers on augmented views may take in the store; 0 keeps none.
    pub outputs: u64,
    /// When a training saves its state.
    pub saving: Saving,
    /// Whether a training may go on from a state that was made on other ground.
    pub across: bool,
    /// Asks a training to save its state and end.
    pub stop: &'a Stop,
    /// When it was begun.
    pub started: Instant,
}

/// Brings a node into the store, if it is not there; says the digest of its main blob, and which of those
/// that were to go along are there too.
pub fn bring(job: &Job, teller: &mut Teller) -> Result<(Digest, Vec<Key>), NodeError> {
    let node = job.node;
    let slot = match job.store.lookup(node.key)? {
        Lookup::Hit(entry) => {
            if let Task::Train(task) = &node.task {
                milestones::list(job.store, task)?;
            }
            let digest = entry.manifest.digest().ok_or(NodeError::Input(node.key))?;
            return Ok((digest, vec![]));
        }
        Lookup::Miss(slot) => slot,
    };
    let devices = Devices::of(Lease(job.device)).map_err(NodeError::Device)?;
    threads::set(job.threads)?;
    let objects = Objects {
        store: job.store,
        devices,
        outputs: Cache::new(job.store, job.outputs, Form::of(job.device, job.threads)),
    };
    let files = Files(&node.files);
    let product = match &node.task {
        Task::Data(task) => data::make(task, &files, (&objects, &slot), teller)?,
        Task::Train(task) => {
            let (product, along) = train::train(job, task, &objects, teller)?;
            milestones::list(job.store, task)?;
            let digest = commit(job, slot, &node.task, product)?;
            // Only now: whoever is killed before goes on from what was saved.
            milestones::thin(job.store, task)?;
            return Ok((digest, along));
        }
        Task::Observe(task) => {
            let digest = train::replay(job, task, slot, &objects, teller)?;
            return Ok((digest, vec![]));
        }
        Task::Weights(task) => model::take(task, &files, &objects)?,
        Task::Ensemble(task) => model::ensemble(task, &objects)?,
        Task::Measure(task) => measure::measure(task, &objects, teller)?,
    };
    Ok((commit(job, slot, &node.task, product)?, vec![]))
}

/// Writes what a node gives; says the digest of its main blob.
pub fn commit(
    job: &Job,
    mut slot: Slot,
    task: &Task,
    product: Product,
) -> Result<Digest, NodeError> {
    let mut main = None;
    for (name, samples) in &product.samples {
        let digest = slot.stream(name, |out| write(samples, out))?;
        main.get_or_insert((name.to_string(), digest));
    }
    for (name, bytes) in &product.blobs {
        let digest = slot.write(name, bytes)?;
        main.get_or_insert((name.to_string(), digest));
    }
    let (main, digest) = main.ok_or(NodeError::Input(slot.key()))?;
    slot.commit(About {
        kind: task.kind().to_string(),
        facts: facts(task),
        main,
        summary: product.summary,
        made: Made {
            kdp: env!("CARGO_PKG_VERSION").to_string(),
            libtorch: LIBTORCH.to_string(),
            device: job.device.to_string(),
            threads: job.threads,
            seconds: job.started.elapsed().as_secs_f64(),
            waited: product.waited,
            at: jiff::Timestamp::now().to_string(),
        },
    })?;
    Ok(digest)
}

/// A blob of JSON.
pub fn json(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec_pretty(value)
}
