//! The standard library's networks for text, held against transformers' by the values that
//! `make_transformers.py` wrote down.

use std::collections::{BTreeMap, BTreeSet};

use kdp::plan::{Layer, Network, Shape};
use kdp::run::Lease;
use kdp_engine::devices::Devices;
use kdp_engine::nets::{Mode, Model, Net, Partition, Precision, Replicated, gradients};
use serde::Deserialize;
use tch::{Device, Tensor};

use super::{hold, made_up, numbers, read};
use crate::frozen::off;
use crate::language::{calls, planned};

#[derive(Deserialize)]
struct Case {
    /// As kdp writes it.
    arch: String,
    vocabulary: i64,
    padding: i64,
    segments: i64,
    tokens: Vec<Vec<i64>>,
    labels: Vec<i64>,
    shapes: BTreeMap<String, Vec<i64>>,
    logits: Vec<Vec<f64>>,
    loss: f64,
    gradients: BTreeMap<String, made_up::Digest>,
}

/// The network that a call of the standard library makes for rows of tokens and three classes.
pub fn of_tokens(call: &str, sample: &Shape) -> Network {
    let set =
        r#"text_file("a.csv", "b.csv", labels: ["0", "1", "2"], train: 900, test: 9, length: 16)"#;
    let mut network = calls::network(&planned(&calls::of_data(call, set)));
    network.input = sample.clone();
    feed(&mut network.root, sample);
    network
}

/// Has layers that see tokens see those of a sample.
fn feed(layer: &mut Layer, sample: &Shape) {
    if matches!(layer.input, Shape::Tokens { .. }) {
        layer.input = sample.clone();
    }
    for child in &mut layer.children {
        feed(child, sample);
    }
}

impl Case {
    /// The network of the standard library, for tokens of the case.
    fn network(&self) -> Network {
        of_tokens(&self.arch, &self.sample())
    }

    fn sample(&self) -> Shape {
        Shape::Tokens {
            length: self.tokens[0].len() as i64,
            vocabulary: self.vocabulary,
            padding: self.padding,
            segments: self.segments,
        }
    }

    /// The network with made-up weights.
    fn net(&self) -> Net {
        let net = Net::new(&self.network(), 0, Device::Cpu).expect("a network");
        for spec in net.specs() {
            net.put(&spec.name, &made_up::values(spec, 0.5))
                .expect("a tensor");
        }
        net
    }

    fn batch(&self) -> Tensor {
        Tensor::from_slice2(&self.tokens)
    }

    fn hold_all(&self, name: &str) {
        let net = self.net();
        let tensors = net.specs().iter();
        let shapes = tensors.map(|spec| (spec.name.clone(), spec.shape.clone()));
        assert_eq!(shapes.collect::<BTreeMap<_, _>>(), self.shapes, "{name}");

        let [part] = net.parts() else {
            panic!("one part");
        };
        part.require_gradients().expect("trainable");
        let logits = net.forward(&self.batch(), Mode::Evaluate).expect("it runs");
        let wanted = self.logits.concat();
        for (found, wanted) in numbers(&logits).iter().zip(&wanted) {
            assert!(
                (found - wanted).abs() < 1e-4,
                "{name}: {found}, not {wanted}"
            );
        }
        let loss = logits.cross_entropy_for_logits(&Tensor::from_slice(&self.labels));
        hold(name, &[loss.double_value(&[])], &[self.loss], 1e-5);
        let flat = gradients(&loss, &[part]).expect("gradients");
        let found = part.cut(&flat[0]).expect("parts");
        assert_eq!(found.len(), self.gradients.len());
        // Softmax does not see what is added to all scores of a token: what a key's bias gets is rounding.
        let sees = |name: &str| !name.ends_with("key.bias");
        let largest = self.gradients.values().map(|digest| digest[0]);
        let largest = largest.fold(0.0, f64::max);
        for (parameter, gradient) in found {
            let wanted = &self.gradients[parameter];
            let off = made_up::distance(parameter, &numbers(&gradient), wanted);
            let scale = if sees(parameter) { wanted[0] } else { largest };
            assert!(scale > 0.0, "{name}: {parameter}");
            assert!(off <= 1e-4 * scale, "{name}: {parameter} is off by {off}");
        }
    }
}

