//! Equally many samples of each class.

use kdp::plan::Call;

use super::{hold_labelled, seed, wanted};
use crate::data::{DataError, DataSet};
use crate::random::Draws;

/// So many training samples of each class, drawn by the seed. They keep their order.
pub fn balance(call: &Call, set: DataSet) -> Result<DataSet, DataError> {
    hold_labelled(call, &set)?;
    let each = call
        .int("per_class")
        .and_then(|each| usize::try_from(each).ok());
    let each = wanted(call, "per_class", each)?;
    let mut kept = vec![];
    for class in 0..set.meta.shape.classes {
        let rows = set.train.of_class(class);
        if rows.len() < each {
            return Err(DataError::Balance {
                class,
                there: rows.len(),
                wanted: each,
            });
        }
        let order = Draws::new(seed(call), "balance", class as u64).permutation(rows.len());
        kept.extend(order[..each].iter().map(|&place| rows[place]));
    }
    kept.sort_unstable();
    Ok(DataSet {
        train: set.train.select(&kept),
        ..set
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::transforms::made::{call, set};

    #[test]
    fn each_class_has_as_many_samples_and_those_are_drawn() {
        let some = |each: i64, seed: i64| {
            let mut skewed = set(100);
            // Nine of the class 3 and eleven of the class 0.
            skewed.train.labels[3] = 0;
            let call = call("balance").with("per_class", each).with("seed", seed);
            balance(&call.call, skewed)
        };
        let made = some(9, 1).expect("nine of each").train;
        for class in 0..10 {
            assert_eq!(made.of_class(class).len(), 9, "class {class}");
        }
        assert!(made.index.is_sorted());
        assert_ne!(made.index, some(9, 2).expect("nine of each").train.index);
        let error = some(10, 1).expect_err("too many").to_string();
        assert!(error.contains("class 3") && error.contains('9'), "{error}");
    }
}
