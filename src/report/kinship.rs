//! How a student and the teacher that it is measured against came by each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{Key, Node, Recipe, Task, TrainTask};

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
        match nodes.get(&student).map(|node| &node.task) {
            Some(Task::Train(task)) if task.learns_from(teacher) => Kinship::Taught,
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

/// Whether two models differ only in the moment of their run.
fn one_run(nodes: &BTreeMap<Key, &Node>, a: Key, b: Key) -> bool {
    let task = |key| nodes.get(&key).map(|node| &node.task);
    let (Some(Task::Train(a)), Some(Task::Train(b))) = (task(a), task(b)) else {
        return false;
    };
    let recipe = Recipe {
        steps: b.recipe.steps,
        ..(*a.recipe).clone()
    };
    let a = TrainTask {
        recipe: recipe.into(),
        best: b.best.clone(),
        ..a.clone()
    };
    a == *b
}
