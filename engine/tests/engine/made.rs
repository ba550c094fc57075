//! Data made of other data.

use std::path::Path;

use kdp::plan::*;
use kdp::store::Store;
use kdp::vocabulary::{SOURCES, TRANSFORMS};
use kdp_engine::blob::read_i64;
use safetensors::SafeTensors;

use super::*;

fn numbers(store: &Path, node: &Node, blob: &str, name: &str) -> Vec<i64> {
    let entry = Store::at(store).find(node.key).expect("in the store");
    let bytes = entry.read(blob).expect("a blob");
    let tensors = SafeTensors::deserialize(&bytes).expect("sound");
    read_i64(&tensors.tensor(name).expect("there")).expect("whole numbers")
}

fn labels(store: &Path, node: &Node) -> Vec<i64> {
    numbers(store, node, "train.safetensors", "labels")
}

fn made(id: &str, from: DataFrom, transforms: Vec<Call>, shape: DataShape) -> Node {
    let task = DataTask {
        from,
        transforms,
        shape,
    };
    node(id, Task::Data(task))
}

fn transform(name: &str, args: &[(&str, Datum)]) -> Call {
    call(TRANSFORMS, name, args)
}

fn few(train: i64) -> DataShape {
    shape(train, 360)
}

/// So many of the digits.
fn taken(train: i64, transforms: &[Call], shape: DataShape) -> Node {
    let take = transform("take", &[("train", Datum::Int(train))]);
    let Task::Data(task) = digits(vec![]).task else {
        panic!("data");
    };
    made("few", task.from, [&[take], transforms].concat(), shape)
}

fn unlabelled(train: i64) -> Node {
    let bare = DataShape {
        labelled: false,
        ..few(train)
    };
    taken(train, &[transform("unlabelled", &[])], bare)
}

#[test]
fn a_join_is_the_samples_of_both_and_a_model_can_label_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path();
    let (few_labelled, bare) = (taken(200, &[], few(200)), unlabelled(300));
    let both = made(
        "both",
        DataFrom::Join(few_labelled.key, bare.key),
        vec![],
        DataShape {
            labelled: false,
            ..few(500)
        },
    );
    let data = digits(vec![]);
    let teacher = train("teacher", &data, small_cnn(8), one_hot(), 3);
    let told = made(
        "told",
        DataFrom::Relabel {
            data: both.key,
            by: teacher.key,
        },
        vec![transform("take", &[("train", Datum::Int(400))])],
        few(400),
    );
    let mut worker = Worker::start();
    worker.run_all(
        &[&data, &teacher, &few_labelled, &bare, &both, &told],
        store,
    );
    let first = labels(store, &few_labelled);
    let joined = labels(store, &both);
    assert_eq!(joined[..200], first);
    assert_eq!(joined[200..], [-1; 300]);
    let truth = |node| numbers(store, node, "train.safetensors", "true_labels");
    assert_eq!(truth(&both)[200..], truth(&bare));
    assert_eq!(truth(&both)[..200], first);

    let (said, truth) = (labels(store, &told), truth(&told));
    let right = said
        .iter()
        .zip(&truth)
        .filter(|(said, truth)| said == truth);
    let right = right.count() as f64 / 400.0;
    let watcher = curves(&teacher, &data);
    worker.run_all(&[&watcher], store);
    let entry = Store::at(store).find(watcher.key).expect("there");
    let summary: ModelSummary = serde_json::from_value(entry.manifest.summary).expect("a summary");
    let accuracy = summary.train_accuracy.expect("labels");
    // Five standard deviations of the share of 400 samples, a few of them twice.
    let off = 5.0 * (accuracy * (1.0 - accuracy) / 400.0).sqrt() + 0.01;
    assert!((right - accuracy).abs() < off, "{right}, not {accuracy}");
    assert!(right < 1.0 && right > 0.8, "{right}");
    assert_eq!(
        numbers(store, &told, "test.safetensors", "labels"),
        numbers(store, &data, "test.safetensors", "labels")
    );
}

