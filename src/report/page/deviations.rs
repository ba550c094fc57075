//! The logit plots: a panel for each family of deviations, with its numbers and what they say.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Sources;
use crate::diag::count;
use crate::plan::{MeasureTask, Node, Task};
use crate::report::family::{Family, families};
use crate::report::kinship::Kinship;
use crate::report::number::{self, Spread};
use crate::report::plots::{Fit, Fits, LogitPlot, Scatter, Space};
use crate::report::prose::Prose;
use crate::report::verdict::{Evidence, verdict};

/// A panel can show at most this many members, one at a time; the style sheet knows as many.
const MOST_PANES: usize = 8;

/// A drawing holds at most this many points, and at least that many where there are as many; in
/// between, all drawings of a page share what keeps it light.
const MOST_POINTS: usize = 1500;
const LEAST_POINTS: usize = 200;
const POINTS_OF_A_PAGE: usize = 60_000;

#[derive(Serialize)]
pub struct Deviations {
    panels: Vec<Panel>,
    most_points: String,
}

#[derive(Serialize)]
struct Panel {
    name: String,
    student: String,
    teacher: String,
    /// How the measurement departs from the plain one, where it does.
    control: Option<&'static str>,
    x_label: &'static str,
    y_label: &'static str,
    panes: Vec<Pane>,
    /// Members that have no pane.
    unseen: usize,
    numbers: Vec<Numbers>,
    under_low: Option<String>,
    agreement: Option<String>,
    samples: Option<String>,
    verdict: Prose,
}

#[derive(Serialize)]
struct Pane {
    label: String,
    plot: LogitPlot,
    /// How many points are drawn.
    shown: Prose,
    /// What is to be seen, in words.
    description: String,
}

#[derive(Serialize)]
struct Numbers {
    class: &'static str,
    label: &'static str,
    slope: String,
    intercept: String,
}

/// A deviation that was measured.
#[derive(Clone, Copy)]
pub struct Deviation<'a> {
    pub task: &'a MeasureTask,
    node: &'a Node,
    fields: &'a BTreeMap<String, f64>,
}

impl Deviation<'_> {
    pub fn field(&self, name: &str) -> Option<f64> {
        self.fields.get(name).copied()
    }

    fn fit(&self, suffix: &str) -> Option<Fit> {
        let fit = Fit {
            slope: self.field(&format!("slope{suffix}"))?,
            intercept: self.field(&format!("intercept{suffix}"))?,
        };
        (fit.slope.is_finite() && fit.intercept.is_finite()).then_some(fit)
    }

    fn fits(&self) -> Fits {
        Fits {
            all: self.fit(""),
            low: self.fit("_low"),
            high: self.fit("_high"),
        }
    }

    fn space(&self) -> Space {
        match self.task.measure.text("space") {
            Some("probability") => Space::Probability,
            _ => Space::Logit,
        }
    }

    /// Whether y is the label in place of the teacher's class.
    fn of_truth(&self) -> bool {
        self.task.measure.text("class") == Some("truth")
    }
}

/// The deviations that are in, by families, in the order of the plan.
pub fn measured<'a>(sources: &Sources<'a>) -> Vec<Family<Deviation<'a>>> {
    let named = sources.plan.named_measures().into_iter();
    families(named.filter_map(|(name, node)| match &node.task {
        Task::Measure(task) if task.measure.name == "deviation" => {
            let fields = sources.fields(name, node)?;
            Some((name.to_string(), node.key, Deviation { task, node, fields }))
        }
        _ => None,
    }))
}

/// Student and teacher of a family of deviations, by their families' names.
pub fn models(sources: &Sources, deviation: &Deviation) -> (String, String) {
    let name = |role| {
        let key = deviation.task.models.get(role);
        key.map_or_else(|| "?".into(), |key| sources.family(*key))
    };
    (name("student"), name("teacher"))
}

pub fn deviations(sources: &Sources) -> Option<Deviations> {
    let families = measured(sources);
    let panes = families
        .iter()
        .map(|family| family.members.len().min(MOST_PANES));
    let most = POINTS_OF_A_PAGE / panes.sum::<usize>().max(1);
    let most = most.clamp(LEAST_POINTS, MOST_POINTS);
    let panels: Vec<_> = families
        .iter()
        .filter_map(|family| {
            panel(
                sources,
                family,
                most,
                shared_range(sources, family, &families),
            )
        })
        .collect();
    (!panels.is_empty()).then(|| Deviations {
        panels,
        most_points: number::grouped(most as u64),
    })
}

/// The range of a family's axes: that of all who are held against the same teacher, on the same
/// samples, by the same measure, so that their plots can be compared.
fn shared_range(
    sources: &Sources,
    family: &Family<Deviation>,
    families: &[Family<Deviation>],
) -> (f64, f64) {
    let frame = |family: &Family<Deviation>| {
        let first = family.members.first()?.value;
        let (_, teacher) = models(sources, &first);
        Some((teacher, first.task.on.clone(), first.task.measure.clone()))
    };
    let space = family
        .members
        .first()
        .map_or(Space::Logit, |member| member.value.space());
    let comparable = families
        .iter()
        .filter(|other| frame(other) == frame(family));
    let members = comparable.flat_map(|family| &family.members);
    let points = members.filter_map(|m| sources.results.points.get(&m.value.node.key));
    LogitPlot::range(points, space)
}

