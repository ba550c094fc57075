//! A small residual network: forward, running statistics, and the gradients of every objective.

use std::collections::BTreeMap;

use kdp::plan::{Datum, Key, Layer, Loss, Network, Node, Schedule, Task, Term, View};
use kdp_engine::nets::gradients;
use kdp_engine::nets::{Flow, Mode, Net};
use kdp_engine::train::{Given, Matched, TrainError, loss};
use serde::Deserialize;
use tch::Tensor;

use super::layers::net;
use super::{Numbers, hold, read};
use crate::language::planned;
use crate::nodes::{chain, layer, linear};

#[derive(Deserialize)]
struct Gradients {
    loss: f64,
    /// How far PyTorch's own single precision is off, of the largest number of a gradient.
    rounding: f64,
    gradients: BTreeMap<String, Numbers>,
}

#[derive(Deserialize)]
struct Reference {
    images: Numbers,
    teacher: Numbers,
    labels: Vec<i64>,
    start: BTreeMap<String, Numbers>,
    evaluate: Numbers,
    train: Vec<Numbers>,
    after: BTreeMap<String, Numbers>,
    objectives: BTreeMap<String, Gradients>,
}

const TRAIN: Mode = Mode::Train { seed: 0, step: 0 };

fn conv(
    name: &str,
    channels: i64,
    stride: i64,
    bias: bool,
    input: &[i64],
    output: &[i64],
) -> Layer {
    let args = [
        ("channels", Datum::Int(channels)),
        ("kernel", Datum::Int(3)),
        ("stride", Datum::Int(stride)),
        ("padding", Datum::Int(1)),
        ("bias", Datum::Bool(bias)),
    ];
    layer(name, "conv", &args, input, output)
}

/// The network of `make_reference.py`.
pub fn network() -> Network {
    let (image, open, half) = ([1, 6, 6], [2, 6, 6], [4, 3, 3]);
    let body = chain(
        vec![
            conv("layer1.0.conv1", 4, 2, false, &open, &half),
            layer("layer1.0.bn1", "batch_norm", &[], &half, &half),
            layer("", "relu", &[], &half, &half),
            conv("layer1.0.conv2", 4, 1, false, &half, &half),
            layer("layer1.0.bn2", "batch_norm", &[], &half, &half),
        ],
        &open,
    );
    let args = [("channels", Datum::Int(4)), ("stride", Datum::Int(2))];
    let shortcut = layer("", "subsample_and_pad", &args, &open, &half);
    let mut residual = layer("", "residual", &[], &open, &half);
    residual.children = vec![body, shortcut];
    let root = chain(
        vec![
            conv("conv1", 2, 1, true, &image, &open),
            layer("bn1", "batch_norm", &[], &open, &open),
            layer("", "relu", &[], &open, &open),
            Layer {
                name: "layer1".to_string(),
                ..chain(vec![residual, layer("", "relu", &[], &half, &half)], &open)
            },
            layer("", "global_avg_pool", &[], &half, &[4]),
            layer("fc", "linear", &[("features", Datum::Int(5))], &[4], &[5]),
        ],
        &image,
    );
    Network {
        input: image.into(),
        classes: 5,
        root,
    }
}

#[test]
fn forward_and_running_statistics_agree_with_pytorch() {
    let reference: Reference = read("network.json");
    let images = reference.images.tensor();
    let net = net(&network(), &reference.start);
    let run = |images: &Tensor, mode| net.forward(images, mode).expect("it runs");
    reference
        .evaluate
        .hold("evaluate", &run(&images, Mode::Evaluate));
    reference.train[0].hold("train", &run(&images, TRAIN));
    reference.train[1].hold("train again", &run(&(&images * 2.0), TRAIN));
    assert_eq!(reference.after.len(), 15);
    for (name, wanted) in &reference.after {
        wanted.hold(name, &net.tensors()[name]);
    }
}

fn constant(value: f64) -> Schedule {
    Schedule::Constant(value)
}

