//! Which nodes have to run, and which of them may run now.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use petgraph::Direction;
use petgraph::graph::NodeIndex;

use crate::plan::{Plan, Task};

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
    /// The steps at which nodes would go on, where the store has a state of theirs.
    resumes: BTreeMap<NodeIndex, u64>,
    /// Steps of training on the longest way from a node to the end.
    ahead: Vec<u64>,
    /// Waiting nodes whose inputs are all there; the longest way first, then as in the plan.
    ready: BTreeSet<(Reverse<u64>, NodeIndex)>,
}

impl<'a> Queue<'a> {
    /// `targets`, what tells of the models among them, and what they need, as far as `stored` does not
    /// hold it. `resumes` are the steps at which nodes would go on from a state that the store has.
    pub fn new(
        plan: &'a Plan,
        targets: &BTreeSet<NodeIndex>,
        stored: impl Fn(NodeIndex) -> bool,
        resumes: BTreeMap<NodeIndex, u64>,
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
            resumes,
            ahead: steps_ahead(plan),
            ready: BTreeSet::new(),
        };
        for target in plan.with_told(targets) {
            queue.require(target);
        }
        queue
    }

    /// The step at which a node would begin.
    pub fn begins(&self, node: NodeIndex) -> u64 {
        let stored = self.resumes.get(&node).copied().unwrap_or(0);
        let trained = self.plan.graph[node].task.training().is_some();
        match trained {
            true => stored.max(self.plan.graph[node].begins()),
            false => 0,
        }
    }

    /// Whether a node goes on from a state that no node of the plan gives it.
    pub fn resumes(&self, node: NodeIndex) -> bool {
        self.resumes
            .get(&node)
            .is_some_and(|step| *step > self.plan.graph[node].begins())
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

    /// The nodes that could start now, the one that should start first at first.
    pub fn ready(&self) -> impl Iterator<Item = NodeIndex> + '_ {
        self.ready.iter().map(|(_, node)| *node)
    }

    /// Takes the node that should start first, and those that go along with it.
    pub fn start(&mut self) -> Option<(NodeIndex, Vec<NodeIndex>)> {
        let (_, node) = self.ready.pop_first()?;
        self.set(node, State::Running);
        let mut along = self.companions(node);
        along.retain(|one| {
            let inputs = self.inputs(*one).into_iter();
            let mut others = inputs.filter(|input| *input != node);
            others.all(|input| self.is_there(input))
        });
        for one in &along {
            self.set(*one, State::Running);
        }
        Some((node, along))
    }

    /// A node that was to go along did not: it waits for a turn of its own.
    pub fn wait(&mut self, node: NodeIndex) {
        self.set(node, State::Waiting);
        self.offer(node);
    }

    /// The waiting nodes that watch a training.
    fn companions(&self, node: NodeIndex) -> Vec<NodeIndex> {
        let mut companions = self.dependents(node);
        companions.retain(|one| self.state(*one) == State::Waiting && self.watches(*one, node));
        companions.sort();
        companions
    }

    fn watches(&self, watcher: NodeIndex, node: NodeIndex) -> bool {
        match &self.plan.graph[watcher].task {
            Task::Observe(task) => task.trained == self.plan.graph[node].key,
            _ => false,
        }
    }

    /// Whether a node goes along with a training that has to run.
    pub fn goes_along(&self, node: NodeIndex) -> bool {
        let inputs = self.inputs(node).into_iter();
        let mut trainings = inputs.filter(|input| self.watches(node, *input));
        let has_to_run = |state| !matches!(state, State::Stored | State::Ran | State::Unneeded);
        trainings.any(|training| has_to_run(self.state(training)))
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
        // A training may have waited for what those who watch it need.
        for watcher in &skipped {
            self.offer_watched(*watcher);
        }
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
                // It costs little along with the training, and all of it afterwards.
                stack.extend(self.dependents(node).into_iter().filter(|one| {
                    self.plan.graph[*one].only_watches() && self.watches(*one, node)
                }));
            }
        }
        required.into_iter().for_each(|node| self.offer(node));
    }

    /// Readies a node if it waits and all its inputs are there, and so is what those need who go along.
    fn offer(&mut self, node: NodeIndex) {
        if self.state(node) != State::Waiting {
            return;
        }
        let ready = self
            .inputs(node)
            .into_iter()
            .all(|input| self.is_there(input));
        let accompanied = || {
            let companions = self.companions(node).into_iter();
            let mut needed = companions.flat_map(|one| self.inputs(one));
            needed.all(|input| input == node || self.is_there(input) || self.comes_of(input, node))
        };
        if ready && accompanied() {
            self.ready.insert(self.place(node));
        }
    }

    fn is_there(&self, node: NodeIndex) -> bool {
        matches!(self.state(node), State::Stored | State::Ran)
    }

    /// Whether a node needs another one, at however many removes.
    fn comes_of(&self, node: NodeIndex, origin: NodeIndex) -> bool {
        let (mut open, mut seen) = (vec![node], BTreeSet::new());
        while let Some(next) = open.pop() {
            if next == origin {
                return true;
            }
            if seen.insert(next) {
                open.extend(self.inputs(next));
            }
        }
        false
    }

    fn offer_dependents(&mut self, node: NodeIndex) {
        for dependent in self.dependents(node) {
            self.offer(dependent);
            self.offer_watched(dependent);
        }
    }

    /// Readies the training that a node watches, if it may run now.
    fn offer_watched(&mut self, watcher: NodeIndex) {
        for input in self.inputs(watcher) {
            if self.watches(watcher, input) {
                self.offer(input);
            }
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

    /// The nodes that a node needs. One that goes on from a later state of its own does not need the
    /// fork that it has in common with others.
    pub fn inputs(&self, node: NodeIndex) -> Vec<NodeIndex> {
        let graph = &self.plan.graph;
        let inputs = graph.neighbors_directed(node, Direction::Incoming);
        let fork = graph[node].from.map(|fork| fork.key);
        let resumed = self.resumes.get(&node);
        let passed = resumed.is_some_and(|step| *step >= graph[node].begins());
        inputs
            .filter(|input| !(passed && Some(graph[*input].key) == fork))
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
        let own = graph[node].steps().max(1);
        let after = graph
            .neighbors_directed(node, Direction::Outgoing)
            .map(|next| ahead[next.index()])
            .max();
        ahead[node.index()] = own + after.unwrap_or(0);
    }
    ahead
}
