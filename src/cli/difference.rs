//! In which fields two nodes differ.

use std::collections::BTreeMap;

use crate::plan::{Facts, Key};

/// A field that differs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    pub field: String,
    pub before: String,
    pub after: String,
    /// How many values were exchanged.
    pub size: usize,
}

/// The nodes of the plan by key.
pub(super) type Names<'a> = BTreeMap<Key, &'a str>;

/// Facts in which the keys of nodes are their names, or at least short.
pub(super) fn legible(facts: &Facts, names: &Names) -> Facts {
    match facts {
        Facts::Text(text) => match Key::parse(text) {
            Some(key) => Facts::Text(
                names
                    .get(&key)
                    .map_or_else(|| key.short(), |name| name.to_string()),
            ),
            None => facts.clone(),
        },
        Facts::List(items) => Facts::List(items.iter().map(|item| legible(item, names)).collect()),
        Facts::Record(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| (name.clone(), legible(value, names)));
            Facts::Record(fields.collect())
        }
        _ => facts.clone(),
    }
}

/// Wrappers that say nothing to a reader: the kind of the node, the type of a value.
const SILENT: &[&str] = &[
    "data", "train", "weights", "measure", "args", "constant", "int", "number", "bool", "text",
    "list",
];

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
            before: show(before),
            after: show(after),
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
        .filter(|(at, name)| {
            !(SILENT.contains(&name.as_str())
                && (*at == 0 || *at == last || name.as_str() == "args"))
        })
        .map(|(_, name)| name.as_str());
    told.collect::<Vec<_>>().join(".")
}

/// A value on one line, not too long.
fn show(facts: &Facts) -> String {
    const LONGEST: usize = 80;
    let text = match facts {
        Facts::None => "nothing".into(),
        Facts::Bool(value) => value.to_string(),
        Facts::Int(value) => value.to_string(),
        Facts::Number(value) => value.to_string(),
        Facts::Text(text) => text.clone(),
        Facts::List(items) => {
            let items: Vec<String> = items.iter().map(show).collect();
            format!("[{}]", items.join(", "))
        }
        Facts::Record(fields) => match fields.iter().next() {
            Some((name, value)) if fields.len() == 1 && SILENT.contains(&name.as_str()) => {
                show(value)
            }
            _ => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(name, value)| format!("{name}: {}", show(value)))
                    .collect();
                format!("{{ {} }}", fields.join(", "))
            }
        },
    };
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    use crate::plan::facts;

    fn diff(before: Value, after: Value) -> Vec<String> {
        changes(&facts(&before), &facts(&after))
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
        let switch = json!({ "train": { "lr": { "switch": { "from": 3 } }, "clip": 1.5 } });
        assert_eq!(
            diff(constant, switch),
            ["clip nothing → 1.5", "lr 0.1 → { switch: { from: 3 } }"]
        );
        let args =
            |value: Value| json!({ "data": { "source": { "args": { "n": { "int": value } } } } });
        assert_eq!(diff(args(json!(1)), args(json!(2))), ["source.n 1 → 2"]);
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
