//! Classes that data declares and that no training sample is of, in words.

use crate::plan::Plan;
use crate::run::{Outcome, unseen_told};

/// A sentence for each data set that lacks classes.
pub fn unseen(plan: &Plan, outcome: &Outcome) -> Vec<String> {
    let told = outcome.unseen.iter().map(|(name, unseen)| {
        let data = plan.nodes().find(|node| node.id == *name);
        unseen_told(name, unseen, data.and_then(|data| data.classes())) + "."
    });
    told.collect()
}
