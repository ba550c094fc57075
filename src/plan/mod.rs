//! `plan(program) -> Plan`: a petgraph DAG of content-addressed nodes.
//! A node is plain data; it knows nothing of devices or tensors.

mod build;
mod key;
mod node;

pub use crate::spec::{
    Along, Call, Comparison, Condition, DataShape, Datum, Fold, Layer, Network, Quantity, Schedule,
    Split, View,
};
pub use build::{Digests, plan};
pub use key::{Digest, Facts, Key, facts};
pub use node::*;

use std::collections::BTreeMap;

pub use petgraph::graph::NodeIndex;

use petgraph::graph::DiGraph;

/// What a file asks for.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The nodes, each key once; an edge goes from what is needed to what needs it.
    pub graph: DiGraph<Node, ()>,
    /// Every model by every name it has (two declarations may be the same node).
    pub models: BTreeMap<String, NodeIndex>,
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

    fn named<'a>(&'a self, names: &'a BTreeMap<String, NodeIndex>) -> Vec<(&'a str, &'a Node)> {
        let mut sorted: Vec<_> = names.iter().map(|(name, &at)| (at, name)).collect();
        sorted.sort();
        sorted
            .into_iter()
            .filter_map(|(at, name)| Some((name.as_str(), self.graph.node_weight(at)?)))
            .collect()
    }
}
