//! Where a run begins, which of its states is kept, and what it leaves alone.

use std::collections::BTreeMap;
use std::path::Path;

use kdp::plan::*;
use kdp::store::{Entry, Store};
use kdp_engine::data::{self, Loaded};
use kdp_engine::outputs::Cache;
use kdp_engine::train::{Material, Run, State, batches};
use safetensors::SafeTensors;
use tch::Device;

use super::*;

fn entry(store: &Path, node: &Node) -> Entry {
    Store::at(store).find(node.key).expect("in the store")
}

fn loaded(store: &Path, data: &Node, split: Split) -> Loaded {
    let entry = entry(store, data);
    let read = |blob: &str| Ok::<_, data::DataError>(entry.map(blob).expect("a blob"));
    data::load(split, Device::Cpu, read).expect("a split")
}

/// A training whose task is changed.
fn changed(id: &str, of: &Node, change: impl FnOnce(&mut TrainTask)) -> Node {
    let Task::Train(mut task) = of.task.clone() else {
        panic!("a training");
    };
    change(&mut task);
    training(id, &task)
}

/// The bytes of every tensor of a blob.
fn tensors(store: &Path, node: &Node, blob: &str) -> BTreeMap<String, Vec<u8>> {
    let bytes = entry(store, node).read(blob).expect("a blob");
    let found = SafeTensors::deserialize(&bytes).expect("sound");
    let tensors = found.tensors().into_iter();
    tensors
        .map(|(name, view)| (name, view.data().to_vec()))
        .collect()
}

fn weights(store: &Path, node: &Node) -> BTreeMap<String, Vec<u8>> {
    tensors(store, node, "weights.safetensors")
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    let words = bytes.as_chunks::<4>().0.iter();
    words.map(|word| f32::from_le_bytes(*word)).collect()
}

#[test]
fn a_run_that_is_cut_has_the_state_that_the_whole_one_had_then() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path();
    let data = digits(vec![]);
    let whole = train("whole", &data, small_cnn(4), one_hot(), 4);
    let cut = changed("cut", &whole, |task| {
        change_recipe(task, |recipe| recipe.steps = 17);
    });
    Worker::start().run_all(&[&data, &cut], store);

    let train = loaded(store, &data, Split::Train);
    let Task::Train(task) = &whole.task else {
        panic!("a training");
    };
    tch::set_num_threads(1);
    let material = Material {
        train: &train,
        teachers: BTreeMap::new(),
        outputs: Cache::off(),
        init: vec![],
    };
    let mut run = Run::new(task, material, &Device::Cpu.into(), None).expect("a run");
    let mut batches = batches(task, &train).expect("batches");
    let mut before = None;
    while run.done() < 17 {
        before = Some(run.state().expect("a state"));
        let batch = batches.at(run.done()).expect("a batch");
        run.step(&batch).expect("a step");
    }
    let read = |blob| entry(store, &cut).read(blob).expect("a blob");
    let found = State {
        weights: read("weights.safetensors"),
        optimizer: read("optimizer.safetensors"),
        log: read("log.safetensors"),
    };
    assert!(found == run.state().expect("a state"));
    assert!(Some(found) != before);
}

