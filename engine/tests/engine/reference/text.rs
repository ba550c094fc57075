//! Networks of tokens: logits and gradients, padding taken out.

use std::collections::BTreeMap;

use kdp::plan::{Datum, Layer, Network, Shape};
use kdp_engine::nets::{Mode, Net, gradients};
use serde::Deserialize;
use tch::{Device, Tensor};

use super::layers::net;
use super::{Numbers, hold, numbers, read};
use crate::nodes::{chain, layer};

#[derive(Deserialize)]
struct Case {
    start: BTreeMap<String, Numbers>,
    logits: Numbers,
    loss: f64,
    gradients: BTreeMap<String, Numbers>,
}

#[derive(Deserialize)]
struct Reference {
    tokens: Vec<[i64; 5]>,
    labels: Vec<i64>,
    networks: BTreeMap<String, Case>,
}

pub const TOKENS: Shape = Shape::Tokens {
    length: 5,
    vocabulary: 11,
    padding: 0,
    segments: 1,
};
const VECTORS: Shape = Shape::Vectors {
    length: 5,
    width: 6,
};

/// A layer of the vocabulary between two shapes.
pub fn between(
    name: &str,
    word: &str,
    args: &[(&str, Datum)],
    input: Shape,
    output: Shape,
) -> Layer {
    Layer {
        input,
        output,
        ..layer(name, word, args, &[], &[])
    }
}

/// A layer that leaves a row of vectors one.
fn on_vectors(word: &str, children: Vec<Layer>) -> Layer {
    Layer {
        children,
        ..between("", word, &[], VECTORS, VECTORS)
    }
}

/// A network of `make_reference.py`.
fn network(name: &str) -> Network {
    let mean = || between("", "mean_tokens", &[], VECTORS, [6].into());
    let branch = |layers| on_vectors("chain", layers);
    let head = match name {
        "mean" => vec![mean()],
        "residual" => {
            let branches = vec![branch(vec![on_vectors("tanh", vec![])]), branch(vec![])];
            vec![on_vectors("residual", branches), mean()]
        }
        "flatten" => vec![
            on_vectors("gelu", vec![]),
            between("", "flatten", &[], VECTORS, [30].into()),
        ],
        other => panic!("no network `{other}`"),
    };
    let features = head.last().expect("a layer").output.clone();
    let width = [("width", Datum::Int(6))];
    let mut layers = vec![between("embedding", "embedding", &width, TOKENS, VECTORS)];
    layers.extend(head);
    let classes = [("features", Datum::Int(5))];
    layers.push(between("fc", "linear", &classes, features, [5].into()));
    Network {
        input: TOKENS,
        classes: 5,
        root: Layer {
            input: TOKENS,
            ..chain(layers, &[])
        },
    }
}

#[test]
fn logits_and_gradients_of_tokens_agree_with_pytorch() {
    let reference: Reference = read("text.json");
    let tokens = Tensor::from_slice2(&reference.tokens);
    let labels = Tensor::from_slice(&reference.labels);
    assert_eq!(reference.networks.len(), 3);
    for (name, case) in &reference.networks {
        let net = net(&network(name), &case.start);
        let [part] = net.parts() else {
            panic!("one part");
        };
        part.require_gradients().expect("trainable");
        let logits = net.forward(&tokens, Mode::Evaluate).expect("it runs");
        case.logits.hold(name, &logits);
        let loss = logits.cross_entropy_for_logits(&labels);
        hold(name, &[loss.double_value(&[])], &[case.loss], 1e-5);
        let flat = gradients(&loss, &[part]).expect("gradients");
        let found = part.cut(&flat[0]).expect("parts");
        assert_eq!(found.len(), case.gradients.len());
        for (parameter, gradient) in found {
            case.gradients[parameter].hold(&format!("{name}: {parameter}"), &gradient);
        }
    }
}

#[test]
fn columns_of_padding_change_no_logits() {
    let reference: Reference = read("text.json");
    let tokens = Tensor::from_slice2(&[[3i64, 7, 4, 0, 0], [2, 9, 0, 0, 0]]);
    for (name, case) in &reference.networks {
        let net = net(&network(name), &case.start);
        let logits = |tokens: &Tensor| net.forward(tokens, Mode::Evaluate).expect("it runs");
        let [whole, cut] = [&tokens, &tokens.narrow(1, 0, 3)].map(logits);
        hold(name, &numbers(&cut), &numbers(&whole), 1e-6);
    }
}

#[test]
fn a_new_embedding_is_normal_but_for_the_zeros_of_padding() {
    let net = Net::new(&network("mean"), 3, Device::Cpu).expect("a network");
    let weight = &net.tensors()["embedding.weight"];
    assert_eq!(weight.size(), [11, 6]);
    let rows = numbers(weight);
    let (padding, rest) = rows.split_at(6);
    assert_eq!(padding, [0.0; 6]);
    let square = rest.iter().map(|value| value * value).sum::<f64>() / 60.0;
    // Five standard deviations of the mean of 60 squares.
    assert!(
        (square - 1.0).abs() < 5.0 * (2.0f64 / 60.0).sqrt(),
        "{square}"
    );
}
