//! Samples chosen by their places or their classes.

use std::collections::BTreeSet;

use super::Refusal;
use crate::check::codes::*;
use crate::spec::{Call, DataShape};

/// Some samples, or some classes.
pub(super) fn subset(call: &Call, shape: &mut DataShape) -> Result<(), Refusal> {
    match (call.ints("indices"), call.ints("classes")) {
        (None, None) => Err(Refusal::new(
            MISSING_ARGUMENT,
            "`subset` needs `indices` or `classes`",
        )
        .help("for the first thousand training samples write `subset(indices: 0..1_000)`")),
        (Some(_), Some(_)) => {
            Err(surplus("classes").help("choose one after the other: `|> subset(…) |> subset(…)`"))
        }
        (Some(indices), None) => places(call, &indices, shape),
        (None, Some(classes)) => of_classes(call, &classes, shape),
    }
}

fn surplus(argument: &'static str) -> Refusal {
    Refusal {
        code: SURPLUS_ARGUMENT,
        ..Refusal::of(
            argument,
            format!("`subset` takes no `{argument}` beside `indices`"),
        )
    }
}

fn places(call: &Call, indices: &[i64], shape: &mut DataShape) -> Result<(), Refusal> {
    for count in ["train", "test"] {
        if call.args.contains_key(count) {
            return Err(surplus(count).help("as many samples stay as `indices` lists"));
        }
    }
    each_once("indices", "place", indices, shape.train)?;
    if indices.is_empty() {
        return Err(Refusal::of("indices", "no sample would stay"));
    }
    shape.train = indices.len() as i64;
    Ok(())
}

fn of_classes(call: &Call, classes: &[i64], shape: &mut DataShape) -> Result<(), Refusal> {
    if !shape.labelled {
        return Err(Refusal::no_labels(
            "without labels it is not known which samples are of these classes",
        ));
    }
    if shape.validation > 0 {
        return Err(
            Refusal::of("classes", "this data has a validation split already")
                .help("choose classes first: `|> subset(…) |> split(…)`"),
        );
    }
    each_once("classes", "class", classes, shape.classes)?;
    if classes.len() < 2 {
        return Err(Refusal::of("classes", "at least two classes stay"));
    }
    for (name, there) in [("train", &mut shape.train), ("test", &mut shape.test)] {
        let Some(count) = call.int(name) else {
            let message = format!("`subset` of classes needs `{name}`: how many samples they have");
            return Err(Refusal::new(MISSING_ARGUMENT, message).help(
                "it is held against the data when that is made; where it is wrong, the error tells the right number",
            ));
        };
        if !(1..=*there).contains(&count) {
            let message = format!("`{name}` is 1 to {there}, as there are samples, not {count}");
            return Err(Refusal::of(name, message));
        }
        *there = count;
    }
    shape.classes = classes.len() as i64;
    Ok(())
}

fn each_once(
    argument: &'static str,
    what: &str,
    numbers: &[i64],
    there: i64,
) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    for number in numbers {
        if !(0..there).contains(number) {
            let message = format!(
                "there is no {what} {number}: they go from 0 to {}",
                there - 1
            );
            return Err(Refusal::of(argument, message));
        }
        if !seen.insert(number) {
            let message = format!("the {what} {number} stands twice in `{argument}`");
            return Err(Refusal::of(argument, message).help("each stands there once"));
        }
    }
    Ok(())
}