#[test]
fn the_best_state_is_kept_the_first_of_equals() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path();
    let split_off = [("validation", Datum::Int(100))];
    let mut data = digits(vec![call(kdp::vocabulary::TRANSFORMS, "split", &split_off)]);
    if let Task::Data(task) = &mut data.task {
        (task.shape.train, task.shape.validation) = (1337, 100);
    }
    let data = node("digits", data.task);
    // The learning rate makes it worse towards the end.
    let run = changed(
        "run",
        &train("", &data, small_cnn(4), one_hot(), 1),
        |task| {
            change_recipe(task, |recipe| {
                (recipe.steps, recipe.steps_per_epoch) = (30, 11);
                recipe.lr = linear(0.05, 8.0, 12, 24);
            });
        },
    );
    let best = |by: &str| {
        let best = Best {
            on: split(&data, Split::Validation),
            by: by.to_string(),
            every: 4,
        };
        observe("best", &run, split(&data, Split::Test), Some(best))
    };
    let mut worker = Worker::start();
    worker.run_all(&[&data, &run], store);
    for (by, better) in [
        ("top1", f64::gt as fn(&f64, &f64) -> bool),
        ("loss", f64::lt),
    ] {
        let best = best(by);
        worker.run_all(&[&best], store);
        let curves = entry(store, &best).read("curves.json").expect("curves");
        let curves: Curves = serde_json::from_slice(&curves).expect("curves");
        assert_eq!(curves.best_steps, [4, 8, 12, 16, 20, 24, 28, 30]);
        let mut first = 0;
        for (place, seen) in curves.best_seen.iter().enumerate() {
            if better(seen, &curves.best_seen[first]) {
                first = place;
            }
        }
        assert!(first < 7, "{curves:?}");
        let then = changed("then", &run, |task| {
            change_recipe(task, |recipe| recipe.steps = curves.best_steps[first]);
        });
        worker.run_all(&[&then], store);
        let at = |node| entry(store, node).manifest.blobs["weights.safetensors"].digest;
        assert_eq!(at(&best), at(&then), "{by}");
        assert_ne!(at(&best), at(&run), "{by}");
        let summary: ModelSummary =
            serde_json::from_value(entry(store, &best).manifest.summary).expect("a summary");
        assert_eq!(summary.steps, 30);
        if by == "top1" {
            let on = [("model", &best)];
            let mut top = measure("accuracy", &on, &data);
            if let Task::Measure(task) = &mut top.task {
                task.on.split = Split::Validation;
            }
            let top = node("accuracy", top.task);
            worker.run_all(&[&top], store);
            let top1 = entry(store, &top).manifest.summary["top1"].as_f64();
            assert_eq!(top1, Some(curves.best_seen[first]));
        }
    }
}

#[test]
fn what_is_frozen_keeps_its_bits() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path();
    let data = digits(vec![]);
    let first = train("first", &data, small_cnn(4), one_hot(), 1);
    let tuned = changed("tuned", &first, |task| {
        task.init = vec![Share {
            weight: 1.0,
            from: WeightsFrom::Model(first.key),
        }];
        task.frozen = ["bn1.bias", "bn1.weight", "conv1.weight"]
            .map(str::to_string)
            .to_vec();
    });
    let free = changed("free", &tuned, |task| task.frozen = vec![]);
    let all = changed("all", &tuned, |task| {
        task.frozen.extend(["fc.bias".into(), "fc.weight".into()]);
    });
    let mut worker = Worker::start();
    worker.run_all(&[&data, &first, &tuned, &free], store);
    let (first, tuned_state) = (weights(store, &first), weights(store, &tuned));
    for (name, bytes) in &first {
        let same = tuned_state[name] == *bytes;
        // Its statistics too: they were not updated.
        assert_eq!(same, !name.starts_with("fc."), "{name}");
        assert_ne!(weights(store, &free)[name], *bytes, "{name}");
    }
    let moments = tensors(store, &tuned, "optimizer.safetensors");
    let names: Vec<&str> = moments.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["fc.bias.momentum_buffer", "fc.weight.momentum_buffer"]
    );
    let told = observe("told", &tuned, split(&data, Split::Test), None);
    worker.run_all(&[&told], store);
    let summary: ModelSummary =
        serde_json::from_value(entry(store, &told).manifest.summary).expect("a summary");
    assert!(summary.test_accuracy > 0.5, "{summary:?}");

    let (message, _) = worker.run(&all, store).expect_err("nothing is trained");
    assert!(message.contains("all parameters are frozen"), "{message}");
}

