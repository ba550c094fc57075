//! What the checker says of a file, and what the planner makes of one.

use std::io;
use std::path::{Path, PathBuf};

use kdp::check::{Disk, Found, Loaded, World, load};
use kdp::diag::{Rendering, render, to_json};
use kdp::plan::{
    DataFrom, Digest, Digests, Key, Node, Plan, Shape, Share, SplitRef, Task, Wanted, WeightsFrom,
    plan,
};

use crate::suite::Outputs;

/// A case's folder, whose files go by their bare names. It is a project of its own.
struct Case<'a>(&'a Path);

impl World for Case<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        Disk.read(&self.0.join(path))
    }

    /// As if the case lay in a folder of the same name on every machine.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        let whole = Disk.canonical(&self.0.join(path))?;
        Ok(match whole.strip_prefix(self.0) {
            Ok(inside) => Path::new("/project").join(inside),
            Err(_) => whole,
        })
    }

    fn names(&self, folder: &Path) -> Vec<String> {
        Disk.names(&self.0.join(folder))
    }

    fn look(&self, path: &Path) -> Option<Found> {
        Disk.look(&self.0.join(path))
    }

    fn project(&self, _file: &Path) -> Option<PathBuf> {
        Some("/project".into())
    }
}

/// Files whose content is their name.
struct Names;

impl Digests for Names {
    fn digest(&self, path: &Path, _: Option<&Wanted>) -> io::Result<Digest> {
        Ok(Key::of_bytes(path.to_string_lossy().as_bytes()))
    }
}

fn loaded(case: &Path) -> Loaded {
    load(Path::new("input.kdp"), &[], &Case(case))
}

/// The diagnostics of a case.
pub fn diagnostics(case: &Path, _text: &str) -> Outputs {
    let loaded = loaded(case);
    vec![(
        "diagnostics.txt",
        render(&loaded.diagnostics, &loaded.sources, Rendering::Plain),
    )]
}

/// The diagnostics of a case in every rendering; an escape is shown as `␛`.
pub fn renderings(case: &Path, _text: &str) -> Outputs {
    let Loaded {
        sources,
        diagnostics,
        ..
    } = loaded(case);
    let render = |how| render(&diagnostics, &sources, how).replace('\x1b', "␛");
    let json = serde_json::to_string_pretty(&to_json(&diagnostics, &sources)).unwrap();
    vec![
        ("plain.txt", render(Rendering::Plain)),
        ("colour.txt", render(Rendering::Colour)),
        ("narrated.txt", render(Rendering::Narrated)),
        ("json.txt", json + "\n"),
    ]
}

/// The diagnostics of a case and its plan, without keys.
pub fn planned(case: &Path, _text: &str) -> Outputs {
    let loaded = loaded(case);
    let nodes = loaded.program.as_ref().map(|program| {
        let plan = plan(program, &loaded.sources, &Names);
        let told = plan.nodes().filter(|node| !node.only_watches());
        let mut text: String = told.map(|node| shown(&plan, node)).collect();
        for claim in &plan.claims {
            let condition = json(&claim.condition);
            text += &format!("claim {:?}\n  {condition}\n", claim.text);
        }
        text
    });
    vec![
        (
            "diagnostics.txt",
            render(&loaded.diagnostics, &loaded.sources, Rendering::Plain),
        ),
        ("plan.txt", nodes.unwrap_or_default()),
    ]
}

fn shown(plan: &Plan, node: &Node) -> String {
    let mut inputs = node.inputs();
    inputs.retain(|key| {
        !plan
            .nodes()
            .any(|other| other.key == *key && other.only_watches())
    });
    let id = |key: Key| {
        let found = plan.nodes().find(|other| other.key == key);
        found.map_or("?", |other| other.id.as_str())
    };
    let needs: Vec<&str> = inputs.iter().map(|key| id(*key)).collect();
    let split = |of: &SplitRef| format!("{}.{}", id(of.data), of.split.word());
    let share = |share: &Share| match &share.from {
        WeightsFrom::Model(model) => format!("{} of {}", share.weight, id(*model)),
        WeightsFrom::File { role, ignore, .. } => {
            let path = node.files[role].path.display();
            format!("{} of {path} as {role:?}, without {ignore:?}", share.weight)
        }
    };
    let mut text = format!("{} {}", node.task.kind(), node.id);
    if !needs.is_empty() {
        text += &format!(" needs {}", needs.join(", "));
    }
    text.push('\n');
    let mut detail = |name: &str, value: String| text += &format!("  {name}: {value}\n");
    if let Some(fork) = node.from {
        detail("from", format!("step {}", fork.step));
    }
    match &node.task {
        Task::Data(task) => {
            match &task.from {
                DataFrom::Source { source, .. } => detail("source", call(source)),
                DataFrom::Join(a, b) => detail("source", format!("{} and {}", id(*a), id(*b))),
                DataFrom::Relabel { data, by } => {
                    detail("source", format!("{} by {}", id(*data), id(*by)));
                }
            }
            for transform in &task.transforms {
                detail("then", call(transform));
            }
            let shape = &task.shape;
            let sample = match &shape.sample {
                Shape::Numbers(sizes) => format!("{sizes:?}"),
                other => other.to_string(),
            };
            detail(
                "samples",
                format!(
                    "{} + {} + {} of {sample}{}",
                    shape.train,
                    shape.validation,
                    shape.test,
                    if shape.labelled { "" } else { ", no labels" }
                ),
            );
        }
        Task::Train(task) => {
            detail(
                "steps",
                format!(
                    "{} of {}, {} an epoch",
                    task.recipe.steps, task.recipe.batch, task.recipe.steps_per_epoch
                ),
            );
            detail("lr", json(&task.recipe.lr));
            for term in &task.objective {
                let loss = term.loss.rename(id);
                detail("term", format!("{} of {}", json(&term.weight), json(&loss)));
            }
            if let Some(test) = plan.teller(&node.id).and_then(|told| told.task.test())
                && test.data != task.data.data
            {
                detail("test", split(test));
            }
            for part in &task.init {
                detail("init", share(part));
            }
            if !task.frozen.is_empty() {
                detail("frozen", task.frozen.join(", "));
            }
            for group in &task.groups {
                detail("group", json(group));
            }
        }
        Task::Observe(task) => {
            if let Some(best) = &task.best {
                let (on, every) = (split(&best.on), best.every);
                detail("best", format!("{} on {on}, every {every} steps", best.by));
            }
        }
        Task::Weights(task) => {
            for part in &task.init {
                detail("init", share(part));
            }
            detail("seed", task.seed.to_string());
        }
        Task::Ensemble(task) => detail("of", json(&task.ensemble.of)),
        Task::Measure(task) => detail("measure", call(&task.measure)),
    }
    text
}

fn call(call: &kdp::plan::Call) -> String {
    let args: Vec<String> = call
        .args
        .iter()
        .map(|(name, value)| format!("{name}: {}", json(value)))
        .collect();
    format!("{}({})", call.name, args.join(", "))
}

/// Plain data as JSON.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| error.to_string())
}
