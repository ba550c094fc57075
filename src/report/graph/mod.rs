//! `svg(plan, collapsed)`: the DAG as a drawing.

mod layout;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::family;
use super::plots::tenth;
use super::template::{self, TemplateError};
use crate::plan::{Key, Node, Plan, Task};
use crate::run::{Outcome, Status};

/// A drawing should have no more boxes than this.
const MOST_BOXES: usize = 14;

/// Letters of a title; the rest is cut.
const MOST_LETTERS: usize = 36;

/// The DAG as an SVG file of its own. `collapsed` shows a family as one box.
pub fn svg(plan: &Plan, collapsed: bool) -> Result<String, TemplateError> {
    let of = if collapsed {
        Boxes::Families
    } else {
        Boxes::Nodes
    };
    let graph = Graph::new(plan, None, of);
    template::render("graph.svg.html", &BTreeMap::from([("graph", graph)]))
}

/// What a box stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boxes {
    /// A node.
    Nodes,
    /// The nodes that differ in their seed alone.
    Seeds,
    /// All nodes of a declaration.
    Families,
}

impl Boxes {
    /// The finest choice that keeps a drawing readable.
    pub fn readable(plan: &Plan) -> Boxes {
        let fits = |boxes: &Boxes| {
            let names: BTreeSet<String> = plan.nodes().map(|node| boxes.name(&node.id)).collect();
            names.len() <= MOST_BOXES
        };
        let choices = [Boxes::Nodes, Boxes::Seeds];
        choices.into_iter().find(fits).unwrap_or(Boxes::Families)
    }

    /// The name of the box of a node.
    fn name(self, id: &str) -> String {
        match self {
            Boxes::Nodes => id.to_string(),
            Boxes::Seeds => family::name(id),
            Boxes::Families => family::declaration(id).to_string(),
        }
    }
}

/// The DAG as boxes and lines with their places.
#[derive(Clone, Debug, Serialize)]
pub struct Graph {
    width: f64,
    height: f64,
    boxes: Vec<Box>,
    edges: Vec<Edge>,
    /// Whether a box can stand for several nodes.
    stacked: bool,
    /// What is to be seen, in words.
    description: String,
}

#[derive(Clone, Debug, Serialize)]
struct Box {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    /// `data`, `train`, `weights`, `measure`.
    kind: &'static str,
    /// The full name.
    name: String,
    /// The name as far as there is room.
    title: String,
    /// How many nodes, where more than one.
    count: Option<usize>,
    /// The word that declared it, or what it measures.
    word: String,
    /// `ran`, `stored`, …, the gravest of its members' first; empty without an outcome.
    status: &'static str,
    /// The status in words: `2 ran, 1 failed`.
    status_text: String,
}

#[derive(Clone, Debug, Serialize)]
struct Edge {
    path: String,
    /// The kind of what it comes from.
    kind: &'static str,
}

impl Graph {
    /// The drawing, with what became of each node where an outcome is given.
    pub fn new(plan: &Plan, outcome: Option<&Outcome>, of: Boxes) -> Graph {
        let mut groups: Vec<(String, Vec<&Node>)> = vec![];
        let mut group_of: BTreeMap<Key, usize> = BTreeMap::new();
        for node in plan.nodes() {
            let name = of.name(&node.id);
            let found = groups.iter().position(|(other, members)| {
                of != Boxes::Nodes && *other == name && members[0].task.kind() == node.task.kind()
            });
            let at = found.unwrap_or_else(|| {
                groups.push((name, vec![]));
                groups.len() - 1
            });
            groups[at].1.push(node);
            group_of.insert(node.key, at);
        }
        let lines = lines(&groups, &group_of);
        let statuses = outcome.map(|outcome| {
            let of = |node: &crate::run::NodeOutcome| (node.key, node.status);
            outcome.nodes.iter().map(of).collect::<BTreeMap<_, _>>()
        });
        let mut boxes: Vec<Box> = groups
            .iter()
            .map(|(name, members)| Box::new(name, members, statuses.as_ref()))
            .collect();
        let sizes: Vec<_> = boxes.iter().map(|b| (b.width, b.height)).collect();
        let at_end: Vec<_> = boxes.iter().map(|one| one.kind == "measure").collect();
        let layout = layout::layered(&sizes, &lines, &at_end);
        let mut widest: BTreeMap<u64, f64> = BTreeMap::new();
        for (one, corner) in boxes.iter_mut().zip(&layout.corners) {
            (one.x, one.y) = (tenth(corner.0), tenth(corner.1));
            let width = widest.entry(one.x.to_bits()).or_default();
            *width = width.max(one.width);
        }
        for one in &mut boxes {
            one.width = widest[&one.x.to_bits()];
        }
        let edges = std::iter::zip(&lines, layout.edges)
            .map(|(&(from, _), path)| Edge {
                path,
                kind: boxes[from].kind,
            })
            .collect();
        Graph {
            width: layout.width.ceil(),
            height: layout.height.ceil(),
            description: description(&boxes, &lines),
            boxes,
            edges,
            stacked: groups.iter().any(|(_, members)| members.len() > 1),
        }
    }
}

