//! What the boxes of a drawing stand for, and which hang on which.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::plan::{Key, Node, Plan, Task};
use crate::report::family;

/// A drawing should have no more boxes than this.
const MOST_BOXES: usize = 14;

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
            let nodes = plan.nodes().filter(|node| boxes.shows(node));
            let names: BTreeSet<String> = nodes.map(|node| boxes.name(&node.id)).collect();
            names.len() <= MOST_BOXES
        };
        let choices = [Boxes::Nodes, Boxes::Seeds];
        choices.into_iter().find(fits).unwrap_or(Boxes::Families)
    }

    /// Whether a node has its place in a drawing. What members of a family have in common is the
    /// family's.
    fn shows(self, node: &Node) -> bool {
        !(node.only_watches() || node.is_stretch() && self != Boxes::Nodes)
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

/// The nodes of one box.
#[derive(Clone, Debug, Serialize)]
pub struct Group<'p> {
    /// The name of its one node, or what its nodes have in common.
    pub name: String,
    /// `data`, `train`, `observe`, `weights`, `ensemble`, `measure`.
    pub kind: &'static str,
    /// The word that declared it, or what it measures.
    pub word: String,
    /// The index sets of a family that is one box, in order.
    pub indices: Vec<Index<'p>>,
    /// The names of its nodes.
    pub nodes: Vec<&'p str>,
    #[serde(skip)]
    pub(super) members: Vec<&'p Node>,
}

/// An index and its values, in the order in which the nodes have them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Index<'p> {
    /// Its name.
    pub name: &'p str,
    /// Its values.
    pub values: Vec<&'p str>,
}

/// Boxes and what hangs on what.
#[derive(Clone, Debug, Serialize)]
pub struct Drawing<'p> {
    /// The boxes, in the order of the plan.
    pub boxes: Vec<Group<'p>>,
    /// From what is needed to what needs it, by place.
    pub arrows: BTreeSet<(usize, usize)>,
}

impl<'p> Drawing<'p> {
    /// The nodes of a plan as boxes.
    pub fn new(plan: &'p Plan, of: Boxes) -> Drawing<'p> {
        let mut boxes: Vec<Group> = vec![];
        let mut places: BTreeMap<(String, &str), usize> = BTreeMap::new();
        let mut place_of: BTreeMap<Key, usize> = BTreeMap::new();
        for node in plan.nodes().filter(|node| of.shows(node)) {
            let name = of.name(&node.id);
            let place = *places
                .entry((name.clone(), node.task.kind()))
                .or_insert_with(|| {
                    boxes.push(Group::new(name, node));
                    boxes.len() - 1
                });
            boxes[place].nodes.push(&node.id);
            boxes[place].members.push(node);
            place_of.insert(node.key, place);
        }
        for group in &mut boxes {
            group.finish(of);
        }
        let mut arrows = BTreeSet::new();
        for (to, group) in boxes.iter().enumerate() {
            let inputs = group.members.iter().flat_map(|node| node.inputs());
            let from = inputs.filter_map(|key| place_of.get(&key).copied());
            arrows.extend(from.filter(|from| *from != to).map(|from| (from, to)));
        }
        Drawing { boxes, arrows }
    }

    /// The arrows that a picture needs: a data set feeds nearly everything, so its arrow to what
    /// another arrow already leads to from it is left out.
    pub(super) fn telling_arrows(&self) -> Vec<(usize, usize)> {
        let all = &self.arrows;
        let told = all.iter().copied().filter(|&(from, to)| {
            let after = || all.range((from, 0)..(from + 1, 0));
            let implied = || after().any(|&(_, b)| b != to && all.contains(&(b, to)));
            !(self.boxes[from].kind == "data" && implied())
        });
        told.collect()
    }
}

impl<'p> Group<'p> {
    fn new(name: String, first: &'p Node) -> Group<'p> {
        Group {
            name,
            kind: first.task.kind(),
            word: match &first.task {
                Task::Measure(task) => task.measure.name.clone(),
                _ => first.word.clone(),
            },
            indices: vec![],
            nodes: vec![],
            members: vec![],
        }
    }

    /// Takes a lone node's own name, and the index sets of several.
    fn finish(&mut self, of: Boxes) {
        if let [id] = self.nodes[..] {
            self.name = id.to_string();
            return;
        }
        if of != Boxes::Families {
            return;
        }
        let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
        for (name, value) in self.nodes.iter().flat_map(|id| family::indices(id)) {
            if !seen.insert((name, value)) {
                continue;
            }
            match self.indices.iter_mut().find(|index| index.name == name) {
                Some(index) => index.values.push(value),
                None => self.indices.push(Index {
                    name,
                    values: vec![value],
                }),
            }
        }
    }

    /// How many nodes, where more than one.
    pub(super) fn count(&self) -> Option<usize> {
        (self.nodes.len() > 1).then_some(self.nodes.len())
    }
}

/// Letters that the values of an index may take in a drawing.
const MOST_LETTERS: usize = 30;

impl Index<'_> {
    /// `seed: 0, 1, 2`; of many values the first, the last, and how many.
    pub(super) fn told(&self) -> String {
        let Index { name, values } = self;
        let all = values.join(", ");
        if all.chars().count() <= MOST_LETTERS || values.len() <= 3 {
            return format!("{name}: {}", cut(&all, 2 * MOST_LETTERS));
        }
        let mut first = String::new();
        for value in values {
            if first.chars().count() + value.chars().count() > MOST_LETTERS / 2 {
                break;
            }
            first += &format!("{value}, ");
        }
        let last = values.last().copied().unwrap_or_default();
        let last = cut(last, MOST_LETTERS / 2);
        format!("{name}: {first}… {last} ({})", values.len())
    }
}

/// So many letters of a text; `…` stands for the rest.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_index_sets_are_cut_and_counted() {
        let told = |values: &[&str]| {
            let values = values.to_vec();
            Index { name: "i", values }.told()
        };
        assert_eq!(told(&["0", "1", "2"]), "i: 0, 1, 2");
        let many: Vec<String> = (0..60).map(|i| i.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(told(&many), "i: 0, 1, 2, 3, 4, … 59 (60)");
        let long = "x".repeat(99);
        assert_eq!(told(&[&long]).chars().count(), 64);
    }
}
