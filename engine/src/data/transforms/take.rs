//! So many samples of a split.

use kdp::plan::Call;

use super::seed;
use crate::data::{DataError, DataSet, Samples};
use crate::random::Draws;

/// The first so many samples of each split in an order that the seed draws.
pub fn take(call: &Call, set: DataSet) -> Result<DataSet, DataError> {
    let first = |samples, split| first(samples, split, call.int(split), seed(call));
    Ok(DataSet {
        train: first(set.train, "train")?,
        test: first(set.test, "test")?,
        ..set
    })
}

fn first(
    samples: Samples,
    split: &'static str,
    wanted: Option<i64>,
    seed: i64,
) -> Result<Samples, DataError> {
    let Some(wanted) = wanted else {
        return Ok(samples);
    };
    if wanted < 0 || wanted as usize > samples.len() {
        return Err(DataError::Take {
            split,
            wanted,
            there: samples.len(),
        });
    }
    let order = Draws::new(seed, &format!("take: {split}"), 0).permutation(samples.len());
    Ok(samples.select(&order[..wanted as usize]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::transforms::made::{call, set};

    #[test]
    fn take_keeps_places_in_the_source() {
        let few = call("take").with("train", 20).with("seed", 3).call;
        let taken = take(&few, set(50)).expect("fits").train;
        assert_eq!(taken.len(), 20);
        for row in 0..20 {
            assert_eq!(taken.labels[row], taken.index[row] % 10);
        }
        assert_ne!(taken.index, (0..20).collect::<Vec<_>>());
        let error = take(&call("take").with("train", 51).call, set(50)).expect_err("too many");
        assert!(error.to_string().contains("51"), "{error}");
    }
}
