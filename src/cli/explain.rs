//! `kdp explain FILE NODE`: why a node is or is not in the store; of a code, see [`codes`].

use std::cmp::Reverse;
use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Value, json};

use super::Answer;
use super::codes;
use super::console::{Console, moment};
use super::difference::{Change, changes};
use super::error::CliError;
use super::front::{self, FileArgs, Planned};
use super::legible::{Names, legible};
use super::plan::warn_of_damage;
use super::settings::{Settings, StoreFlag};
use crate::diag::count;
use crate::plan::{Facts, Key, NodeIndex, absent, facts};
use crate::report::terminal;
use crate::run::{Queue, State, all_targets, survey};
use crate::store::{Manifest, Store};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kdp explain cifar.kdp 'small[seed: 0]'   # field by field: what differs from what the store has
  kdp explain unknown-name                 # what this diagnostic means, an example, and the mend
  kdp explain                              # every diagnostic's code")]
pub(super) struct ExplainArgs {
    /// A `.kdp` file, or a diagnostic's code
    #[arg(value_name = "FILE | CODE")]
    what: Option<String>,
    /// The node, as in `kdp plan`; a family stands for its members
    node: Option<String>,
    /// Set a param, as for `kdp run`
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = front::setting)]
    settings: Vec<(String, String)>,
    #[command(flatten)]
    store: StoreFlag,
}

pub(super) fn explain(args: ExplainArgs, console: &Console) -> Answer {
    match (&args.what, &args.node) {
        (Some(file), Some(name)) => {
            let file = FileArgs::of(file, args.settings.clone());
            explain_node(&file, name, &args.store, console)
        }
        (Some(code), None) => codes::explain(code, console),
        (None, _) => codes::list(console),
    }
}

fn explain_node(file: &FileArgs, name: &str, flag: &StoreFlag, console: &Console) -> Answer {
    let settings = Settings::of_file(&file.file)?;
    let store = settings.look_at_store(flag)?;
    let planned = Planned::load(file, &store, console)?;
    let plan = planned.plan;
    let targets = all_targets(plan);
    let found = survey(plan, &store);
    let there = |node| found.contains_key(&node);
    let queue = Queue::new(plan, &targets, there, BTreeMap::new());
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

/// Changes that the terminal is told.
const MOST_CHANGES: usize = 12;

/// The objects of the store: their manifests and what their keys were made of.
struct Objects(Vec<(Manifest, Facts)>);

impl Objects {
    fn read(store: &Store) -> Result<Objects, CliError> {
        let keys = store.keys()?;
        let found = keys.into_iter().filter_map(|key| store.find(key));
        let told = found.filter_map(|entry| Some((entry.facts().ok()?, entry.manifest)));
        Ok(Objects(
            told.map(|(facts, manifest)| (manifest, facts)).collect(),
        ))
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
            .filter(|(object, _)| object.kind == kind)
            .map(|(object, known)| (object, changes(&legible(known, names), facts)))
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
    let mut names = planned.names();
    let files = node.files.values();
    let missing = files.filter(|file| file.digest.is_none());
    names.extend(missing.map(|file| (absent(&file.path), "a file that is missing")));
    let own = legible(&facts(&node.task), &names);
    let stored = objects.0.iter().map(|(object, _)| object);
    let stored = stored.into_iter().find(|object| object.key == node.key);
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
        status: terminal::status(queue.state(index)),
        pending_inputs: pending
            .map(|input| planned.plan.graph[input].id.clone())
            .collect(),
        made: stored.map(|object| {
            let made = &object.made;
            format!(
                "made {} by kdp {} on {} with libtorch {} and {} in {:.1} s",
                moment(&made.at),
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
                    moment(&nearest.at),
                    count(nearest.changes.len(), "field")
                );
                for change in nearest.changes.iter().take(MOST_CHANGES) {
                    text += &format!(
                        "\n    {} {} → {}",
                        change.field, change.before, change.after
                    );
                }
                if nearest.changes.len() > MOST_CHANGES {
                    let more = nearest.changes.len() - MOST_CHANGES;
                    text += &format!("\n    and {more} more; `--json` tells all");
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
