//! Measurements against NumPy.

use std::collections::BTreeMap;

use kdp_engine::measure::{Class, Labels, Logits, Space, accuracy, calibration, deviation};
use serde::Deserialize;

use super::{hold, read};

#[derive(Deserialize)]
struct Deviation {
    class: String,
    space: String,
    fields: BTreeMap<String, f64>,
    x: Vec<f64>,
    y: Vec<f64>,
}

#[derive(Deserialize)]
struct Reference {
    classes: usize,
    teacher: Vec<f64>,
    student: Vec<f64>,
    labels: Vec<i64>,
    true_labels: Vec<i64>,
    deviations: Vec<Deviation>,
    ece: f64,
    accuracy: BTreeMap<String, f64>,
}

#[test]
fn every_measure_agrees_with_numpy() {
    let reference: Reference = read("measures.json");
    let logits =
        |values: &[f64]| Logits::new("model", reference.classes, values.to_vec()).expect("logits");
    let (student, teacher) = (logits(&reference.student), logits(&reference.teacher));
    let labels = Labels {
        given: &reference.labels,
        truth: &reference.true_labels,
    };
    assert_eq!(reference.deviations.len(), 4);
    for wanted in &reference.deviations {
        let class = match wanted.class.as_str() {
            "truth" => Class::Truth,
            _ => Class::Teacher,
        };
        let space = match wanted.space.as_str() {
            "probability" => Space::Probability,
            _ => Space::Logit,
        };
        let found = deviation(&student, &teacher, labels, class, space).expect("a deviation");
        let what = format!("{} {}", wanted.class, wanted.space);
        hold(&format!("{what} x"), &found.x, &wanted.x, 1e-12);
        hold(&format!("{what} y"), &found.y, &wanted.y, 1e-12);
        let names: Vec<_> = found.fields.keys().collect();
        assert_eq!(names, wanted.fields.keys().collect::<Vec<_>>());
        for (name, value) in &wanted.fields {
            hold(
                &format!("{what} {name}"),
                &[found.fields[name]],
                &[*value],
                1e-8,
            );
        }
    }
    hold(
        "ece",
        &[calibration(&student, labels.given)["ece"]],
        &[reference.ece],
        1e-9,
    );
    assert_eq!(accuracy(&student, labels), reference.accuracy);
}

#[test]
fn a_confidence_that_float64_cannot_tell_from_one_keeps_its_logit() {
    let reference: Reference = read("measures.json");
    let row = &reference.teacher[5 * reference.classes..6 * reference.classes];
    let model = Logits::new("model", 4, [row, &[0.0, 1.0, 2.0, 3.0]].concat()).expect("logits");
    let labels = Labels {
        given: &[0, 0],
        truth: &[0, 0],
    };
    let found = deviation(&model, &model, labels, Class::Teacher, Space::Logit).expect("a line");
    // 90 − log(e¹ + e² + e³)
    assert!(
        (found.x[0] - 86.592_394_035_555_62).abs() < 1e-9,
        "{}",
        found.x[0]
    );
    assert!((found.fields["slope"] - 1.0).abs() < 1e-12);
}