/// The lines to draw. A data set feeds nearly everything: its line to what another line already
/// leads to from it is left out.
fn lines(groups: &[(String, Vec<&Node>)], group_of: &BTreeMap<Key, usize>) -> Vec<(usize, usize)> {
    let mut all = BTreeSet::new();
    for (to, (_, members)) in groups.iter().enumerate() {
        for input in members.iter().flat_map(|node| node.task.inputs()) {
            match group_of.get(&input) {
                Some(&from) if from != to => all.insert((from, to)),
                _ => false,
            };
        }
    }
    let is_data = |group: usize| matches!(groups[group].1[0].task, Task::Data(_));
    all.iter()
        .copied()
        .filter(|&(from, to)| {
            let implied = || {
                all.iter()
                    .any(|&(a, b)| a == from && b != to && all.contains(&(b, to)))
            };
            !(is_data(from) && implied())
        })
        .collect()
}

fn description(boxes: &[Box], lines: &[(usize, usize)]) -> String {
    let needs = |to: usize| {
        let names = lines.iter().filter(|line| line.1 == to);
        let names: Vec<_> = names.map(|line| boxes[line.0].name.as_str()).collect();
        names.join(", ")
    };
    let sentences: Vec<String> = boxes
        .iter()
        .enumerate()
        .map(|(at, one)| match needs(at) {
            needs if needs.is_empty() => format!("{} {}.", one.word, one.name),
            needs => format!("{} {} needs {needs}.", one.word, one.name),
        })
        .collect();
    sentences.join(" ")
}

impl Box {
    fn new(name: &str, members: &[&Node], statuses: Option<&BTreeMap<Key, Status>>) -> Box {
        let first = members[0];
        let name = if members.len() == 1 { &first.id } else { name };
        let count = (members.len() > 1).then_some(members.len());
        let word = match &first.task {
            Task::Measure(task) => task.measure.name.clone(),
            _ => first.word.clone(),
        };
        let (status, status_text) = statuses.map_or_else(Default::default, |statuses| {
            summary(
                members
                    .iter()
                    .filter_map(|node| statuses.get(&node.key).copied()),
            )
        });
        let title = match name.char_indices().nth(MOST_LETTERS) {
            Some((cut, _)) => format!("{}…", &name[..cut]),
            None => name.to_string(),
        };
        // Letters of the title are about 7.6 units wide, those of the line below 6.4.
        let title_width = 7.6 * (title.chars().count() + count.map_or(0, |_| 4)) as f64 + 14.0;
        let below = 6.4 * (word.chars().count() + status_text.chars().count() + 3) as f64;
        Box {
            x: 0.0,
            y: 0.0,
            width: (title_width.max(below) + 24.0).max(104.0),
            height: 46.0,
            kind: first.task.kind(),
            name: name.to_string(),
            title,
            count,
            word,
            status,
            status_text,
        }
    }
}

/// The gravest status and all of them in words.
fn summary(statuses: impl Iterator<Item = Status>) -> (&'static str, String) {
    let mut counts = [
        (Status::Failed, 0),
        (Status::Skipped, 0),
        (Status::Interrupted, 0),
        (Status::Ran, 0),
        (Status::Stored, 0),
        (Status::Unneeded, 0),
    ];
    for status in statuses {
        for count in counts.iter_mut().filter(|count| count.0 == status) {
            count.1 += 1;
        }
    }
    let seen: Vec<_> = counts.iter().filter(|count| count.1 > 0).collect();
    let text = match &seen[..] {
        [] => String::new(),
        [only] => only.0.word().to_string(),
        several => {
            let parts: Vec<_> = several
                .iter()
                .map(|c| format!("{} {}", c.1, c.0.word()))
                .collect();
            parts.join(", ")
        }
    };
    (seen.first().map_or("", |gravest| gravest.0.word()), text)
}
