//! Transforms of data sets, each a function of its arguments and its seed.

mod balance;
mod label_noise;
mod normalise;
mod resize;
mod split;
mod subset;
mod take;

#[cfg(test)]
pub(super) mod made;

use kdp::plan::Call;

use super::{DataError, DataSet, Making, Samples};

/// Applies a transform.
pub fn apply(call: &Call, set: DataSet, making: &mut Making) -> Result<DataSet, DataError> {
    making.next_transform();
    match call.name.as_str() {
        "label_noise" => label_noise::label_noise(call, set),
        "take" => take::take(call, set),
        "subset" => subset::subset(call, set),
        "balance" => balance::balance(call, set),
        "split" => split::split(call, set),
        "normalise" => normalise::normalise(call, set),
        "resize" => resize::resize(call, set, making),
        "unlabelled" => Ok(DataSet {
            train: unlabelled(set.train),
            ..set
        }),
        other => Err(DataError::Unknown {
            what: "the transform",
            name: other.to_string(),
        }),
    }
}

fn unlabelled(mut samples: Samples) -> Samples {
    samples.labels.fill(-1);
    samples
}

/// The seed among a transform's arguments.
fn seed(call: &Call) -> i64 {
    call.int("seed").unwrap_or(0)
}

/// An argument that must be there and usable.
fn wanted<T>(call: &Call, argument: &str, value: Option<T>) -> Result<T, DataError> {
    value.ok_or_else(|| DataError::Argument {
        word: call.name.clone(),
        argument: argument.to_string(),
    })
}

/// Refuses training samples without labels.
fn hold_labelled(call: &Call, set: &DataSet) -> Result<(), DataError> {
    match set.train.labelled() < set.train.len() {
        true => Err(DataError::NoLabels(format!("`{}`", call.name))),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::made::{call, making, samples, set};
    use super::*;
    use crate::data::Inputs;

    #[test]
    fn without_labels_the_true_ones_are_still_known_and_nothing_that_wants_labels_is_done() {
        let bare = unlabelled(samples(50));
        assert_eq!(bare.labelled(), 0);
        assert_eq!(bare.true_labels, samples(50).labels);
        for wants in [
            call("label_noise").with("share", 0.5),
            call("balance").with("per_class", 2),
            call("subset").with("classes", [1, 2]),
        ] {
            let train = bare.clone();
            let bare = DataSet { train, ..set(0) };
            let error = making(|making| apply(&wants.call, bare, making)).expect_err("no labels");
            assert!(error.to_string().contains("wants labels"), "{error}");
        }
    }

    #[test]
    fn data_of_another_kind_is_not_joined() {
        let mut scaled = set(4);
        scaled.meta.scaling.as_mut().expect("images").scale = 16.0;
        let mut classes = set(4);
        classes.meta.shape.classes = 11;
        let mut wide = set(4);
        wide.meta.shape.sample = [1, 1, 2].into();
        let mut texts = set(4);
        texts.train.inputs = Inputs::tokens(1, &[0; 4]);
        for (other, word) in [
            (scaled, "white pixel"),
            (classes, "classes"),
            (wide, "shape"),
            (texts, "form"),
        ] {
            let error = set(3).join(&other).expect_err("they differ").to_string();
            assert!(error.contains(word), "{error}");
        }
        let joined = set(3).join(&set(4)).expect("they fit");
        assert_eq!(joined.train.labels, [0, 1, 2, 0, 1, 2, 3]);
        assert_eq!(joined.train.inputs.sizes(), [1, 1, 1]);
    }
}
