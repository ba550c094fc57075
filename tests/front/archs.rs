//! The standard library's networks, held against the published ones: names, shapes, counts.

use std::collections::BTreeMap;

use crate::support::planned;
use kdp::plan::{Layer, Network, Task};

/// The network of a model of CIFAR-shaped images.
fn network(arch: &str, name: &str) -> Network {
    let text = format!(
        "use std.datasets.cifar100\nuse std.archs.{name}\nuse std.recipes.quick\n\
         dataset d = cifar100(\"cifar\")\nmodel m = {arch} {{ data: d.train, recipe: quick }}\n"
    );
    let plan = planned(&text);
    match &plan.graph[plan.models["m"]].task {
        Task::Train(task) => (*task.network).clone(),
        other => panic!("{other:?}"),
    }
}

/// Names and shapes of parameters and batch norm's statistics.
fn shapes(layer: &Layer, into: &mut BTreeMap<String, Vec<i64>>) {
    let mut put = |what: &str, shape: Vec<i64>| {
        into.insert(format!("{}.{what}", layer.name), shape);
    };
    let int = |name: &str| layer.call.int(name).unwrap_or_default();
    let channels = layer.input.sizes()[0];
    match layer.call.name.as_str() {
        "conv" => {
            let kernel = int("kernel");
            put(
                "weight",
                vec![int("channels"), channels / int("groups"), kernel, kernel],
            );
            if layer.call.bool("bias") == Some(true) {
                put("bias", vec![int("channels")]);
            }
        }
        "linear" => {
            put("weight", vec![int("features"), channels]);
            put("bias", vec![int("features")]);
        }
        "batch_norm" => {
            for what in ["weight", "bias", "running_mean", "running_var"] {
                put(what, vec![channels]);
            }
        }
        _ => {}
    }
    layer.children.iter().for_each(|child| shapes(child, into));
}

fn all_shapes(network: &Network) -> BTreeMap<String, Vec<i64>> {
    let mut all = BTreeMap::new();
    shapes(&network.root, &mut all);
    all
}

fn trainable(shapes: &BTreeMap<String, Vec<i64>>) -> i64 {
    shapes
        .iter()
        .filter(|(name, _)| !name.contains("running"))
        .map(|(_, shape)| shape.iter().product::<i64>())
        .sum()
}

#[test]
fn mobilenet_v2_is_torchvisions() {
    let reference: serde_json::Value =
        serde_json::from_str(include_str!("../reference/archs.json")).unwrap();
    let wanted: BTreeMap<String, Vec<i64>> =
        serde_json::from_value(reference["mobilenet_v2"]["shapes"].clone()).unwrap();
    let network = network("mobilenet_v2(stem_stride: 2)", "mobilenet_v2");
    let found = all_shapes(&network);
    assert_eq!(found, wanted);
    assert_eq!(
        trainable(&found),
        reference["mobilenet_v2"]["parameters"].as_i64().unwrap()
    );
}

/// He et al. 2016 (table 6) count 0.27 M for ResNet-20 and 0.85 M for ResNet-56 on ten classes; on a
/// hundred the last layer is 64 × 90 + 90 larger.
#[test]
fn resnets_for_cifar_have_the_published_sizes() {
    for (depth, on_ten) in [(20, 269_722), (56, 853_018)] {
        let network = network(&format!("resnet_cifar(depth: {depth})"), "resnet_cifar");
        let shapes = all_shapes(&network);
        assert_eq!(trainable(&shapes), on_ten + 64 * 90 + 90, "ResNet-{depth}");
        assert_eq!(shapes["layer2.0.conv1.weight"], [32, 16, 3, 3]);
        assert_eq!(shapes["fc.weight"], [100, 64]);
    }
}
