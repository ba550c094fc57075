//! Matching features through layers that are trained along, against PyTorch.

use std::collections::BTreeMap;

use kdp::plan::{
    DataMeta, DataShape, Datum, Key, Layer, Loss, Network, Schedule, Shape, Split, SplitRef, Term,
    View,
};
use kdp::vocabulary;
use kdp_engine::data::{Batch, Feeder, Inputs, Loaded, Samples};
use kdp_engine::nets::{Mode, Model, Part, gradients};
use kdp_engine::outputs::Cache;
use kdp_engine::train::{Scene, Shown, Teachers, Throughs, loss};
use serde::Deserialize;
use tch::{Device, Tensor};

use super::layers::net;
use super::network::network;
use super::text::{TOKENS, between};
use super::{Numbers, hold, numbers, read};
use crate::nodes::{call, chain, layer, one_hot, recipe, shape};

/// What `make_reference.py` wrote down of a student that matches a teacher's features.
#[derive(Deserialize)]
struct Case {
    labels: Vec<i64>,
    student: BTreeMap<String, Numbers>,
    teacher: BTreeMap<String, Numbers>,
    through: BTreeMap<String, Numbers>,
    loss: f64,
    student_gradients: BTreeMap<String, Numbers>,
    through_gradients: BTreeMap<String, Numbers>,
}

#[derive(Deserialize)]
struct OfImages {
    images: Numbers,
    through_after: BTreeMap<String, Numbers>,
    #[serde(flatten)]
    case: Case,
}

#[derive(Deserialize)]
struct OfTokens {
    tokens: Vec<[i64; 5]>,
    #[serde(flatten)]
    case: Case,
}

/// A student that is to match its teacher at a layer of the same name.
struct Pair {
    student: Network,
    teacher: Network,
    layer: &'static str,
    through: Layer,
    /// Whether vectors of tokens are compared.
    tokens: bool,
    /// Samples of the networks' kind.
    samples: Samples,
    sample: DataShape,
}

/// What a step comes to: the loss, gradients by name of the student and of the layers between, and these.
struct Step {
    loss: f64,
    student: Vec<(String, Tensor)>,
    between: Vec<(String, Tensor)>,
    throughs: Throughs,
}

const TEACHER: Key = Key([7; 32]);

impl Pair {
    /// 0.7 · features + 0.3 · one-hot, as `make_reference.py` has it.
    fn objective(&self) -> Vec<Term> {
        let features = Loss::Features {
            teacher: TEACHER,
            layer: self.layer.to_string(),
            to: self.layer.to_string(),
            through: Some(self.through.clone()),
            view: View::Same,
            tokens: self.tokens,
        };
        let mut terms = one_hot();
        terms[0].weight = Schedule::Constant(0.3);
        terms.push(Term {
            weight: Schedule::Constant(0.7),
            loss: features,
        });
        terms
    }

    fn step(&self, case: &Case, inputs: Tensor) -> Step {
        let objective = self.objective();
        let student = net(&self.student, &case.student);
        let throughs = Throughs::new(&objective, 3, Device::Cpu).expect("layers");
        let [through] = throughs.nets().collect::<Vec<_>>()[..] else {
            panic!("one term has layers between");
        };
        for (name, tensor) in through.tensors() {
            let values = &case.through[short(name)];
            tensor.shallow_clone().copy_(&values.tensor());
        }

        let meta = DataMeta {
            shape: self.sample.clone(),
            unseen: vec![],
            scaling: None,
        };
        let data = Loaded {
            samples: self.samples.clone(),
            feeder: Feeder::new(&meta, Device::Cpu),
        };
        let teacher: Box<dyn Model> = Box::new(net(&self.teacher, &case.teacher));
        // What is seen is the batch as it is given, as if it were augmented.
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
            classes: self.sample.classes as usize,
        };
        let teachers = Teachers::new(
            [(TEACHER, teacher)].into(),
            &objective,
            shown,
            &Cache::off(),
        );
        let mut teachers = teachers.expect("teachers");
        let batch = Batch {
            rows: (0..case.labels.len()).collect(),
            inputs,
            labels: Tensor::from_slice(&case.labels),
        };

        let ([part], [between]) = (student.parts(), through.parts()) else {
            panic!("one part each");
        };
        part.require_gradients().expect("trainable");
        between.require_gradients().expect("trainable");
        let mode = Mode::Train { seed: 0, step: 0 };
        let layers = [self.layer.to_string()].into();
        let outputs = student.outputs(&batch.inputs, mode, &layers);
        let mut scene = Scene {
            outputs: &outputs.expect("it runs"),
            batch: &batch,
            teachers: &mut teachers,
            throughs: &throughs,
            mode,
        };
        let loss = loss(&objective, 0, &mut scene).expect("a loss");
        let found = gradients(&loss, &[part, between]).expect("gradients");
        let [of_part, of_between] = [(part, &found[0]), (between, &found[1])].map(by_name);
        Step {
            loss: loss.double_value(&[]),
            student: of_part,
            between: of_between,
            throughs,
        }
    }
}

