//! How a run is done; nothing of this is part of a key.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Ground, Saving, Stop, threads};
use crate::plan::{Call, NodeIndex, Plan};
use crate::spec::Download;

/// How a run is done.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// The worker's executable.
    pub engine: PathBuf,
    /// Leases that workers take in turn: `auto`, `cpu`, `cuda:0`, `cuda:0+cuda:1`, `mps`; see [`super::Lease`].
    pub devices: Vec<String>,
    /// The most workers at a time.
    pub jobs: usize,
    /// Threads for the tensors of each node, where the user says so; see [`super::threads()`].
    pub threads: Option<usize>,
    /// Threads that nodes on the CPU have together.
    pub cores: usize,
    /// Bytes that the outputs of teachers on augmented views may take in the store; 0 keeps none.
    pub outputs: u64,
    /// When trainings save their state.
    pub saving: Saving,
    /// Whether a training may go on from a state that was made on another kind or number of devices, by another
    /// number of threads or another libtorch: its bits may then be others.
    pub across: bool,
    /// Whether to go on when the store or the machine fails (a full disk).
    pub keep_going: bool,
    /// The way to stop it.
    pub stop: Stop,
    /// Where data comes from that is not there, as far as that is known.
    pub fetchable: Vec<Fetchable>,
}

/// What `kdp data fetch` brings: a data set, a tokenizer, weights.
#[derive(Clone, Debug)]
pub struct Fetchable {
    /// The source that reads it, paths left out; none where it is no data set.
    pub source: Option<Call>,
    /// Its name.
    pub name: String,
    /// What is fetched.
    pub download: Download,
    /// The folder or the files that the source names, in [`Download::DIR`], by argument.
    pub paths: BTreeMap<String, PathBuf>,
}

impl RunOptions {
    /// The threads of a node.
    pub fn threads(&self, plan: &Plan, node: NodeIndex) -> usize {
        threads(plan, node, self.threads, self.cores)
    }

    /// What the bits of a node hang on beside what is in its key, where that counts.
    pub fn ground(&self, plan: &Plan, node: NodeIndex) -> Option<Ground> {
        Some(Ground {
            device: self.devices.first()?.clone(),
            threads: self.threads(plan, node),
            libtorch: None,
        })
        .filter(|_| !self.across)
    }
}

/// One job for each physical core that this process may use.
pub fn default_jobs() -> usize {
    let allowed = std::thread::available_parallelism().map_or(1, usize::from);
    num_cpus::get_physical().clamp(1, allowed)
}
