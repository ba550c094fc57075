//! CIFAR's Python files, held against what torchvision reads of them: `make_cifar.py` in the repository's
//! `tests/reference` wrote both down.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kdp::plan::{DataFrom, DataShape, DataTask, Datum, Digest, InputFile, Node, Task};
use kdp::store::Store;
use kdp::vocabulary::SOURCES;
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Seen {
    ten: Splits,
    hundred: Splits,
    coarse: Coarse,
}

#[derive(Deserialize)]
struct Splits {
    train: Split,
    test: Split,
}

#[derive(Deserialize, PartialEq, Debug)]
struct Split {
    labels: Vec<i64>,
    /// The sum of an image's bytes, each by its place from 1 on.
    weighed: Vec<i64>,
}

#[derive(Deserialize)]
struct Coarse {
    train: Vec<i64>,
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/reference/cifar"
    ))
}

const TEN: [&str; 6] = [
    "data_batch_1",
    "data_batch_2",
    "data_batch_3",
    "data_batch_4",
    "data_batch_5",
    "test_batch",
];

/// A node that reads the files of these names.
fn source(folder: &Path, names: &[&str], classes: i64, [train, test]: [i64; 2]) -> Node {
    let sides = [3, 32, 32];
    let args = [
        ("coarse", Datum::Bool(classes == 20)),
        ("shape", Datum::List(sides.map(Datum::Int).to_vec())),
        ("classes", Datum::Int(classes)),
        ("train", Datum::Int(train)),
        ("test", Datum::Int(test)),
    ];
    let files: BTreeMap<String, InputFile> = names
        .iter()
        .map(|name| {
            let path = folder.join(name);
            let digest = Digest::of_bytes(&std::fs::read(&path).expect("the file"));
            let digest = Some(digest);
            (name.to_string(), InputFile { path, digest })
        })
        .collect();
    let digests = files
        .iter()
        .filter_map(|(role, file)| Some((role.clone(), file.digest?)));
    let task = DataTask {
        from: DataFrom::Source {
            source: call(SOURCES, "cifar_python", &args),
            files: digests.collect(),
        },
        transforms: vec![],
        shape: DataShape {
            sample: sides.into(),
            classes,
            train,
            validation: 0,
            test,
            labelled: true,
        },
    };
    Node {
        files,
        ..node("cifar", Task::Data(task))
    }
}

fn seen(store: &Path, node: &Node, blob: &str) -> Split {
    let entry = Store::at(store).find(node.key).expect("in the store");
    let bytes = entry.read(blob).expect("a blob");
    let tensors = safetensors::SafeTensors::deserialize(&bytes).expect("sound");
    let labels = tensors.tensor("labels").expect("labels");
    let images = tensors.tensor("images").expect("images");
    let weigh = |image: &[u8]| {
        let weighed = image
            .iter()
            .zip(1..)
            .map(|(byte, place)| i64::from(*byte) * place);
        weighed.sum()
    };
    Split {
        labels: kdp_engine::blob::read_i64(&labels).expect("whole numbers"),
        weighed: images.data().chunks(3072).map(weigh).collect(),
    }
}

#[test]
fn pickled_batches_are_read_as_torchvision_reads_them() {
    let store = tempfile::tempdir().expect("a folder");
    let store = store.path();
    let text = std::fs::read(folder().join("cifar.json")).expect("the values");
    let wanted: Seen = serde_json::from_slice(&text).expect("sound");
    let mut worker = Worker::start();
    for kind in ["python_2", "python_3"] {
        let ten = source(
            &folder().join(kind).join("cifar-10-batches-py"),
            &TEN,
            10,
            [5, 1],
        );
        worker.run_all(&[&ten], store);
        assert_eq!(seen(store, &ten, "train.safetensors"), wanted.ten.train);
        assert_eq!(seen(store, &ten, "test.safetensors"), wanted.ten.test);

        let of_100 = folder().join(kind).join("cifar-100-python");
        let fine = source(&of_100, &["train", "test"], 100, [3, 2]);
        let coarse = source(&of_100, &["train", "test"], 20, [3, 2]);
        worker.run_all(&[&fine, &coarse], store);
        let train = seen(store, &fine, "train.safetensors");
        assert_eq!(train, wanted.hundred.train);
        assert_eq!(seen(store, &fine, "test.safetensors"), wanted.hundred.test);
        let of_coarse = seen(store, &coarse, "train.safetensors");
        assert_eq!(of_coarse.labels, wanted.coarse.train);
        assert_eq!(of_coarse.weighed, train.weighed);
    }
}

#[test]
fn what_is_no_batch_is_told_plainly() {
    let store = tempfile::tempdir().expect("a folder");
    let own = tempfile::tempdir().expect("a folder");
    let sound = std::fs::read(folder().join("python_2/cifar-100-python/test")).expect("read");
    let mut worker = Worker::start();
    let mut fail = |train: &[u8], counts| {
        std::fs::write(own.path().join("train"), train).expect("written");
        std::fs::write(own.path().join("test"), &sound).expect("written");
        let node = source(own.path(), &["train", "test"], 100, counts);
        worker.failure(&node, store.path()).0
    };
    for (bytes, counts, words) in [
        (
            b"cposix\nsystem\n(S'touch pwned'\ntR.".as_slice(),
            [2, 2],
            ["at byte 0", "`posix.system`"],
        ),
        (&sound[..3000], [2, 2], ["train", "ends in the middle"]),
        (
            b"\x80\x02}.",
            [2, 2],
            ["no batch of CIFAR", "`fine_labels`"],
        ),
        (
            b"\x80\x02}U\x0bfine_labels]s.",
            [2, 2],
            ["no batch of CIFAR", "array `data`"],
        ),
        (&sound, [3, 2], ["2 train samples", "3 are declared"]),
    ] {
        let message = fail(bytes, counts);
        for word in words {
            assert!(message.contains(word), "{message}");
        }
    }
    assert!(!Path::new("pwned").exists());
}
