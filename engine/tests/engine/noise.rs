//! Noisy labels from text to measure, and distilling on other data than the teacher's.

use std::path::Path;

use kdp::plan::{Node, Plan};
use kdp::store::Store;
use kdp_engine::blob::read_i64;
use safetensors::SafeTensors;
use serde_json::Value;

use super::language::planned;
use super::*;

const NOISY: &str = r#"
use std.datasets.{digits, mnist_confusions}
use std.archs.mlp
use std.recipes.quick

dataset data = digits() |> split(validation: 10%, seed: 3)
dataset wrong = data |> label_noise(40%, to: mnist_confusions, seed: 1)
dataset half = digits() |> label_noise(transition: [
  [if a == b { 0.5 } else if (a + 1) % 10 == b { 0.3 } else if (a + 2) % 10 == b { 0.2 } else { 0.0 } for b in 0..10]
  for a in 0..10
])

teacher big = mlp([32]) { data: wrong.train, recipe: quick, seed: 1 }
teacher clean = mlp([32]) { data: data.train, recipe: quick, seed: 2 }

measure seen = accuracy(big, on: wrong.train)
measure held = accuracy(big, on: wrong.validation)
measure gap = deviation(clean, big, on: wrong.train)
measure spread = accuracy(clean, on: half.train)
"#;

/// The bytes of a node's blob.
fn blob(store: &Path, node: &Node, name: &str) -> Vec<u8> {
    let entry = Store::at(store).find(node.key).expect("in the store");
    entry.read(name).expect("a blob")
}

fn named<'p>(plan: &'p Plan, id: &str) -> &'p Node {
    plan.nodes().find(|node| node.id == id).expect("a node")
}

#[test]
fn measures_tell_what_became_of_wrong_labels() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path();
    let plan = planned(NOISY);
    let nodes: Vec<&Node> = plan.nodes().collect();
    Worker::start().run_all(&nodes, store);
    let result = |id: &str| -> Value {
        serde_json::from_slice(&blob(store, named(&plan, id), "result.json")).expect("fields")
    };

    let points = blob(store, named(&plan, "gap"), "points.safetensors");
    let points = SafeTensors::deserialize(&points).expect("sound");
    let numbers = |name: &str| read_i64(&points.tensor(name).expect("there")).expect("whole");
    let (labels, truth) = (numbers("label"), numbers("true_label"));
    let flipped: Vec<bool> = points
        .tensor("flipped")
        .expect("there")
        .data()
        .iter()
        .map(|one| *one == 1)
        .collect();
    let to = [0, 1, 7, 8, 4, 6, 5, 1, 8, 9];
    for class in 0..10i64 {
        let rows: Vec<usize> = (0..truth.len())
            .filter(|&row| truth[row] == class)
            .collect();
        let wrong: Vec<usize> = rows.iter().copied().filter(|&row| flipped[row]).collect();
        let wanted = if to[class as usize] == class {
            0
        } else {
            rows.len() * 2 / 5
        };
        assert_eq!(wrong.len(), wanted, "class {class}");
        assert!(wrong.iter().all(|&row| labels[row] == to[class as usize]));
    }
    let count = flipped.iter().filter(|one| **one).count() as f64;
    let gap = result("gap");
    assert_eq!(gap["flipped"], count);
    // Least squares in the two-pass form of any textbook, over the flipped samples alone.
    let values = |name: &str| -> Vec<f64> {
        let (words, _) = points.tensor(name).expect("there").data().as_chunks();
        words.iter().map(|word| f64::from_le_bytes(*word)).collect()
    };
    let (x, y) = (values("x"), values("y"));
    let rows: Vec<usize> = (0..x.len()).filter(|&row| flipped[row]).collect();
    let mean = |of: &[f64]| rows.iter().map(|&row| of[row]).sum::<f64>() / count;
    let (mx, my) = (mean(&x), mean(&y));
    let xy: f64 = rows.iter().map(|&row| (x[row] - mx) * (y[row] - my)).sum();
    let xx: f64 = rows.iter().map(|&row| (x[row] - mx).powi(2)).sum();
    let slope = gap["slope_flipped"].as_f64().expect("a slope");
    assert!((slope - xy / xx).abs() < 1e-9, "{slope}, not {}", xy / xx);
    assert!(gap["slope_clean"].is_f64());

    let seen = result("seen");
    assert_eq!(seen["flipped"], count);
    let share = |field: &str| seen[field].as_f64().expect("a share");
    // Right by the labels: the clean ones it knows and the wrong ones it has learnt.
    let n = seen["count"].as_f64().expect("a count");
    let of_clean = share("top1") * n - share("memorised") * count;
    let of_truth = share("top1_true") * n - share("corrected") * count;
    assert!(
        (of_clean - of_truth).abs() < 1e-6,
        "clean samples have one label"
    );
    assert!(share("memorised") + share("corrected") <= 1.0 + 1e-12);
    assert!(share("corrected") > 0.1 && share("top1_true") > share("top1"));

    let held = result("held");
    assert_eq!(held["flipped"], 0.0);
    assert_eq!(held["top1"], held["top1_true"]);
    assert!(held.get("memorised").is_none() && held.get("corrected").is_none());

    // Five in ten of each class, rounded down twice.
    let spread = result("spread")["flipped"].as_f64().expect("a count");
    assert!(
        (1437.0 * 0.5 - 20.0..=1437.0 * 0.5).contains(&spread),
        "{spread}"
    );
}

const ELSEWHERE: &str = r#"
use std.datasets.digits
use std.archs.mlp
use std.recipes.quick

dataset first = digits() |> subset(indices: 0..700)
dataset rest = digits() |> subset(indices: 700..1_437) |> unlabelled()
dataset even = digits() |> balance(60, seed: 4) |> normalise()

teacher big = mlp([64]) { data: first.train, recipe: quick, seed: 1 }
student small = mlp([32]) { data: rest.train, recipe: quick, seed: 2, objective: distill(big, temperature: 2) }
student other = mlp([32]) { data: even.train, recipe: quick, seed: 3, objective: distill(big) }

measure right = accuracy(small, on: first.test)
measure gap = deviation(small, big, on: rest.train)
measure on_even = accuracy(other, on: even.test)
"#;

#[test]
fn a_student_learns_on_other_data_than_its_teacher() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path();
    let plan = planned(ELSEWHERE);
    let nodes: Vec<&Node> = plan.nodes().collect();
    Worker::start().run_all(&nodes, store);
    let result = |id: &str| -> Value {
        serde_json::from_slice(&blob(store, named(&plan, id), "result.json")).expect("fields")
    };
    let right = result("right")["top1"].as_f64().expect("a share");
    assert!(right > 0.8, "{right}, without having seen one label");
    let gap = result("gap");
    assert_eq!(
        (gap["count"].as_f64(), gap["flipped"].as_f64()),
        (Some(737.0), Some(0.0))
    );
    assert!(
        gap["agreement"]
            .as_f64()
            .is_some_and(|agreed| agreed > 0.85),
        "{gap}"
    );
    assert!(
        result("on_even")["top1"]
            .as_f64()
            .is_some_and(|right| right > 0.7)
    );
}
