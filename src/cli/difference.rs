//! In which fields two nodes differ.

use std::collections::BTreeMap;

use super::legible::show;
use crate::plan::Facts;

/// A field that differs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    pub field: String,
    pub before: String,
    pub after: String,
    /// How many values were exchanged.
    pub size: usize,
}

/// Words of a path that say nothing to a reader: the kind of the node, and what data is there for.
const SILENT: &[&str] = &["data", "train", "observe", "weights", "ensemble", "measure"];

/// The fields in which two trees of facts differ, in order.
pub(super) fn changes(before: &Facts, after: &Facts) -> Vec<Change> {
    let mut found = vec![];
    // The outermost name is the node's kind.
    compare(&mut vec![], before, after, &mut found);
    found
}

fn compare(path: &mut Vec<String>, before: &Facts, after: &Facts, found: &mut Vec<Change>) {
    match (before, after) {
        _ if before == after => {}
        (Facts::Record(a), Facts::Record(b)) if a.keys().any(|name| b.contains_key(name)) => {
            let mut names: Vec<&String> = a.keys().chain(b.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                path.push(name.clone());
                let side = |fields: &BTreeMap<String, Facts>| {
                    fields.get(name).cloned().unwrap_or(Facts::None)
                };
                compare(path, &side(a), &side(b), found);
                path.pop();
            }
        }
        (Facts::List(a), Facts::List(b)) if a.len() == b.len() => {
            for (i, (a, b)) in a.iter().zip(b).enumerate() {
                path.push(i.to_string());
                compare(path, a, b, found);
                path.pop();
            }
        }
        _ => found.push(Change {
            field: field(path),
            before: shown(before),
            after: shown(after),
            size: values(before).max(values(after)),
        }),
    }
}

/// How many plain values a tree holds.
fn values(facts: &Facts) -> usize {
    match facts {
        Facts::List(items) => items.iter().map(values).sum::<usize>().max(1),
        Facts::Record(fields) => fields.values().map(values).sum::<usize>().max(1),
        _ => 1,
    }
}

/// `objective.0.loss.kl.temperature`: the path without the wrappers.
fn field(path: &[String]) -> String {
    let last = path.len().saturating_sub(1);
    let told = path
        .iter()
        .enumerate()
        .filter(|(at, name)| !(SILENT.contains(&name.as_str()) && (*at == 0 || *at == last)))
        .map(|(_, name)| name.as_str());
    told.collect::<Vec<_>>().join(".")
}

/// A value on one line, not too long.
fn shown(facts: &Facts) -> String {
    const LONGEST: usize = 120;
    let text = show(facts);
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    use crate::cli::legible::{Names, legible};
    use crate::plan::{Key, facts};

    fn diff(before: Value, after: Value) -> Vec<String> {
        let legible = |value| legible(&facts(&value), &Names::new());
        changes(&legible(before), &legible(after))
            .into_iter()
            .map(|c| format!("{} {} → {}", c.field, c.before, c.after))
            .collect()
    }

    #[test]
    fn a_changed_temperature_is_one_field() {
        let task = |tau: f64| {
            json!({ "train": {
                "batch": 64,
                "objective": [{ "loss": { "kl": { "temperature": { "constant": tau }, "view": "same" } } }],
                "seed": 0,
            }})
        };
        assert_eq!(
            diff(task(4.0), task(2.0)),
            ["objective.0.loss.kl.temperature 4 → 2"]
        );
        assert!(diff(task(4.0), task(4.0)).is_empty());
    }

    #[test]
    fn other_shapes_are_shown_whole() {
        let constant = json!({ "train": { "lr": { "constant": 0.1 }, "clip": null } });
        let switch = json!({ "train": { "clip": 1.5, "lr": { "switch": {
            "before": { "constant": 0.1 }, "after": { "constant": 0 }, "from": 3, "to": 3, "along": "linear"
        } } } });
        assert_eq!(
            diff(constant, switch),
            ["clip nothing → 1.5", "lr 0.1 → 0.1 then 0 at 3"]
        );
        let source = |n: i64| json!({ "data": { "source": { "name": "idx", "version": 1, "args": { "n": { "int": n } } } } });
        assert_eq!(diff(source(1), source(2)), ["source idx(n: 1) → idx(n: 2)"]);
        let list = |items: Value| json!({ "train": { "augment": items } });
        assert_eq!(
            diff(list(json!([])), list(json!([{ "name": "flip" }]))),
            ["augment [] → [{ name: flip }]"]
        );
    }

    #[test]
    fn keys_are_shown_as_nodes_and_an_exchanged_tree_weighs_more_than_a_field() {
        let (old, new) = (Key([1; 32]), Key([2; 32]));
        let names = BTreeMap::from([(new, "big[seed: 0]")]);
        let teacher = |key: Key| facts(&json!({ "train": { "teacher": key } }));
        let found = changes(
            &legible(&teacher(old), &names),
            &legible(&teacher(new), &names),
        );
        assert_eq!(found[0].before, old.short());
        assert_eq!(found[0].after, "big[seed: 0]");
        assert_eq!(found[0].size, 1);
        let exchanged = changes(
            &facts(&json!({ "loss": { "kl": { "a": 1, "b": 2, "c": 3 } } })),
            &facts(&json!({ "loss": { "cross_entropy": { "smoothing": 0 } } })),
        );
        assert_eq!(exchanged[0].size, 3);
    }
}