#[test]
fn weights_mix_tensor_by_tensor_and_what_is_ignored_is_drawn() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path();
    let data = digits(vec![]);
    let a = train("a", &data, small_cnn(4), one_hot(), 1);
    let b = changed("b", &a, |task| {
        task.seed = 2;
        change_recipe(task, |recipe| recipe.steps = 3);
    });
    let untrained = changed("untrained", &a, |task| {
        task.seed = 5;
        change_recipe(task, |recipe| {
            recipe.lr = Schedule::Constant(0.0);
            recipe.weight_decay = Schedule::Constant(0.0);
            recipe.steps = 1;
        });
    });
    let share = |weight, of: &Node| Share {
        weight,
        from: WeightsFrom::Model(of.key),
    };
    let mix = |init, files: BTreeMap<String, InputFile>| {
        let task = WeightsTask {
            version: 1,
            network: small_cnn(4).into(),
            init,
            seed: 5,
            data: split(&data, Split::Train),
            test: split(&data, Split::Test),
        };
        Node {
            files,
            ..node("mixed", Task::Weights(task))
        }
    };
    let mixed = mix(vec![share(0.25, &a), share(-2.0, &b)], BTreeMap::new());
    let mut worker = Worker::start();
    worker.run_all(&[&data, &a, &b, &untrained, &mixed], store);
    let [of_a, of_b, of_mixed] = [&a, &b, &mixed].map(|node| weights(store, node));
    for (name, bytes) in &of_mixed {
        if name.ends_with("num_batches_tracked") {
            assert_eq!(*bytes, of_a[name]);
            continue;
        }
        let pairs = floats(&of_a[name]).into_iter().zip(floats(&of_b[name]));
        let wanted: Vec<f32> = pairs
            .map(|(a, b)| (0.25 * f64::from(a) - 2.0 * f64::from(b)) as f32)
            .collect();
        assert_eq!(floats(bytes), wanted, "{name}");
    }

    // A file whose `fc` is ignored, and which holds one tensor too many that is ignored too.
    let bytes = entry(store, &a)
        .read("weights.safetensors")
        .expect("a blob");
    let found = SafeTensors::deserialize(&bytes).expect("sound");
    let mut views = found.tensors();
    let extra = found.tensor("fc.bias").expect("there");
    views.push(("fc.extra".to_string(), extra));
    let path = folder.path().join("a.safetensors");
    let written = safetensors::serialize(views, None).expect("packed");
    std::fs::write(&path, &written).expect("written");
    let digest = Digest::of_bytes(&written);
    let file = |ignore: &[&str]| {
        let from = WeightsFrom::File {
            role: "weights".to_string(),
            content: digest,
            ignore: ignore.iter().map(|pattern| pattern.to_string()).collect(),
        };
        let input = InputFile {
            path: path.clone(),
            digest: Some(digest),
        };
        let files = BTreeMap::from([("weights".to_string(), input)]);
        mix(vec![Share { weight: 1.0, from }], files)
    };
    let headless = file(&["fc.*"]);
    worker.run_all(&[&headless], store);
    let (drawn, headless) = (weights(store, &untrained), weights(store, &headless));
    for (name, bytes) in &headless {
        let of = if name.starts_with("fc.") {
            &drawn
        } else {
            &of_a
        };
        assert_eq!(*bytes, of[name], "{name}");
    }
    let (message, _) = worker.run(&file(&["fc.bias"]), store).expect_err("surplus");
    assert!(
        message.contains("no place for: `fc.extra` [10]"),
        "{message}"
    );
    let nothing = file(&["fc.*", "cf.*"]);
    let (message, _) = worker.run(&nothing, store).expect_err("no match");
    assert!(message.contains("`cf.*` is to be ignored"), "{message}");
}

#[test]
fn layers_between_features_are_trained_and_kept_beside_the_student() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path();
    let data = digits(vec![]);
    let teacher = train("teacher", &data, small_cnn(8), one_hot(), 1);
    let (own, wanted) = ([4, 8, 8], [8, 8, 8]);
    let conv = [("channels", Datum::Int(8)), ("kernel", Datum::Int(1))];
    let objective = |through: Option<Layer>| {
        let mut terms = one_hot();
        terms.push(Term {
            weight: Schedule::Constant(1.0),
            loss: Loss::Features {
                teacher: teacher.key,
                layer: "bn1".to_string(),
                to: "bn1".to_string(),
                through,
                view: View::Clean,
                tokens: false,
            },
        });
        terms
    };
    let led = objective(Some(chain(
        vec![layer("0", "conv", &conv, &own, &wanted)],
        &own,
    )));
    let student = train("student", &data, small_cnn(4), led, 2);
    let bare = train("bare", &data, small_cnn(4), objective(None), 1);
    let mut worker = Worker::start();
    worker.run_all(&[&data, &teacher, &student], store);
    assert!(
        weights(store, &student)
            .keys()
            .all(|name| !name.contains("through"))
    );
    let state = tensors(store, &student, "optimizer.safetensors");
    let kept: Vec<&str> = state.keys().map(String::as_str).collect();
    for name in [
        "objective.through[0].0.weight",
        "objective.through[0].0.weight.momentum_buffer",
        "objective.through[0].0.bias",
    ] {
        assert!(kept.contains(&name), "{kept:?}");
    }
    let moved = floats(&state["objective.through[0].0.weight.momentum_buffer"]);
    assert!(moved.iter().any(|value| *value != 0.0));
    let (message, _) = worker.run(&bare, store).expect_err("4 and 8 channels");
    assert!(message.contains("size"), "{message}");
}
