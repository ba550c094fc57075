//! The accuracy table: a row for each family of models, and one for each member below.

use serde::Serialize;

use super::Sources;
use crate::plan::ModelSummary;
use crate::report::family::{Family, families};
use crate::report::number::{self, Spread};
use crate::report::plots::Axis;
use crate::report::ranking::{Ranking, summary};

/// Width of the strip in which the test accuracies are drawn.
const STRIP: f64 = 120.0;

#[derive(Serialize)]
pub struct Accuracy {
    families: Vec<Row>,
    members: Vec<Row>,
    /// Whether a family has several members.
    several: bool,
    strip: f64,
    /// Whether there is something to see in the strips: accuracies that differ.
    strips: bool,
    /// The accuracies at the ends of the strips.
    low: String,
    high: String,
}

#[derive(Serialize)]
struct Row {
    name: String,
    /// `teacher`, `student`, `model`.
    word: String,
    count: usize,
    train: String,
    test: String,
    steps: String,
    parameters: String,
    /// Whether its test accuracy stands out of all others.
    best: bool,
    /// The places of each member's test accuracy in the strip.
    dots: Vec<f64>,
    /// The place of their mean.
    mean: f64,
}

/// A trained model as the outcome tells of it.
pub struct Trained<'a> {
    pub word: &'a str,
    pub summary: &'a ModelSummary,
}

/// The models that are in the store, by families, in the order of the plan.
pub fn trained<'a>(sources: &Sources<'a>) -> Vec<Family<Trained<'a>>> {
    families(
        sources
            .plan
            .named_models()
            .into_iter()
            .filter_map(|(name, node)| {
                let summary = summary(sources.outcome, name, node)?;
                let word = node.word.as_str();
                Some((name.to_string(), node.key, Trained { word, summary }))
            }),
    )
}

pub fn accuracy(sources: &Sources) -> Option<Accuracy> {
    let families = trained(sources);
    let all = || families.iter().flat_map(|family| &family.members);
    let tests = || all().map(|member| member.value.summary.test_accuracy);
    let (low, high) = (tests().fold(1.0, f64::min), tests().fold(0.0, f64::max));
    let axis = Axis::new((low, high), (6.0, STRIP - 6.0));
    let ranking = Ranking::of(sources.plan, sources.outcome);
    let best = ranking.as_ref().and_then(Ranking::best);
    let rows = families.iter().map(|family| {
        let models: Vec<_> = family.members.iter().map(|member| &member.value).collect();
        Row {
            best: best == Some(&family.name),
            ..row(&family.name, &models, &axis)
        }
    });
    let members = all().map(|member| row(&member.id, &[&member.value], &axis));
    (!families.is_empty()).then(|| Accuracy {
        several: families.iter().any(|family| family.members.len() > 1),
        members: members.collect(),
        families: rows.collect(),
        strip: STRIP,
        strips: low < high,
        low: number::percent(low),
        high: number::percent(high),
    })
}

fn row(name: &str, models: &[&Trained], axis: &Axis) -> Row {
    let of = |number: fn(&ModelSummary) -> Option<f64>| -> Vec<f64> {
        let models = models.iter();
        models.filter_map(|model| number(model.summary)).collect()
    };
    let tests = of(|summary| Some(summary.test_accuracy));
    let show = |values: &[f64], write: fn(f64) -> String| {
        Spread::of(values).map_or_else(String::new, |spread| spread.show(write))
    };
    let mean = Spread::of(&tests).map_or(f64::NAN, |spread| spread.mean);
    Row {
        name: name.to_string(),
        word: models.first().map_or("", |model| model.word).to_string(),
        count: models.len(),
        train: show(&of(|summary| summary.train_accuracy), number::percent),
        test: show(&tests, number::percent),
        steps: one_or_range(models.iter().map(|model| model.summary.steps)),
        parameters: one_or_range(models.iter().map(|model| model.summary.parameters)),
        best: false,
        dots: tests.iter().map(|test| axis.place(*test)).collect(),
        mean: axis.place(mean),
    }
}

/// The number they share, or the least and the largest.
fn one_or_range(values: impl Iterator<Item = u64> + Clone) -> String {
    let (low, high) = (values.clone().min().unwrap_or(0), values.max().unwrap_or(0));
    match low == high {
        true => number::grouped(low),
        false => format!("{}–{}", number::grouped(low), number::grouped(high)),
    }
}