#[test]
fn samples_without_labels_are_learnt_from_a_teacher_and_never_from_labels() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path();
    let (data, bare) = (digits(vec![]), unlabelled(300));
    let teacher = train("teacher", &data, small_cnn(4), one_hot(), 1);
    let on = |id: &str, objective: Vec<Term>| {
        let Task::Train(mut task) = train(id, &bare, small_cnn(4), objective, 1).task else {
            panic!("a training");
        };
        change_recipe(&mut task, |recipe| {
            (recipe.steps, recipe.steps_per_epoch) = (9, 3)
        });
        training(id, &task)
    };
    let distilled = on("distilled", distill_then_one_hot(&teacher, 20, 30));
    let switched = on("switched", distill_then_one_hot(&teacher, 4, 6));
    let mut worker = Worker::start();
    let watcher = curves(&distilled, &data);
    worker.run_all(&[&data, &bare, &teacher, &distilled, &watcher], store);
    let entry = Store::at(store).find(watcher.key).expect("there");
    let summary: ModelSummary =
        serde_json::from_value(entry.manifest.summary.clone()).expect("a summary");
    assert_eq!(summary.train_accuracy, None);
    let curves = entry.read("curves.json").expect("curves");
    let curves: Curves = serde_json::from_slice(&curves).expect("curves");
    assert_eq!(curves.train_loss.len(), 9);
    assert!(curves.train_accuracy.is_empty());

    let (message, help) = worker.run(&switched, store).expect_err("labels");
    assert!(
        message.contains("labels at step 5, but 300 of 300 samples have none"),
        "{message}"
    );
    assert!(help.is_some_and(|help| help.contains("relabel")));

    for name in ["accuracy", "calibration"] {
        let mut measured = measure(name, &[("model", &teacher)], &bare);
        if let Task::Measure(task) = &mut measured.task {
            task.on.split = Split::Train;
        }
        let measured = node(name, measured.task);
        let (message, _) = worker.run(&measured, store).expect_err("labels");
        assert!(message.contains("samples without one"), "{message}");
    }
}

#[test]
fn data_of_another_scale_is_not_joined() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path();
    let mut args = source_args(3000, 1000);
    args.push(("name", Datum::Text("fashion_mini".to_string())));
    args[0].1 = Datum::List([1, 14, 14].map(Datum::Int).to_vec());
    let shape = DataShape {
        sample: [1, 14, 14].into(),
        ..shape(3000, 1000)
    };
    let from = DataFrom::Source {
        source: call(SOURCES, "embedded", &args),
        files: Default::default(),
    };
    let fashion = made("fashion", from, vec![], shape.clone());
    let data = digits(vec![]);
    let from = DataFrom::Join(data.key, fashion.key);
    let both = made("both", from, vec![], shape);
    let mut worker = Worker::start();
    worker.run_all(&[&data, &fashion], store);
    let (message, _) = worker.run(&both, store).expect_err("they differ");
    assert!(message.contains("cannot be joined"), "{message}");
}

#[test]
fn an_ensemble_is_a_model_to_learn_from_to_measure_and_to_put_into_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path();
    let data = digits(vec![]);
    let a = train("a", &data, small_cnn(4), one_hot(), 1);
    let b = train("b", &data, small_cnn(8), one_hot(), 1);
    let together = |id: &str, members: &[&Node], of| {
        let members = members.iter().map(|member| member.key).collect();
        let task = EnsembleTask {
            version: 1,
            ensemble: Ensemble { members, of },
            data: split(&data, Split::Train),
            test: split(&data, Split::Test),
        };
        node(id, Task::Ensemble(task))
    };
    let pair = together("pair", &[&a, &b], Blend::Probabilities);
    let nested = together("nested", &[&pair, &a], Blend::Logits);
    let alone = together("alone", &[&a], Blend::Probabilities);
    let student = train(
        "student",
        &data,
        small_cnn(4),
        distill_then_one_hot(&nested, 20, 20),
        1,
    );
    let gap = measure(
        "deviation",
        &[("student", &student), ("teacher", &nested)],
        &data,
    );
    let same = measure("deviation", &[("student", &alone), ("teacher", &a)], &data);
    let told = made(
        "told",
        DataFrom::Relabel {
            data: data.key,
            by: pair.key,
        },
        vec![],
        few(1437),
    );
    let [of_a, of_b] = [&a, &b].map(|model| curves(model, &data));
    let nodes = [
        &data, &a, &b, &of_a, &of_b, &pair, &nested, &alone, &student, &gap, &same, &told,
    ];
    Worker::start().run_all(&nodes, store);
    let entry = |node: &Node| Store::at(store).find(node.key).expect("there");
    let summary = |node| -> ModelSummary {
        serde_json::from_value(entry(node).manifest.summary).expect("a summary")
    };
    let of_pair = summary(&pair);
    assert_eq!(
        of_pair.parameters,
        summary(&of_a).parameters + summary(&of_b).parameters
    );
    assert_eq!(Some(of_pair.digest), entry(&pair).manifest.digest());
    assert_eq!(of_pair.steps, 0);
    assert_eq!(summary(&alone).test_accuracy, summary(&of_a).test_accuracy);
    let fields = entry(&same).manifest.summary;
    assert!(fields["kl"].as_f64().is_some_and(|kl| kl.abs() < 1e-9));
    let labels_said = labels(store, &told);
    let truth = numbers(store, &told, "train.safetensors", "true_labels");
    let right = labels_said.iter().zip(&truth).filter(|(a, b)| a == b);
    let accuracy = of_pair.train_accuracy.expect("labels");
    assert_eq!(right.count() as f64 / 1437.0, accuracy);
}
