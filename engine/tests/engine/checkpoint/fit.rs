//! Files held against a network, as a node of a plan does it.

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::*;
use crate::language::{calls, planned};
use crate::nodes::*;
use crate::pipe::Worker;

fn sound(file: &str) -> PathBuf {
    folder().join("sound").join(file)
}

#[test]
fn every_form_of_the_same_weights_is_the_same_model() {
    let store = tempfile::tempdir().expect("a folder");
    let data = digits(vec![]);
    let mut worker = Worker::start();
    worker.run_all(&[&data], store.path());
    let mut digest = |file: &str| {
        let node = weights_of(small_cnn(2), &data, &sound(file), &[]);
        worker.run_all(&[&node], store.path())
    };
    let zip = digest("zip.pth");
    for file in [
        "legacy.pth",
        "legacy_4.pt",
        "python_2.pth",
        "training.pth",
        "training_legacy.bin",
        "parallel.pth",
        "small.safetensors",
    ] {
        assert_eq!(digest(file), zip, "{file}");
    }
    // Its count of batches begins at 0, not at 3.
    let counts = digest("before_counts.pth");
    assert_ne!(counts, zip);
    assert_eq!(digest("big_endian.pth"), counts);
}

/// The small network's weights with some left out, added or cut.
fn made(path: &Path, keep: impl Fn(&str) -> bool, add: &[(&str, &[usize])]) {
    let bytes = std::fs::read(sound("small.safetensors")).expect("the file");
    let tensors = SafeTensors::deserialize(&bytes).expect("sound");
    let zeros = [0; 4096];
    let added = add.iter().map(|(name, shape)| {
        let (dtype, width) = match name.ends_with("_ids") {
            true => (Dtype::I64, 8),
            false => (Dtype::F32, 4),
        };
        let length = width * shape.iter().product::<usize>();
        let view = TensorView::new(dtype, shape.to_vec(), &zeros[..length]).expect("sound");
        (name.to_string(), view)
    });
    let kept = tensors.tensors().into_iter().filter(|(name, _)| keep(name));
    let written = safetensors::serialize(kept.chain(added), None).expect("packed");
    std::fs::write(path, written).expect("written");
}

#[test]
fn all_that_does_not_fit_is_told_at_once() {
    let store = tempfile::tempdir().expect("a folder");
    let data = digits(vec![]);
    let mut worker = Worker::start();
    worker.run_all(&[&data], store.path());
    let path = store.path().join("it.safetensors");
    let mut refused = |ignore: &[&str]| {
        let node = weights_of(small_cnn(2), &data, &path, ignore);
        worker.run(&node, store.path()).expect_err("no fit").0
    };
    let many: Vec<String> = (10..30).map(|nth| format!("layer.{nth}")).collect();
    let mut add: Vec<(&str, &[usize])> = vec![
        ("fc.wieght", &[10, 32]),
        ("fc.bias", &[7]),
        ("bn1.weight", &[3]),
    ];
    add.extend(many.iter().map(|name| (name.as_str(), [1].as_slice())));
    let gone = ["fc.weight", "fc.bias", "bn1.weight", "bn1.bias"];
    made(&path, |name| !gone.contains(&name), &add);
    let message = refused(&[]);
    for line in [
        "it.safetensors` does not fit the network\n",
        "\n  it lacks: `bn1.bias` [2]; `fc.weight` [10, 32] (it has `fc.wieght`)\n",
        "\n  the network has no place for: `fc.wieght` [10, 32]; `layer.10` [1]; ",
        "`layer.16` [1]; and 13 more\n",
        "\n  of another shape: `bn1.weight` [3], where the network wants [2]; `fc.bias` [7], where the network wants [10]",
    ] {
        assert!(message.contains(line), "{line:?}: {message}");
    }
    let message = refused(&["bn1.*", "fc.*", "layer.1?"]);
    assert!(
        message.ends_with("does not fit the network\n  the network has no place for: `layer.20` [1]; `layer.21` [1]; `layer.22` [1]; `layer.23` [1]; `layer.24` [1]; `layer.25` [1]; `layer.26` [1]; `layer.27` [1]; and 2 more"),
        "{message}"
    );
}

