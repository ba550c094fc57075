//! How many threads a node gets. It follows from the node and the settings, never from how busy the
//! machine is: the last bits of a sum hang on how many threads have added it up.

use petgraph::Direction;
use petgraph::graph::NodeIndex;

use crate::plan::{Plan, Task};

/// Multiplications of a step (or of a block of samples to be answered for) from which on all threads are
/// worth their coming together: about a millisecond of one thread's work.
const LARGE: u64 = 20_000_000;

/// Samples of a block in which models answer.
const BLOCK: u64 = 256;

/// The threads of a node: as many as were asked for, or all `cores` for a node that has much to compute at
/// a time and 1 for others, of which several run side by side.
pub fn threads(plan: &Plan, node: NodeIndex, asked: Option<usize>, cores: usize) -> usize {
    let rule = || match work(plan, node) >= LARGE {
        true => cores.max(1),
        false => 1,
    };
    asked.unwrap_or_else(rule)
}

/// Multiplications of a step of training, or of a block of samples to be answered for.
fn work(plan: &Plan, node: NodeIndex) -> u64 {
    match plan.graph[node].task.training() {
        Some(task) => task.network.work().saturating_mul(task.recipe.batch),
        None => answer(plan, node).saturating_mul(BLOCK),
    }
}

/// Multiplications of an answer for one sample by the largest model that a node is or asks.
fn answer(plan: &Plan, node: NodeIndex) -> u64 {
    let task = &plan.graph[node].task;
    let network = match task {
        Task::Weights(task) => Some(&task.network),
        _ => task.training().map(|task| &task.network),
    };
    if let Some(network) = network {
        return network.work();
    }
    let asked = plan.graph.neighbors_directed(node, Direction::Incoming);
    let asks = |input: &NodeIndex| !matches!(plan.graph[*input].task, Task::Data(_));
    asked
        .filter(asks)
        .map(|input| answer(plan, input))
        .max()
        .unwrap_or(0)
}
