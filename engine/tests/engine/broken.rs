//! Input that is broken: each error names the file, the place and the declaration, fails its node
//! alone and leaves nothing in the store.

use std::path::Path;
use std::thread::JoinHandle;
use std::time::Duration;

use kdp::plan::{Node, Task};
use kdp::store::Store;

use super::*;

fn idx_bytes(magic: u32, sizes: &[u32], content: &[u8]) -> Vec<u8> {
    let head = std::iter::once(&magic).chain(sizes);
    let head = head.flat_map(|word| word.to_be_bytes());
    head.chain(content.iter().copied()).collect()
}

/// Four sound files: 6 training samples and 4 test samples.
fn write_sound(folder: &Path) {
    for (prefix, count) in [("train", 6u32), ("t10k", 4)] {
        let pixels = vec![7; 64 * count as usize];
        let labels: Vec<u8> = (0..count as u8).collect();
        let images = idx_bytes(0x803, &[count, 8, 8], &pixels);
        std::fs::write(folder.join(format!("{prefix}-images-idx3-ubyte")), images)
            .expect("written");
        let labels = idx_bytes(0x801, &[count], &labels);
        std::fs::write(folder.join(format!("{prefix}-labels-idx1-ubyte")), labels)
            .expect("written");
    }
}

/// What the worker says of a node that fails.
fn failure(worker: &mut Worker, node: &Node, store: &Path) -> String {
    worker.failure(node, store).0
}

#[test]
fn sound_files_decode_gzipped_or_not() {
    let folder = tempfile::tempdir().expect("a folder");
    write_sound(folder.path());
    let plain = idx(folder.path(), 6, 4);
    let store = folder.path().join("store");
    let mut worker = Worker::start();
    let digest = worker.run_all(&[&plain], &store);

    let path = folder.path().join("train-images-idx3-ubyte");
    let bytes = std::fs::read(&path).expect("read");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut packed, &bytes).expect("packed");
    std::fs::write(&path, packed.finish().expect("packed")).expect("written");
    let gzipped = idx(folder.path(), 6, 4);
    assert_ne!(gzipped.key, plain.key);
    assert_eq!(worker.run_all(&[&gzipped], &store), digest);
}

#[test]
fn every_kind_of_broken_file_is_told_plainly() {
    type Break = fn(&Path);
    let cases: [(&str, Break, &[&str]); 7] = [
        (
            "cut short",
            |folder| {
                let bytes = idx_bytes(0x803, &[6, 8, 8], &[7; 100]);
                std::fs::write(folder.join("train-images-idx3-ubyte"), bytes).expect("written");
            },
            &["train-images-idx3-ubyte", "cut short", "400", "116"],
        ),
        (
            "too long",
            |folder| {
                let bytes = idx_bytes(0x803, &[6, 8, 8], &[7; 400]);
                std::fs::write(folder.join("train-images-idx3-ubyte"), bytes).expect("written");
            },
            &["train-images-idx3-ubyte", "goes on after its end", "400"],
        ),
        (
            "wrong magic",
            |folder| {
                let bytes = idx_bytes(0x801, &[6, 8, 8], &[7; 384]);
                std::fs::write(folder.join("train-images-idx3-ubyte"), bytes).expect("written");
            },
            &["train-images-idx3-ubyte", "0x00000801", "0x00000803"],
        ),
        (
            "wrong count",
            |folder| {
                let bytes = idx_bytes(0x801, &[3], &[1, 2, 3]);
                std::fs::write(folder.join("t10k-labels-idx1-ubyte"), bytes).expect("written");
            },
            &["t10k-labels-idx1-ubyte", "3 test samples", "4 are declared"],
        ),
        (
            "wrong shape",
            |folder| {
                let bytes = idx_bytes(0x803, &[6, 4, 4], &[7; 96]);
                std::fs::write(folder.join("train-images-idx3-ubyte"), bytes).expect("written");
            },
            &["train-images-idx3-ubyte", "[1, 4, 4]", "[1, 8, 8]"],
        ),
        (
            "label out of range",
            |folder| {
                let bytes = idx_bytes(0x801, &[6], &[0, 1, 2, 3, 11, 5]);
                std::fs::write(folder.join("train-labels-idx1-ubyte"), bytes).expect("written");
            },
            &[
                "train-labels-idx1-ubyte",
                "label 11",
                "sample 4",
                "10 declared classes",
            ],
        ),
        (
            "missing",
            |folder| std::fs::remove_file(folder.join("t10k-images-idx3-ubyte")).expect("gone"),
            &["t10k-images-idx3-ubyte", "is not there"],
        ),
    ];
    let mut worker = Worker::start();
    for (case, break_it, words) in cases {
        let folder = tempfile::tempdir().expect("a folder");
        write_sound(folder.path());
        break_it(folder.path());
        let store = folder.path().join("store");
        let message = failure(&mut worker, &idx(folder.path(), 6, 4), &store);
        for word in words {
            assert!(message.contains(word), "{case}: {message}");
        }
    }
}

