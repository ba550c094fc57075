//! Transforms that take some samples of a split: how many are left.

use super::Refusal;
use crate::diag;
use crate::spec::{Call, DataShape, Datum};

/// ⌊share · whole⌋; 0.29 · 100 is 28.999… in floating point and means 29.
fn part(share: f64, whole: i64) -> i64 {
    (share * whole as f64 + 1e-9).floor() as i64
}

/// The count that an argument stands for, which takes its place; `None` where it is left out.
fn count(call: &mut Call, name: &str, whole: i64) -> Option<i64> {
    let count = match call.args.get(name)? {
        Datum::Int(count) => *count,
        share => part(share.as_number()?, whole),
    };
    call.args.insert(name.to_string(), Datum::Int(count));
    Some(count)
}

/// So many samples of a split.
pub(super) fn take(call: &mut Call, shape: &mut DataShape) -> Result<(), Refusal> {
    for (name, there) in [("train", &mut shape.train), ("test", &mut shape.test)] {
        let Some(wanted) = count(call, name, *there) else {
            continue;
        };
        if !(1..=*there).contains(&wanted) {
            let message = format!(
                "`take` wants 1 to {} of `{name}`, as there are, not {wanted}",
                diag::count(*there, "sample")
            );
            return Err(Refusal::of(name, message));
        }
        *there = wanted;
    }
    Ok(())
}

/// Training samples become validation samples.
pub(super) fn split(call: &mut Call, shape: &mut DataShape) -> Result<(), Refusal> {
    let there = shape.train;
    let wanted = count(call, "validation", there).unwrap_or_default();
    if shape.validation > 0 {
        let message = "this data has a validation split already";
        return Err(Refusal {
            argument: None,
            ..Refusal::of("validation", message).help("split it once")
        });
    }
    if !(1..there).contains(&wanted) {
        let message = format!(
            "`split` moves 1 to {}, as the training split has {there}, not {wanted}",
            diag::count(there - 1, "sample")
        );
        return Err(Refusal::of("validation", message));
    }
    shape.train -= wanted;
    shape.validation = wanted;
    Ok(())
}

/// Equally many samples of each class.
pub(super) fn balance(call: &mut Call, shape: &mut DataShape) -> Result<(), Refusal> {
    if !shape.labelled {
        return Err(Refusal::no_labels(
            "without labels there are no classes to balance",
        ));
    }
    let wanted = call.int("per_class").unwrap_or_default();
    let most = shape.train / shape.classes;
    if !(1..=most).contains(&wanted) {
        let message = format!(
            "`balance` takes 1 to {} of each class, as {} have {} classes, not {wanted}",
            diag::count(most, "sample"),
            diag::count(shape.train, "training sample"),
            shape.classes
        );
        return Err(Refusal::of("per_class", message));
    }
    shape.train = wanted * shape.classes;
    Ok(())
}
