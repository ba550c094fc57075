//! `plan(program) -> Plan`: a petgraph DAG of content-addressed nodes.
//! A node is plain data; it knows nothing of devices or tensors.

mod claim;
mod key;
mod node;
mod schedule;

pub use claim::{Comparison, Condition, Fold, Quantity};
pub use key::{Digest, Facts, Key, facts};
pub use node::*;
pub use schedule::{Along, Schedule};

use std::collections::BTreeMap;

use petgraph::graph::{DiGraph, NodeIndex};

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