#[test]
fn a_file_that_changed_since_it_was_planned_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    write_sound(folder.path());
    let planned = idx(folder.path(), 6, 4);
    let labels = idx_bytes(0x801, &[6], &[9; 6]);
    std::fs::write(folder.path().join("train-labels-idx1-ubyte"), labels).expect("written");
    let store = folder.path().join("store");
    let message = failure(&mut Worker::start(), &planned, &store);
    assert!(
        message.contains("train-labels-idx1-ubyte` has changed"),
        "{message}"
    );
}

/// A file that gives some bytes to who reads it, and is another as soon as it has given them.
fn giving(path: &Path, bytes: Vec<u8>, then: Vec<u8>) -> JoinHandle<()> {
    std::fs::remove_file(path).expect("there");
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.expect("mkfifo").success());
    let path = path.to_path_buf();
    std::thread::spawn(move || {
        // It waits for a reader.
        std::fs::write(&path, bytes).expect("given");
        std::fs::remove_file(&path).expect("there");
        std::fs::write(&path, then).expect("written");
    })
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused_or_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    write_sound(folder.path());
    let planned = idx(folder.path(), 6, 4);
    let images = folder.path().join("train-images-idx3-ubyte");
    let sound = std::fs::read(&images).expect("read");
    let store = folder.path().join("store");
    let mut worker = Worker::start();

    // It changes before its second half is read.
    let mut half = sound.clone();
    half[200..].fill(9);
    let given = giving(&images, half, sound.clone());
    let message = failure(&mut worker, &planned, &store);
    given.join().expect("given");
    let wanted = "train-images-idx3-ubyte` has changed since the run was planned";
    assert!(message.contains(wanted), "{message}");

    // It changes as soon as it was read: what was held against the plan is what is decoded.
    let given = giving(&images, sound.clone(), vec![0; sound.len()]);
    worker.run_all(&[&planned], &store);
    given.join().expect("given");
    assert_ne!(std::fs::read(&images).expect("there"), sound);
    let entry = Store::at(&store).find(planned.key).expect("there");
    let bytes = entry.read("train.safetensors").expect("a blob");
    let tensors = safetensors::SafeTensors::deserialize(&bytes).expect("sound");
    let pixels = tensors.tensor("images").expect("images");
    assert!(pixels.data().iter().all(|&pixel| pixel == 7));
}

/// A file of 0.8 MB that unpacks to 800 MB: a beginning, and zeros behind it.
fn bomb(path: &Path, beginning: &[u8]) {
    let pack = |bytes: &[u8]| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut packed, bytes).expect("packed");
        packed.finish().expect("packed")
    };
    let zeros = pack(&vec![0; 1 << 20]);
    let bytes = [pack(beginning), zeros.repeat(800)].concat();
    assert!((700_000..900_000).contains(&bytes.len()), "{}", bytes.len());
    std::fs::write(path, bytes).expect("written");
}

