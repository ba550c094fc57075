//! Matching features through layers that are trained along, against PyTorch.

use std::collections::BTreeMap;

use kdp::plan::{DataMeta, Datum, Key, Loss, Schedule, Split, SplitRef, Term, View};
use kdp::vocabulary;
use kdp_engine::data::{Batch, Feeder, Loaded, Samples};
use kdp_engine::nets::{Mode, Model, Part, gradients};
use kdp_engine::outputs::Cache;
use kdp_engine::train::{Scene, Shown, Teachers, Throughs, loss};
use serde::Deserialize;
use tch::{Device, Tensor};

use super::layers::net;
use super::network::network;
use super::{Numbers, hold, numbers, read};
use crate::nodes::{call, chain, layer, one_hot, recipe, shape};

#[derive(Deserialize)]
struct Reference {
    images: Numbers,
    labels: Vec<i64>,
    student: BTreeMap<String, Numbers>,
    teacher: BTreeMap<String, Numbers>,
    through: BTreeMap<String, Numbers>,
    loss: f64,
    student_gradients: BTreeMap<String, Numbers>,
    through_gradients: BTreeMap<String, Numbers>,
    through_after: BTreeMap<String, Numbers>,
}

/// 0.7 · features + 0.3 · one-hot, as `make_reference.py` has it.
fn objective(teacher: Key) -> Vec<Term> {
    let half = [4, 3, 3];
    let conv = [("channels", Datum::Int(4)), ("kernel", Datum::Int(1))];
    let layers = vec![
        layer("0", "batch_norm", &[], &half, &half),
        layer("1", "conv", &conv, &half, &half),
    ];
    let features = Loss::Features {
        teacher,
        layer: "layer1".to_string(),
        to: "layer1".to_string(),
        through: Some(chain(layers, &half)),
        view: View::Same,
    };
    let mut terms = one_hot();
    terms[0].weight = Schedule::Constant(0.3);
    terms.push(Term {
        weight: Schedule::Constant(0.7),
        loss: features,
    });
    terms
}

/// The end of a name in the reference: that of the layers between stands behind a prefix.
fn wanted<'a>(reference: &'a BTreeMap<String, Numbers>, name: &str) -> &'a Numbers {
    let short = name.rsplit("through[0].").next().expect("an end");
    &reference[short]
}

fn hold_gradients(part: &Part, flat: &Tensor, reference: &BTreeMap<String, Numbers>) {
    let all = reference.values().flat_map(|numbers| &numbers.values);
    let largest = all.fold(0f64, |largest, value| largest.max(value.abs()));
    let cut = part.cut(flat).expect("parts");
    assert_eq!(cut.len(), reference.len());
    for (name, gradient) in cut {
        // A bias before batch norm has a gradient of 0, which rounding makes a small number.
        if name == "conv1.bias" {
            assert!(numbers(&gradient).iter().all(|g| g.abs() < 1e-5 * largest));
        } else {
            wanted(reference, name).hold(name, &gradient);
        }
    }
}

#[test]
fn features_and_the_layers_between_have_pytorchs_gradients() {
    let reference: Reference = read("features.json");
    let key = Key([7; 32]);
    let objective = objective(key);
    let student = net(&network(), &reference.student);
    let throughs = Throughs::new(&objective, 3, Device::Cpu).expect("layers");
    let [through] = throughs.nets().collect::<Vec<_>>()[..] else {
        panic!("one term has layers between");
    };
    for (name, tensor) in through.tensors() {
        let values = wanted(&reference.through, name).tensor();
        tensor.shallow_clone().copy_(&values);
    }

    let samples = Samples::of_images([1, 6, 6], vec![0; 6 * 36], &[0; 6]);
    let meta = DataMeta {
        shape: shape(6, 0),
        scaling: None,
    };
    let feeder = Feeder::new(&meta, Device::Cpu);
    let data = Loaded { samples, feeder };
    let teacher: Box<dyn Model> = Box::new(net(&network(), &reference.teacher));
    // Seen as augmented images: these are no bytes.
    let mut recipe = recipe(1);
    recipe.augment = vec![call(vocabulary::AUGMENTATIONS, "flip", &[])];
    let on = SplitRef {
        data: Key([8; 32]),
        split: Split::Train,
    };
    let shown = Shown {
        data: &data,
        on: &on,
        recipe: &recipe,
        seed: 1,
        classes: 10,
    };
    let teachers = Teachers::new([(key, teacher)].into(), &objective, shown, &Cache::off());
    let mut teachers = teachers.expect("teachers");
    let batch = Batch {
        rows: (0..6).collect(),
        inputs: reference.images.tensor(),
        labels: Tensor::from_slice(&reference.labels),
    };

    let ([part], [between]) = (student.parts(), through.parts()) else {
        panic!("one part each");
    };
    part.require_gradients().expect("trainable");
    between.require_gradients().expect("trainable");
    let mode = Mode::Train { seed: 0, step: 0 };
    let layers = ["layer1".to_string()].into();
    let outputs = student.outputs(&batch.inputs, mode, &layers);
    let mut scene = Scene {
        outputs: &outputs.expect("it runs"),
        batch: &batch,
        teachers: &mut teachers,
        throughs: &throughs,
        mode,
    };
    let loss = loss(&objective, 0, &mut scene).expect("a loss");
    hold("loss", &[loss.double_value(&[])], &[reference.loss], 1e-5);
    let found = gradients(&loss, &[part, between]).expect("gradients");
    hold_gradients(part, &found[0], &reference.student_gradients);
    hold_gradients(between, &found[1], &reference.through_gradients);
    assert_eq!(reference.through_after.len(), 2);
    for (name, tensor) in through.tensors() {
        if name.contains("running") {
            wanted(&reference.through_after, name).hold(name, tensor);
        }
    }
}
