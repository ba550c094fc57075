//! What came out of a run, for standard output.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::findings::{Findings, Part};
use super::omissions::omissions;
use super::table::Table;
use super::words::learnt;
use crate::plan::{MeasureTask, ModelSummary, Plan, Task};
use crate::report::family::{Item, families};
use crate::report::number::{Spread, duration, fixed, number, percent, true_minus};
use crate::report::unseen::unseen;
use crate::run::{NodeOutcome, Outcome, Status};

/// The tables, what was learnt, the claims, what data lacks, what is left out of it, and the failures.
pub fn findings(plan: &Plan, outcome: &Outcome) -> Findings {
    let mut parts = vec![];
    parts.extend(models(plan, outcome).map(Part::Table));
    parts.extend(measures(plan, outcome).into_iter().map(Part::Table));
    parts.extend(section("What was learnt", learnt(plan, outcome)));
    parts.extend(section("Claims", claims(outcome)));
    parts.extend(section("Warnings", unseen(plan, outcome)));
    parts.extend(section("What was left out", omissions(outcome)));
    parts.extend(section("What failed", failures(outcome)));
    Findings(parts)
}

/// A path as a user would type it here.
pub fn short_path(path: &Path) -> PathBuf {
    std::env::current_dir()
        .ok()
        .and_then(|here| path.strip_prefix(here).ok().map(Path::to_path_buf))
        .unwrap_or_else(|| path.to_path_buf())
}

fn section(title: &str, lines: Vec<String>) -> Option<Part> {
    let title = title.to_string();
    (!lines.is_empty()).then_some(Part::Section { title, lines })
}

/// Mean and deviation of what is known of the members.
fn spread(values: impl Iterator<Item = f64>, write: fn(f64) -> String) -> String {
    let values: Vec<f64> = values.collect();
    Spread::of(&values).map_or_else(|| "–".into(), |spread| spread.show(write))
}

fn models(plan: &Plan, outcome: &Outcome) -> Option<Table> {
    let known = plan.named_models().into_iter().filter_map(|(id, node)| {
        let summary: &ModelSummary = outcome.models.get(id)?;
        Some((id.to_string(), node.key, summary))
    });
    let families = families(known);
    let mut table = Table::new("model")
        .setting("runs")
        .setting("parameters")
        .result("train accuracy")
        .result("test accuracy");
    for family in &families {
        let each = |of: fn(&ModelSummary) -> Option<f64>| {
            let members = family.members.iter();
            members.filter_map(move |member| of(member.value))
        };
        table.row(vec![
            family.name.clone(),
            family.members.len().to_string(),
            spread(each(|model| Some(model.parameters as f64)).take(1), number),
            spread(each(|model| model.train_accuracy), percent),
            spread(each(|model| Some(model.test_accuracy)), percent),
        ]);
    }
    (!families.is_empty()).then_some(table)
}

/// A column of a table: the field, its title, and how its numbers are written.
type Column = (&'static str, &'static str, fn(f64) -> String);

/// The columns for a measure's fields.
fn fields(measure: &str) -> &'static [Column] {
    match measure {
        "deviation" => &[
            ("slope", "slope", |value| fixed(value, 3)),
            ("slope_low", "where least sure", |value| fixed(value, 3)),
            ("slope_high", "where surest", |value| fixed(value, 3)),
            ("agreement", "agreement", percent),
        ],
        "accuracy" => &[
            ("top1", "accuracy", percent),
            ("memorised", "memorised", percent),
            ("corrected", "corrected", percent),
        ],
        "calibration" => &[("ece", "calibration error", |value| fixed(value, 3))],
        _ => &[],
    }
}

/// A measurement that is in.
struct Measured<'a> {
    task: &'a MeasureTask,
    fields: &'a BTreeMap<String, f64>,
}