#[test]
fn a_bomb_is_told_without_unpacking_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store");
    let mut worker = Worker::start();
    write_sound(folder.path());
    let images = folder.path().join("train-images-idx3-ubyte");
    let before = peak(&worker);
    let declared = "the right files there";
    for (beginning, words) in [
        (
            vec![],
            "is not an IDX file of images: it begins with 0x00000000",
        ),
        (idx_bytes(0x803, &[6, 8, 8], &[]), "goes on after its end"),
        (
            idx_bytes(0x803, &[800_000, 32, 32], &[]),
            "are [1, 32, 32], but [1, 8, 8] is declared",
        ),
        (
            idx_bytes(0x803, &[8_000_000, 8, 8], &[]),
            "holds 8000000 train samples, but 6 are declared",
        ),
    ] {
        bomb(&images, &beginning);
        let (message, help) = worker.failure(&idx(folder.path(), 6, 4), &store);
        assert!(message.contains("train-images-idx3-ubyte"), "{message}");
        assert!(message.contains(words), "{message}, not {words}");
        assert!(help.contains(declared), "{help}");
    }
    let texts = folder.path().join("texts.gz");
    for (beginning, format) in [
        (b"text,label\na,0\n".as_slice(), "text_file"),
        (b"{\"text\": \"a\", \"label\": \"0\"}\n", "json_lines"),
    ] {
        bomb(&texts, beginning);
        let path = texts.display();
        let plan = language::planned(&format!(
            "use std.datasets.{format}\ndataset texts = {format}(\"{path}\", \"{path}\", \
             labels: [\"0\", \"1\"], length: 8, train: 1, test: 1)\n"
        ));
        let (message, help) = worker.failure(plan.nodes().next().expect("a node"), &store);
        let words = "texts.gz` unpacks to a line of more than 16 MB";
        assert!(message.contains(words), "{message}");
        assert!(help.contains("gunzip"), "{help}");
    }
    let more = peak(&worker) - before;
    assert!(more < 100 << 20, "{} MB", more >> 20);
}

/// The most memory that a worker has had, in bytes.
fn peak(worker: &Worker) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", worker.id()));
    let status = status.expect("Linux tells it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.expect("the peak").trim().trim_end_matches(" kB");
    1024 * kilobytes.parse::<u64>().expect("a number")
}

/// A node that takes the weights of a `small_cnn(8)` from a file.
fn weights(data: &Node, path: &Path) -> Node {
    weights_of(small_cnn(8), data, path, &[])
}

#[test]
fn weights_are_taken_as_they_are_or_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store");
    let data = digits(vec![]);
    let (small, big) = (
        train("small", &data, small_cnn(8), one_hot(), 1),
        train("big", &data, small_cnn(16), one_hot(), 1),
    );
    let mut worker = Worker::start();
    let digest = worker.run_all(&[&data, &big, &small], &store);
    let path = |node: &Node| {
        Store::at(&store)
            .find(node.key)
            .expect("there")
            .path("weights.safetensors")
    };
    assert_eq!(
        worker.run_all(&[&weights(&data, &path(&small))], &store),
        digest
    );

    let message = failure(&mut worker, &weights(&data, &path(&big)), &store);
    for word in [
        "weights.safetensors",
        "conv1.weight",
        "[16, 1, 3, 3]",
        "[8, 1, 3, 3]",
    ] {
        assert!(message.contains(word), "{message}");
    }

    let bytes = std::fs::read(path(&small)).expect("the file");
    let tensors = safetensors::SafeTensors::deserialize(&bytes).expect("sound");
    let named = |change: fn(&str) -> Option<&str>| {
        let tensors = tensors.tensors();
        let kept = tensors
            .iter()
            .filter_map(|(name, view)| Some((change(name)?, view)));
        let path = folder.path().join("given.safetensors");
        std::fs::write(&path, safetensors::serialize(kept, None).expect("packed"))
            .expect("written");
        weights(&data, &path)
    };
    let missing = named(|name| (name != "fc.bias").then_some(name));
    let message = failure(&mut worker, &missing, &store);
    assert!(
        message.contains("given.safetensors` does not fit the network\n  it lacks: `fc.bias` [10]"),
        "{message}"
    );

    let with_surplus = tensors.tensors();
    let extra = with_surplus
        .iter()
        .find(|(name, _)| name == "fc.bias")
        .expect("there");
    let all = with_surplus
        .iter()
        .map(|(name, view)| (name.as_str(), view));
    let all = all.chain([("fc.extra", &extra.1)]);
    let path = folder.path().join("surplus.safetensors");
    std::fs::write(&path, safetensors::serialize(all, None).expect("packed")).expect("written");
    let message = failure(&mut worker, &weights(&data, &path), &store);
    assert!(
        message.contains("surplus.safetensors` does not fit the network\n  the network has no place for: `fc.extra` [10]"),
        "{message}"
    );
}

