//! Whole runs on Parquet files of images that Hugging Face's `datasets` wrote.

// A test that cannot write its files fails, and should.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const FILE: &str = r#"
use std.archs.small_cnn

param data: path
param train: text = "train-*"
param count: int = 15
param damaged: bool = false

dataset photos = image_parquet(
  "{data}/{train}.parquet",
  "{data}/test.parquet",
  shape: [3, 24, 24],
  classes: 2,
  train: count,
  test: 2,
  validation_files: "{data}/validation.parquet",
  validation: 3,
  resize: 27,
  keep: encoded,
  damaged: if damaged { skip } else { error }
)

recipe few {
  optimizer: sgd(momentum: 0.9)
  batch: 1
  length: 2 epochs
  lr: 0.01
  augment: [random_resized_crop(), flip()]
}

model small = small_cnn([4, 8]) { data: photos.train, recipe: few }

measure seen = accuracy(small, on: photos.validation)
"#;

/// Runs the file in a folder.
fn run(folder: &Path, settings: &[&str]) -> Output {
    fs::write(folder.join("photos.kdp"), FILE).unwrap();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/images/parquet");
    let mut command = Command::new(env!("CARGO_BIN_EXE_kdp"));
    command
        .args(["run", "photos.kdp", "--json", "--set"])
        .arg(format!("data={}", data.display()))
        .current_dir(folder)
        .env("KDP_STORE", "store")
        .env_remove("KDP_DEVICE");
    for setting in settings {
        command.args(["--set", setting]);
    }
    command.output().unwrap()
}

/// What a run that succeeds answers.
fn answer(folder: &Path, settings: &[&str]) -> Value {
    let output = run(folder, settings);
    let (out, err) = (output.stdout, output.stderr);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&err));
    serde_json::from_slice(&out).unwrap()
}

fn statuses(answer: &Value) -> Vec<&str> {
    let nodes = answer["nodes"].as_array().unwrap().iter();
    nodes.map(|node| node["status"].as_str().unwrap()).collect()
}

#[test]
fn a_network_learns_from_what_hugging_face_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let first = answer(folder.path(), &[]);
    assert!(
        statuses(&first).iter().all(|status| *status == "ran"),
        "{first}"
    );
    let seen = first.to_string();
    assert!(seen.contains("\"count\":3"), "{seen}");
    let again = answer(folder.path(), &[]);
    assert!(
        statuses(&again).iter().all(|status| *status != "ran"),
        "{again}"
    );
}

#[test]
fn a_damaged_photograph_is_told_by_its_row_or_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let broken = ["train=broken/cut_short", "count=2"];
    let output = run(folder.path(), &broken);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    for words in [
        "the image in row 2 of the file",
        "it is cut short",
        "damaged: skip",
    ] {
        assert!(said.contains(words), "{said}");
    }
    let skipped = ["train=broken/cut_short", "count=1", "damaged=true"];
    answer(folder.path(), &skipped);
}
