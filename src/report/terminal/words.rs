//! What a run says in words.

use std::collections::BTreeMap;

use crate::diag::count;
use crate::plan::{Key, MeasureTask, Node, Plan, Split, Task};
use crate::report::family::{self, families, names_of_models};
use crate::report::kinship::Kinship;
use crate::report::number::{fixed, percent};
use crate::report::ranking::Ranking;
use crate::report::verdict::{Evidence, verdict};
use crate::run::{NodeOutcome, Outcome, Progress};

/// Loss and accuracy, as far as they are known.
pub(super) fn numbers(progress: &Progress) -> String {
    let loss = progress.loss.map(|loss| format!("loss {}", fixed(loss, 3)));
    let accuracy = progress
        .accuracy
        .map(|share| format!("accuracy {}", percent(share)));
    let known: Vec<String> = loss.into_iter().chain(accuracy).collect();
    known.join(", ")
}

/// A run in which no node is pending.
pub(super) fn nothing(stored: usize) -> String {
    match stored {
        0 => "Nothing to run.".into(),
        1 => "Nothing to run: 1 node is in the store.".into(),
        n => format!("Nothing to run: {n} nodes are in the store."),
    }
}

/// A node that failed. Its error names the node and where it was declared.
pub(super) fn failure(outcome: &NodeOutcome) -> String {
    let why = outcome.error.as_deref().unwrap_or(&outcome.id);
    format!("\x1b[31;1mfailed\x1b[0m: {why}")
}

/// A deviation and its fields.
struct Deviation<'a> {
    task: &'a MeasureTask,
    fields: &'a BTreeMap<String, f64>,
}

/// What the numbers say: which model does best, then what each student makes of its teacher.
pub(super) fn learnt(plan: &Plan, outcome: &Outcome) -> Vec<String> {
    let best = Ranking::of(plan, outcome).and_then(|ranking| ranking.told());
    let best = best.map(|said| said.plain());
    best.into_iter().chain(deviations(plan, outcome)).collect()
}

/// Families of deviations that a terminal is told of, a sentence each.
const SENTENCES: usize = 6;

/// For each family of deviations, in the order of the plan, what its slopes say.
fn deviations(plan: &Plan, outcome: &Outcome) -> Vec<String> {
    let nodes: BTreeMap<Key, &Node> = plan.nodes().map(|node| (node.key, node)).collect();
    let names = names_of_models(plan);
    let deviations = plan.named_measures().into_iter().filter_map(|(id, node)| {
        let Task::Measure(task) = &node.task else {
            return None;
        };
        let fields = outcome.measures.get(id)?;
        fields.get("slope")?;
        let plain =
            |name: &str, word: &str| task.measure.text(name).is_none_or(|text| text == word);
        let is_logit_plot = plain("class", "teacher") && plain("space", "logit");
        (task.measure.name == "deviation" && is_logit_plot)
            .then(|| (id.to_string(), node.key, Deviation { task, fields }))
    });
    let families = families(deviations);
    let mut told: Vec<String> = families
        .iter()
        .take(SENTENCES)
        .filter_map(|family| {
            let first = &family.members.first()?.value;
            let runs = family.members.iter().map(|member| &member.value);
            let runs = runs.map(|deviation| (deviation.task, deviation.fields));
            let evidence = Evidence::of(runs, &nodes, &outcome.models);
            sentence(first.task, &evidence, &nodes, &names)
        })
        .collect();
    let more = families.len().saturating_sub(SENTENCES);
    if more > 0 {
        told.push(format!(
            "The page says the same of {} of deviations.",
            count(more, "more family")
        ));
    }
    told
}

fn sentence(
    task: &MeasureTask,
    evidence: &Evidence,
    nodes: &BTreeMap<Key, &Node>,
    names: &BTreeMap<Key, String>,
) -> Option<String> {
    let (student, teacher) = (task.models.get("student")?, task.models.get("teacher")?);
    let kinship = Kinship::of(nodes, *student, *teacher);
    let name = |key: &Key| match names.get(key) {
        Some(name) => Some(name.clone()),
        None => Some(family::name(&nodes.get(key)?.id)),
    };
    let (student, teacher) = (name(student)?, name(teacher)?);
    let said = verdict(&student, &teacher, kinship, evidence).plain();
    let elsewhere = match task.on.split {
        Split::Test => String::new(),
        split => format!(" Measured on the {} split.", split.word()),
    };
    Some(said + &elsewhere)
}
