//! The rows of the reference paper's grid train in its settings: the numbers that it states, and the defaults that
//! stand in where it states none.

use std::path::Path;

use crate::support::Names;
use kdp::check::{Disk, load};
use kdp::plan::{Loss, Plan, Task, TrainTask, plan};

/// What all trainings of a row have in common.
struct Settings {
    batch: u64,
    steps: u64,
    weight_decay: f64,
    /// The optimiser, and arguments of it.
    optimizer: (&'static str, &'static [(&'static str, f64)]),
    augment: &'static [&'static str],
    /// Steps, and the learning rate there.
    lr: Vec<(u64, f64)>,
    temperature: f64,
    /// The steps at which a switch of the loss begins and ends.
    window: (u64, u64),
}

fn row(file: &str) -> Plan {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let loaded = load(&root.join("pipelines/paper").join(file), &[], &Disk);
    plan(&loaded.program.unwrap(), &loaded.sources, &Names)
}

/// The trainings of whole runs: not of stretches that several share.
fn trainings(plan: &Plan) -> impl Iterator<Item = (&str, &TrainTask)> {
    plan.named_models()
        .into_iter()
        .filter_map(|(name, node)| match &node.task {
            Task::Train(task) => Some((name, task)),
            _ => None,
        })
}

/// The weight of what is learnt from the teacher at a step, and the temperature.
fn distilled(task: &TrainTask, step: u64) -> Option<(f64, f64)> {
    task.objective.iter().find_map(|term| match &term.loss {
        Loss::Kl { temperature, .. } => Some((term.weight.at(step), temperature.at(step))),
        _ => None,
    })
}

#[track_caller]
fn close(found: f64, wanted: f64, what: &str) {
    assert!(
        (found - wanted).abs() <= 1e-12 * wanted.abs().max(1.0),
        "{what}: {found} instead of {wanted}"
    );
}

fn hold(file: &str, settings: &Settings) {
    let plan = row(file);
    let (mut seen, mut switches) = (0, 0);
    for (name, task) in trainings(&plan) {
        let name = format!("{file}: {name}");
        let recipe = &task.recipe;
        assert_eq!(
            (recipe.batch, recipe.steps),
            (settings.batch, settings.steps),
            "{name}"
        );
        close(recipe.weight_decay.at(0), settings.weight_decay, &name);
        let (optimizer, arguments) = settings.optimizer;
        assert_eq!(recipe.optimizer.name, optimizer, "{name}");
        for (argument, wanted) in arguments {
            let found = &recipe.optimizer.args[*argument];
            let found = found.as_number().or(found.as_bool().map(f64::from));
            close(found.unwrap(), *wanted, &format!("{name}: {argument}"));
        }
        let augment: Vec<&str> = recipe.augment.iter().map(|word| &*word.name).collect();
        assert_eq!(augment, settings.augment, "{name}");
        for (step, lr) in &settings.lr {
            let what = format!("{name}: learning rate at {step}");
            close(recipe.lr.at(*step), *lr, &what);
        }
        if let Some((_, temperature)) = distilled(task, 0) {
            close(temperature, settings.temperature, &name);
        }
        let (from, to) = settings.window;
        let weights = [from, (from + to) / 2, to].map(|step| distilled(task, step).map(|of| of.0));
        if name.ends_with("way: kd]") {
            assert_eq!(weights, [Some(1.0); 3], "{name}");
            assert_eq!(task.objective.len(), 1, "{name}: no one-hot term");
        }
        if name.ends_with("way: kd_then_one_hot]") {
            assert_eq!(weights, [Some(1.0), Some(0.5), Some(0.0)], "{name}");
            switches += 1;
        }
        if name.ends_with("way: one_hot_then_kd]") {
            assert_eq!(weights, [Some(0.0), Some(0.5), Some(1.0)], "{name}");
            switches += 1;
        }
        seen += 1;
    }
    assert!(seen >= 15 && switches >= 18, "{file}: {seen}, {switches}");
}

/// As for CIFAR, at so many steps an epoch.
fn images(steps_per_epoch: u64) -> Settings {
    let at = |epoch: u64| epoch * steps_per_epoch;
    Settings {
        batch: 1024,
        steps: at(450),
        weight_decay: 5e-4,
        optimizer: ("sgd", &[("momentum", 0.9), ("nesterov", 1.0)]),
        augment: &["pad_crop", "flip"],
        lr: vec![
            (0, 0.0),
            (at(3), 0.2),
            (at(15), 1.0),
            (at(200) - 1, 1.0),
            (at(200), 0.1),
            (at(300), 0.01),
            (at(400), 0.001),
            (at(450) - 1, 0.001),
        ],
        temperature: 4.0,
        window: (at(225), at(225) + 1000),
    }
}

/// As for texts, at a temperature.
fn texts(temperature: f64) -> Settings {
    Settings {
        batch: 64,
        steps: 25_000,
        weight_decay: 0.01,
        optimizer: ("adamw", &[]),
        augment: &[],
        lr: vec![
            (0, 0.0),
            (500, 5e-6),
            (1000, 1e-5),
            (13_000, 5e-6),
            (25_000, 0.0),
        ],
        temperature,
        window: (12_500, 13_500),
    }
}

#[test]
fn rows_of_images_of_cifar() {
    for file in ["cifar10.kdp", "cifar100.kdp", "cifar100_noisy.kdp"] {
        hold(file, &images(49));
    }
}

#[test]
fn tiny_imagenet_as_cifar() {
    hold("tiny_imagenet.kdp", &images(98));
}

#[test]
fn imagenet_by_the_usual_recipe() {
    let at = |epoch: u64| epoch * 1252;
    let settings = Settings {
        batch: 1024,
        steps: at(90),
        weight_decay: 1e-4,
        optimizer: ("sgd", &[("momentum", 0.9), ("nesterov", 1.0)]),
        augment: &["random_resized_crop", "flip"],
        lr: vec![
            (0, 0.0),
            (at(5), 0.4),
            (at(30), 0.04),
            (at(60), 0.004),
            (at(80), 0.0004),
        ],
        temperature: 4.0,
        window: (at(45), at(45) + 1000),
    };
    hold("imagenet.kdp", &settings);
}

#[test]
fn rows_of_texts() {
    for (file, temperature) in [
        ("mnli.kdp", 2.0),
        ("imdb.kdp", 16.0),
        ("qqp.kdp", 1.0),
        ("ag_news.kdp", 1.0),
    ] {
        hold(file, &texts(temperature));
    }
}

#[test]
fn a_tenth_of_the_labels_of_noisy_cifar_are_wrong() {
    let plan = row("cifar100_noisy.kdp");
    let drawn = plan.nodes().find_map(|node| match &node.task {
        Task::Data(data) => data
            .transforms
            .iter()
            .find(|word| word.name == "label_noise"),
        _ => None,
    });
    assert_eq!(drawn.unwrap().args["share"].as_number(), Some(0.1));
}
