//! The states of a training that the store lists: those saved on its way, and its last one.

use kdp::plan::{Task, TrainTask};
use kdp::store::{Milestone, Passing, Store};

use super::NodeError;
use super::node::{Product, commit, json};
use super::objects::WEIGHTS;
use super::train::{CURVES, Training};
use crate::train::{Observer, Run};

impl Training<'_> {
    /// Writes the state of a run on its way, what was seen of it first.
    pub(super) fn save(&self, run: &mut Run, observers: &[Observer]) -> Result<(), NodeError> {
        let store = self.objects.store;
        let step = run.done();
        let mut with = vec![];
        for observer in observers {
            let task = observer.task().until(step);
            with.push(task.key());
            if let Some(slot) = store.claim(task.key())? {
                let mut product = Product::default();
                let seen = observer.seen(run)?;
                product.blobs.push((CURVES, json(&seen.curves)?));
                if let Some(best) = seen.best {
                    product.blobs.insert(0, (WEIGHTS, best));
                }
                commit(self.job, slot, &Task::Observe(task), product)?;
            }
        }
        let task = self.task.until(step);
        let milestone = Milestone {
            step,
            key: task.key(),
            passing: Some(Passing {
                towards: self.task.key(),
                with,
            }),
        };
        if let Some(slot) = store.claim(milestone.key)? {
            let product = self.state(run)?;
            commit(self.job, slot, &Task::Train(task), product)?;
        }
        Ok(store.note_milestone(self.task.lineage(), &milestone)?)
    }
}

/// Lists the state that a training ends with among those of its trajectory. That it is listed is a hint, so
/// that it may come before the state itself.
pub fn list(store: &Store, task: &TrainTask) -> Result<(), NodeError> {
    let milestone = Milestone {
        step: task.recipe.steps,
        key: task.key(),
        passing: None,
    };
    Ok(store.note_milestone(task.lineage(), &milestone)?)
}

/// Removes most of what was saved on the way to a state that is there: of a long training, the states nearest
/// to its quarters stay, for those who will want to watch it.
pub fn thin(store: &Store, task: &TrainTask) -> Result<(), NodeError> {
    let (lineage, key, steps) = (task.lineage(), task.key(), task.recipe.steps);
    let mut passing = store.milestones(lineage);
    passing.retain(|one| one.passing.as_ref().is_some_and(|way| way.towards == key));
    let nearest = |quarter: u64| {
        let wanted = steps * quarter / 4;
        passing.iter().min_by_key(|one| one.step.abs_diff(wanted))
    };
    let kept: Vec<_> = (1..4).filter_map(nearest).map(|one| one.key).collect();
    for one in passing.iter().filter(|one| !kept.contains(&one.key)) {
        store.forget(lineage, one)?;
    }
    Ok(())
}