#[test]
fn networks_for_text_agree_with_transformers() {
    let cases: BTreeMap<String, Case> = read("transformers.json");
    assert_eq!(cases.len(), 3);
    for (name, case) in &cases {
        case.hold_all(name);
    }
}

#[test]
fn a_batch_cut_to_its_longest_row_gives_the_same() {
    let cases: BTreeMap<String, Case> = read("transformers.json");
    for (name, case) in &cases {
        let net = case.net();
        let batch = case.batch();
        let rows = Tensor::from_slice(&[1i64, 2]);
        let (whole, cut) = (batch.index_select(0, &rows), batch.index_select(0, &rows));
        let longest =
            whole
                .ne(case.padding)
                .sum_dim_intlist([1i64].as_slice(), false, tch::Kind::Int64);
        let longest = longest.max().int64_value(&[]);
        assert!(longest < whole.size()[1], "{name}");
        let answer = |batch: &Tensor| net.forward(batch, Mode::Evaluate).expect("it runs");
        let (whole, cut) = (answer(&whole), answer(&cut.narrow(1, 0, longest)));
        hold(name, &numbers(&cut), &numbers(&whole), 1e-5);
    }
}

#[test]
fn a_batch_split_among_devices_is_trained_as_the_whole_one() {
    let cases: BTreeMap<String, Case> = read("transformers.json");
    for (name, case) in &cases {
        for (precision, tolerance) in [(Precision::Fp32, 1e-4), (Precision::Bf16, 0.1)] {
            let step = |lease: &str| {
                let net = case.net().computing_in(precision);
                let devices = Devices::of(Lease(lease)).expect("there");
                let net = Replicated::new(net, &Partition::default(), &devices).expect("replicas");
                let parts: Vec<_> = net.net().parts().iter().collect();
                parts[0].require_gradients().expect("trainable");
                let mode = Mode::Train { seed: 3, step: 2 };
                let outputs = net.outputs(&case.batch(), mode, &BTreeSet::new());
                let logits = outputs.expect("outputs").logits;
                let loss = logits.cross_entropy_for_logits(&Tensor::from_slice(&case.labels));
                let gradient = gradients(&loss, &parts).expect("gradients").remove(0);
                (logits, gradient)
            };
            let (wanted, wanted_gradient) = step("cpu");
            let without = case.net().forward(&case.batch(), Mode::Evaluate);
            assert!(
                off(&wanted, &without.expect("it runs")) > 0.1,
                "{name}: no dropout"
            );
            let (found, gradient) = step("cpu:0+cpu:1+cpu:2");
            assert!(off(&found, &wanted) < tolerance, "{name}");
            assert!(off(&gradient, &wanted_gradient) < tolerance, "{name}");
        }
    }
}

#[test]
fn bfloat16_and_the_folded_network_are_near() {
    let cases: BTreeMap<String, Case> = read("transformers.json");
    for (name, case) in &cases {
        let wanted = case.logits.concat();
        let hold = |what: &str, logits: &Tensor, tolerance| {
            hold(
                &format!("{name}, {what}"),
                &numbers(logits),
                &wanted,
                tolerance,
            );
        };
        for (precision, tolerance) in [(Precision::Fp32, 1e-5), (Precision::Bf16, 0.05)] {
            let frozen = case.net().freeze(precision).expect("it folds");
            let logits = frozen.answer(&case.batch()).expect("it runs");
            hold(&format!("folded {precision:?}"), &logits, tolerance);
            let net = case.net().computing_in(precision);
            let logits = net.forward(&case.batch(), Mode::Evaluate).expect("it runs");
            hold(&format!("{precision:?}"), &logits, tolerance);
        }
    }
}
