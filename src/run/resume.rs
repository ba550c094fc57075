//! Where a training would go on: at the nearest stored state of its own trajectory.

use std::collections::BTreeMap;

use petgraph::graph::NodeIndex;

use super::Lease;
use super::scheduler::Found;
use crate::plan::{ObserveTask, Plan, Task, TrainTask};
use crate::store::{Entry, Made, Store};

/// What bits can hang on beside what is in a key.
#[derive(Clone, Debug, PartialEq)]
pub struct Ground {
    /// `cpu`, `cuda:0`, `cuda:0+cuda:1`, `mps`.
    pub device: String,
    /// Threads for its tensors.
    pub threads: usize,
    /// The version of libtorch, where it is known.
    pub libtorch: Option<String>,
}

impl Ground {
    /// Whether a state that was made so can be gone on with here, bit by bit.
    pub fn fits(&self, made: &Made) -> bool {
        let kinds = |lease| Lease(lease).kinds();
        kinds(&self.device).eq(kinds(&made.device))
            && self.threads == made.threads
            && self
                .libtorch
                .as_ref()
                .is_none_or(|libtorch| *libtorch == made.libtorch)
    }
}

/// The stored states of a training's trajectory, the furthest first, each with the steps made. Those made
/// on other ground are left out, where `ground` is given.
pub fn states<'a>(
    store: &'a Store,
    task: &'a TrainTask,
    ground: Option<&'a Ground>,
) -> impl Iterator<Item = (u64, Entry)> + 'a {
    let milestones = store.milestones(task.lineage()).into_iter();
    milestones.filter_map(move |milestone| {
        let (step, key) = (milestone.step, milestone.key);
        let own = (1..=task.recipe.steps).contains(&step) && task.until(step).key() == key;
        let entry = own.then(|| store.find(key))??;
        let fits = ground.is_none_or(|ground| ground.fits(&entry.manifest.made));
        fits.then_some((step, entry))
    })
}

/// What had been seen of a training at a step, if it is in the store.
pub fn seen(store: &Store, task: &ObserveTask, step: u64) -> Option<Entry> {
    let wanted = task.until(step);
    let ended = || ObserveTask {
        ended: true,
        ..wanted.clone()
    };
    let found = store.find(wanted.key());
    match wanted.best.is_some() {
        true => found,
        false => found.or_else(|| store.find(ended().key())),
    }
}

/// The step at which each node that is not in the store would go on, where that is not its beginning.
pub fn resumes(
    plan: &Plan,
    store: &Store,
    found: &Found,
    ground: impl Fn(NodeIndex) -> Option<Ground>,
) -> BTreeMap<NodeIndex, u64> {
    let lineages = store.lineages();
    if lineages.is_empty() {
        return BTreeMap::new();
    }
    let pending = plan
        .graph
        .node_indices()
        .filter(|node| !found.contains_key(node));
    let resume = |node: NodeIndex| {
        let task = &plan.graph[node].task;
        let training = task.training()?;
        lineages.contains(&training.lineage()).then_some(())?;
        let ground = ground(node);
        let watchers: Vec<&ObserveTask> = match task {
            Task::Observe(task) => vec![task],
            _ => watchers(plan, node, found),
        };
        let mut states = states(store, training, ground.as_ref());
        let known = |step: u64| {
            watchers
                .iter()
                .all(|task| seen(store, task, step).is_some())
        };
        let (step, _) = states.find(|(step, _)| known(*step))?;
        Some((node, step))
    };
    pending.filter_map(resume).collect()
}

/// Those who watch a training and have not seen all of it: they will go along, and it begins where all of
/// them can.
fn watchers<'p>(plan: &'p Plan, node: NodeIndex, found: &Found) -> Vec<&'p ObserveTask> {
    let after = plan.graph.neighbors(node);
    let pending = after.filter(|after| !found.contains_key(after));
    let watching = pending.filter_map(|after| match &plan.graph[after].task {
        Task::Observe(task) if task.trained == plan.graph[node].key => Some(task),
        _ => None,
    });
    watching.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_gone_on_with_on_as_many_devices_of_the_same_kind() {
        let fits = |device: &str, made_on: &str| {
            let made = Made {
                kdp: String::new(),
                libtorch: "2".into(),
                device: made_on.into(),
                threads: 1,
                seconds: 0.0,
                waited: 0.0,
                at: String::new(),
            };
            let ground = Ground {
                device: device.into(),
                threads: 1,
                libtorch: None,
            };
            ground.fits(&made)
        };
        for (device, made_on, wanted) in [
            ("cpu", "cpu:1", true),
            ("cuda:0", "cuda:3", true),
            ("cuda:0+cuda:1", "cuda:2+cuda:3", true),
            ("cuda:0", "cpu", false),
            ("cuda:0", "cuda:0+cuda:1", false),
            ("cuda:0+cuda:1", "cuda:0", false),
            ("cuda:0+cuda:1", "cuda:0+cuda:1+cuda:2", false),
        ] {
            assert_eq!(fits(device, made_on), wanted, "{device} {made_on}");
        }
    }
}