const TEACHER: Key = Key([7; 32]);

fn one_hot(weight: Schedule, smoothing: Schedule) -> Term {
    let loss = Loss::CrossEntropy { smoothing };
    Term { weight, loss }
}

fn kl(weight: Schedule, temperature: Schedule) -> Term {
    let loss = Loss::Kl {
        teacher: TEACHER,
        temperature,
        view: View::Same,
    };
    Term { weight, loss }
}

/// The standard library's losses in the language, by the name of a student who learns by each.
const WRITTEN: &str = r#"
use std.datasets.digits
use std.archs.mlp
use std.recipes.quick
use std.objectives.{dkd, dist}

dataset data = digits()
teacher t = mlp([8]) { data: data.train, recipe: quick }
student s[way in {
  dkd: one_hot + dkd(t)
  dkd_of_its_own: dkd(t, alpha: 0.5, beta: 2, temperature: 3)
  dist: one_hot + 2 * dist(t)
  dist_of_its_own: dist(t, beta: 0.5, gamma: 2, temperature: 4)
}] = mlp([8]) { data: data.train, recipe: quick, objective: way }
"#;

/// Objectives as the planner makes them of the language.
fn written() -> Vec<(&'static str, u64, Vec<Term>)> {
    let plan = planned(WRITTEN);
    let models = plan.named_models();
    let terms = |way: &str| {
        let name = format!("s[way: {way}]");
        let node = models.iter().find(|(model, _)| *model == name);
        let Some((
            _,
            Node {
                task: Task::Train(task),
                ..
            },
        )) = node
        else {
            panic!("{name} is trained");
        };
        let terms = task.objective.iter();
        terms.map(|term| term.rename(|_| TEACHER)).collect()
    };
    vec![
        ("one_hot + dkd(t)", 0, terms("dkd")),
        (
            "dkd(t, alpha: 0.5, beta: 2, temperature: 3)",
            0,
            terms("dkd_of_its_own"),
        ),
        ("one_hot + 2 * dist(t)", 0, terms("dist")),
        (
            "dist(t, beta: 0.5, gamma: 2, temperature: 4)",
            0,
            terms("dist_of_its_own"),
        ),
    ]
}

/// The objectives of `make_reference.py` as a plan writes them, and the step each is looked at.
fn objectives() -> Vec<(&'static str, u64, Vec<Term>)> {
    let squared = Loss::SquaredLogits {
        teacher: TEACHER,
        view: View::Clean,
    };
    vec![
        ("one_hot", 0, vec![one_hot(constant(1.0), constant(0.0))]),
        ("smooth", 0, vec![one_hot(constant(1.0), constant(0.1))]),
        (
            "distill at temperature 4",
            0,
            vec![
                kl(constant(1.0), constant(4.0)),
                one_hot(constant(0.0), constant(0.0)),
            ],
        ),
        (
            "distill with weight 0.7",
            0,
            vec![
                kl(constant(0.7), constant(4.0)),
                one_hot(constant(0.3), constant(0.0)),
            ],
        ),
        (
            "match_logits with scale 0.5",
            0,
            vec![Term {
                weight: constant(0.5),
                loss: squared,
            }],
        ),
        (
            "half of a window from distill to one_hot",
            20,
            vec![
                kl(linear(1.0, 0.0, 10, 30), constant(4.0)),
                one_hot(linear(0.0, 1.0, 10, 30), constant(0.0)),
            ],
        ),
        (
            "a quarter of a window of the temperature from 4 to 1",
            15,
            vec![kl(constant(1.0), linear(4.0, 1.0, 10, 30))],
        ),
        (
            "0.4 of a window of smoothing from 0 to 0.5",
            18,
            vec![one_hot(constant(1.0), linear(0.0, 0.5, 10, 30))],
        ),
    ]
}