/// The end of a name, as the reference has it: that of the layers between stands behind a prefix.
fn short(name: &str) -> &str {
    name.rsplit("through[0].").next().expect("an end")
}

fn by_name((part, flat): (&Part, &Tensor)) -> Vec<(String, Tensor)> {
    let cut = part.cut(flat).expect("parts").into_iter();
    cut.map(|(name, gradient)| (short(name).to_string(), gradient))
        .collect()
}

impl Step {
    /// Holds it against what PyTorch wrote down.
    fn hold(&self, case: &Case) {
        hold("loss", &[self.loss], &[case.loss], 1e-5);
        hold_gradients(&self.student, &case.student_gradients);
        hold_gradients(&self.between, &case.through_gradients);
    }
}

fn hold_gradients(found: &[(String, Tensor)], reference: &BTreeMap<String, Numbers>) {
    let all = reference.values().flat_map(|numbers| &numbers.values);
    let largest = all.fold(0f64, |largest, value| largest.max(value.abs()));
    assert_eq!(found.len(), reference.len());
    for (name, gradient) in found {
        // A bias before batch norm has a gradient of 0, which rounding makes a small number.
        if name == "conv1.bias" {
            assert!(numbers(gradient).iter().all(|g| g.abs() < 1e-5 * largest));
        } else {
            reference[name].hold(name, gradient);
        }
    }
}

fn of_images() -> Pair {
    let half = [4, 3, 3];
    let conv = [("channels", Datum::Int(4)), ("kernel", Datum::Int(1))];
    let layers = vec![
        layer("0", "batch_norm", &[], &half, &half),
        layer("1", "conv", &conv, &half, &half),
    ];
    Pair {
        student: network(),
        teacher: network(),
        layer: "layer1",
        through: chain(layers, &half),
        tokens: false,
        samples: Samples::of_images([1, 6, 6], vec![0; 6 * 36], &[0; 6]),
        sample: shape(6, 0),
    }
}

/// Vectors of a width, one a token.
fn vectors(width: i64) -> Shape {
    Shape::Vectors { length: 5, width }
}

/// `embedding(width) as embedding -> mean_tokens() -> linear(5) as fc`
fn reader(width: i64) -> Network {
    let of_width = [("width", Datum::Int(width))];
    let classes = [("features", Datum::Int(5))];
    let (flat, logits) = (Shape::from([width]), Shape::from([5]));
    let layers = vec![
        between("embedding", "embedding", &of_width, TOKENS, vectors(width)),
        between("", "mean_tokens", &[], vectors(width), flat.clone()),
        between("fc", "linear", &classes, flat, logits),
    ];
    Network {
        input: TOKENS,
        classes: 5,
        root: Layer {
            input: TOKENS,
            ..chain(layers, &[])
        },
    }
}

fn of_tokens() -> Pair {
    let wide = [("features", Datum::Int(6))];
    let layers = vec![
        between("0", "linear", &wide, vectors(4), vectors(6)),
        between("1", "layer_norm", &[], vectors(6), vectors(6)),
    ];
    Pair {
        student: reader(4),
        teacher: reader(6),
        layer: "embedding",
        through: Layer {
            input: vectors(4),
            ..chain(layers, &[])
        },
        tokens: true,
        samples: Samples::new(Inputs::tokens(5, &[0; 20]), vec![0; 4]),
        sample: DataShape {
            sample: TOKENS,
            classes: 5,
            ..shape(4, 0)
        },
    }
}

#[test]
fn features_and_the_layers_between_have_pytorchs_gradients() {
    let reference: OfImages = read("features.json");
    let step = of_images().step(&reference.case, reference.images.tensor());
    step.hold(&reference.case);
    assert_eq!(reference.through_after.len(), 2);
    for (name, tensor) in step.throughs.nets().flat_map(|net| net.tensors()) {
        if name.contains("running") {
            reference.through_after[short(name)].hold(name, tensor);
        }
    }
}

/// A batch is cut to the columns that its longest row needs, so a sample must not be told of them.
#[test]
fn padding_counts_in_no_features_however_much_of_it_a_batch_has() {
    let reference: OfTokens = read("token_features.json");
    let tokens = Tensor::from_slice2(&reference.tokens);
    for more in [0, 3, 11] {
        let padded = tokens.constant_pad_nd([0, more]);
        of_tokens()
            .step(&reference.case, padded)
            .hold(&reference.case);
    }
}

#[test]
fn a_batch_of_nothing_but_padding_has_features_at_no_distance() {
    let reference: OfTokens = read("token_features.json");
    let padding = Tensor::zeros([4, 8], (tch::Kind::Int64, Device::Cpu));
    let step = of_tokens().step(&reference.case, padding);
    assert!(step.loss.is_finite());
    for (name, gradient) in &step.between {
        assert!(numbers(gradient).iter().all(|g| *g == 0.0), "{name}");
    }
}
