//! Samples chosen by their places or their classes.

use kdp::plan::Call;

use super::{hold_labelled, wanted};
use crate::data::{DataError, DataSet, Samples};

/// Training samples of some places, or the samples of some classes, numbered anew.
pub fn subset(call: &Call, set: DataSet) -> Result<DataSet, DataError> {
    let Some(classes) = call.ints("classes") else {
        let train = places(call, &set.train)?;
        return Ok(DataSet { train, ..set });
    };
    hold_labelled(call, &set)?;
    let mut set = DataSet {
        train: of_classes(&set.train, &classes),
        validation: of_classes(&set.validation, &classes),
        test: of_classes(&set.test, &classes),
        ..set
    };
    for (split, samples) in [("train", &set.train), ("test", &set.test)] {
        let (found, declared) = (samples.len(), wanted(call, split, call.int(split))?);
        if found as i64 != declared {
            return Err(DataError::Classes {
                split,
                found,
                declared,
            });
        }
    }
    set.meta.shape.classes = classes.len() as i64;
    Ok(set)
}

/// The samples of some places, in their order.
fn places(call: &Call, samples: &Samples) -> Result<Samples, DataError> {
    let place = |&index: &i64| {
        usize::try_from(index)
            .ok()
            .filter(|row| *row < samples.len())
    };
    let indices = call.ints("indices");
    let rows = indices.and_then(|indices| indices.iter().map(place).collect::<Option<Vec<_>>>());
    Ok(samples.select(&wanted(call, "indices", rows)?))
}

/// The samples of some classes; a class's number is its place in the list, and a true class that is not in
/// it is none.
fn of_classes(samples: &Samples, classes: &[i64]) -> Samples {
    let place = |label: &i64| classes.iter().position(|class| class == label);
    let rows = (0..samples.len()).filter(|&row| place(&samples.labels[row]).is_some());
    let mut some = samples.select(&rows.collect::<Vec<_>>());
    for labels in [&mut some.labels, &mut some.true_labels] {
        for label in labels {
            *label = place(label).map_or(-1, |place| place as i64);
        }
    }
    some
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::transforms::made::{call, set};

    #[test]
    fn places_are_kept_in_their_order() {
        let some = call("subset").with("indices", [7, 3, 40]).call;
        let made = subset(&some, set(50)).expect("there");
        assert_eq!(made.train.index, [7, 3, 40]);
        assert_eq!(made.train.labels, [7, 3, 0]);
        assert_eq!(made.test, set(50).test);
        for indices in [[0, 50], [0, -1]] {
            let some = call("subset").with("indices", indices).call;
            let error = subset(&some, set(50)).expect_err("not there");
            assert!(error.to_string().contains("`indices`"), "{error}");
        }
    }

    #[test]
    fn classes_are_numbered_as_they_are_listed() {
        let some = |train: i64| {
            let some = call("subset").with("classes", [3, 1]);
            let some = some.with("train", train).with("test", 2).call;
            let mut noisy = set(50);
            // The class 3 by its label, and another by right.
            noisy.train.labels[0] = 3;
            noisy.train.true_labels[1] = 3;
            subset(&some, noisy)
        };
        let made = some(11).expect("eleven");
        assert_eq!(made.train.index, [0, 1, 3, 11, 13, 21, 23, 31, 33, 41, 43]);
        assert_eq!(made.train.labels, [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0]);
        assert_eq!(made.train.true_labels, [-1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0]);
        assert_eq!(made.test.labels, [1, 0]);
        assert_eq!(made.meta.shape.classes, 2);
        let error = some(10).expect_err("eleven").to_string();
        assert!(error.contains("11") && error.contains("10"), "{error}");
    }
}
