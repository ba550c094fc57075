//! What several models have in common is trained once.

use std::collections::BTreeSet;

use kdp::plan::{Key, Plan, Task};

use crate::support::planned;

/// Students that differ in what stands for `FAMILY`, on a run of 200 steps.
fn students(family: &str, declaration: &str) -> Plan {
    planned(&format!(
        r#"
use std.datasets.digits
use std.archs.mlp
use std.recipes.quick

dataset data = digits()
recipe run = quick with {{ length: 200 steps }}
teacher big = mlp([32]) {{ data: data.train, recipe: run, seed: 0 }}
student small[{family}] = mlp([8]) {{ data: data.train, {declaration}, seed: 1 }}
"#
    ))
}

fn forks_are_states_of_those_that_go_on_there(plan: &Plan) {
    for node in plan.nodes() {
        let Some(fork) = node.from else { continue };
        let key = match &node.task {
            Task::Train(task) => task.until(fork.step).key(),
            Task::Observe(task) => {
                let wanted = task.until(fork.step);
                let before = plan.nodes().find(|other| other.key == fork.key);
                let before = before.map(|before| &before.task);
                let fits =
                    matches!(before, Some(Task::Observe(task)) if task.continues_as(&wanted));
                assert!(fits, "{}", node.id);
                continue;
            }
            _ => panic!("{} trains nothing", node.id),
        };
        assert_eq!(key, fork.key, "{}", node.id);
    }
}

/// Steps of the students that are asked for, and that are made.
fn steps(plan: &Plan) -> (u64, u64) {
    let teacher = 200;
    let asked: u64 = plan
        .models
        .values()
        .map(|model| plan.graph[*model].length())
        .sum();
    let made: u64 = plan.nodes().map(|node| node.steps()).sum();
    (asked - teacher, made - teacher)
}

#[test]
fn a_sweep_of_ten_switch_times_trains_the_way_to_the_last_of_them_once() {
    let times = (1..=10).map(|k| 20 * k - 10);
    let listed: Vec<String> = times.clone().map(|k| format!("{k} steps")).collect();
    let family = format!("when in [{}]", listed.join(", "));
    let plan = students(
        &family,
        "recipe: run, objective: one_hot then distill(big, temperature: 4) at when",
    );
    let (longest, tails) = (190, times.map(|k| 200 - k).sum::<u64>());
    assert_eq!(steps(&plan), (2000, longest + tails));
    forks_are_states_of_those_that_go_on_there(&plan);

    // The one that never switches goes all the way.
    let ways = listed
        .iter()
        .enumerate()
        .map(|(nth, at)| format!("at_{nth}: one_hot then distill(big, temperature: 4) at {at}"));
    let ways: Vec<String> = ways.collect();
    let family = format!("way in {{ never: one_hot, {} }}", ways.join(", "));
    let with_never = students(&family, "recipe: run, objective: way");
    assert_eq!(steps(&with_never), (2200, 200 + tails));
}

#[test]
fn whatever_the_models_differ_in_later_they_share_what_comes_before() {
    for (family, declaration, made) in [
        // The length of a window: the first step inside it is its second.
        (
            "width in [20 steps, 60 steps]",
            "recipe: run, objective: distill(big) then one_hot at 100 steps over width",
            101 + 2 * 99,
        ),
        // The learning rate after some step.
        (
            "rate in [0.1, 0.01]",
            "recipe: run with { lr: 0.2 then rate at 150 steps }",
            150 + 2 * 50,
        ),
        // The length of the run.
        (
            "length in [100 steps, 160 steps, 200 steps]",
            "recipe: run with { lr: 0.1, length: length }",
            200,
        ),
        // The temperature of a teacher that is asked later.
        (
            "tau in [1, 4]",
            "recipe: run, objective: one_hot then distill(big, temperature: tau) at 50 steps",
            50 + 2 * 150,
        ),
        // A warm-up's first step, at a rate of 0, is not worth a node.
        (
            "rate in [0.1, 0.01]",
            "recipe: run with { lr: 0.0 then rate over 50 steps }",
            400,
        ),
    ] {
        let plan = students(family, declaration);
        assert_eq!(steps(&plan).1, made, "{declaration}");
        forks_are_states_of_those_that_go_on_there(&plan);
    }
}

#[test]
fn a_stretch_is_named_after_one_of_those_who_share_it_and_they_hang_on_it() {
    let plan = students(
        "tau in [1, 4, 8]",
        "recipe: run, objective: one_hot then distill(big, temperature: tau) at 50 steps",
    );
    let stretch = plan
        .nodes()
        .find(|node| node.is_stretch())
        .expect("a stretch");
    assert_eq!(stretch.id, "small[tau: 1]@0..50");
    for model in plan
        .models
        .values()
        .filter(|model| plan.graph[**model].word == "student")
    {
        assert_eq!(
            plan.graph[*model].from.map(|fork| (fork.key, fork.step)),
            Some((stretch.key, 50))
        );
    }
    // It learns from the labels alone: it need not wait for the teacher.
    let teacher = plan.graph[plan.models["big"]].key;
    assert!(!stretch.inputs().contains(&teacher));
}

fn keys(plan: &Plan) -> BTreeSet<Key> {
    let models = plan
        .nodes()
        .filter(|node| matches!(node.task, Task::Train(_)) && !node.is_stretch());
    models.map(|node| node.key).collect()
}

#[test]
fn what_is_watched_and_who_else_is_trained_changes_no_key() {
    let file = |more: &str| {
        planned(&format!(
            r#"
use std.datasets.digits
use std.archs.mlp
use std.recipes.quick

dataset data = digits() |> split(validation: 100)
recipe run = quick with {{ length: 200 steps }}
teacher big = mlp([32]) {{ data: data.train, recipe: run, seed: 0 }}
{more}"#
        ))
    };
    let alone = keys(&file(""));
    assert_eq!(alone.len(), 1);
    for more in [
        "model best = big.best(on: data.validation, every: 30 steps)\n",
        "model early = big.at(70 steps)\n",
        "model other = mlp([32]) { data: data.train, recipe: run with { length: 120 steps }, seed: 0 }\n",
    ] {
        assert!(keys(&file(more)).is_superset(&alone), "{more}");
    }
    // Another split to be tested on is another watcher, of the same model.
    let tested = file("").graph.node_count();
    let text = "test: data.validation";
    let elsewhere = planned(&format!(
        "use std.datasets.digits\nuse std.archs.mlp\nuse std.recipes.quick\n\
         dataset data = digits() |> split(validation: 100)\n\
         recipe run = quick with {{ length: 200 steps }}\n\
         teacher big = mlp([32]) {{ data: data.train, recipe: run, seed: 0, {text} }}\n"
    ));
    assert_eq!(keys(&elsewhere), alone);
    assert_eq!(elsewhere.graph.node_count(), tested);
}
