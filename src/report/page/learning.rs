//! Learning curves, a panel for each family of models, with the windows in which the objective
//! changes.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Sources;
use crate::diag::count;
use crate::plan::{Curves, Loss, Term, TrainTask};
use crate::report::family::{Family, families};
use crate::report::number;
use crate::report::plots::{CurvePlot, Run, Window, accuracy_range};

#[derive(Serialize)]
pub struct Panel {
    name: String,
    word: String,
    members: usize,
    plot: CurvePlot,
    /// What is to be seen, in words.
    description: String,
}

pub fn panels(sources: &Sources) -> Vec<Panel> {
    let named = sources.plan.named_models().into_iter();
    let families = families(named.filter_map(|(name, node)| {
        let teller = sources.plan.teller(name)?;
        let curves = sources.results.curves.get(&teller.key)?;
        let task = node.task.training()?;
        let value = (task, node.word.as_str(), curves);
        (!curves.train_steps.is_empty()).then(|| (name.to_string(), node.key, value))
    }));
    let all = families.iter().flat_map(|family| &family.members);
    let accuracies = accuracy_range(all.map(|member| member.value.2));
    let panel = |family: &Family<(&TrainTask, &str, &Curves)>| {
        let (task, word, _) = family.members.first()?.value;
        let curves: Vec<_> = family.members.iter().map(|member| member.value.2).collect();
        let windows = windows(task);
        let description = description(task, &curves, &windows);
        let run = Run {
            steps: task.recipe.steps,
            curves,
            windows,
        };
        Some(Panel {
            name: family.name.clone(),
            word: word.to_string(),
            members: family.members.len(),
            plot: CurvePlot::new(&run, accuracies),
            description,
        })
    };
    families.iter().filter_map(panel).collect()
}

fn description(task: &TrainTask, curves: &[&Curves], windows: &[Window]) -> String {
    let last = |list: fn(&Curves) -> &Vec<f64>| {
        let ends: Vec<f64> = curves
            .iter()
            .filter_map(|c| list(c).last().copied())
            .collect();
        number::Spread::of(&ends)
    };
    let mut text = format!("Over {}", count(number::grouped(task.recipe.steps), "step"));
    if let Some(loss) = last(|curves| &curves.train_loss) {
        text += &format!(" the training loss ends at {}", loss.show(number::number));
    }
    if let Some(accuracy) = last(|curves| &curves.test_accuracy) {
        text += &format!(", the test accuracy at {}", accuracy.show(number::percent));
    }
    text.push('.');
    for window in windows {
        text += &format!(
            " The objective changes ({}) from step {} to {}.",
            window.label,
            number::grouped(window.from),
            number::grouped(window.to)
        );
    }
    text
}

/// The windows in which a weight or a temperature of the objective changes, named by what changes.
pub fn windows(task: &TrainTask) -> Vec<Window> {
    let of_weights = task.objective.iter().flat_map(|term| term.weight.windows());
    let of_weights: BTreeSet<_> = of_weights
        .filter(|window| window.0 < task.recipe.steps)
        .collect();
    let of_temperatures = task.objective.iter().flat_map(|term| match &term.loss {
        Loss::Kl { temperature, .. } => temperature
            .windows()
            .into_iter()
            .map(|window| (window, temperature))
            .collect(),
        _ => vec![],
    });
    let mut windows: Vec<Window> = of_weights
        .iter()
        .map(|&(from, to)| Window {
            from,
            to,
            label: change(&task.objective, from, to),
        })
        .collect();
    for ((from, to), temperature) in of_temperatures {
        // A run sees its window's first value at `from`, or, where the change is at once, before.
        let before = if from == to {
            from.saturating_sub(1)
        } else {
            from
        };
        let (old, new) = (temperature.at(before), temperature.at(to));
        if from < task.recipe.steps && !of_weights.contains(&(from, to)) && old != new {
            let label = format!("τ {} → {}", number::number(old), number::number(new));
            windows.push(Window { from, to, label });
        }
    }
    windows.sort_by_key(|window| (window.from, window.to));
    windows.dedup();
    windows
}

/// `distill → one-hot`: what weighs before a window and what after it.
fn change(objective: &[Term], from: u64, to: u64) -> String {
    let weighing = |step: u64| {
        let mut names: Vec<&str> = vec![];
        for term in objective.iter().filter(|term| term.weight.at(step) != 0.0) {
            let name = loss_name(&term.loss, step);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        match names.is_empty() {
            true => "nothing".to_string(),
            false => names.join(" + "),
        }
    };
    let before = weighing(if from == to {
        from.saturating_sub(1)
    } else {
        from
    });
    let after = weighing(to);
    match before == after {
        true => format!("weights of {before}"),
        false => format!("{before} → {after}"),
    }
}

fn loss_name(loss: &Loss, step: u64) -> &'static str {
    match loss {
        Loss::CrossEntropy { smoothing } if smoothing.at(step) == 0.0 => "one-hot",
        Loss::CrossEntropy { .. } => "smooth",
        Loss::Kl { .. } => "distill",
        Loss::SquaredLogits { .. } => "match logits",
        Loss::Features { .. } => "match features",
        Loss::Formula(_) => "own loss",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Along, Key, Schedule, View};

    fn switch(before: f64, after: f64, from: u64, to: u64) -> Schedule {
        Schedule::Switch {
            before: Box::new(Schedule::Constant(before)),
            after: Box::new(Schedule::Constant(after)),
            from,
            to,
            along: Along::Linear,
        }
    }

    fn terms(distill: Schedule, one_hot: Schedule) -> Vec<Term> {
        let kl = Loss::Kl {
            teacher: Key([0; 32]),
            temperature: Schedule::Constant(4.0),
            view: View::Same,
        };
        let cross_entropy = Loss::CrossEntropy {
            smoothing: Schedule::Constant(0.0),
        };
        vec![
            Term {
                weight: distill,
                loss: kl,
            },
            Term {
                weight: one_hot,
                loss: cross_entropy,
            },
        ]
    }

    #[test]
    fn a_change_is_named_by_what_weighs_before_and_after() {
        let gradual = terms(switch(1.0, 0.0, 10, 20), switch(0.0, 1.0, 10, 20));
        assert_eq!(change(&gradual, 10, 20), "distill → one-hot");
        let at_once = terms(switch(1.0, 0.0, 10, 10), switch(0.0, 1.0, 10, 10));
        assert_eq!(change(&at_once, 10, 10), "distill → one-hot");
        let mixed = terms(switch(1.0, 0.5, 10, 20), switch(0.0, 0.5, 10, 20));
        assert_eq!(change(&mixed, 10, 20), "distill → distill + one-hot");
        let same = terms(switch(0.9, 0.1, 10, 20), switch(0.1, 0.9, 10, 20));
        assert_eq!(change(&same, 10, 20), "weights of distill + one-hot");
    }
}
