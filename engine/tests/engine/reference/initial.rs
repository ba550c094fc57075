//! What new networks begin as, against what torchvision's and transformers' do.

use std::collections::BTreeMap;

use kdp::plan::Shape;
use kdp::spec::{Call, Datum};
use kdp::vocabulary::INITIAL;
use kdp_engine::nets::Net;
use serde::Deserialize;
use tch::Device;

use super::transformers::of_tokens;
use super::{numbers, read};
use crate::language::network_of;
use crate::nodes::{call, layer, network};

#[derive(Deserialize)]
struct Spread {
    mean: f64,
    std: f64,
    largest: f64,
}

/// Holds the numbers of a new tensor against what others drew of the same distribution.
fn hold(what: &str, found: &[f64], wanted: &Spread) {
    let count = found.len() as f64;
    let mean = found.iter().sum::<f64>() / count;
    let std = (found
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>()
        / count)
        .sqrt();
    let largest = found
        .iter()
        .fold(0f64, |largest, value| largest.max(value.abs()));
    // Five standard deviations of each of them, of which the reference has its own share.
    let of_mean = 5.0 * 1.1 * wanted.std / count.sqrt();
    let of_std = of_mean / 2f64.sqrt();
    assert!(
        (mean - wanted.mean).abs() <= of_mean,
        "{what}: mean {mean}, not {}",
        wanted.mean
    );
    assert!(
        (std - wanted.std).abs() <= of_std,
        "{what}: std {std}, not {}",
        wanted.std
    );
    // The bound of a uniform distribution, and how far a normal one goes.
    let uniform = wanted.largest < 2.0 * wanted.std;
    let reach = if uniform { 1.001 } else { 1.5 };
    assert!(
        largest <= reach * wanted.largest,
        "{what}: as large as {largest}"
    );
}

#[test]
fn networks_begin_as_torchvisions() {
    let reference: BTreeMap<String, BTreeMap<String, Spread>> = read("initial.json");
    for name in ["resnet18", "mobilenet_v2"] {
        let network = network_of(&format!("{name}()"), &[3, 32, 32], 1000);
        let net = Net::new(&network, 5, Device::Cpu).expect("a network");
        for (tensor, wanted) in &reference[name] {
            hold(
                &format!("{name}, {tensor}"),
                &numbers(&net.tensors()[tensor]),
                wanted,
            );
        }
    }
}

#[test]
fn networks_for_text_begin_as_transformers() {
    let reference: BTreeMap<String, BTreeMap<String, Spread>> = read("initial.json");
    let sample = Shape::Tokens {
        length: 4,
        vocabulary: 300,
        padding: 1,
        segments: 1,
    };
    for name in ["bert", "roberta"] {
        let call = format!("{name}(layers: 1, width: 64, heads: 2)");
        let net = Net::new(&of_tokens(&call, &sample), 5, Device::Cpu).expect("a network");
        let wanted = &reference[name];
        for (tensor, wanted) in wanted {
            let found = numbers(&net.tensors()[tensor]);
            hold(&format!("{name}, {tensor}"), &found, wanted);
            if tensor.ends_with("word_embeddings.weight") {
                assert!(found[64..128].iter().all(|value| *value == 0.0));
                assert!(found[..64].iter().all(|value| *value != 0.0));
            }
        }
        // All of them but those of layer norms, which are 1 and 0.
        let of_norm = |tensor: &&String| tensor.contains("LayerNorm");
        let others = net.tensors().keys().filter(|tensor| !of_norm(tensor));
        assert!(others.eq(wanted.keys()), "{name}");
    }
}

#[test]
fn the_engine_draws_from_every_distribution() {
    for word in INITIAL {
        let args: &[_] = match word.name {
            "normal" => &[("std", Datum::Number(0.5))],
            _ => &[],
        };
        let init: Call = call(INITIAL, word.name, args);
        let args = [("features", Datum::Int(8)), ("init", Datum::Call(init))];
        let one = layer("fc", "linear", &args, &[8], &[8]);
        let net = Net::new(&network(&[8], vec![one]), 5, Device::Cpu).expect("a network");
        let weight = numbers(&net.tensors()["fc.weight"]);
        // Four standard deviations of the mean of 64 squares; both have the variance 1/4.
        let square = weight.iter().map(|value| value * value).sum::<f64>() / 64.0;
        assert!(
            (square - 0.25).abs() < 0.25 * 4.0 * (2.0f64 / 64.0).sqrt(),
            "{}",
            word.name
        );
        assert_eq!(numbers(&net.tensors()["fc.bias"]), [0.0; 8]);
    }
}
