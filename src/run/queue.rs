//! Which nodes have to run, and which of them may run now.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use petgraph::Direction;
use petgraph::graph::NodeIndex;

use crate::plan::Plan;

/// Where a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is not in the store, and nothing pending needs it.
    Unneeded,
    /// It is in the store.
    Stored,
    /// It has to run.
    Waiting,
    /// A worker has it.
    Running,
    /// It ran.
    Ran,
    /// It failed.
    Failed,
    /// The node that it needs, of this index, failed.
    Skipped(NodeIndex),
}

/// The nodes of a plan by their state.
#[derive(Debug)]
pub struct Queue<'a> {
    plan: &'a Plan,
    states: Vec<State>,
    /// Steps of training on the longest way from a node to the end.
    ahead: Vec<u64>,
    /// Waiting nodes whose inputs are all there; the longest way first, then as in the plan.
    ready: BTreeSet<(Reverse<u64>, NodeIndex)>,
}

impl<'a> Queue<'a> {
    /// `targets` and what they need, as far as `stored` does not hold it.
    pub fn new(
        plan: &'a Plan,
        targets: &BTreeSet<NodeIndex>,
        stored: impl Fn(NodeIndex) -> bool,
    ) -> Queue<'a> {
        let states = plan
            .graph
            .node_indices()
            .map(|node| match stored(node) {
                true => State::Stored,
                false => State::Unneeded,
            })
            .collect();
        let mut queue = Queue {
            plan,
            states,
            ahead: steps_ahead(plan),
            ready: BTreeSet::new(),
        };
        for target in targets {
            queue.require(*target);
        }
        queue
    }

    /// The state of a node.
    pub fn state(&self, node: NodeIndex) -> State {
        self.states[node.index()]
    }

    /// The nodes that have to run, in the order of the plan.
    pub fn waiting(&self) -> impl Iterator<Item = NodeIndex> + '_ {
        let all = self.plan.graph.node_indices();
        all.filter(|node| self.state(*node) == State::Waiting)
    }

    /// How many nodes could start now.
    pub fn ready(&self) -> usize {
        self.ready.len()
    }

    /// Takes the node that should start first.
    pub fn start(&mut self) -> Option<NodeIndex> {
        let (_, node) = self.ready.pop_first()?;
        self.set(node, State::Running);
        Some(node)
    }

    /// A node is in the store now.
    pub fn done(&mut self, node: NodeIndex) {
        self.set(node, State::Ran);
        self.offer_dependents(node);
    }

    /// A node failed: what needs it is skipped. Gives the skipped ones.
    pub fn fail(&mut self, node: NodeIndex) -> Vec<NodeIndex> {
        self.set(node, State::Failed);
        let mut skipped = vec![];
        let mut stack = self.dependents(node);
        while let Some(next) = stack.pop() {
            if self.state(next) == State::Waiting {
                self.set(next, State::Skipped(node));
                skipped.push(next);
                stack.extend(self.dependents(next));
            }
        }
        skipped.sort();
        skipped
    }

    /// A running node found that objects it needs have left the store since the run began (a
    /// damaged one is moved aside): they have to run first, then it may try again.
    pub fn again(&mut self, node: NodeIndex, lost: &[NodeIndex]) {
        for input in lost {
            self.set(*input, State::Unneeded);
        }
        self.set(node, State::Unneeded);
        self.require(node);
    }

    /// Marks a node, and what it needs that is not there, as waiting.
    fn require(&mut self, target: NodeIndex) {
        let mut required = vec![];
        let mut stack = vec![target];
        while let Some(node) = stack.pop() {
            if self.state(node) == State::Unneeded {
                self.set(node, State::Waiting);
                required.push(node);
                stack.extend(self.inputs(node));
            }
        }
        required.into_iter().for_each(|node| self.offer(node));
    }

    /// Readies a node if it waits and all its inputs are there.
    fn offer(&mut self, node: NodeIndex) {
        let there = |input: &NodeIndex| matches!(self.state(*input), State::Stored | State::Ran);
        if self.state(node) == State::Waiting && self.inputs(node).iter().all(there) {
            self.ready.insert(self.place(node));
        }
    }

    fn offer_dependents(&mut self, node: NodeIndex) {
        for dependent in self.dependents(node) {
            self.offer(dependent);
        }
    }

    fn set(&mut self, node: NodeIndex, state: State) {
        self.states[node.index()] = state;
        if state != State::Waiting {
            self.ready.remove(&self.place(node));
        }
    }

    fn place(&self, node: NodeIndex) -> (Reverse<u64>, NodeIndex) {
        (Reverse(self.ahead[node.index()]), node)
    }

    /// The nodes that a node needs.
    pub fn inputs(&self, node: NodeIndex) -> Vec<NodeIndex> {
        let graph = &self.plan.graph;
        graph
            .neighbors_directed(node, Direction::Incoming)
            .collect()
    }

    fn dependents(&self, node: NodeIndex) -> Vec<NodeIndex> {
        let graph = &self.plan.graph;
        graph
            .neighbors_directed(node, Direction::Outgoing)
            .collect()
    }
}

/// For each node, the steps on the longest way that begins with it. Starting with the longest
/// keeps all workers busy to the end. A node that trains nothing counts as one step.
fn steps_ahead(plan: &Plan) -> Vec<u64> {
    let graph = &plan.graph;
    let mut ahead = vec![0; graph.node_count()];
    // Edges go from what is needed to what needs it; a plan has no cycles.
    let order = petgraph::algo::toposort(graph, None).unwrap_or_default();
    for node in order.into_iter().rev() {
        let own = graph[node].task.steps().max(1);
        let after = graph
            .neighbors_directed(node, Direction::Outgoing)
            .map(|next| ahead[next.index()])
            .max();
        ahead[node.index()] = own + after.unwrap_or(0);
    }
    ahead
}
