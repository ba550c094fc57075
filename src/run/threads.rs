//! How many threads a node gets. It follows from the node and the settings, never from how busy the
//! machine is: the last bits of a sum hang on how many threads have added it up.

use petgraph::Direction;
use petgraph::graph::NodeIndex;

use crate::plan::{DataFrom, DataTask, Plan, Task};

/// Multiplications of a step (or of a block of samples to be answered for) from which on all threads are
/// worth their coming together: about a millisecond of one thread's work.
const LARGE: u64 = 20_000_000;

/// Numbers of samples (bytes of images, ids of tokens) from which on data is read by all threads: some hundredths of a
/// second of one thread's work.
const MANY: u64 = 2_000_000;

/// Sources whose samples are copied out of their files; of others they are decoded or tokenised, by all threads of the node.
const COPIED: [&str; 4] = ["cifar_binary", "cifar_python", "embedded", "idx"];

/// Samples of a block in which models answer.
const BLOCK: u64 = 256;

/// The threads of a node: as many as were asked for, or all `cores` for a node that has much to compute at
/// a time and 1 for others, of which several run side by side.
pub fn threads(plan: &Plan, node: NodeIndex, asked: Option<usize>, cores: usize) -> usize {
    let large = || match &plan.graph[node].task {
        Task::Data(task) if numbers(task) >= MANY => true,
        _ => work(plan, node) >= LARGE,
    };
    let rule = || match large() {
        true => cores.max(1),
        false => 1,
    };
    asked.unwrap_or_else(rule)
}

/// Numbers of all samples that a data node decodes, tokenises or resamples.
fn numbers(task: &DataTask) -> u64 {
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    let read = match &task.from {
        DataFrom::Source { source, .. } if !COPIED.contains(&source.name.as_str()) => {
            let splits = ["train", "validation", "test"].iter();
            splits
                .filter_map(|split| source.int(split))
                .map(count)
                .sum()
        }
        _ => 0,
    };
    let shape = &task.shape;
    let resampled = match task.transforms.iter().any(|call| call.name == "resize") {
        true => count(shape.train) + count(shape.validation) + count(shape.test),
        false => 0,
    };
    let sizes = shape.sample.sizes();
    let sample = sizes.into_iter().map(count).product::<u64>();
    sample.saturating_mul(resampled.max(read))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Call, DataShape, Datum, Key, Node};

    /// A data node of so many training samples.
    fn data(source: &str, sample: &[i64], train: i64, transform: Option<&str>) -> Plan {
        let call = |name: &str, args: &[(&str, i64)]| Call {
            name: name.to_string(),
            version: 1,
            args: args
                .iter()
                .map(|(name, value)| (name.to_string(), Datum::Int(*value)))
                .collect(),
        };
        let task = Task::Data(DataTask {
            from: DataFrom::Source {
                source: call(source, &[("train", train), ("test", 0)]),
                files: [].into(),
            },
            transforms: transform.iter().map(|name| call(name, &[])).collect(),
            shape: DataShape {
                sample: sample.to_vec().into(),
                classes: 2,
                train,
                validation: 0,
                test: 0,
                labelled: true,
            },
        });
        let mut plan = Plan::default();
        plan.graph.add_node(Node {
            id: "data".to_string(),
            word: "dataset".to_string(),
            key: Key::of(&task),
            task,
            files: [].into(),
            declared: "made.kdp:1:1".to_string(),
            from: None,
        });
        plan
    }

    #[test]
    fn data_that_is_large_and_decoded_is_read_by_all_threads() {
        for (source, sample, train, transform, wanted) in [
            ("image_folder", [3, 224, 224].as_slice(), 100, None, 8),
            ("image_folder", &[3, 30, 40], 16, None, 1),
            ("json_text", &[128], 400_000, None, 8),
            ("json_text", &[128], 1_000, None, 1),
            ("idx", &[1, 28, 28], 60_000, None, 1),
            ("idx", &[1, 28, 28], 60_000, Some("resize"), 8),
        ] {
            let plan = data(source, sample, train, transform);
            let node = NodeIndex::new(0);
            assert_eq!(threads(&plan, node, None, 8), wanted, "{source} {train}");
            assert_eq!(threads(&plan, node, Some(3), 8), 3);
        }
    }
}
