//! Classes that data declares and that no sample it trains with is of.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{DataMeta, Key, Node, NodeIndex, Plan, Task};
use crate::store::Entry;

/// The classes that are declared and that no training sample is of, by the data that something is trained on; what is
/// complete is left out.
pub(super) fn unseen(
    plan: &Plan,
    found: &BTreeMap<NodeIndex, Entry>,
) -> BTreeMap<String, Vec<i64>> {
    let trained_on = trained_on(plan);
    let missing = found.iter().filter_map(|(index, entry)| {
        let node = &plan.graph[*index];
        let classes = unseen_in(node, entry).filter(|_| trained_on.contains(&node.key))?;
        Some((node.id.clone(), classes))
    });
    missing.collect()
}

/// What is told of data that has just been made, where it lacks classes and something is trained on it.
pub(super) fn warning(plan: &Plan, index: NodeIndex, entry: &Entry) -> Option<String> {
    let node = &plan.graph[index];
    let classes = unseen_in(node, entry).filter(|_| trained_on(plan).contains(&node.key))?;
    Some(told(&node.id, &classes, node.classes()))
}

fn unseen_in(node: &Node, entry: &Entry) -> Option<Vec<i64>> {
    let Task::Data(_) = &node.task else {
        return None;
    };
    let meta: DataMeta = serde_json::from_value(entry.manifest.summary.clone()).ok()?;
    Some(meta.unseen).filter(|unseen| !unseen.is_empty())
}

fn trained_on(plan: &Plan) -> BTreeSet<Key> {
    let data = plan.nodes().filter_map(|node| match &node.task {
        Task::Train(task) => Some(task.data.data),
        _ => None,
    });
    data.collect()
}

/// Classes that one sentence names.
const NAMED: usize = 5;

/// In words: of data by its name, of so many classes.
pub fn told(name: &str, unseen: &[i64], classes: Option<i64>) -> String {
    let named: Vec<String> = unseen.iter().take(NAMED).map(i64::to_string).collect();
    let which = match (named.as_slice(), unseen.len() - named.len()) {
        ([one], 0) => format!("class {one}"),
        ([first @ .., last], 0) => format!("classes {} or {last}", first.join(", ")),
        (named, more) => format!("classes {} and {more} more", named.join(", ")),
    };
    let declared = classes.map_or_else(String::new, |n| format!(", of the {n} that are declared"));
    format!("no training sample of `{name}` is of {which}{declared}")
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn the_first_classes_are_named() {
        let of = |unseen: &[i64]| told("noisy", unseen, Some(10));
        let begin = "no training sample of `noisy` is of";
        let end = ", of the 10 that are declared";
        assert_eq!(of(&[7]), format!("{begin} class 7{end}"));
        assert_eq!(of(&[0, 3, 9]), format!("{begin} classes 0, 3 or 9{end}"));
        let many: Vec<i64> = (0..8).collect();
        assert_eq!(
            told("noisy", &many, None),
            format!("{begin} classes 0, 1, 2, 3, 4 and 3 more")
        );
    }
}
