//! Published files of weights, in full, held against what torchvision computes with them. `make parity`
//! fetches them (`published.py` in the repository's `tests/reference`) and runs this.

use std::collections::BTreeSet;

use kdp::plan::{Network, Task};
use kdp_engine::nets::{Mode, Net, Partition, Share};
use safetensors::SafeTensors;
use tch::{Device, Kind, Tensor};

use super::*;
use crate::language::planned;

/// ImageNet's classes; the samples are smaller than ImageNet's, which changes no weight.
const MOBILENET: &str = r#"
use std.archs.mobilenet_v2

dataset few = cifar_binary("few", shape: [3, 96, 96], classes: 1000, train: 1, test: 1)

model published = mobilenet_v2() { data: few.train, weights: "mobilenet_v2.pth" }
"#;

/// Where `published.py` has put its files.
fn fetched() -> PathBuf {
    let folder = std::env::var_os("KDP_PUBLISHED");
    PathBuf::from(folder.expect("KDP_PUBLISHED names the folder of `published.py fetch`"))
}

/// The network of the model `published` of a file.
fn network(text: &str) -> Network {
    let plan = planned(text);
    match &plan.graph[plan.models["published"]].task {
        Task::Weights(task) => (*task.network).clone(),
        other => panic!("{other:?}"),
    }
}

/// A network with the weights of a file.
fn loaded(network: &Network, file: &str, ignore: &[&str]) -> Net {
    let share = Share {
        weight: 1.0,
        checkpoint: open(&fetched().join(file)).expect("sound"),
        ignore: ignore.iter().map(|pattern| pattern.to_string()).collect(),
    };
    let none = Partition::default();
    Net::begin(network, &none, 0, &[share], Device::Cpu).expect("it fits")
}

fn tensor(file: &str, name: &str) -> Tensor {
    let checkpoint = open(&fetched().join(file)).expect("sound");
    let place = checkpoint.place(name).expect(name);
    checkpoint.tensor(place).expect("memory")
}

/// No number may be off by more than 10⁻⁴.
fn hold(found: &Tensor, wanted: &Tensor) {
    assert_eq!(found.size(), wanted.size());
    let off = (found - wanted).abs().max().double_value(&[]);
    println!("the largest difference is {off:e}");
    assert!(off <= 1e-4, "{off}");
}

#[test]
#[ignore = "wants files that `make parity` fetches"]
fn mobilenet_v2_of_imagenet_gives_the_logits_of_torchvision() {
    let net = loaded(&network(MOBILENET), "mobilenet_v2.pth", &[]);
    let answers = "mobilenet_v2.logits.safetensors";
    let logits = net
        .forward(&tensor(answers, "input"), Mode::Evaluate)
        .expect("it runs");
    hold(&logits, &tensor(answers, "logits"));

    // What is written of it is what was read, which `published.py hold` holds against torchvision too.
    let bytes = net.to_bytes().expect("bytes");
    let path = fetched().join("mobilenet_v2.exported.safetensors");
    std::fs::write(&path, &bytes).expect("written");
    let written = SafeTensors::deserialize(&bytes).expect("sound");
    let published = open(&fetched().join("mobilenet_v2.pth")).expect("sound");
    let names: BTreeSet<&str> = published.names().collect();
    assert_eq!(BTreeSet::from_iter(written.names()), names);
    for (name, place) in published.places() {
        let (read, written) = (
            published.tensor(place).expect("memory"),
            tensor("mobilenet_v2.exported.safetensors", name),
        );
        assert_eq!(read.kind(), written.kind(), "{name}");
        assert_eq!(read.to_kind(Kind::Double), written.to_kind(Kind::Double));
    }
}

/// The encoder of a sentence transformer, which is kept under the names of transformers' `BertModel`, as part of a classifier of
/// as many classes as its vectors have numbers.
fn minilm() -> String {
    let labels: Vec<String> = (0..384).map(|label| label.to_string()).collect();
    format!(
        r#"
use std.archs.bert
use std.datasets.text_file

dataset few = text_file("a.csv", "b.csv", labels: {labels:?}, train: 1, test: 1, length: 24, tokens: wordpiece("vocab.txt"))

model published = bert(layers: 6, width: 384, heads: 12) {{
  data: few.train
  init: weights("minilm.safetensors", ignore: ["classifier.*"])
}}
"#
    )
}

#[test]
#[ignore = "wants files that `make parity` fetches"]
fn a_published_encoder_of_bert_gives_the_vectors_of_transformers() {
    let network = network(&minilm());
    let net = loaded(&network, "minilm.safetensors", &["classifier.*"]);
    // A classifier that shows what the pooler gives.
    let shows = Tensor::eye(384, (Kind::Float, Device::Cpu));
    net.put("classifier.weight", &shows).expect("a tensor");
    let nothing = Tensor::zeros([384], (Kind::Float, Device::Cpu));
    net.put("classifier.bias", &nothing).expect("a tensor");
    let answers = "minilm.logits.safetensors";
    let tokens = tensor(answers, "input").to_kind(Kind::Int64);
    let found = net.forward(&tokens, Mode::Evaluate).expect("it runs");
    hold(&found, &tensor(answers, "pooled"));
}