fn panel(
    sources: &Sources,
    family: &Family<Deviation>,
    most: usize,
    range: (f64, f64),
) -> Option<Panel> {
    let first = family.members.first()?.value;
    let (student, teacher) = models(sources, &first);
    let empty = Scatter::default();
    let points = |deviation: &Deviation| {
        let points = sources.results.points.get(&deviation.node.key);
        points.unwrap_or(&empty)
    };
    let on = sources.split(&first.task.on);
    let pane = |at: usize| {
        let member = &family.members[at];
        let fits = member.value.fits();
        let others = family.members.iter().enumerate();
        let others: Vec<_> = others
            .filter(|(other, _)| *other != at)
            .filter_map(|(_, other)| other.value.fits().all)
            .collect();
        let points = points(&member.value);
        let plot = LogitPlot::new(points, most, &fits, &others, range);
        Pane {
            label: member.label.clone(),
            shown: shown(&plot, points.x.len(), &on),
            description: describe(&plot, &student, &teacher),
            plot,
        }
    };
    let spread_of = |field: &str| Spread::of(&fields(family, field));
    let spread =
        |field: &str, write: fn(f64) -> String| spread_of(field).map(|spread| spread.show(write));
    let numbers = [
        ("all", "All samples", ""),
        ("low", "Least sure quarter", "_low"),
        ("high", "Surest quarter", "_high"),
    ]
    .into_iter()
    .filter_map(|(class, label, suffix)| {
        let three_digits = |value| number::fixed(value, 3);
        Some(Numbers {
            class,
            label,
            slope: spread(&format!("slope{suffix}"), three_digits)?,
            intercept: spread(&format!("intercept{suffix}"), three_digits)
                .unwrap_or_else(|| "–".into()),
        })
    });
    let (x_label, y_label) = match (first.space(), first.of_truth()) {
        (Space::Logit, false) => ("teacher’s confidence φ(p)", "student’s confidence φ(p)"),
        (Space::Logit, true) => ("teacher’s φ(p) of the label", "student’s φ(p) of the label"),
        (Space::Probability, false) => ("teacher’s confidence p", "student’s confidence p"),
        (Space::Probability, true) => ("teacher’s p of the label", "student’s p of the label"),
    };
    Some(Panel {
        name: family.name.clone(),
        control: match (first.space(), first.of_truth()) {
            (Space::Logit, false) => None,
            (Space::Logit, true) => Some("control: the label’s class in place of the teacher’s"),
            (Space::Probability, false) => Some("control: probabilities in place of logits"),
            (Space::Probability, true) => Some("control: probabilities of the label’s class"),
        },
        x_label,
        y_label,
        panes: (0..family.members.len().min(MOST_PANES))
            .map(pane)
            .collect(),
        unseen: family.members.len().saturating_sub(MOST_PANES),
        numbers: numbers.collect(),
        under_low: spread("under_low", number::percent),
        agreement: spread("agreement", number::percent),
        samples: spread_of("count").map(|count| count.show_count()),
        verdict: verdict_of(sources, family)?,
        student,
        teacher,
    })
}

/// A field of each member of a family that has it.
fn fields(family: &Family<Deviation>, name: &str) -> Vec<f64> {
    let members = family.members.iter();
    members.filter_map(|m| m.value.field(name)).collect()
}

/// What the slopes of a family say of its student.
pub fn verdict_of(sources: &Sources, family: &Family<Deviation>) -> Option<Prose> {
    let first = &family.members.first()?.value;
    let (student, teacher) = models(sources, first);
    let keys = first.task.models.get("student");
    let keys = keys.zip(first.task.models.get("teacher"));
    let kinship = keys.map_or(Kinship::Strangers, |(student, teacher)| {
        Kinship::of(&sources.nodes, *student, *teacher)
    });
    let runs = family.members.iter().map(|member| &member.value);
    let runs = runs.map(|deviation| (deviation.task, deviation.fields));
    let evidence = Evidence::of(runs, &sources.nodes, &sources.outcome.models);
    Some(verdict(&student, &teacher, kinship, &evidence))
}

fn shown(plot: &LogitPlot, samples: usize, on: &str) -> Prose {
    let grouped = |count: usize| number::grouped(count as u64);
    let all = count(grouped(samples), "sample");
    let words = match samples {
        0 => return Prose::default().words("No points are in the store."),
        1 => "The one sample of ".to_string(),
        _ if plot.drawn == samples => format!("All {all} of "),
        _ => format!("{} of {all} of ", grouped(plot.drawn)),
    };
    let prose = Prose::default().words(words).name(on);
    match plot.outside {
        0 => prose,
        outside => prose.words(format!(", {outside} outside the frame")),
    }
}

fn describe(plot: &LogitPlot, student: &str, teacher: &str) -> String {
    let slopes = plot.lines.iter();
    let slopes: Vec<_> = slopes
        .map(|line| format!("{} over {}", line.slope, line.label))
        .collect();
    format!(
        "Scatter plot of the confidence of {student} against that of {teacher}. Slopes of the fitted lines: {}.",
        slopes.join(", ")
    )
}
