//! Data, training and measurements that succeed.

use kdp::plan::{Curves, ModelSummary, Task};
use kdp::store::{Entry, Store};
use kdp::vocabulary::{MEASURES, fields as declared_fields};
use std::collections::BTreeMap;
use std::path::Path;

use super::*;

const OF_WRONG_LABELS: [&str; 4] = ["slope_flipped", "slope_clean", "memorised", "corrected"];

fn entry(store: &Path, node: &kdp::plan::Node) -> Entry {
    Store::at(store).find(node.key).expect("in the store")
}

#[test]
fn a_pipeline_runs_from_data_to_measurements() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path();
    let data = digits(vec![]);
    let teacher = train("big", &data, small_cnn(16), one_hot(), 8);
    let objective = distill_then_one_hot(&teacher, 36, 60);
    let student = train("small", &data, small_cnn(8), objective, 8);
    let pair = [("student", &student), ("teacher", &teacher)];
    let gap = measure("deviation", &pair, &data);
    let top = measure("accuracy", &[("model", &student)], &data);
    let ece = measure("calibration", &[("model", &student)], &data);
    let measures = [&gap, &top, &ece];
    let mut worker = Worker::start();
    let of_student = curves(&student, &data);
    worker.run_all(&[&data, &teacher], store);
    worker.along = vec![of_student.clone()];
    worker.run(&student, store).expect("it trains");
    worker.along = vec![];
    worker.run_all(&[&gap, &top, &ece], store);

    // Of the teacher, which nobody watched while it was trained, the way is gone again.
    let of_teacher = curves(&teacher, &data);
    worker.run_all(&[&of_teacher], store);
    for (model, told) in [(&teacher, &of_teacher), (&student, &of_student)] {
        let (state, entry) = (entry(store, model), entry(store, told));
        let summary: ModelSummary =
            serde_json::from_value(entry.manifest.summary.clone()).expect("a summary");
        assert!(summary.test_accuracy > 0.9, "{summary:?}");
        assert!(
            summary.train_accuracy.is_some_and(|share| share > 0.9),
            "{summary:?}"
        );
        assert_eq!(Some(summary.digest), state.manifest.digest());
        let curves = entry.read("curves.json").expect("curves");
        let curves: Curves = serde_json::from_slice(&curves).expect("curves");
        assert_eq!(curves.train_steps, (1..=96).collect::<Vec<_>>());
        assert_eq!(
            curves.test_steps,
            (1..=8).map(|e| 12 * e).collect::<Vec<_>>()
        );
        assert_eq!(curves.test_accuracy.last(), Some(&summary.test_accuracy));
        for blob in ["network.json", "optimizer.safetensors", "log.safetensors"] {
            assert!(state.manifest.blobs.contains_key(blob), "{blob}");
        }
    }

    assert_eq!(MEASURES.len(), measures.len());
    for measure in measures {
        assert!(MEASURES.iter().any(|word| word.name == measure.id));
        let entry = entry(store, measure);
        let fields: BTreeMap<String, f64> =
            serde_json::from_value(entry.manifest.summary.clone()).expect("fields");
        // No label is wrong: what tells of wrong ones has no value.
        let declared = declared_fields(&measure.id).map(|field| field.name);
        let declared: Vec<&str> = declared
            .filter(|name| !OF_WRONG_LABELS.contains(name))
            .collect();
        let mut names: Vec<&str> = fields.keys().map(String::as_str).collect();
        names.sort_by_key(|name| declared.iter().position(|field| field == name));
        assert_eq!(names, declared);
        assert_eq!(fields["count"], 360.0);
        if let Some(top1) = fields.get("top1") {
            let student = entry_summary(store, &of_student);
            assert_eq!(*top1, student.test_accuracy);
        }
    }
    let points = entry(store, &gap)
        .read("points.safetensors")
        .expect("points");
    let points = safetensors::SafeTensors::deserialize(&points).expect("points");
    assert_eq!(points.tensor("x").expect("x").shape(), [360]);
}

fn entry_summary(store: &Path, model: &kdp::plan::Node) -> ModelSummary {
    serde_json::from_value(entry(store, model).manifest.summary).expect("a summary")
}

#[test]
fn the_same_task_gives_the_same_bits_alone_again_and_beside_another() {
    let data = digits(vec![]);
    let teacher = train("big", &data, small_cnn(8), one_hot(), 2);
    let student = train(
        "small",
        &data,
        small_cnn(8),
        distill_then_one_hot(&teacher, 6, 18),
        2,
    );
    let all = [&data, &teacher, &student];
    let run = || {
        let folder = tempfile::tempdir().expect("a folder");
        let digest = Worker::start().run_all(&all, folder.path());
        let optimizer =
            entry(folder.path(), &student).manifest.blobs["optimizer.safetensors"].digest;
        (digest, optimizer)
    };
    let alone = run();
    let beside = std::thread::spawn({
        let other = train("other", &data, small_cnn(16), one_hot(), 3);
        let data = data.clone();
        move || {
            let folder = tempfile::tempdir().expect("a folder");
            Worker::start().run_all(&[&data, &other], folder.path());
        }
    });
    assert_eq!(run(), alone);
    beside.join().expect("the other one runs");

    let mut reseeded = student.clone();
    if let Task::Train(task) = &mut reseeded.task {
        task.seed += 1;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let other = Worker::start().run_all(&[&data, &teacher, &reseeded], folder.path());
    assert_ne!(other, alone.0);
}
