//! The nodes of a plan as a table: one by one, or families as a line each.

use std::collections::{BTreeMap, BTreeSet};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use crate::plan::{Key, Node, Plan};
use crate::report::family;
use crate::report::number::grouped;
use crate::run::{Queue, State};

/// Every node of a plan as a line; what only goes along with another one where `all` are asked for.
pub fn nodes(plan: &Plan, queue: &Queue, all: bool) -> String {
    let mut table = table(&["status", "node", "kind", "steps", "needs"], &[3]);
    for index in ordered(plan) {
        if !(all || is_shown(plan, queue, index)) {
            continue;
        }
        let node = &plan.graph[index];
        table.add_row([
            &status_and_step(queue, index),
            &node.id,
            node.task.kind(),
            &stretch(node),
            &told(&needs(plan, index)),
        ]);
    }
    table.trim_fmt()
}

/// Whether a node is work of its own: what watches a training is where the training is done.
pub fn is_shown(plan: &Plan, queue: &Queue, index: NodeIndex) -> bool {
    let waits = || queue.state(index) == State::Waiting && !queue.goes_along(index);
    !plan.graph[index].only_watches() || waits()
}

/// The nodes of a plan, a fork before all that goes on from it.
pub fn ordered(plan: &Plan) -> Vec<NodeIndex> {
    let places: BTreeMap<Key, NodeIndex> = plan
        .graph
        .node_indices()
        .map(|index| (plan.graph[index].key, index))
        .collect();
    let (mut ordered, mut seen) = (vec![], BTreeSet::new());
    for index in plan.graph.node_indices() {
        // A shared stretch comes behind all models in the graph.
        if plan.graph[index].is_stretch() {
            continue;
        }
        let fork = |index: &NodeIndex| places.get(&plan.graph[*index].from?.key).copied();
        let way: Vec<NodeIndex> = std::iter::successors(Some(index), fork).collect();
        for index in way.into_iter().rev() {
            if seen.insert(index) {
                ordered.push(index);
            }
        }
    }
    ordered
}

/// `pending`, or where it would go on from a state that the store has.
fn status_and_step(queue: &Queue, index: NodeIndex) -> String {
    let state = queue.state(index);
    match state == State::Waiting && queue.resumes(index) {
        true => format!("resumes at {}", grouped(queue.begins(index))),
        false => status(state).to_string(),
    }
}

/// `12000`, or `6000..12000` for a training that goes on from a fork.
fn stretch(node: &Node) -> String {
    match (node.length(), node.begins()) {
        (length, 0) => steps(length),
        (length, begin) => format!("{begin}..{length}"),
    }
}

/// The names of what a node needs, in the order in which it names them.
pub fn needs(plan: &Plan, index: NodeIndex) -> Vec<&str> {
    // The newest edge of a node comes first.
    let inputs = plan
        .graph
        .neighbors_directed(index, petgraph::Direction::Incoming);
    let inputs = inputs.map(|input| &plan.graph[input]);
    let told = inputs.filter(|input| !input.only_watches() || plan.graph[index].only_watches());
    let mut needs: Vec<&str> = told.map(|input| input.id.as_str()).collect();
    needs.reverse();
    needs
}

/// The first few of what is needed, and how many more there are.
fn told(needs: &[&str]) -> String {
    const TOLD: usize = 4;
    match needs.len().saturating_sub(TOLD) {
        0 | 1 => needs.join(", "),
        more => format!("{} and {more} more", needs[..TOLD].join(", ")),
    }
}

/// Every declaration of a plan as a line, its members counted.
pub fn families(plan: &Plan, queue: &Queue) -> String {
    let mut families: Vec<Family> = vec![];
    let mut places: BTreeMap<_, usize> = BTreeMap::new();
    let mut family_of = BTreeMap::new();
    for index in ordered(plan) {
        if !is_shown(plan, queue, index) {
            continue;
        }
        let node = &plan.graph[index];
        let named = (declaration(node), node.task.kind(), node.is_stretch());
        let place = *places.entry(named).or_insert_with(|| {
            families.push(Family::new(node));
            families.len() - 1
        });
        families[place].take(node, queue.state(index));
        family_of.insert(index, place);
    }
    for edge in plan.graph.edge_references() {
        let place = |node| family_of.get(&node);
        if let (Some(&from), Some(&to)) = (place(edge.source()), place(edge.target()))
            && from != to
        {
            families[to].needs.insert(from);
        }
    }
    let mut table = table(
        &["status", "family", "nodes", "kind", "steps", "needs"],
        &[2, 4],
    );
    for family in &families {
        let needs = family.needs.iter().map(|place| families[*place].bare);
        let needs: Vec<&str> = needs.collect();
        table.add_row([
            family.status(),
            family.name(),
            grouped(family.nodes as u64),
            family.kind.to_string(),
            steps(family.steps),
            told(&needs),
        ]);
    }
    table.trim_fmt()
}

/// The nodes of a declaration.
struct Family<'p> {
    bare: &'p str,
    first: &'p str,
    /// Whether they are what members of the declaration have in common.
    stretches: bool,
    kind: &'static str,
    nodes: usize,
    pending: usize,
    stored: usize,
    steps: u64,
    /// The families that it needs, by place.
    needs: BTreeSet<usize>,
}

/// The declaration that a node is of; of a stretch, `small[tau: 4]@0..12000`, that of the model it is named after.
fn declaration(node: &Node) -> &str {
    let model = node.id.rsplit_once('@').filter(|_| node.is_stretch());
    family::declaration(model.map_or(&node.id, |(model, _)| model))
}

impl<'p> Family<'p> {
    fn new(first: &'p Node) -> Family<'p> {
        Family {
            bare: declaration(first),
            first: &first.id,
            stretches: first.is_stretch(),
            kind: first.task.kind(),
            nodes: 0,
            pending: 0,
            stored: 0,
            steps: 0,
            needs: BTreeSet::new(),
        }
    }

    fn take(&mut self, node: &Node, state: State) {
        self.nodes += 1;
        self.steps += node.steps();
        match state {
            State::Stored => self.stored += 1,
            State::Unneeded => {}
            _ => self.pending += 1,
        }
    }

    fn status(&self) -> String {
        let all = |state| status(state).to_string();
        match (self.stored, self.pending) {
            (_, pending) if pending == self.nodes => all(State::Waiting),
            (stored, _) if stored == self.nodes => all(State::Stored),
            (0, 0) => all(State::Unneeded),
            (_, pending) => format!(
                "{} of {} pending",
                grouped(pending as u64),
                grouped(self.nodes as u64)
            ),
        }
    }

    /// `small[seed, tau]`.
    fn name(&self) -> String {
        if self.stretches {
            return format!("{}@…", self.bare);
        }
        let indices = family::indices(self.first);
        match (self.nodes, indices.is_empty()) {
            (1, _) | (_, true) => self.first.to_string(),
            _ => {
                let names: Vec<&str> = indices.iter().map(|(name, _)| *name).collect();
                format!("{}[{}]", self.bare, names.join(", "))
            }
        }
    }
}

/// As it stands in JSON too.
pub fn status(state: State) -> &'static str {
    match state {
        State::Stored => "stored",
        State::Unneeded => "unneeded",
        _ => "pending",
    }
}

fn steps(steps: u64) -> String {
    match steps {
        0 => String::new(),
        steps => steps.to_string(),
    }
}

fn table(header: &[&str], right: &[usize]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if let Some(width) = super::width() {
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(width.try_into().unwrap_or(u16::MAX));
    }
    table.set_header(header);
    for place in right {
        if let Some(column) = table.column_mut(*place) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
