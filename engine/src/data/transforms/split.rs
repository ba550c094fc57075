//! A validation split of training samples.

use kdp::plan::Call;

use super::{seed, wanted};
use crate::data::{DataError, DataSet};
use crate::random::Draws;

/// Moves so many training samples, drawn by the seed, behind the validation samples. All keep their order.
pub fn split(call: &Call, set: DataSet) -> Result<DataSet, DataError> {
    let there = set.train.len();
    let wanted = wanted(call, "validation", call.int("validation"))?;
    let wanted = match usize::try_from(wanted) {
        Ok(wanted) if wanted < there => wanted,
        _ => return Err(DataError::Split { wanted, there }),
    };
    let order = Draws::new(seed(call), "split", 0).permutation(there);
    let mut moved = vec![false; there];
    order[..wanted].iter().for_each(|&row| moved[row] = true);
    let (out, rest): (Vec<usize>, Vec<usize>) = (0..there).partition(|&row| moved[row]);
    let mut validation = set.validation;
    validation.append(&set.train.select(&out))?;
    Ok(DataSet {
        train: set.train.select(&rest),
        validation,
        ..set
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::transforms::made::{call, samples, set};

    fn some(validation: i64, seed: i64) -> Result<DataSet, DataError> {
        let call = call("split")
            .with("validation", validation)
            .with("seed", seed);
        split(&call.call, set(50))
    }

    #[test]
    fn what_is_split_off_is_no_longer_trained_on() {
        let made = some(20, 3).expect("fits");
        assert_eq!([made.train.len(), made.validation.len()], [30, 20]);
        for part in [&made.train.index, &made.validation.index] {
            assert!(part.is_sorted(), "{part:?}");
        }
        let mut all = [made.train.index.as_slice(), &made.validation.index].concat();
        assert_ne!(made.validation.index, (0..20).collect::<Vec<_>>());
        all.sort_unstable();
        assert_eq!(all, (0..50).collect::<Vec<_>>());
        assert_eq!(made.test, samples(4));

        let other = some(20, 4).expect("fits");
        assert_ne!(other.validation.index, made.validation.index);
        for wanted in [50, -1] {
            let error = some(wanted, 3).expect_err("none would be left");
            assert!(error.to_string().contains("`split`"), "{error}");
        }
    }
}
