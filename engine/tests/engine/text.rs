//! Text, from a table to measurements.

use std::fmt::Write;
use std::path::Path;

use kdp::plan::{Curves, DataMeta, ModelSummary, Node, Shape};
use kdp::store::{Entry, Store};
use kdp_engine::blob::read_tensor;
use safetensors::SafeTensors;
use tch::Tensor;

use crate::language::{planned, run};
use crate::pipe::Worker;

const FILE: &str = r#"
use std.datasets.text_file
use std.archs.bag_of_tokens

dataset reviews = text_file(
  "FOLDER/train.tsv",
  "FOLDER/test.tsv",
  text: "review",
  label: "verdict",
  labels: ["bad", "good"],
  train: 120,
  test: 40,
  length: 24,
  delimiter: "\t"
)
dataset noisy = reviews |> label_noise(10%, seed: 7) |> split(validation: 20, seed: 1) |> take(train: 90)
dataset told = join(reviews, reviews |> unlabelled()) |> relabel(by: big)

recipe short {
  optimizer: adamw()
  batch: 16
  length: 20 epochs
  group_by_length: true
  lr: 0.03 then 0.0 until end
}

arch crowd() = embedding(6) as embedding -> residual(tanh()) -> dropout(0.1) -> mean_tokens() -> linear(classes) as fc

teacher big = bag_of_tokens(16) { data: reviews.train, recipe: short, seed: 1 }
student small[way in {
  kd: distill(big) then one_hot at 50% over 10 steps
  logits: match_logits(big)
  features: 0.5 * one_hot + 0.5 * match_features(big, layer: "embedding", to: "1", through: mean_tokens() -> linear(16))
  tokens: 0.5 * one_hot + 0.5 * match_features(big, layer: "embedding", through: linear(16))
}] = crowd() { data: noisy.train, recipe: short, seed: 2, objective: way }
student listener = bag_of_tokens(4) { data: told.train, recipe: short with { clip: 1.0 } }
student chosen = small[way: kd].best(on: noisy.validation)
model council = ensemble([big, listener])

measure right = accuracy(big, on: reviews.test)
measure gap = deviation(student: small[way: kd], teacher: council, on: reviews.test)
measure ece = calibration(chosen, on: noisy.validation)
"#;

/// A table of reviews, whose words tell the verdict.
fn table(count: usize) -> String {
    let words = [
        ["dull", "poor", "awful, \"odd\""],
        ["great", "fine", "très bon"],
    ];
    let mut text = "id\treview\tverdict\n".to_string();
    for row in 0..count {
        let side = row % 2;
        let (first, second) = (words[side][row / 2 % 3], words[side][row / 6 % 3]);
        let review = format!("\"a {first} and {second} film\"").replace("\"odd\"", "\"\"odd\"\"");
        let verdict = ["bad", "good"][side];
        writeln!(text, "{row}\t{review}\t{verdict}").expect("written");
    }
    text
}

/// A folder with both tables, and the file about them.
fn reviews() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, count) in [("train.tsv", 120), ("test.tsv", 40)] {
        std::fs::write(folder.path().join(name), table(count)).expect("written");
    }
    let file = FILE.replace("FOLDER", &folder.path().display().to_string());
    (folder, file)
}

fn entry<'a>(nodes: &[&Node], entries: &'a [Entry], id: &str) -> &'a Entry {
    let place = nodes.iter().position(|node| node.id == id);
    &entries[place.unwrap_or_else(|| panic!("no node `{id}`"))]
}

fn tensor(entry: &Entry, blob: &str, name: &str) -> Tensor {
    let bytes = entry.read(blob).expect("the blob");
    let tensors = SafeTensors::deserialize(&bytes).expect("sound");
    let view = tensors.tensor(name).expect("the tensor");
    read_tensor(&view)
        .expect("a type of libtorch")
        .expect("a tensor")
}

