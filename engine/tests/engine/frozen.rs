//! A network made quick against the network it was made of.

use std::collections::BTreeSet;

use kdp::plan::{Network, Task};
use kdp_engine::nets::{Mode, Model, Net, Precision};
use tch::{Device, Kind, Tensor, no_grad};

use crate::language::planned;

/// Networks of all kinds on 8×8 digits: residual and not, with ReLU and ReLU6, with and without
/// convolutions, with a convolution that no batch norm follows.
const NETWORKS: &str = r#"
use std.datasets.digits
use std.archs.{mlp, small_cnn, resnet_cifar, mobilenet, inverted_residuals}
use std.recipes.quick

dataset data = digits()

arch plain() =
  conv(6, kernel: 3, padding: 1) as first -> relu() -> conv(8, kernel: 3, stride: 2) as second
  -> batch_norm() as norm -> tanh() -> avg_pool(3) -> flatten() -> linear(classes) as fc

teacher a = mlp([32]) { data: data.train, recipe: quick }
teacher b = small_cnn([20, 24]) { data: data.train, recipe: quick }
teacher c = resnet_cifar(14) { data: data.train, recipe: quick }
let rows = [
  inverted_residuals(t: 1, c: 16, n: 1, s: 1),
  inverted_residuals(t: 6, c: 24, n: 2, s: 1),
  inverted_residuals(t: 6, c: 32, n: 2, s: 2)
]
teacher d = mobilenet(rows, small_images: true) { data: data.train, recipe: quick }
teacher e = plain() { data: data.train, recipe: quick }
"#;

/// Networks that have seen some batches, so that their running statistics are none of a beginning.
pub fn networks() -> Vec<(String, Net)> {
    let plan = planned(NETWORKS);
    let models = plan.named_models().into_iter();
    let nets = models.map(|(name, node)| {
        let Task::Train(task) = &node.task else {
            panic!("{name} is trained");
        };
        let network: &Network = &task.network;
        let net = Net::new(network, 3, Device::Cpu).expect("a network");
        for step in 0..3 {
            let mode = Mode::Train { seed: 1, step };
            let _ = no_grad(|| net.forward(&batch(step as i64), mode)).expect("it runs");
        }
        (name.to_string(), net)
    });
    nets.collect()
}

/// A batch of images, in channels-last memory.
pub fn batch(seed: i64) -> Tensor {
    let numbers =
        (0..16 * 64).map(|index| ((index * (seed + 3) * 7919) % 1009) as f64 / 504.5 - 1.0);
    let flat = Tensor::from_slice(&numbers.collect::<Vec<f64>>()).to_kind(Kind::Float);
    flat.view([16, 8, 8, 1]).permute([0, 3, 1, 2])
}

/// Largest distance, as a share of the largest number.
pub fn off(found: &Tensor, wanted: &Tensor) -> f64 {
    assert_eq!(found.size(), wanted.size());
    let largest = wanted.abs().max().double_value(&[]).max(1e-12);
    (found - wanted).abs().max().double_value(&[]) / largest
}

#[test]
fn a_frozen_network_answers_as_the_network_does() {
    for (name, net) in networks() {
        let wanted = no_grad(|| net.answer(&batch(5))).expect("logits");
        for (precision, tolerance) in [(Precision::Fp32, 1e-4), (Precision::Bf16, 5e-2)] {
            let frozen = net.freeze(precision).expect("frozen");
            let found = frozen.answer(&batch(5)).expect("logits");
            assert_eq!(found.kind(), Kind::Float);
            let off = off(&found, &wanted);
            assert!(off < tolerance, "{name} {precision:?}: {off}");
            assert_eq!(frozen.parameter_count(), net.parameter_count());
        }
    }
}

#[test]
fn what_a_watched_layer_gives_is_not_folded_away() {
    for (name, net) in networks() {
        let layers: BTreeSet<String> = net
            .specs()
            .iter()
            .filter_map(|spec| spec.name.strip_suffix(".weight").map(str::to_string))
            .collect();
        let frozen = net.freeze(Precision::Fp32).expect("frozen");
        // Some alone, all together, and again.
        let mut watched: Vec<BTreeSet<String>> = layers
            .iter()
            .step_by(6)
            .map(|l| BTreeSet::from([l.clone()]))
            .collect();
        watched.extend([layers.clone(), layers]);
        for watched in watched {
            let found = frozen.watch(&batch(5), &watched).expect("outputs");
            let wanted = no_grad(|| net.watch(&batch(5), &watched)).expect("outputs");
            assert!(off(&found.logits, &wanted.logits) < 1e-4, "{name}");
            for layer in &watched {
                let [found, wanted] = [&found, &wanted].map(|all| &all.layers[layer].values);
                assert!(off(found, wanted) < 1e-4, "{name}: {layer}");
            }
        }
        let stranger = BTreeSet::from(["nowhere".to_string()]);
        assert!(frozen.watch(&batch(5), &stranger).is_err());
    }
}

#[test]
fn a_frozen_network_does_not_learn() {
    for (name, net) in networks() {
        let frozen = net.freeze(Precision::Fp32).expect("frozen");
        let before = frozen.answer(&batch(5)).expect("logits");
        for tensor in net.tensors().values() {
            let _ = no_grad(|| tensor.shallow_clone().fill_(1.0));
        }
        let after = frozen.answer(&batch(5)).expect("logits");
        assert!(before == after, "{name}");
    }
}