/// A batch whose teacher's logits are known.
struct Scene<'a> {
    logits: &'a Tensor,
    labels: &'a Tensor,
    teacher: Tensor,
    asked: bool,
}

impl Given for Scene<'_> {
    fn logits(&self) -> &Tensor {
        self.logits
    }

    fn labels(&self) -> &Tensor {
        self.labels
    }

    fn teacher(&mut self, teacher: Key, _: View) -> Result<Tensor, TrainError> {
        assert_eq!(teacher, TEACHER);
        self.asked = true;
        Ok(self.teacher.shallow_clone())
    }

    fn features(&mut self, matched: Matched) -> Result<[Flow; 2], TrainError> {
        panic!("no term matches `{}`", matched.layer)
    }
}

/// The loss and each parameter's gradient.
fn step(
    net: &Net,
    reference: &Reference,
    step: u64,
    terms: &[Term],
) -> (f64, Vec<(String, Tensor)>) {
    let [part] = net.parts() else {
        panic!("one part");
    };
    part.require_gradients().expect("trainable");
    let logits = net
        .forward(&reference.images.tensor(), TRAIN)
        .expect("it runs");
    let labels = Tensor::from_slice(&reference.labels);
    let mut scene = Scene {
        logits: &logits,
        labels: &labels,
        teacher: reference.teacher.tensor(),
        asked: false,
    };
    let loss = loss(terms, step, &mut scene).expect("a loss");
    let flat = gradients(&loss, &[part]).expect("gradients");
    let parts = part.cut(&flat[0]).expect("parts").into_iter();
    let parts = parts.map(|(name, part)| (name.to_string(), part)).collect();
    (loss.double_value(&[]), parts)
}

#[test]
fn loss_and_gradients_of_every_objective_agree_with_pytorch() {
    let reference: Reference = read("network.json");
    let objectives = [objectives(), written()].concat();
    assert_eq!(objectives.len(), reference.objectives.len());
    for (name, at, terms) in objectives {
        let wanted = &reference.objectives[name];
        // Correlations of nearly equal numbers magnify rounding, and each machine rounds in its own way.
        let tolerance = (5.0 * wanted.rounding).max(1e-5);
        let net = net(&network(), &reference.start);
        let (loss, gradients) = step(&net, &reference, at, &terms);
        hold(name, &[loss], &[wanted.loss], 1e-5);
        assert_eq!(gradients.len(), wanted.gradients.len());
        let all = wanted.gradients.values().flat_map(|g| &g.values);
        let largest = all.fold(0f64, |largest, value| largest.max(value.abs()));
        for (parameter, gradient) in gradients {
            let wanted = &wanted.gradients[&parameter];
            let what = format!("{name}: {parameter}");
            // A bias before batch norm has a gradient of 0, which rounding makes a small number.
            if parameter == "conv1.bias" {
                assert!(
                    super::numbers(&gradient)
                        .iter()
                        .all(|g| g.abs() < 1e-5 * largest)
                );
            } else {
                hold(&what, &super::numbers(&gradient), &wanted.values, tolerance);
            }
        }
    }
}

#[test]
fn a_teacher_is_not_asked_where_its_weight_is_zero() {
    let reference: Reference = read("network.json");
    let net = net(&network(), &reference.start);
    let logits = net
        .forward(&reference.images.tensor(), Mode::Evaluate)
        .expect("it runs");
    let labels = Tensor::from_slice(&reference.labels);
    let asked = |step: u64| {
        let terms = [
            kl(linear(0.0, 1.0, 10, 30), constant(4.0)),
            one_hot(linear(1.0, 0.0, 10, 30), constant(0.0)),
        ];
        let mut scene = Scene {
            logits: &logits,
            labels: &labels,
            teacher: reference.teacher.tensor(),
            asked: false,
        };
        assert!(loss(&terms, step, &mut scene).is_ok());
        scene.asked
    };
    assert_eq!(
        [0, 10, 11, 29, 30].map(asked),
        [false, false, true, true, true]
    );
}
