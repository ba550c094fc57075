//! Five steps of each optimiser against PyTorch.

use std::collections::BTreeMap;

use kdp::plan::{Datum, Group, Schedule, Task};
use kdp::vocabulary::OPTIMISERS;
use kdp_engine::nets::{Net, Partition};
use kdp_engine::train::{Stepper, clip, optimiser};
use serde::Deserialize;
use tch::{Device, Kind, Tensor, no_grad};

use super::{Arguments, data, hold, numbers, read};
use crate::nodes::{call, change_recipe, digits, layer, network, one_hot, train};

#[derive(Deserialize)]
struct Case {
    word: String,
    arguments: Arguments,
    clip: Option<f64>,
    path: Vec<Vec<f64>>,
    moments: BTreeMap<String, Vec<f64>>,
}

#[derive(Deserialize)]
struct Reference {
    start: Vec<f64>,
    gradients: Vec<Vec<f64>>,
    lr: Vec<f64>,
    weight_decay: Vec<f64>,
    cases: Vec<Case>,
    groups: Vec<Grouped>,
}

/// Three parameters of 4, of which the second is a group of its own and the third is frozen.
#[derive(Deserialize)]
struct Grouped {
    word: String,
    path: Vec<Vec<f64>>,
}

fn tensor(values: &[f64]) -> Tensor {
    Tensor::from_slice(values).to_kind(Kind::Float)
}

#[test]
fn five_steps_of_every_optimiser_agree_with_pytorch() {
    let reference: Reference = read("optimisers.json");
    for case in &reference.cases {
        let what = format!("{} {:?}", case.word, case.arguments);
        let mut parameters = tensor(&reference.start);
        let call = call(OPTIMISERS, &case.word, &data(&case.arguments));
        let mut optimiser = optimiser(&call, &parameters).expect("an optimiser");
        for (step, wanted) in case.path.iter().enumerate() {
            let mut gradients = [tensor(&reference.gradients[step])];
            if let Some(largest) = case.clip {
                clip(&mut gradients, largest).expect("clipped");
            }
            let [gradient] = gradients;
            let (lr, decay) = (reference.lr[step], reference.weight_decay[step]);
            optimiser
                .step(&mut parameters, gradient, lr, decay)
                .expect("a step");
            hold(
                &format!("{what}, step {step}"),
                &numbers(&parameters),
                wanted,
                1e-6,
            );
        }
        let moments = optimiser.moments();
        assert_eq!(moments.len(), case.moments.len(), "{what}");
        for (name, moment) in moments {
            hold(
                &format!("{what}, {name}"),
                &numbers(moment),
                &case.moments[name],
                1e-6,
            );
        }
    }
    for word in OPTIMISERS {
        assert!(
            reference.cases.iter().any(|case| case.word == word.name),
            "{}",
            word.name
        );
    }
}

/// A number that is each of these in turn, a step each.
fn in_turn(values: &[f64]) -> Schedule {
    let mut schedule = Schedule::Constant(values[0]);
    for (step, value) in values.iter().enumerate().skip(1) {
        schedule = Schedule::Switch {
            before: Box::new(schedule),
            after: Box::new(Schedule::Constant(*value)),
            from: step as u64,
            to: step as u64,
            along: kdp::plan::Along::Linear,
        };
    }
    schedule
}

#[test]
fn groups_and_frozen_parameters_step_as_pytorchs_parameter_groups() {
    let reference: Reference = read("optimisers.json");
    let linear = |name| {
        let args = [("features", Datum::Int(2)), ("bias", Datum::Bool(false))];
        layer(name, "linear", &args, &[2], &[2])
    };
    let network = network(&[2], vec![linear("a"), linear("b"), linear("c")]);
    let partition = Partition {
        frozen: ["c.weight".to_string()].into(),
        groups: vec![vec!["b.weight".to_string()]],
    };
    for case in &reference.groups {
        let node = train("grouped", &digits(vec![]), network.clone(), one_hot(), 1);
        let Task::Train(mut task) = node.task else {
            panic!("a training");
        };
        let sgd = [
            ("momentum", Datum::Number(0.9)),
            ("nesterov", Datum::Bool(true)),
        ];
        let args: &[_] = if case.word == "sgd" { &sgd } else { &[] };
        change_recipe(&mut task, |recipe| {
            recipe.optimizer = call(OPTIMISERS, &case.word, args);
            recipe.lr = in_turn(&reference.lr);
            recipe.weight_decay = in_turn(&reference.weight_decay);
            recipe.clip = Some(2.0);
        });
        task.groups = vec![Group {
            parameters: partition.groups[0].clone(),
            lr_scale: 10.0,
            weight_decay: Some(Schedule::Constant(0.2)),
        }];
        let net = Net::begin(&network, &partition, 0, &[], Device::Cpu).expect("a network");
        let names = ["a.weight", "b.weight", "c.weight"];
        let tensors = names.map(|name| net.tensors()[name].shallow_clone());
        for (tensor, values) in tensors.iter().zip(reference.start.chunks(4)) {
            let values = super::Numbers {
                shape: vec![2, 2],
                values: values.to_vec(),
            };
            tensor.shallow_clone().copy_(&values.tensor());
        }
        let mut stepper = Stepper::new(&task, net.parts(), std::iter::empty()).expect("parts");
        for (step, wanted) in case.path.iter().enumerate() {
            // Its gradient by each tensor is the reference's.
            let gradients = reference.gradients[step].chunks(4);
            let dots = tensors.iter().zip(gradients).map(|(tensor, gradient)| {
                let gradient = self::tensor(gradient).view([2, 2]);
                (tensor * gradient).sum(Kind::Float)
            });
            let loss = dots.reduce(|a, b| a + b).expect("three");
            stepper.step(&loss, step as u64).expect("a step");
            let found: Vec<f64> = no_grad(|| tensors.iter().flat_map(numbers).collect());
            let what = format!("{} in groups, step {step}", case.word);
            hold(&what, &found, wanted, 1e-6);
        }
    }
    assert_eq!(reference.groups.len(), OPTIMISERS.len());
}