/// A network of two layers that are a part of it, `net`.
const PART: &str = r#"
use std.datasets.digits
use std.recipes.quick
dataset few = digits()
arch wrapped() = (flatten() -> linear(4) as a -> relu() -> linear(classes) as b) as net
teacher one = wrapped() { data: few.train, recipe: quick }
"#;

#[test]
fn a_file_of_a_part_is_read_under_the_names_of_the_whole() {
    let store = tempfile::tempdir().expect("a folder");
    let data = digits(vec![]);
    let mut worker = Worker::start();
    worker.run_all(&[&data], store.path());
    let path = store.path().join("it.safetensors");
    let network = calls::network(&planned(PART));
    let mut run = |prefix: &str, tensors: &[(&str, &[usize])]| {
        let names: Vec<String> = tensors
            .iter()
            .map(|(name, _)| format!("{prefix}{name}"))
            .collect();
        let names = names.iter().map(String::as_str);
        let add: Vec<(&str, &[usize])> =
            names.zip(tensors.iter().map(|(_, shape)| *shape)).collect();
        made(&path, |_| false, &add);
        let node = weights_of(network.clone(), &data, &path, &["net.b.*"]);
        worker
            .run(&node, store.path())
            .map_err(|(message, _)| message)
    };
    let both: &[(&str, &[usize])] = &[("a.weight", &[4, 64]), ("a.bias", &[4])];
    let whole = run("net.", both).expect("they fit");
    assert_eq!(run("", both).expect("they fit"), whole);
    let message = run("", &both[..1]).expect_err("no fit");
    assert!(message.ends_with("it lacks: `net.a.bias` [4]"), "{message}");
    let strange = [both, &[("c.bias", &[4])]].concat();
    let message = run("", &strange).expect_err("no fit");
    assert!(
        message.ends_with("no place for: `net.c.bias` [4]"),
        "{message}"
    );
    // What has no more than a layer in common is no part of it.
    let strange = [&both[..1], &[("c.weight", &[4]), ("c.bias", &[4])]].concat();
    let message = run("", &strange).expect_err("no fit");
    assert!(
        message.contains("it lacks: `net.a.weight` [4, 64] (it has `a.weight`); `net.a.bias` [4]"),
        "{message}"
    );
}

#[test]
fn patterns_that_ignore_nothing_or_all_are_told_with_those_there_are() {
    let store = tempfile::tempdir().expect("a folder");
    let data = digits(vec![]);
    let mut worker = Worker::start();
    worker.run_all(&[&data], store.path());
    let mut refused = |ignore: &str| {
        let node = weights_of(small_cnn(2), &data, &sound("small.safetensors"), &[ignore]);
        worker.failure(&node, store.path())
    };
    let (message, help) = refused("classifier.*");
    assert!(
        message.contains("`classifier.*` is to be ignored"),
        "{message}"
    );
    assert!(
        help.ends_with("the last layer here is `ignore: [\"fc.*\"]`"),
        "{help}"
    );
    let (message, help) = refused("*");
    assert!(
        message.contains("nothing is taken of the file"),
        "{message}"
    );
    assert!(help.contains("leave out `init`"), "{help}");
}

#[test]
fn what_older_files_hold_is_taken_as_transformers_takes_it() {
    let store = tempfile::tempdir().expect("a folder");
    let data = digits(vec![]);
    let mut worker = Worker::start();
    worker.run_all(&[&data], store.path());
    let path = store.path().join("it.safetensors");
    let mut run = |add: &[(&str, &[usize])]| {
        let renamed =
            |new: &str| add.iter().any(|(old, _)| old.ends_with(".gamma")) && new == "bn1.weight";
        made(&path, |name| !renamed(name), add);
        let node = weights_of(small_cnn(2), &data, &path, &[]);
        worker
            .run(&node, store.path())
            .map_err(|(message, _)| message)
    };
    let constant = [("embeddings.position_ids", [1, 8].as_slice())];
    assert!(run(&constant).is_ok());
    assert!(run(&[("bn1.gamma", [2].as_slice())]).is_ok());
    // One of numbers that are not whole may have been learnt.
    let learnt = [("embeddings.position", [1, 8].as_slice())];
    let message = run(&learnt).expect_err("no fit");
    assert!(
        message.contains("`embeddings.position` [1, 8]"),
        "{message}"
    );
}
