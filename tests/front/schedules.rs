//! Schedules and windows, held against tables that were written by hand.

use crate::support::planned;
use kdp::plan::{Loss, Schedule, Task, Term, TrainTask};

/// 1,000 samples in batches of 100: 10 steps an epoch. The recipe's other fields don't matter here.
fn trained(lr: &str, length: &str, objective: &str) -> TrainTask {
    let text = format!(
        "use std.datasets.digits\nuse std.archs.mlp\n\
         dataset d = digits() |> take(train: 1000)\n\
         recipe r {{\n  optimizer: sgd()\n  batch: 100\n  length: {length}\n  lr: {lr}\n}}\n\
         teacher t = mlp() {{ data: d.train, recipe: r, seed: 1 }}\n\
         student s = mlp() {{ data: d.train, recipe: r, objective: {objective} }}\n"
    );
    let plan = planned(&text);
    match &plan.graph[plan.models["s"]].task {
        Task::Train(task) => task.clone(),
        other => panic!("{other:?}"),
    }
}

fn table(schedule: &Schedule, steps: u64) -> Vec<f64> {
    (0..steps).map(|step| schedule.at(step)).collect()
}

#[test]
fn warm_up_and_steps_as_in_a_table() {
    let task = trained(
        "0.0 then 1.0 over 1 epoch then 0.1 at 20 steps then 0.01 at 75%",
        "4 epochs",
        "one_hot",
    );
    assert_eq!(task.recipe.steps, 40);
    let mut wanted = vec![0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
    wanted.extend([1.0; 10]);
    wanted.extend([0.1; 10]);
    wanted.extend([0.01; 10]);
    assert_eq!(table(&task.recipe.lr, 40), wanted);
}

#[test]
fn linear_decay_to_the_end() {
    let task = trained(
        "0.0 then 0.5 over 2 steps then 0.0 until end",
        "10 steps",
        "one_hot",
    );
    let wanted = [
        0.0, 0.25, 0.5, 0.4375, 0.375, 0.3125, 0.25, 0.1875, 0.125, 0.0625,
    ];
    assert_eq!(table(&task.recipe.lr, 10), wanted);
    assert_eq!(task.recipe.lr.at(10), 0.0, "the end itself");
}

#[test]
fn cosine_and_stairs() {
    let task = trained(
        "1.0 then 0.0 over 4 steps along cosine then 2.0 over 4 steps along stairs(2)",
        "10 steps",
        "one_hot",
    );
    let half = std::f64::consts::FRAC_1_SQRT_2;
    let wanted = [
        1.0,
        (1.0 + half) / 2.0,
        0.5,
        (1.0 - half) / 2.0,
        0.0,
        0.0,
        1.0,
        1.0,
        2.0,
        2.0,
    ];
    for (step, wanted) in wanted.into_iter().enumerate() {
        assert!(
            (task.recipe.lr.at(step as u64) - wanted).abs() < 1e-15,
            "step {step}: {}",
            task.recipe.lr.at(step as u64)
        );
    }
}

/// The weights of the distillation and the one-hot term at some steps.
fn weights(terms: &[Term], steps: &[u64]) -> Vec<(f64, f64)> {
    let of = |teacher: bool, step: u64| -> f64 {
        terms
            .iter()
            .filter(|term| term.loss.teachers().is_empty() != teacher)
            .map(|term| term.weight.at(step))
            .sum()
    };
    steps
        .iter()
        .map(|&step| (of(true, step), of(false, step)))
        .collect()
}

#[test]
fn a_loss_switch_window_is_exact_at_its_start_middle_end_and_outside() {
    let task = trained(
        "0.1",
        "10 epochs",
        "distill(t) then one_hot at 60% over 20 steps",
    );
    let found = weights(&task.objective, &[0, 59, 60, 61, 70, 79, 80, 99]);
    let wanted = [
        (1.0, 0.0),
        (1.0, 0.0),
        (1.0, 0.0),
        (0.95, 0.05),
        (0.5, 0.5),
        (0.05, 0.95),
        (0.0, 1.0),
        (0.0, 1.0),
    ];
    for ((kd, ce), (wanted_kd, wanted_ce)) in found.iter().zip(wanted) {
        assert!(
            (kd - wanted_kd).abs() < 1e-15 && (ce - wanted_ce).abs() < 1e-15,
            "{found:?}"
        );
    }
    assert_eq!(found[0], wanted[0]);
    assert_eq!(found[2], wanted[2]);
    assert_eq!(found[4], wanted[4]);
    assert_eq!(found[6], wanted[6]);
}

#[test]
fn switching_at_once_and_the_other_way_round() {
    let task = trained("0.1", "10 epochs", "one_hot then distill(t) at 5 epochs");
    assert_eq!(
        weights(&task.objective, &[49, 50]),
        [(0.0, 1.0), (1.0, 0.0)]
    );
    let task = trained(
        "0.1",
        "10 epochs",
        "one_hot then distill(t) at 2 epochs then one_hot at 8 epochs over 1 epoch",
    );
    assert_eq!(
        weights(&task.objective, &[19, 20, 80, 85, 90]),
        [(0.0, 1.0), (1.0, 0.0), (1.0, 0.0), (0.5, 0.5), (0.0, 1.0)]
    );
}

#[test]
fn mixes_weigh_their_terms_and_equal_losses_are_one_term() {
    let task = trained(
        "0.1",
        "10 epochs",
        "0.5 * distill(t) + 0.5 * one_hot then one_hot at 300 steps - 25 epochs",
    );
    assert_eq!(
        weights(&task.objective, &[0, 49, 50, 99]),
        [(0.5, 0.5), (0.5, 0.5), (0.0, 1.0), (0.0, 1.0)]
    );
    assert_eq!(task.objective.len(), 2);
    let task = trained(
        "0.1",
        "10 epochs",
        "distill(t, weight: 0.9 then 0.1 over 100%)",
    );
    for (step, share) in [(0, 0.9), (50, 0.5)] {
        let (kd, ce) = weights(&task.objective, &[step])[0];
        assert!((kd - share).abs() < 1e-15 && (ce - (1.0 - share)).abs() < 1e-15);
    }
}

#[test]
fn a_temperature_may_change_over_the_run() {
    let task = trained(
        "0.1",
        "10 epochs",
        "distill(t, temperature: 8 then 2 at 50 steps over 40 steps)",
    );
    let [
        Term {
            loss: Loss::Kl { temperature, .. },
            ..
        },
    ] = task.objective.as_slice()
    else {
        panic!("{task:?}")
    };
    assert_eq!(
        [0, 50, 60, 70, 90].map(|step| temperature.at(step)),
        [8.0, 8.0, 6.5, 5.0, 2.0]
    );
}

#[test]
fn scaling_a_recipe_stretches_its_windows() {
    let text = "use std.datasets.digits\nuse std.archs.mlp\nuse std.recipes.paper_images\n\
         dataset d = digits() |> take(train: 1024)\n\
         model m = mlp() { data: d.train, recipe: paper_images scaled to 45 epochs }\n";
    let plan = planned(text);
    let Task::Train(task) = &plan.graph[plan.models["m"]].task else {
        panic!()
    };
    // One step an epoch: warm-up over 1.5 epochs rounds to 2 steps; the decay at 20, 30 and 40.
    assert_eq!(task.recipe.steps, 45);
    let wanted = [
        (0, 0.0),
        (1, 0.5),
        (2, 1.0),
        (19, 1.0),
        (20, 0.1),
        (29, 0.1),
        (30, 0.01),
        (39, 0.01),
        (40, 0.001),
        (44, 0.001),
    ];
    assert_eq!(
        wanted.map(|(step, _)| (step, task.recipe.lr.at(step))),
        wanted
    );
}
