//! A drawing with places: what the page and the SVG show.

use std::collections::BTreeMap;

use serde::Serialize;

use super::boxes::{Boxes, Drawing, Group, cut};
use super::layout;
use crate::plan::{Key, Plan};
use crate::report::family;
use crate::report::plots::tenth;
use crate::run::{Outcome, Status};

/// Letters of a title; the rest is cut.
const MOST_LETTERS: usize = 36;

/// Height of a box with a title and the line below it, and of each further line.
const HEIGHT: f64 = 46.0;
const LINE: f64 = 15.0;

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
    /// `data`, `train`, `weights`, `ensemble`, `measure`.
    kind: &'static str,
    /// The full name.
    name: String,
    /// The name as far as there is room.
    title: String,
    /// How many nodes, where more than one.
    count: Option<usize>,
    /// The word that declared it, or what it measures.
    word: String,
    /// The index sets of a family that is one box, a line each.
    indices: Vec<String>,
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
        let drawing = Drawing::new(plan, of);
        let lines = drawing.telling_arrows();
        let statuses = outcome.map(|outcome| {
            let of = |node: &crate::run::NodeOutcome| (node.key, node.status);
            outcome.nodes.iter().map(of).collect::<BTreeMap<_, _>>()
        });
        let groups = &drawing.boxes;
        let mut boxes: Vec<Box> = groups
            .iter()
            .map(|group| Box::new(group, statuses.as_ref()))
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
            stacked: groups.iter().any(|group| group.count().is_some()),
        }
    }
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
    fn new(group: &Group, statuses: Option<&BTreeMap<Key, Status>>) -> Box {
        let (count, word) = (group.count(), group.word.clone());
        let (status, status_text) = statuses.map_or_else(Default::default, |statuses| {
            let members = group.members.iter();
            summary(members.filter_map(|node| statuses.get(&node.key).copied()))
        });
        let title = title(&group.name);
        let indices: Vec<String> = group.indices.iter().map(|index| index.told()).collect();
        let letters = |text: &str| text.chars().count();
        // Letters of the title are about 7.6 units wide, those of the lines below 6.4.
        let title_width = 7.6 * (letters(&title) + count.map_or(0, |_| 4)) as f64 + 14.0;
        let below = letters(&word) + letters(&status_text) + 3;
        let longest = indices.iter().map(|line| letters(line)).max().unwrap_or(0);
        let below = 6.4 * below.max(longest) as f64;
        Box {
            x: 0.0,
            y: 0.0,
            width: (title_width.max(below) + 24.0).max(104.0),
            height: HEIGHT + LINE * indices.len() as f64,
            kind: group.kind,
            name: group.name.clone(),
            title,
            count,
            word,
            indices,
            status,
            status_text,
        }
    }
}

/// A name as far as there is room. Members of a family are told apart by their indices: what comes in
/// front of them is cut first.
fn title(name: &str) -> String {
    let letters = |text: &str| text.chars().count();
    let declaration = family::declaration(name);
    let indices = &name[declaration.len()..];
    if letters(name) <= MOST_LETTERS || indices.is_empty() {
        return cut(name, MOST_LETTERS);
    }
    // One letter is the `…`.
    let room = MOST_LETTERS.saturating_sub(letters(indices) + 1);
    let declaration = cut(declaration, room.max(MOST_LETTERS / 4));
    let room = MOST_LETTERS.saturating_sub(letters(&declaration));
    declaration + &cut(indices, room)
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

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn titles_tell_members_apart() {
        assert_eq!(title("small[seed: 0]"), "small[seed: 0]");
        let long = "a_rather_long_name_of_a_student";
        let told = |indices: &str| title(&format!("{long}{indices}"));
        assert_eq!(
            told("[seed: 0, way: kd]"),
            "a_rather_long_nam…[seed: 0, way: kd]"
        );
        let most = told(&format!("[way: {}]", "x".repeat(40)));
        assert_eq!(most, "a_rather_…[way: xxxxxxxxxxxxxxxxxxxx…");
        assert_eq!(title(&long.repeat(2)).chars().count(), 37);
    }
}
