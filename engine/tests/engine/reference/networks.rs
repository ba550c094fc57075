//! The standard library's networks against torchvision's: logits of all of them, gradients and statistics of small
//! ones, with made-up weights. `make parity` holds all of them in full size.

use std::collections::BTreeMap;

use kdp::plan::Network;
use kdp_engine::blob::Blob;
use kdp_engine::nets::{Net, Partition, Share};
use serde::Deserialize;
use tch::{Device, Kind, Tensor};

use super::made_up::{images, units, values};
use super::{numbers, read};
use crate::language::network_of;

#[path = "../../../benches/parity/passes.rs"]
mod passes;

/// Norm, and product with a made-up tensor.
type Digest = [f64; 2];

#[derive(Deserialize)]
struct Case {
    call: String,
    input: Vec<i64>,
    classes: i64,
    norm: f64,
    logits: Vec<Vec<f64>>,
    rate: Option<f64>,
    trained: Option<Trained>,
}

#[derive(Deserialize)]
struct Trained {
    loss: f64,
    gradients: BTreeMap<String, Digest>,
    after: BTreeMap<String, Digest>,
}

/// The network with made-up weights.
fn net(network: &Network, norm: f64) -> Net {
    let mut blob = Blob::default();
    for spec in network.tensors().expect("tensors") {
        blob.tensor(&spec.name, &values(&spec, norm))
            .expect("a tensor");
    }
    let whole = [Share::all("made up", blob.bytes().expect("safetensors")).expect("sound")];
    Net::begin(network, &Partition::default(), 0, &whole, Device::Cpu).expect("a network")
}

/// Holds a tensor against its digest: it may be off by a thousandth of its norm, or of a least one.
fn hold(network: &str, name: &str, found: &Tensor, wanted: &Digest, least: f64) {
    let values = numbers(found);
    let norm = values.iter().map(|value| value * value).sum::<f64>().sqrt();
    let probe = units(&format!("probe: {name}"), values.len() as i64);
    let product: f64 = values.iter().zip(probe).map(|(value, u)| value * u).sum();
    let [norm_wanted, product_wanted] = *wanted;
    let scale = norm_wanted.max(least);
    for (found, wanted) in [(norm, norm_wanted), (product, product_wanted)] {
        assert!(
            (found - wanted).abs() <= 1e-3 * scale,
            "{network}, {name}: {found}, not {wanted}, of norm {norm_wanted}"
        );
    }
}

#[test]
fn logits_gradients_and_statistics_agree_with_torchvision() {
    let cases: Vec<Case> = read("networks.json");
    for case in &cases {
        let network = network_of(&case.call, &case.input, case.classes);
        let net = net(&network, case.norm);
        let count = case.logits.len() as i64;
        let inputs = images(count, &case.input);
        let found = passes::logits(&net, &inputs).expect("it runs");
        let wanted = case.logits.iter().flatten();
        for (found, wanted) in numbers(&found).into_iter().zip(wanted) {
            let off = (found - wanted).abs();
            assert!(off <= 1e-4, "{}: {found}, not {wanted}", case.call);
        }
        let (Some(trained), Some(rate)) = (&case.trained, case.rate) else {
            continue;
        };
        let labels = Tensor::arange(count, (Kind::Int64, Device::Cpu)).remainder(case.classes);
        let found = passes::train(&net, &inputs, &labels, rate).expect("it runs");
        assert!((found.loss - trained.loss).abs() < 1e-5, "{}", case.call);
        assert_eq!(found.gradients.len(), trained.gradients.len());
        // A bias between two batch norms with no residual sum has a gradient of 0, which rounding makes a small
        // number.
        let squares = trained.gradients.values().map(|[norm, _]| norm * norm);
        let least = 1e-4 * squares.sum::<f64>().sqrt();
        for (name, gradient) in &found.gradients {
            let wanted = &trained.gradients[name];
            hold(&case.call, name, gradient, wanted, least);
        }
        for (name, statistic) in &trained.after {
            hold(&case.call, name, &found.after[name], statistic, 0.0);
        }
    }
}
