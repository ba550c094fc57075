//! Every measurement, a table for each kind of measure, with what its fields mean.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Sources;
use crate::plan::{MeasureTask, Task};
use crate::report::family::{Family, Item, common_indices, families, without_indices};
use crate::report::number::{self, Spread};
use crate::vocabulary::{MEASURES, fields, find};

#[derive(Serialize)]
pub struct Table {
    measure: String,
    /// What it measures.
    doc: &'static str,
    families: Vec<Head>,
    /// Indices that all families have in common, which stand above the table in place of its head.
    common: Vec<String>,
    fields: Vec<Field>,
    /// Names of the fields, for the table of the members.
    names: Vec<String>,
    members: Vec<Member>,
    /// Whether a family has several members.
    several: bool,
}

#[derive(Serialize)]
struct Head {
    name: String,
    /// The name without the indices that all have in common.
    short: String,
    count: usize,
    /// `student: small, teacher: big, on: cifar.test`.
    of: String,
}

#[derive(Serialize)]
struct Field {
    name: String,
    doc: &'static str,
    values: Vec<String>,
}

#[derive(Serialize)]
struct Member {
    id: String,
    values: Vec<String>,
}

struct Measured<'a> {
    task: &'a MeasureTask,
    fields: &'a BTreeMap<String, f64>,
}

pub fn tables(sources: &Sources) -> Vec<Table> {
    let mut by_measure: Vec<(&str, Vec<Item<Measured>>)> = vec![];
    for (name, node) in sources.plan.named_measures() {
        let (Task::Measure(task), Some(fields)) = (&node.task, sources.fields(name, node)) else {
            continue;
        };
        let one = (name.to_string(), node.key, Measured { task, fields });
        let measure = task.measure.name.as_str();
        match by_measure.iter_mut().find(|(other, _)| *other == measure) {
            Some((_, all)) => all.push(one),
            None => by_measure.push((measure, vec![one])),
        }
    }
    let tables = by_measure.into_iter();
    tables
        .map(|(measure, all)| table(sources, measure, &families(all)))
        .collect()
}

fn table(sources: &Sources, measure: &str, families: &[Family<Measured>]) -> Table {
    let documented: Vec<_> = fields(measure).collect();
    let measured = || families.iter().flat_map(|family| &family.members);
    // Fields that hang on what is measured (wrong labels) are not there where no member has them.
    let has = |name: &str| measured().any(|member| member.value.fields.contains_key(name));
    let mut names: Vec<String> = documented
        .iter()
        .filter(|field| has(field.name))
        .map(|field| field.name.to_string())
        .collect();
    for name in measured().flat_map(|member| member.value.fields.keys()) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let fields = names.iter().map(|name| Field {
        name: name.clone(),
        doc: documented
            .iter()
            .find(|field| field.name == *name)
            .map_or("", |field| field.doc),
        values: families.iter().map(|family| spread(family, name)).collect(),
    });
    let members = measured().map(|member| Member {
        id: member.id.clone(),
        values: names
            .iter()
            .map(|name| member.value.fields.get(name))
            .map(|value| value.map_or_else(|| "–".into(), |value| number::number(*value)))
            .collect(),
    });
    let whole: Vec<&str> = families.iter().map(|family| family.name.as_str()).collect();
    let common = common_indices(&whole);
    Table {
        common: common
            .iter()
            .map(|(index, value)| format!("{index}: {value}"))
            .collect(),
        measure: measure.to_string(),
        doc: find(MEASURES, measure).map_or("", |word| word.doc),
        families: families
            .iter()
            .map(|family| head(sources, family, &common))
            .collect(),
        fields: fields.collect(),
        members: members.collect(),
        several: families.iter().any(|family| family.members.len() > 1),
        names,
    }
}

fn spread(family: &Family<Measured>, field: &str) -> String {
    let values = family.members.iter();
    let values: Vec<f64> = values
        .filter_map(|m| m.value.fields.get(field).copied())
        .collect();
    match Spread::of(&values) {
        None => "–".into(),
        Some(spread) if values.iter().all(|value| value.fract() == 0.0) => spread.show_count(),
        Some(spread) => spread.show(|value| number::fixed(value, 3)),
    }
}

fn head(sources: &Sources, family: &Family<Measured>, common: &[(&str, &str)]) -> Head {
    let of = family.members.first().map(|member| {
        let task = member.value.task;
        let models = task.models.iter();
        let mut parts: Vec<_> = models
            .map(|(role, key)| format!("{role}: {}", sources.family(*key)))
            .collect();
        parts.push(format!("on: {}", sources.split(&task.on)));
        for choice in ["class", "space"] {
            let default = ["teacher", "logit"];
            if let Some(text) = task
                .measure
                .text(choice)
                .filter(|text| !default.contains(text))
            {
                parts.push(format!("{choice}: {text}"));
            }
        }
        parts.join(", ")
    });
    Head {
        name: family.name.clone(),
        short: without_indices(&family.name, common),
        count: family.members.len(),
        of: of.unwrap_or_default(),
    }
}
