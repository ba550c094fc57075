//! The standard library's networks, held against the published ones: the names and sizes of parameters and
//! statistics, in their order, and their count.

use kdp::plan::{Network, Task};
use kdp::spec::TensorSpec;
use serde::Deserialize;

use crate::support::planned;

/// A network of `make_networks.py`; the engine's tests hold what it computes.
#[derive(Deserialize)]
struct Case {
    call: String,
    input: Vec<i64>,
    classes: i64,
    entries: String,
    parameters: i64,
}

/// The network that a call of an arch makes of images.
fn network(call: &str, input: &[i64], classes: i64) -> Network {
    let name = call.split('(').next().unwrap_or(call);
    let plan = planned(&format!(
        "use std.archs.{name}\nuse std.recipes.quick\n\
         dataset d = idx(\"images\", shape: {input:?}, classes: {classes}, train: 128, test: 1)\n\
         model m = {call} {{ data: d.train, recipe: quick }}\n"
    ));
    match &plan.graph[plan.models["m"]].task {
        Task::Train(task) => (*task.network).clone(),
        other => panic!("{other:?}"),
    }
}

/// A line for each of a network's tensors: its name and sizes.
fn entries(tensors: &[TensorSpec]) -> String {
    let line = |tensor: &TensorSpec| {
        let sizes = tensor.shape.iter().map(|size| format!(" {size}"));
        format!("{}{}\n", tensor.name, sizes.collect::<String>())
    };
    tensors.iter().map(line).collect()
}

/// FNV-1a of 64 bits.
fn fnv(text: &str) -> String {
    let state = text.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |state, byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3)
    });
    format!("{state:016x}")
}

fn trained(tensors: &[TensorSpec]) -> i64 {
    let trained = tensors.iter().filter(|tensor| tensor.trained);
    trained.map(TensorSpec::count).sum()
}

#[test]
fn published_networks_have_their_names_sizes_and_order() {
    let text = include_str!("../reference/networks.json");
    let cases: Vec<Case> = serde_json::from_str(text).unwrap();
    assert!(cases.len() > 20);
    for case in cases {
        let network = network(&case.call, &case.input, case.classes);
        let tensors = network.tensors().unwrap();
        assert_eq!(trained(&tensors), case.parameters, "{}", case.call);
        let entries = entries(&tensors);
        assert_eq!(fnv(&entries), case.entries, "{}:\n{entries}", case.call);
    }
}

/// He et al. 2016 (table 6) count 0.27 M for ResNet-20 and 0.85 M for ResNet-56 on ten classes; on a
/// hundred the last layer is 64 × 90 + 90 larger.
#[test]
fn resnets_for_cifar_have_the_published_sizes() {
    for (depth, on_ten) in [(20, 269_722), (56, 853_018)] {
        let network = network(&format!("resnet_cifar(depth: {depth})"), &[3, 32, 32], 100);
        let tensors = network.tensors().unwrap();
        assert_eq!(trained(&tensors), on_ten + 64 * 90 + 90, "ResNet-{depth}");
    }
}
