//! `plan(program) -> Plan`: a petgraph DAG of content-addressed nodes.
//! A node is plain data; it knows nothing of devices or tensors.

mod build;
mod encode;
mod facts;
mod fields;
mod files;
mod key;
mod node;
mod shared;
mod summary;
mod trajectory;
mod trunks;

pub use crate::spec::{
    Along, Blend, Call, Comparison, Condition, DataShape, Datum, Fold, Group, Layer, Network,
    Quantity, Recipe, Schedule, Shape, Split, View, Wanted,
};
pub use build::{Digests, absent, plan};
pub use facts::{Facts, facts};
pub use fields::{fields_to_json, write_measures};
pub use key::{Digest, Key};
pub use node::*;
pub use shared::Shared;
pub use summary::{Damaged, DataSummary, LeftOut, ModelSummary, StateSummary};

use std::collections::{BTreeMap, BTreeSet};

pub use petgraph::graph::NodeIndex;

use petgraph::Direction;
use petgraph::graph::DiGraph;
use petgraph::visit::EdgeRef;

/// What a file asks for.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The nodes, each key once; an edge goes from what is needed to what needs it.
    pub graph: DiGraph<Node, ()>,
    /// Every model by every name it has (two declarations may be the same node).
    pub models: BTreeMap<String, NodeIndex>,
    /// By every name of a model, the node that tells its accuracies and, where it was trained, its curves.
    pub told: BTreeMap<String, NodeIndex>,
    /// Every measurement by every name it has.
    pub measures: BTreeMap<String, NodeIndex>,
    /// The claims in the order of the file.
    pub claims: Vec<Claim>,
}

impl Plan {
    /// The nodes, in the order of the plan.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.graph.node_weights()
    }

    /// Every model with each of its names, in the order of the plan.
    pub fn named_models(&self) -> Vec<(&str, &Node)> {
        self.named(&self.models)
    }

    /// Every measurement with each of its names, in the order of the plan.
    pub fn named_measures(&self) -> Vec<(&str, &Node)> {
        self.named(&self.measures)
    }

    /// What some nodes need, and they themselves, as a plan of their own. It has no claims: what they
    /// speak of may be missing.
    pub fn part(&self, wanted: &BTreeSet<NodeIndex>) -> Plan {
        let mut kept = BTreeSet::new();
        let mut open: Vec<NodeIndex> = self.with_told(wanted).into_iter().collect();
        while let Some(node) = open.pop() {
            if kept.insert(node) {
                open.extend(self.graph.neighbors_directed(node, Direction::Incoming));
            }
        }
        let mut places = BTreeMap::new();
        let mut graph = DiGraph::new();
        for &node in &kept {
            places.insert(node, graph.add_node(self.graph[node].clone()));
        }
        for edge in self.graph.edge_references() {
            if let (Some(from), Some(to)) = (places.get(&edge.source()), places.get(&edge.target()))
            {
                graph.add_edge(*from, *to, ());
            }
        }
        let named = |names: &BTreeMap<String, NodeIndex>| {
            let kept = names.iter();
            let kept = kept.filter_map(|(name, at)| Some((name.clone(), *places.get(at)?)));
            kept.collect()
        };
        Plan {
            models: named(&self.models),
            told: named(&self.told),
            measures: named(&self.measures),
            graph,
            claims: vec![],
        }
    }

    /// Some nodes, and those that tell of the models among them.
    pub fn with_told(&self, wanted: &BTreeSet<NodeIndex>) -> BTreeSet<NodeIndex> {
        let names = self.models.iter();
        let names = names.filter(|(_, node)| wanted.contains(node));
        let told = names.filter_map(|(name, _)| self.told.get(name));
        wanted.iter().chain(told).copied().collect()
    }

    /// The node that tells of a model.
    pub fn teller(&self, model: &str) -> Option<&Node> {
        self.graph.node_weight(*self.told.get(model)?)
    }

    fn named<'a>(&'a self, names: &'a BTreeMap<String, NodeIndex>) -> Vec<(&'a str, &'a Node)> {
        let mut sorted: Vec<_> = names.iter().map(|(name, &at)| (at, name)).collect();
        sorted.sort();
        sorted
            .into_iter()
            .filter_map(|(at, name)| Some((name.as_str(), self.graph.node_weight(at)?)))
            .collect()
    }
}