#[test]
fn a_loss_that_is_not_finite_fails_its_node_and_the_worker_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = digits(vec![]);
    let mut wild = train("wild", &data, small_cnn(8), one_hot(), 2);
    if let Task::Train(task) = &mut wild.task {
        change_recipe(task, |recipe| {
            recipe.lr = kdp::plan::Schedule::Constant(1e30);
            recipe.clip = None;
        });
    }
    let mut worker = Worker::start();
    worker.run_all(&[&data], folder.path());
    let message = failure(&mut worker, &wild, folder.path());
    assert!(
        message.contains("the loss is not finite at step"),
        "{message}"
    );
    assert!(message.contains("learning rate 1"), "{message}");
    let sound = train("sound", &data, small_cnn(8), one_hot(), 1);
    worker.run_all(&[&sound], folder.path());
}

#[test]
fn a_first_loss_that_is_not_finite_is_no_matter_of_the_learning_rate() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = digits(vec![]);
    let mut huge = one_hot();
    for term in &mut huge {
        term.weight = kdp::plan::Schedule::Constant(1e300);
    }
    let lost = train("lost", &data, small_cnn(8), huge, 1);
    let mut worker = Worker::start();
    worker.run_all(&[&data], folder.path());
    let (message, help) = worker
        .run(&lost, folder.path())
        .expect_err("it is infinite");
    assert!(message.contains("not finite at step 0"), "{message}");
    assert!(!message.contains("learning rate"), "{message}");
    let help = help.expect("what to look at");
    assert!(help.contains("the data"), "{help}");
    assert!(!help.contains("learning rate"), "{help}");
}

#[test]
fn what_it_needs_must_be_in_the_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = digits(vec![]);
    let orphan = train("orphan", &data, small_cnn(8), one_hot(), 1);
    let message = failure(&mut Worker::start(), &orphan, folder.path());
    assert!(message.contains("is not in the store"), "{message}");
}

#[test]
fn data_that_changes_under_a_worker_is_not_trained_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = digits(vec![]);
    let net = |channels| train("net", &data, small_cnn(channels), one_hot(), 1);
    let mut worker = Worker::start();
    worker.run_all(&[&data], folder.path());
    // What a worker has seen of a file is remembered once that has lain still.
    std::thread::sleep(Duration::from_millis(2200));
    worker.run_all(&[&net(2), &net(3)], folder.path());

    let entry = Store::at(folder.path())
        .find(data.key)
        .expect("in the store");
    let path = entry.path("train.safetensors");
    let mut bytes = std::fs::read(&path).expect("read");
    *bytes.last_mut().expect("a byte") ^= 1;
    std::fs::write(&path, bytes).expect("written");
    let message = failure(&mut worker, &net(4), folder.path());
    assert!(message.contains("train.safetensors"), "{message}");
    assert!(message.contains("digest"), "{message}");
}
