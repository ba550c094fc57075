//! What bfloat16 changes, and that the same steps give the same bits.

use kdp::plan::{ModelSummary, Network, Task};
use kdp::store::Store;
use kdp_engine::nets::{Mode, Model, Net, Partition, Precision, gradients};
use kdp_engine::train::Stepper;
use tch::{Device, Kind, Tensor, no_grad};

use super::*;
use crate::frozen::{batch, networks};

const PRECISIONS: [Precision; 2] = [Precision::Fp32, Precision::Bf16];

fn labels() -> Tensor {
    Tensor::from_slice(&(0..16).map(|index| index % 10).collect::<Vec<i64>>())
}

/// The loss of a training step, and its gradient by all parameters.
fn step(net: &Net) -> (f64, Tensor) {
    net.parts()[0].require_gradients().expect("trainable");
    let mode = Mode::Train { seed: 1, step: 9 };
    let logits = net.forward(&batch(5), mode).expect("it runs");
    assert_eq!(logits.kind(), Kind::Float);
    let loss = logits.cross_entropy_for_logits(&labels());
    let parts: Vec<_> = net.parts().iter().collect();
    let gradient = gradients(&loss, &parts).expect("gradients").remove(0);
    (loss.double_value(&[]), gradient.to_kind(Kind::Double))
}

/// Rounds all that a network holds to bfloat16.
fn round(net: &Net) {
    no_grad(|| {
        for tensor in net.tensors().values() {
            let rounded = tensor.to_kind(Kind::BFloat16);
            tensor.shallow_clone().copy_(&rounded);
        }
    });
}

/// One less the cosine of the angle between two tensors.
fn apart(a: &Tensor, b: &Tensor) -> f64 {
    let dot = |a: &Tensor, b: &Tensor| (a * b).sum(Kind::Double).double_value(&[]);
    1.0 - dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

/// How far rounding leads off is the network's own: a MobileNet on images this small points elsewhere when
/// its weights alone are rounded.
#[test]
fn gradients_in_bfloat16_are_off_as_those_of_rounded_weights_are() {
    for (name, net) in networks() {
        let (loss, exact) = step(&net);
        let net = net.computing_in(Precision::Bf16);
        let (near, found) = step(&net);
        assert!(
            (loss - near).abs() < 0.02 * loss,
            "{name}: {near}, not {loss}"
        );
        let net = net.computing_in(Precision::Fp32);
        round(&net);
        let (_, rounded) = step(&net);
        let (off, allowed) = (apart(&exact, &found), apart(&exact, &rounded));
        assert!(off < 6.0 * allowed, "{name}: {off}, {allowed}");
    }
}

#[test]
fn logits_are_not_rounded() {
    for (name, net) in networks() {
        let net = net.computing_in(Precision::Bf16);
        let frozen = net.freeze(Precision::Bf16).expect("frozen");
        for model in [&net as &dyn Model, &frozen] {
            let logits = no_grad(|| model.answer(&batch(5))).expect("logits");
            let rounded = logits.to_kind(Kind::BFloat16).to_kind(Kind::Float);
            assert!(logits != rounded, "{name}");
        }
    }
}

/// A network with all that a step is made of, on 8×8 images.
fn whole() -> Network {
    small_cnn(24)
}

/// The parameters and the statistics after some steps from the same state.
fn after(precision: Precision, threads: i32) -> Vec<Vec<f32>> {
    tch::set_num_threads(threads);
    let data = digits(vec![]);
    let node = train("steps", &data, whole(), one_hot(), 1);
    let Task::Train(task) = node.task else {
        panic!("a training");
    };
    let none = Partition::default();
    let net = Net::begin(&task.network, &none, 1, &[], Device::Cpu).expect("a network");
    let net = net.computing_in(precision);
    let mut stepper = Stepper::new(&task, net.parts(), std::iter::empty()).expect("parts");
    for step in 0..3 {
        let mode = Mode::Train { seed: 1, step };
        let logits = net.forward(&batch(step as i64), mode).expect("it runs");
        let loss = logits.cross_entropy_for_logits(&labels());
        stepper.step(&loss, step).expect("a step");
    }
    let tensors = net.tensors().values();
    let numbers = |tensor: &Tensor| {
        let flat = tensor.detach().to_kind(Kind::Float).reshape([-1]);
        Vec::<f32>::try_from(flat).expect("numbers")
    };
    tensors.map(numbers).collect()
}

#[test]
fn the_same_steps_give_the_same_bits() {
    for threads in [1, 2] {
        for precision in PRECISIONS {
            let first = after(precision, threads);
            // Steps of the other precision between them change nothing.
            for other in PRECISIONS {
                after(other, threads);
            }
            assert!(first == after(precision, threads), "{precision:?}");
        }
        assert!(after(PRECISIONS[0], threads) != after(PRECISIONS[1], threads));
    }
}

#[test]
fn what_learns_in_float32_learns_in_bfloat16() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = digits(vec![]);
    let models = ["fp32", "bf16"].map(|precision| {
        let plain = train(precision, &data, small_cnn(16), one_hot(), 6);
        let Task::Train(mut task) = plain.task else {
            panic!("a training");
        };
        change_recipe(&mut task, |recipe| recipe.precision = precision.to_string());
        training(precision, &task)
    });
    let told = models.each_ref().map(|model| curves(model, &data));
    let nodes = [&data, &models[0], &models[1], &told[0], &told[1]];
    Worker::start().run_all(&nodes, folder.path());
    let accuracies = told.map(|model| {
        let entry = Store::at(folder.path())
            .find(model.key)
            .expect("in the store");
        let summary: ModelSummary =
            serde_json::from_value(entry.manifest.summary).expect("a summary");
        summary.test_accuracy
    });
    let [exact, rounded] = accuracies;
    assert!(
        exact > 0.9 && (exact - rounded).abs() < 0.03,
        "{accuracies:?}"
    );
}
