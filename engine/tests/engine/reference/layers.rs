//! Each layer alone against PyTorch, and every word of the vocabulary known.

use std::collections::{BTreeMap, BTreeSet};

use kdp::plan::{Call, Datum, Network};
use kdp::vocabulary::{AUGMENTATIONS, LAYERS, SOURCES, TRANSFORMS};
use kdp_engine::blob::Blob;
use kdp_engine::data::{Augmentation, DataError, Files};
use kdp_engine::nets::{Mode, Net, Partition, Share};
use serde::Deserialize;
use tch::Device;

use super::{Arguments, Numbers, data, read};
use crate::decoded::decoded;
use crate::nodes::{call, chain, layer, network, source_args};

#[derive(Deserialize)]
struct Case {
    word: String,
    arguments: Arguments,
    input: Numbers,
    tensors: BTreeMap<String, Numbers>,
    output: Numbers,
}

/// A network with given tensors.
pub fn net<'a>(
    network: &Network,
    tensors: impl IntoIterator<Item = (&'a String, &'a Numbers)>,
) -> Net {
    let mut blob = Blob::default();
    for (name, numbers) in tensors {
        let mut tensor = numbers.tensor();
        if name.ends_with("num_batches_tracked") {
            tensor = tensor.to_kind(tch::Kind::Int64);
        }
        blob.tensor(name, &tensor).expect("a tensor");
    }
    let bytes = blob.bytes().expect("safetensors");
    let whole = [Share::all("reference", bytes).expect("sound")];
    let net = Net::begin(network, &Partition::default(), 0, &whole, Device::Cpu);
    net.expect("a network")
}

#[test]
fn every_layer_agrees_with_pytorch() {
    let cases: Vec<Case> = read("layers.json");
    for case in &cases {
        let (input, output) = (&case.input.shape[1..], &case.output.shape[1..]);
        let one = layer("", &case.word, &data(&case.arguments), input, output);
        let net = net(&network(input, vec![one]), &case.tensors);
        let found = net
            .forward(&case.input.tensor(), Mode::Evaluate)
            .expect("it runs");
        case.output.hold(&case.word, &found);
    }
    let mut seen: BTreeSet<&str> = cases.iter().map(|case| case.word.as_str()).collect();
    // These are in the networks of network.rs, text.rs and transformers.rs.
    seen.extend([
        "add",
        "attention",
        "batch_norm",
        "residual",
        "chain",
        "embedding",
        "first_token",
        "mean_tokens",
        "position_embedding",
        "segment_embedding",
    ]);
    let words: BTreeSet<&str> = LAYERS.iter().map(|word| word.name).collect();
    assert_eq!(seen, words);
}

#[test]
fn dropout_keeps_the_mean_and_hangs_on_the_step() {
    let rate = [("rate", Datum::Number(0.25))];
    let drop = layer("drop", "dropout", &rate, &[1000], &[1000]);
    let net = net(&network(&[1000], vec![chain(vec![drop], &[1000])]), []);
    let ones = tch::Tensor::ones([20, 1000], (tch::Kind::Float, Device::Cpu));
    let run = |step| {
        net.forward(&ones, Mode::Train { seed: 1, step })
            .expect("it runs")
    };
    let (first, again, next) = (run(3), run(3), run(4));
    assert!(first == again);
    assert!(first != next);
    let values: BTreeSet<u32> = Vec::<f32>::try_from(first.reshape([-1]))
        .expect("numbers")
        .into_iter()
        .map(f32::to_bits)
        .collect();
    assert_eq!(
        values,
        BTreeSet::from([0f32.to_bits(), (1f32 / 0.75).to_bits()])
    );
    // Five standard deviations of the mean of 20,000.
    assert!((first.mean(None).double_value(&[]) - 1.0).abs() < 0.021);
}

#[test]
fn the_engine_knows_every_source_transform_and_augmentation() {
    let unknown = |error: &DataError| matches!(error, DataError::Unknown { .. });
    let shape = crate::nodes::shape(0, 0);
    let decode = |source: Call, transforms: Vec<Call>| {
        let none = BTreeMap::new();
        decoded(&source, &Files(&none), &transforms, &shape, &mut |_, _| ()).err()
    };
    for word in SOURCES {
        let error = decode(call(SOURCES, word.name, &[]), vec![]);
        assert!(!error.is_some_and(|error| unknown(&error)), "{}", word.name);
    }
    for word in TRANSFORMS {
        let name = ("name", Datum::Text("digits".to_string()));
        let args = [source_args(1437, 360), vec![name]].concat();
        let digits = call(SOURCES, "embedded", &args);
        let error = decode(digits, vec![call(TRANSFORMS, word.name, &[])]);
        assert!(!error.is_some_and(|error| unknown(&error)), "{}", word.name);
    }
    for word in AUGMENTATIONS {
        let error = Augmentation::of(&call(AUGMENTATIONS, word.name, &[])).err();
        assert!(!error.is_some_and(|error| unknown(&error)), "{}", word.name);
    }
}