fn measures(plan: &Plan, outcome: &Outcome) -> Vec<Table> {
    let mut kinds: Vec<(&str, Vec<Item<Measured>>)> = vec![];
    for (id, node) in plan.named_measures() {
        let (Task::Measure(task), Some(fields)) = (&node.task, outcome.measures.get(id)) else {
            continue;
        };
        let name = task.measure.name.as_str();
        let member = (id.to_string(), node.key, Measured { task, fields });
        match kinds.iter_mut().find(|(kind, _)| *kind == name) {
            Some((_, members)) => members.push(member),
            None => kinds.push((name, vec![member])),
        }
    }
    kinds
        .into_iter()
        .map(|(kind, members)| {
            let has = |name: &str| {
                members
                    .iter()
                    .any(|(_, _, one)| one.fields.contains_key(name))
            };
            let mut fields = fields(kind).to_vec();
            fields.retain(|(name, _, _)| has(name));
            let table = Table::new(kind).setting("runs").setting("on");
            let titles = fields.iter().map(|(_, title, _)| title);
            let mut table = titles.fold(table, |table, title| table.result(title));
            for family in families(members) {
                let mut cells = vec![
                    family.name.clone(),
                    family.members.len().to_string(),
                    family
                        .members
                        .first()
                        .map_or_else(String::new, |first| split(plan, first.value.task)),
                ];
                for (field, _, write) in &fields {
                    let members = family.members.iter();
                    let values = members.map(|member| member.value.fields.get(*field));
                    cells.push(spread(values.flatten().copied(), *write));
                }
                table.row(cells);
            }
            table
        })
        .collect()
}

/// `cifar.test`.
fn split(plan: &Plan, task: &MeasureTask) -> String {
    let data = plan.nodes().find(|node| node.key == task.on.data);
    data.map_or_else(String::new, |data| {
        format!("{}.{}", data.id, task.on.split.word())
    })
}

fn claims(outcome: &Outcome) -> Vec<String> {
    let claims = outcome.claims.iter().map(|claim| {
        let mark = match claim.holds {
            Some(true) => "\x1b[32m✓\x1b[0m",
            Some(false) => "\x1b[31m✗\x1b[0m",
            None => "\x1b[33m?\x1b[0m",
        };
        format!("{mark} {} ({})", claim.text, true_minus(&claim.detail))
    });
    claims.collect()
}

/// The first line of each failure: the whole text was shown when the node failed.
fn failures(outcome: &Outcome) -> Vec<String> {
    let failed = outcome
        .nodes
        .iter()
        .filter(|node| node.status == Status::Failed);
    failed
        .map(|node| {
            let error = node.error.as_deref().unwrap_or(&node.id);
            error.lines().next().unwrap_or(error).to_string()
        })
        .collect()
}

/// How many nodes came to what, the time, and the page.
pub fn footer(outcome: &Outcome, page: Option<&Path>) -> String {
    let statuses = [
        (Status::Ran, "ran"),
        (Status::Stored, STORED),
        (Status::Failed, "failed"),
        (Status::Skipped, "skipped"),
        (Status::Interrupted, "interrupted"),
    ];
    let counts = statuses.map(|(status, word)| {
        let nodes = outcome.nodes.iter();
        (nodes.filter(|node| node.status == status).count(), word)
    });
    let mut text = counted(&counts, outcome.seconds);
    let unfinished = |node: &NodeOutcome| node.status == Status::Interrupted;
    // Without a failure of the whole run it was the user who stopped it.
    if outcome.failure.is_none() && outcome.nodes.iter().any(unfinished) {
        text += "\nWhat was done is kept: the same command goes on from here.";
    }
    if let Some(page) = page {
        text += &line_of_page(page);
    }
    text
}

/// The footer of a run that had nothing to do.
pub fn footer_of_stored(nodes: usize, seconds: f64, page: &Path) -> String {
    counted(&[(nodes, STORED)], seconds) + &line_of_page(page)
}

const STORED: &str = "already in the store";

fn counted(counts: &[(usize, &str)], seconds: f64) -> String {
    let some = counts.iter().filter(|(nodes, _)| *nodes > 0);
    let counts: Vec<String> = some
        .map(|(nodes, word)| format!("{nodes} {word}"))
        .collect();
    match counts.is_empty() {
        true => "The file asks for nothing: it declares no data, model or measurement.".into(),
        false => format!("Nodes: {}. Time: {}.", counts.join(", "), duration(seconds)),
    }
}

fn line_of_page(page: &Path) -> String {
    format!("\nPage: \x1b[4m{}\x1b[0m", short_path(page).display())
}
