//! The nodes of a plan as a table: one by one, or families as a line each.

use std::collections::{BTreeMap, BTreeSet};

use comfy_table::{CellAlignment, Table, presets};
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use crate::plan::{Node, Plan};
use crate::report::family;
use crate::report::number::grouped;
use crate::run::State;

/// Every node of a plan as a line.
pub fn nodes(plan: &Plan, state: impl Fn(NodeIndex) -> State) -> String {
    let mut table = table(&["status", "node", "kind", "steps", "needs"], &[3]);
    for index in plan.graph.node_indices() {
        let node = &plan.graph[index];
        table.add_row([
            status(state(index)),
            &node.id,
            node.task.kind(),
            &steps(node.task.steps()),
            &needs(plan, index).join(", "),
        ]);
    }
    table.trim_fmt()
}

/// The names of what a node needs, in the order in which it names them.
pub fn needs(plan: &Plan, index: NodeIndex) -> Vec<&str> {
    // The newest edge of a node comes first.
    let mut needs: Vec<&str> = plan
        .graph
        .neighbors_directed(index, petgraph::Direction::Incoming)
        .map(|input| plan.graph[input].id.as_str())
        .collect();
    needs.reverse();
    needs
}

/// Every declaration of a plan as a line, its members counted.
pub fn families(plan: &Plan, state: impl Fn(NodeIndex) -> State) -> String {
    let mut families: Vec<Family> = vec![];
    let mut places: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut family_of = Vec::with_capacity(plan.graph.node_count());
    for index in plan.graph.node_indices() {
        let node = &plan.graph[index];
        let named = (family::declaration(&node.id), node.task.kind());
        let place = *places.entry(named).or_insert_with(|| {
            families.push(Family::new(node));
            families.len() - 1
        });
        families[place].take(node, state(index));
        family_of.push(place);
    }
    for edge in plan.graph.edge_references() {
        let (from, to) = (edge.source().index(), edge.target().index());
        families[family_of[to]].needs.insert(family_of[from]);
    }
    let mut table = table(
        &["status", "family", "nodes", "kind", "steps", "needs"],
        &[2, 4],
    );
    for family in &families {
        let needs = family.needs.iter().map(|place| families[*place].bare);
        table.add_row([
            family.status(),
            family.name(),
            grouped(family.nodes as u64),
            family.kind.to_string(),
            steps(family.steps),
            needs.collect::<Vec<_>>().join(", "),
        ]);
    }
    table.trim_fmt()
}

/// The nodes of a declaration.
struct Family<'p> {
    bare: &'p str,
    first: &'p str,
    kind: &'static str,
    nodes: usize,
    pending: usize,
    stored: usize,
    steps: u64,
    /// The families that it needs, by place.
    needs: BTreeSet<usize>,
}

impl<'p> Family<'p> {
    fn new(first: &'p Node) -> Family<'p> {
        Family {
            bare: family::declaration(&first.id),
            first: &first.id,
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
        self.steps += node.task.steps();
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
    table.set_header(header);
    for place in right {
        if let Some(column) = table.column_mut(*place) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
