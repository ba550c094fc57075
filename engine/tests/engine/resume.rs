//! The state at a step has the same bits however the run got there.

use std::collections::BTreeMap;
use std::path::Path;

use kdp::plan::*;
use kdp::run::Saving;
use kdp::store::Store;

use super::*;

/// The digests of all blobs of objects.
fn digests(store: &Path, nodes: &[&Node]) -> BTreeMap<String, Digest> {
    let store = Store::at(store);
    let mut digests = BTreeMap::new();
    for node in nodes {
        let entry = store.find(node.key);
        let entry = entry.unwrap_or_else(|| panic!("{} is not there", node.id));
        for (name, blob) in &entry.manifest.blobs {
            digests.insert(format!("{}: {name}", node.id), blob.digest);
        }
    }
    digests
}

/// A student with batch norm, dropout, augmentation, a window and layers trained along, and its teacher.
fn pair(data: &Node, optimizer: &str) -> [Node; 2] {
    let teacher = train("teacher", data, small_cnn(4), one_hot(), 1);
    let conv = [("channels", Datum::Int(4)), ("kernel", Datum::Int(1))];
    let sides = [4, 8, 8];
    let through = chain(vec![layer("0", "conv", &conv, &sides, &sides)], &sides);
    let mut objective = distill_then_one_hot(&teacher, 20, 60);
    objective.push(Term {
        weight: linear(0.0, 0.5, 30, 31),
        loss: Loss::Features {
            teacher: teacher.key,
            layer: "bn1".to_string(),
            to: "bn1".to_string(),
            through: Some(through),
            view: View::Same,
            tokens: false,
        },
    });
    let student = train("student", data, small_cnn(4), objective, 20);
    let mut task = task(&student).clone();
    change_recipe(&mut task, |recipe| {
        recipe.optimizer = call(kdp::vocabulary::OPTIMISERS, optimizer, &[]);
        recipe.lr = linear(0.01, 0.001, 0, 200);
        if optimizer == "sgd" {
            recipe
                .optimizer
                .args
                .insert("momentum".to_string(), Datum::Number(0.9));
        }
    });
    [teacher, training("student", &task)]
}

fn best(of: &Node, data: &Node) -> Node {
    let best = Best {
        on: split(data, Split::Test),
        by: "loss".to_string(),
        every: 7,
    };
    observe("best", of, split(data, Split::Test), Some(best))
}

#[test]
fn a_run_that_is_stopped_and_killed_ends_as_one_left_alone() {
    for optimizer in ["sgd", "adamw"] {
        let data = digits(vec![]);
        let [teacher, student] = pair(&data, optimizer);
        let (curves, best) = (curves(&student, &data), best(&student, &data));
        let nodes = [&student, &curves, &best];
        let start = |saving| {
            let mut worker = Worker::start();
            worker.along = vec![curves.clone(), best.clone()];
            worker.saving = saving;
            worker
        };
        let alone = tempfile::tempdir().expect("a folder");
        Worker::start().run_all(&[&data, &teacher], alone.path());
        start(Saving::Never).run_all(&[&student], alone.path());
        let wanted = digests(alone.path(), &nodes);

        let folder = tempfile::tempdir().expect("a folder");
        let store = folder.path();
        Worker::start().run_all(&[&data, &teacher], store);
        let saved = start(Saving::Never).interrupt(&student, store, 1, false);
        let saved = saved.expect("it is saved");
        start(Saving::Steps(10)).interrupt(&student, store, saved + 1, true);
        start(Saving::Steps(3)).interrupt(&student, store, 100, true);
        let later = start(Saving::Never).interrupt(&student, store, 1, false);
        assert!(
            later.is_some_and(|later| later > 90.max(saved)),
            "{later:?}"
        );
        start(Saving::Steps(10)).run_all(&[&student], store);
        assert_eq!(digests(store, &nodes), wanted, "{optimizer}");

        // Of what was saved on the way, the states near the quarters are left.
        let milestones = Store::at(store).milestones(task(&student).lineage());
        let steps: Vec<u64> = milestones.iter().map(|milestone| milestone.step).collect();
        assert!(steps.len() <= 4 && steps.contains(&240), "{steps:?}");
    }
}

#[test]
fn a_longer_run_goes_on_with_a_shorter_one_and_a_fork_with_its_trunk() {
    let data = digits(vec![]);
    let [teacher, student] = pair(&data, "sgd");
    let at = |step: u64| training("part", &task(&student).until(step));
    let alone = tempfile::tempdir().expect("a folder");
    let told = curves(&student, &data);
    Worker::start().run_all(&[&data, &teacher, &student, &told], alone.path());
    let wanted = digests(alone.path(), &[&student, &told]);

    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path();
    let mut worker = Worker::start();
    worker.run_all(&[&data, &teacher], store);
    for step in [5, 31, 32, 150] {
        worker.along = vec![curves(&at(step), &data)];
        worker.run_all(&[&at(step)], store);
    }
    // Another one that parts from it in the middle of its window.
    let mut other = task(&student).clone();
    change_recipe(&mut other, |recipe| recipe.lr = linear(0.01, 0.001, 0, 200));
    other.objective = distill_then_one_hot(&teacher, 20, 60);
    worker.run_all(&[&training("other", &other)], store);
    worker.along = vec![told.clone()];
    worker.run_all(&[&student], store);
    assert_eq!(digests(store, &[&student, &told]), wanted);
}

#[test]
fn what_is_watched_later_is_what_would_have_been_seen() {
    let data = digits(vec![]);
    let [teacher, student] = pair(&data, "sgd");
    let (curves, best) = (curves(&student, &data), best(&student, &data));
    let along = tempfile::tempdir().expect("a folder");
    let mut worker = Worker::start();
    worker.run_all(&[&data, &teacher], along.path());
    worker.along = vec![curves.clone(), best.clone()];
    worker.run_all(&[&student], along.path());

    let later = tempfile::tempdir().expect("a folder");
    let mut worker = Worker::start();
    worker.saving = Saving::Steps(50);
    worker.run_all(&[&data, &teacher, &student, &curves, &best], later.path());
    let nodes = [&student, &curves, &best];
    assert_eq!(digests(later.path(), &nodes), digests(along.path(), &nodes));
}
