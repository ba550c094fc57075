//! One node: what it needs is read from the store, what it gives is written there.

use std::path::Path;
use std::time::Instant;

use kdp::plan::{Digest, Node, Task, facts};
use kdp::store::{About, Lookup, Made, Store};
use serde::Serialize;

use super::answers::Teller;
use super::objects::Objects;
use super::{NodeError, data, measure, model};
use crate::data::Files;
use crate::machine::{self, LIBTORCH};
use crate::outputs::{Cache, Form};

/// What a node gives: blobs by name, the main one first, and a summary.
pub struct Product {
    /// The blobs.
    pub blobs: Vec<(&'static str, Vec<u8>)>,
    /// The summary.
    pub summary: serde_json::Value,
}

/// Brings a node into the store, if it is not there, and says the digest of its main blob.
pub fn bring(
    node: &Node,
    store: &Path,
    device: &str,
    threads: usize,
    outputs: u64,
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
    let objects = Objects {
        store: &store,
        device: on,
        outputs: Cache::new(&store, outputs, Form::of(device, threads)),
    };
    let files = Files(&node.files);
    let product = match &node.task {
        Task::Data(task) => data::make(task, &files, &objects, teller)?,
        Task::Train(task) => model::train(task, &files, &objects, teller)?,
        Task::Weights(task) => model::take(task, &files, &objects)?,
        Task::Ensemble(task) => model::ensemble(task, &objects)?,
        Task::Measure(task) => measure::measure(task, &objects, teller)?,
    };

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

/// A blob of JSON.
pub fn json(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec_pretty(value)
}
