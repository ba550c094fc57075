//! Five steps of each optimiser against PyTorch.

use std::collections::BTreeMap;

use kdp::vocabulary::OPTIMISERS;
use kdp_engine::train::{clip, optimiser};
use serde::Deserialize;
use tch::{Kind, Tensor};

use super::{Arguments, data, hold, numbers, read};
use crate::nodes::call;

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
