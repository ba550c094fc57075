//! The standard library's networks, held against the published ones: the names and sizes of parameters and
//! statistics, in their order, and their count.

use kdp::spec::TensorSpec;
use serde::Deserialize;

use crate::support::planned;

#[path = "../reference/calls.rs"]
mod calls;

/// A network of `make_networks.py`; the engine's tests hold what it computes.
#[derive(Deserialize)]
struct Images {
    call: String,
    input: Vec<i64>,
    classes: i64,
    #[serde(flatten)]
    tensors: Tensors,
}

/// A network of `make_transformers.py`, for a data set of kdp.
#[derive(Deserialize)]
struct Texts {
    call: String,
    data: String,
    #[serde(flatten)]
    tensors: Tensors,
}

/// What is told of a network's tensors.
#[derive(Deserialize)]
struct Tensors {
    /// A checksum of their names and sizes.
    entries: String,
    /// Numbers that are trained.
    parameters: i64,
}

impl Tensors {
    fn hold(&self, call: &str, tensors: &[TensorSpec]) {
        assert_eq!(trained(tensors), self.parameters, "{call}");
        let entries = entries(tensors);
        let found = format!("{:016x}", calls::fnv(entries.as_bytes()));
        assert_eq!(found, self.entries, "{call}:\n{entries}");
    }
}

/// The tensors of a file's model, in their order.
fn tensors(file: &str) -> Vec<TensorSpec> {
    calls::network(&planned(file)).tensors().unwrap()
}

/// A line for each of a network's tensors: its name and sizes.
fn entries(tensors: &[TensorSpec]) -> String {
    let line = |tensor: &TensorSpec| {
        let sizes = tensor.shape.iter().map(|size| format!(" {size}"));
        format!("{}{}\n", tensor.name, sizes.collect::<String>())
    };
    tensors.iter().map(line).collect()
}

fn trained(tensors: &[TensorSpec]) -> i64 {
    let trained = tensors.iter().filter(|tensor| tensor.trained);
    trained.map(TensorSpec::count).sum()
}

#[test]
fn published_networks_for_images_have_their_names_sizes_and_order() {
    let cases: Vec<Images> =
        serde_json::from_str(include_str!("../reference/networks.json")).unwrap();
    assert!(cases.len() > 20);
    for case in cases {
        let file = calls::of_images(&case.call, &case.input, case.classes);
        case.tensors.hold(&case.call, &tensors(&file));
    }
}

#[test]
fn published_networks_for_texts_have_their_names_and_sizes() {
    let text = include_str!("../reference/transformers_full.json");
    let cases: Vec<Texts> = serde_json::from_str(text).unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let file = calls::of_data(&case.call, &case.data);
        // By name: RoBERTa's embeddings stand in another order there than they are added in.
        let mut tensors = tensors(&file);
        tensors.sort_by(|a, b| a.name.cmp(&b.name));
        case.tensors.hold(&case.call, &tensors);
    }
}

/// He et al. 2016 (table 6) count 0.27 M for ResNet-20 and 0.85 M for ResNet-56 on ten classes; on a
/// hundred the last layer is 64 × 90 + 90 larger.
#[test]
fn resnets_for_cifar_have_the_published_sizes() {
    for (depth, on_ten) in [(20, 269_722), (56, 853_018)] {
        let file = calls::of_images(&format!("resnet_cifar(depth: {depth})"), &[3, 32, 32], 100);
        assert_eq!(
            trained(&tensors(&file)),
            on_ten + 64 * 90 + 90,
            "ResNet-{depth}"
        );
    }
}
