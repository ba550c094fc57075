//! How a student and the teacher that it is measured against came by each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{Key, Node};

/// What a student has of a teacher.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kinship {
    /// It learnt from it: the teacher stands in its objective.
    Taught,
    /// One came of the other in some other way, or both are states of one run.
    Related,
    /// Neither came of the other.
    Strangers,
}

impl Kinship {
    /// Of two models by their keys.
    pub fn of(nodes: &BTreeMap<Key, &Node>, student: Key, teacher: Key) -> Kinship {
        match nodes.get(&student).and_then(|node| node.task.training()) {
            Some(task) if task.learns_from(teacher) => Kinship::Taught,
            _ if came_of(nodes, student, teacher) || came_of(nodes, teacher, student) => {
                Kinship::Related
            }
            _ => Kinship::Strangers,
        }
    }
}

/// Whether a model, or another state of its run, is the other or among all that the other needs.
fn came_of(nodes: &BTreeMap<Key, &Node>, later: Key, earlier: Key) -> bool {
    let (mut open, mut seen) = (vec![later], BTreeSet::new());
    while let Some(key) = open.pop() {
        if key == earlier || one_run(nodes, key, earlier) {
            return true;
        }
        if seen.insert(key) {
            let node = nodes.get(&key);
            open.extend(node.into_iter().flat_map(|node| node.task.inputs()));
        }
    }
    false
}

/// Whether two models are states of one run.
fn one_run(nodes: &BTreeMap<Key, &Node>, a: Key, b: Key) -> bool {
    let training = |key| nodes.get(&key).and_then(|node| node.task.training());
    match (training(a), training(b)) {
        (Some(a), Some(b)) => a.is_of_one_run_with(b),
        _ => false,
    }
}
