//! `kdp explain FILE NODE` and `kdp explain CODE`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Value, json};

use super::Answer;
use super::console::{Console, count};
use super::error::CliError;
use super::front::{self, FileArgs, Planned};
use super::plan::{status, warn_of_damage};
use super::settings::{Settings, StoreFlag};
use crate::diag::closest;
use crate::plan::{Facts, Key, NodeIndex, facts};
use crate::run::{Queue, State, all_targets};
use crate::store::{Manifest, Store};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kdp explain cifar.kdp 'small[seed: 0]'   # field by field: what differs from what the store has
  kdp explain unknown-name                 # what this diagnostic means")]
pub(super) struct ExplainArgs {
    /// A `.kdp` file, or a diagnostic's code
    #[arg(value_name = "FILE | CODE")]
    what: String,
    /// The node, as in `kdp plan`; a family stands for its members
    node: Option<String>,
    /// Set a param, as for `kdp run`
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = front::setting)]
    settings: Vec<(String, String)>,
    #[command(flatten)]
    store: StoreFlag,
}

pub(super) fn explain(args: ExplainArgs, console: &Console) -> Answer {
    match &args.node {
        Some(name) => {
            let file = FileArgs::of(&args.what, args.settings.clone());
            explain_node(&file, name, &args.store, console)
        }
        None => explain_code(&args.what, console),
    }
}

fn explain_code(code: &str, console: &Console) -> Answer {
    let codes = front::codes();
    let Some((code, meaning)) = codes.iter().find(|(known, _)| *known == code) else {
        let help = match closest(code, codes.iter().map(|(code, _)| *code)) {
            Some(close) => format!("did you mean `{close}`?"),
            None if code.ends_with(".kdp") => format!("name a node too: `kdp explain {code} NODE`"),
            None => "`kdp check` shows a diagnostic's code above it".into(),
        };
        return Err(CliError::usage(format!("there is no code `{code}`")).help(help));
    };
    let meaning = meaning.trim();
    match console.json {
        true => console.document(&json!({ "code": code, "meaning": meaning })),
        false => console.result(&format!("{code}\n\n{meaning}")),
    }
    Ok(0)
}

fn explain_node(file: &FileArgs, name: &str, flag: &StoreFlag, console: &Console) -> Answer {
    let settings = Settings::load()?;
    let store = settings.look_at_store(flag);
    let planned = Planned::load(file, &store, console)?;
    let plan = &planned.plan;
    let targets = all_targets(plan);
    let queue = Queue::new(plan, &targets, |node| {
        store.find(plan.graph[node].key).is_some()
    });
    warn_of_damage(&store, console);
    let chosen = planned.some(name)?;
    let objects = Objects::read(&store)?;
    let explained: Vec<Explained> = chosen
        .into_iter()
        .map(|node| explained(&planned, &queue, &objects, node))
        .collect();
    match console.json {
        true => {
            let rows: Vec<Value> = explained.iter().map(Explained::json).collect();
            console.document(&json!({ "nodes": rows }));
        }
        false => {
            let texts: Vec<String> = explained.iter().map(Explained::told).collect();
            console.result(&texts.join("\n\n"));
        }
    }
    Ok(0)
}

/// The manifests of the store.
struct Objects(Vec<Manifest>);

impl Objects {
    fn read(store: &Store) -> Result<Objects, CliError> {
        let keys = store.keys()?;
        let found = keys.into_iter().filter_map(|key| store.find(key));
        Ok(Objects(found.map(|entry| entry.manifest).collect()))
    }

    /// The object of that kind whose facts differ least; of several, the newest.
    fn nearest(
        &self,
        kind: &str,
        facts: &Facts,
        names: &Names,
    ) -> Option<(&Manifest, Vec<Change>)> {
        self.0
            .iter()
            .filter(|object| object.kind == kind)
            .map(|object| (object, changes(&legible(&object.facts, names), facts)))
            .min_by_key(|(object, changes)| {
                let size: usize = changes.iter().map(|change| change.size).sum();
                (size, Reverse(object.made.at.clone()))
            })
    }
}

