//! CIFAR's binary files.

use std::collections::BTreeMap;
use std::path::Path;

use kdp::plan::{DataFrom, DataTask, Digest, InputFile, Node, Task};
use kdp::store::Store;
use kdp::vocabulary::SOURCES;

use super::*;

/// Records of 8×8 images with these label bytes before them.
fn records(labels: &[&[u8]]) -> Vec<u8> {
    let record = |label: &&[u8]| [label, [label[label.len() - 1]; 64].as_slice()].concat();
    labels.iter().flat_map(record).collect()
}

fn node_of(folder: &Path, files: &[(&str, Vec<u8>)], train: i64, test: i64) -> Node {
    let mut inputs = BTreeMap::new();
    for (role, bytes) in files {
        let path = folder.join(format!("{role}.bin"));
        std::fs::write(&path, bytes).expect("written");
        let digest = Some(Digest::of_bytes(bytes));
        inputs.insert(role.to_string(), InputFile { path, digest });
    }
    let digests = inputs
        .iter()
        .filter_map(|(role, file)| Some((role.clone(), file.digest?)));
    let task = DataTask {
        from: DataFrom::Source {
            source: call(SOURCES, "cifar_binary", &source_args(train, test)),
            files: digests.collect(),
        },
        transforms: vec![],
        shape: shape(train, test),
    };
    Node {
        files: inputs,
        ..node("cifar", Task::Data(task))
    }
}

fn labels(store: &Path, node: &Node, blob: &str) -> Vec<i64> {
    let entry = Store::at(store).find(node.key).expect("in the store");
    let bytes = entry.read(blob).expect("a blob");
    let tensors = safetensors::SafeTensors::deserialize(&bytes).expect("sound");
    let labels = tensors.tensor("labels").expect("labels");
    let labels = kdp_engine::blob::read_i64(&labels).expect("whole numbers");
    let images = tensors.tensor("images").expect("images");
    assert_eq!(images.shape(), [labels.len(), 1, 8, 8]);
    for (label, image) in labels.iter().zip(images.data().chunks(64)) {
        assert!(image.iter().all(|pixel| i64::from(*pixel) == *label));
    }
    labels
}

#[test]
fn five_batches_make_cifar_10() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store");
    let roles = [
        "data_batch_1",
        "data_batch_2",
        "data_batch_3",
        "data_batch_4",
        "data_batch_5",
    ];
    let mut files: Vec<_> = roles
        .iter()
        .zip(0u8..)
        .map(|(role, label)| (*role, records(&[&[label]])))
        .collect();
    files.push(("test_batch", records(&[&[9], &[8]])));
    let node = node_of(folder.path(), &files, 5, 2);
    Worker::start().run_all(&[&node], &store);
    assert_eq!(labels(&store, &node, "train.safetensors"), [0, 1, 2, 3, 4]);
    assert_eq!(labels(&store, &node, "test.safetensors"), [9, 8]);
}

#[test]
fn a_wrong_number_is_told_of_all_files_and_of_each() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut files = vec![("test_batch", records(&[&[9]]))];
    for role in [
        "data_batch_1",
        "data_batch_2",
        "data_batch_3",
        "data_batch_4",
    ] {
        files.push((role, records(&[&[1], &[2]])));
    }
    files.push(("data_batch_5", records(&[&[3]])));
    let node = node_of(folder.path(), &files, 10, 1);
    let store = folder.path().join("store");
    let (message, help) = Worker::start().failure(&node, &store);
    for words in [
        "data_batch_1.bin` (2), `",
        "data_batch_5.bin` (1) hold 9 train samples together, but 10 are declared",
    ] {
        assert!(message.contains(words), "{message}, not {words}");
    }
    assert!(help.contains("change the declaration"), "{help}");
}

#[test]
fn cifar_100_is_read_by_its_fine_labels() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store");
    let train = records(&[&[1, 7], &[2, 3]]);
    let test = records(&[&[0, 4]]);
    let node = node_of(folder.path(), &[("train", train), ("test", test)], 2, 1);
    Worker::start().run_all(&[&node], &store);
    assert_eq!(labels(&store, &node, "train.safetensors"), [7, 3]);
    assert_eq!(labels(&store, &node, "test.safetensors"), [4]);
}

#[test]
fn broken_records_are_told_plainly() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store");
    let mut worker = Worker::start();
    let sound = records(&[&[1, 7], &[2, 3]]);
    let mut fail = |train: Vec<u8>| {
        let files = [("train", train), ("test", sound.clone())];
        let node = node_of(folder.path(), &files, 2, 2);
        worker.failure(&node, &store).0
    };
    let short = fail(sound[..100].to_vec());
    assert!(short.contains("train.bin` is cut short"), "{short}");
    let few = fail(sound[..66].to_vec());
    assert!(
        few.contains("holds 1 train sample, but 2 are declared"),
        "{few}"
    );
    let outside = fail(records(&[&[1, 7], &[2, 10]]));
    assert!(outside.contains("label 10 of sample 1"), "{outside}");
}
