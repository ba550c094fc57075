//! The standard library's networks against torchvision's and torchdistill's, with made-up weights: logits of all of them,
//! gradients and statistics of those of few parameters in float64, and of small ones in float32. `make parity` holds all
//! of all in full size.

use std::collections::BTreeMap;

use kdp_engine::blob::Blob;
use kdp_engine::nets::{Net, Partition, Share};
use serde::Deserialize;
use tch::{Device, Kind, Tensor};

use super::made_up::{Digest, distance, images, values};
use super::{hold, numbers, read};
use crate::language::network_of;

#[path = "../../../benches/parity/passes.rs"]
mod passes;

#[derive(Deserialize)]
struct Case {
    call: String,
    input: Vec<i64>,
    classes: i64,
    norm: f64,
    logits: Vec<Vec<f64>>,
    /// Of those that are small enough.
    trained: Option<Trained>,
    /// Of those that single precision is near enough for.
    each: Option<Each>,
}

/// What three steps of SGD come to.
#[derive(Deserialize)]
struct Trained {
    rate: f64,
    /// The first step's.
    loss: f64,
    /// Of all gradients of the first step as one tensor, in the order of their names.
    gradients: Digest,
    /// Of all statistics after the steps.
    after: Digest,
}

/// The same of each tensor.
#[derive(Deserialize)]
struct Each {
    gradients: BTreeMap<String, Digest>,
    after: BTreeMap<String, Digest>,
}

impl Case {
    /// The network with made-up weights.
    fn net(&self) -> Net {
        let network = network_of(&self.call, &self.input, self.classes);
        let mut blob = Blob::default();
        for spec in network.tensors().expect("tensors") {
            blob.tensor(&spec.name, &values(&spec, self.norm))
                .expect("a tensor");
        }
        let whole = [Share::all("made up", blob.bytes().expect("safetensors")).expect("sound")];
        Net::begin(&network, &Partition::default(), 0, &whole, Device::Cpu).expect("a network")
    }

    fn images(&self) -> Tensor {
        images(self.logits.len() as i64, &self.input)
    }

    /// What three steps on the images come to.
    fn train(&self, net: &Net, images: &Tensor, rate: f64) -> passes::Training {
        let places = Tensor::arange(images.size()[0], (Kind::Int64, Device::Cpu));
        let labels = places.remainder(self.classes);
        passes::train(net, images, &labels, rate).expect("it runs")
    }
}

/// Those of batch norms.
fn statistics(after: BTreeMap<String, Tensor>) -> BTreeMap<String, Tensor> {
    let of_norm = |name: &str| name.ends_with("running_mean") || name.ends_with("running_var");
    after
        .into_iter()
        .filter(|(name, _)| of_norm(name))
        .collect()
}

#[test]
fn all_networks_are_those_of_torchvision_in_float64() {
    let cases: Vec<Case> = read("networks.json");
    for case in &cases {
        let call = &case.call;
        let net = case.net().in_float64().expect("memory");
        let images = case.images().to_kind(Kind::Double);
        let logits = numbers(&passes::logits(&net, &images).expect("it runs"));
        hold(call, &logits, &case.logits.concat(), 1e-7);
        let Some(trained) = &case.trained else {
            continue;
        };
        let found = case.train(&net, &images, trained.rate);
        hold(call, &[found.loss], &[trained.loss], 1e-7);
        let after = statistics(found.after);
        for (kind, found, wanted) in [
            ("gradients", found.gradients, &trained.gradients),
            ("after", after, &trained.after),
        ] {
            let whole: Vec<f64> = found.values().flat_map(numbers).collect();
            let off = distance(kind, &whole, wanted);
            assert!(
                off <= 1e-6 * wanted[0],
                "{call}, {kind}: off by {off} of {wanted:?}"
            );
        }
    }
}

#[test]
fn logits_gradients_and_statistics_are_near_in_float32() {
    let cases: Vec<Case> = read("networks.json");
    for case in &cases {
        let (call, net, images) = (&case.call, case.net(), case.images());
        let logits = numbers(&passes::logits(&net, &images).expect("it runs"));
        for (found, wanted) in logits.iter().zip(case.logits.iter().flatten()) {
            let off = (found - wanted).abs();
            assert!(off <= 1e-4, "{call}: {found}, not {wanted}");
        }
        let (Some(trained), Some(each)) = (&case.trained, &case.each) else {
            continue;
        };
        let found = case.train(&net, &images, trained.rate);
        assert!((found.loss - trained.loss).abs() < 1e-5, "{call}");
        // A bias between two batch norms with no residual sum has a gradient of 0, which rounding makes a small
        // number.
        let least = 1e-4 * trained.gradients[0];
        let after = statistics(found.after);
        for (found, wanted, least) in [
            (found.gradients, &each.gradients, least),
            (after, &each.after, 0.0),
        ] {
            assert_eq!(found.len(), wanted.len(), "{call}");
            for (name, tensor) in &found {
                let off = distance(name, &numbers(tensor), &wanted[name]);
                let norm = wanted[name][0].max(least);
                assert!(off <= 1e-3 * norm, "{call}, {name}: off by {off} of {norm}");
            }
        }
    }
}
