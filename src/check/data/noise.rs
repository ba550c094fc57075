//! Label noise: symmetric, from class to class, or by a transition matrix.

use super::Refusal;
use crate::check::codes::*;
use crate::spec::{Call, DataShape};

/// How far a row's sum may be off 1: as far as shares of three digits are.
const OFF: f64 = 1e-3;

/// Labels made wrong; nothing that is known of the data changes.
pub(super) fn label_noise(call: &Call, shape: &DataShape) -> Result<(), Refusal> {
    if !shape.labelled {
        return Err(Refusal::no_labels(
            "this data has no labels to be made noisy",
        ));
    }
    let given = |name| call.args.contains_key(name);
    match (given("share"), given("transition")) {
        (false, false) => Err(Refusal::new(
            MISSING_ARGUMENT,
            "`label_noise` needs a `share` or a `transition`",
        )
        .help("for three labels in ten write `label_noise(30%)`")),
        (true, true) => Err(surplus("share")),
        (false, true) if given("to") => Err(surplus("to")),
        (false, true) => transition(&call.rows("transition").unwrap_or_default(), shape.classes),
        (true, false) => {
            share(call.number("share").unwrap_or_default())?;
            call.ints("to")
                .map_or(Ok(()), |to| goals(&to, shape.classes))
        }
    }
}

fn surplus(argument: &'static str) -> Refusal {
    Refusal {
        code: SURPLUS_ARGUMENT,
        ..Refusal::of(
            argument,
            format!("`label_noise` takes no `{argument}` beside a `transition`"),
        )
        .help(
            "the transition says of each class what share becomes which other: leave the rest out",
        )
    }
}

fn share(share: f64) -> Result<(), Refusal> {
    match (0.0..=1.0).contains(&share) {
        true => Ok(()),
        false => Err(
            Refusal::of("share", "a share of labels lies between 0% and 100%")
                .help("for three labels in ten write `30%`"),
        ),
    }
}

/// What each class becomes.
fn goals(to: &[i64], classes: i64) -> Result<(), Refusal> {
    if to.len() as i64 != classes {
        let message = format!("`to` has length {}, the data {classes} classes", to.len());
        return Err(Refusal::of("to", message).help(
            "it lists for each class the one that its wrong labels name; a class that keeps its labels names itself",
        ));
    }
    if let Some(class) = to.iter().find(|class| !(0..classes).contains(class)) {
        let message = format!(
            "there is no class {class}: they go from 0 to {}",
            classes - 1
        );
        return Err(Refusal::of("to", message));
    }
    if to.iter().zip(0..).all(|(to, class)| *to == class) {
        return Err(
            Refusal::of("to", "each class names itself: no label would become wrong")
                .help("for each other class as likely leave `to` out"),
        );
    }
    Ok(())
}

/// A stochastic matrix.
fn transition(rows: &[Vec<f64>], classes: i64) -> Result<(), Refusal> {
    let wrong = |message: String| {
        Refusal::of("transition", message)
            .help("row c has a share for each class, and sums to 1: `[[0.9, 0.1], [0.2, 0.8]]`")
    };
    if rows.len() as i64 != classes {
        let message = format!(
            "the transition has height {}, the data {classes} classes",
            rows.len()
        );
        return Err(wrong(message));
    }
    for (class, row) in rows.iter().enumerate() {
        if row.len() as i64 != classes {
            let message = format!(
                "row {class} of the transition has length {}, the data {classes} classes",
                row.len()
            );
            return Err(wrong(message));
        }
        if let Some(share) = row.iter().find(|share| !(0.0..=1.0).contains(*share)) {
            let message =
                format!("a share lies between 0 and 1; row {class} of the transition has {share}");
            return Err(wrong(message));
        }
        let sum: f64 = row.iter().sum();
        if (sum - 1.0).abs() > OFF {
            let message = format!("row {class} of the transition sums to {sum:.4}, not to 1");
            return Err(wrong(message));
        }
    }
    Ok(())
}