#[test]
fn a_text_classifier_and_its_students_run_from_table_to_measurements() {
    let (folder, file) = reviews();
    let (plan, entries) = run(&file, &folder.path().join("store"));
    let nodes: Vec<&Node> = plan.nodes().collect();
    let entry = |id: &str| entry(&nodes, &entries, id);

    let meta: DataMeta =
        serde_json::from_value(entry("noisy").manifest.summary.clone()).expect("a summary");
    let sample = Shape::Tokens {
        length: 24,
        vocabulary: 257,
        padding: 0,
        segments: 1,
    };
    assert_eq!(meta.shape.sample, sample);
    assert_eq!([meta.shape.train, meta.shape.validation], [90, 20]);
    assert_eq!(meta.scaling, None);

    // The first of them, "a dull and dull film", cut at nothing and padded.
    let tokens = tensor(entry("reviews"), "train.safetensors", "tokens");
    assert_eq!(
        (tokens.size(), tokens.kind()),
        (vec![120, 24], tch::Kind::Int)
    );
    let first = Vec::<i32>::try_from(tokens.get(0)).expect("numbers");
    let wanted = b"a dull and dull film".map(|byte| i32::from(byte) + 1);
    assert_eq!(first[..20], wanted);
    assert_eq!(first[20..], [0; 4]);

    for (id, least) in [("big", 0.95), ("small[way: kd]", 0.9), ("listener", 0.9)] {
        let told = plan.teller(id).expect("a model");
        let summary: ModelSummary =
            serde_json::from_value(entry(&told.id).manifest.summary.clone()).expect("a summary");
        assert!(summary.test_accuracy > least, "{id}: {summary:?}");
        let weight = tensor(entry(id), "weights.safetensors", "embedding.weight");
        assert_eq!(weight.get(0).abs().max().double_value(&[]), 0.0, "{id}");
        assert!(weight.get(98).abs().min().double_value(&[]) > 0.0, "{id}");
    }
    let curves = entry("curves of big").read("curves.json").expect("curves");
    let curves: Curves = serde_json::from_slice(&curves).expect("curves");
    let loss = &curves.train_loss;
    assert!(loss[loss.len() - 1] < 0.3 * loss[0], "{loss:?}");
    for (id, field) in [("right", "top1"), ("gap", "slope"), ("ece", "ece")] {
        assert!(entry(id).manifest.summary[field].is_f64(), "{id}");
    }
}

#[test]
fn pairs_of_sentences_train_encoders_of_both_kinds() {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reference");
    let file = r#"
use std.datasets.mnli
use std.archs.{bert, roberta}

let wordpieces = wordpiece("FILES/tokens/vocab.txt", vocabulary: 900)
let pieces_of_bytes = byte_bpe("FILES/tokens/vocab.json", "FILES/tokens/merges.txt", vocabulary: 700)

dataset words = mnli("FILES/texts/MNLI", tokens: wordpieces, length: 40, train: 9, matched: 5)
dataset bytewise = mnli("FILES/texts/MNLI", tokens: pieces_of_bytes, length: 40, train: 9, matched: 5)

recipe short { optimizer: adamw(), batch: 4, length: 3 epochs, lr: 1e-3, group_by_length: true }

model one = bert(layers: 1, width: 8, heads: 2) { data: words.train, recipe: short }
model other = roberta(layers: 1, width: 8, heads: 2) { data: bytewise.train, recipe: short }
"#;
    let folder = tempfile::tempdir().expect("a folder");
    let file = file.replace("FILES", &files.display().to_string());
    let (plan, entries) = run(&file, folder.path());
    let nodes: Vec<&Node> = plan.nodes().collect();
    let entry = |id: &str| entry(&nodes, &entries, id);
    for (id, model, rows, segments) in [("one", "bert", 900, 2), ("other", "roberta", 700, 1)] {
        let weight = |name: &str| {
            let name = format!("{model}.embeddings.{name}_embeddings.weight");
            tensor(entry(id), "weights.safetensors", &name)
        };
        assert_eq!(weight("word").size(), [rows, 8]);
        assert_eq!(weight("token_type").size(), [segments, 8]);
        assert!(weight("word").isfinite().all().int64_value(&[]) == 1);
    }
}

/// What the worker says of a table that is broken.
fn failure(break_it: impl Fn(&Path)) -> (String, String) {
    let (folder, file) = reviews();
    break_it(folder.path());
    let plan = planned(&file);
    let data = plan
        .nodes()
        .find(|node| node.id == "reviews")
        .expect("planned");
    let store = folder.path().join("store");
    let (message, help) = Worker::start().run(data, &store).expect_err("it is broken");
    assert!(Store::at(&store).find(data.key).is_none());
    assert!(message.contains("`reviews` (test.kdp:5:1)"), "{message}");
    (message, help.expect("a mend"))
}

#[test]
fn a_broken_table_is_told_by_file_and_line() {
    let change = |from: &'static str, to: &'static str| {
        move |folder: &Path| {
            let path = folder.join("test.tsv");
            let text = std::fs::read_to_string(&path).expect("there");
            std::fs::write(path, text.replace(from, to)).expect("written");
        }
    };
    for (break_it, wanted, mend) in [
        (
            change("7\t\"a", "7\t\"more\"\t\"a"),
            "line 9",
            "`delimiter`",
        ),
        (
            change("verdict", "label"),
            "no column `verdict`: it has `id`, `review`, `label`",
            "name the columns",
        ),
        (
            change("film\"\tbad", "film\"\tworse"),
            "line 2",
            "change the declaration",
        ),
        (
            change("39\t", "39\t\"\"\tgood\n40\t"),
            "41 test samples, but 40 are declared",
            "change the declaration",
        ),
    ] {
        let (message, help) = failure(break_it);
        assert!(message.contains("test.tsv"), "{message}");
        assert!(message.contains(wanted), "{message}");
        assert!(help.contains(mend), "{help}");
    }
    let (message, _) =
        failure(|folder| std::fs::write(folder.join("train.tsv"), "").expect("written"));
    assert!(message.contains("train.tsv` is empty"), "{message}");
}