/// Why a node is or is not in the store.
struct Explained {
    id: String,
    key: Key,
    declared: String,
    status: &'static str,
    /// Inputs that have to run, by name.
    pending_inputs: Vec<String>,
    /// How it was made, where it is in the store.
    made: Option<String>,
    nearest: Option<Nearest>,
}

/// The stored object that is most like a node.
struct Nearest {
    key: Key,
    at: String,
    changes: Vec<Change>,
}

fn explained(planned: &Planned, queue: &Queue, objects: &Objects, index: NodeIndex) -> Explained {
    let node = &planned.plan.graph[index];
    let names = planned.names();
    let own = legible(&facts(&node.task), &names);
    let stored = objects.0.iter().find(|object| object.key == node.key);
    let nearest = match stored {
        Some(_) => None,
        None => objects.nearest(node.task.kind(), &own, &names),
    };
    let pending = queue
        .inputs(index)
        .into_iter()
        .filter(|input| queue.state(*input) == State::Waiting);
    Explained {
        id: node.id.clone(),
        key: node.key,
        declared: node.declared.clone(),
        status: status(queue.state(index)),
        pending_inputs: pending
            .map(|input| planned.plan.graph[input].id.clone())
            .collect(),
        made: stored.map(|object| {
            let made = &object.made;
            format!(
                "made {} by kdp {} on {} with libtorch {} and {} in {:.1} s",
                made.at,
                made.kdp,
                made.device,
                made.libtorch,
                count(made.threads, "thread"),
                made.seconds
            )
        }),
        nearest: nearest.map(|(object, changes)| Nearest {
            key: object.key,
            at: object.made.at.clone(),
            changes,
        }),
    }
}

impl Explained {
    fn told(&self) -> String {
        let mut text = format!(
            "{} ({}) is {}; key {}",
            self.id,
            self.declared,
            match self.status {
                "stored" => "in the store",
                "unneeded" => "not in the store, and nothing that has to run needs it",
                _ => "not in the store",
            },
            self.key.short()
        );
        if let Some(made) = &self.made {
            text += &format!("\n  {made}");
        }
        match &self.nearest {
            Some(nearest) => {
                text += &format!(
                    "\n  the nearest that is there, {} of {}, differs in {}:",
                    nearest.key.short(),
                    nearest.at,
                    count(nearest.changes.len(), "field")
                );
                for change in &nearest.changes {
                    text += &format!(
                        "\n    {} {} → {}",
                        change.field, change.before, change.after
                    );
                }
            }
            None if self.made.is_none() => text += "\n  the store has nothing of its kind",
            None => {}
        }
        if !self.pending_inputs.is_empty() {
            text += &format!(
                "\n  it needs {}, which must run first",
                self.pending_inputs.join(", ")
            );
        }
        text
    }

    fn json(&self) -> Value {
        let nearest = self.nearest.as_ref().map(|nearest| {
            let changes: Vec<Value> = nearest
                .changes
                .iter()
                .map(|c| json!({ "field": c.field, "before": c.before, "after": c.after }))
                .collect();
            json!({ "key": nearest.key, "made": nearest.at, "changes": changes })
        });
        json!({
            "id": self.id,
            "key": self.key,
            "declared": self.declared,
            "status": self.status,
            "made": self.made,
            "nearest": nearest,
            "pending_inputs": self.pending_inputs,
        })
    }
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq)]
struct Change {
    field: String,
    before: String,
    after: String,
    /// How many values were exchanged.
    size: usize,
}

/// The nodes of the plan by key.
type Names<'a> = BTreeMap<Key, &'a str>;

/// Facts in which the keys of nodes are their names, or at least short.
fn legible(facts: &Facts, names: &Names) -> Facts {
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
fn changes(before: &Facts, after: &Facts) -> Vec<Change> {
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
    use serde_json::json;

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
