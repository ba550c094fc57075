//! How the pixels of images become numbers: means and deviations of one's own, or the training split's.

use kdp::plan::Call;

use super::wanted;
use crate::data::{DataError, DataSet, Inputs, Rows};

/// Sets the mean and the deviation of each channel.
pub fn normalise(call: &Call, mut set: DataSet) -> Result<DataSet, DataError> {
    let not_decoded = || DataError::NotDecoded(call.name.clone());
    let scaling = set.meta.scaling.as_mut().ok_or_else(not_decoded)?;
    let channels = scaling.mean.len();
    let given = |name: &str| match call.args.contains_key(name) {
        false => Ok(None),
        true => {
            let numbers = call.numbers(name).filter(|all| all.len() == channels);
            wanted(call, name, numbers).map(Some)
        }
    };
    let (mean, std) = (given("mean")?, given("std")?);
    let found = match (&mean, &std) {
        (Some(_), Some(_)) => vec![],
        _ => match &set.train.inputs {
            Inputs::Images { size, pixels } => moments(*size, pixels),
            _ => return Err(not_decoded()),
        },
    };
    scaling.mean = mean.unwrap_or_else(|| found.iter().map(|of| of.0 / scaling.scale).collect());
    scaling.std = std.unwrap_or_else(|| found.iter().map(|of| of.1 / scaling.scale).collect());
    let flat = |std: &f64| std.is_nan() || *std <= 0.0;
    match scaling.std.iter().position(flat) {
        Some(channel) => Err(DataError::Flat { channel }),
        None => Ok(set),
    }
}

/// Mean and deviation (of all there are: divided by n) of the bytes of each channel.
///
/// The sums are whole numbers, so that nothing is lost in them: 255² · n fits for n < 2⁴⁸.
fn moments([channels, height, width]: [i64; 3], images: &Rows) -> Vec<(f64, f64)> {
    let (channels, plane) = (channels as usize, (height * width) as usize);
    let mut sums = vec![(0u64, 0u64); channels];
    let planes = images.iter().flat_map(|image| image.chunks_exact(plane));
    for (place, pixels) in planes.enumerate() {
        let (sum, squares) = &mut sums[place % channels];
        *sum += pixels.iter().map(|&byte| u64::from(byte)).sum::<u64>();
        *squares += pixels
            .iter()
            .map(|&byte| u64::from(byte).pow(2))
            .sum::<u64>();
    }
    let n = (images.len() * plane) as u128;
    let moments = sums.into_iter().map(|(sum, squares)| {
        let (sum, squares) = (u128::from(sum), u128::from(squares));
        let variance = (n * squares - sum * sum) as f64 / (n * n) as f64;
        (sum as f64 / n as f64, variance.sqrt())
    });
    moments.collect()
}

#[cfg(test)]
mod tests {
    use kdp::plan::Scaling;

    use super::*;
    use crate::data::Samples;
    use crate::data::transforms::made::{call, set};

    fn coloured() -> DataSet {
        let bytes = vec![0, 10, 20, 30, 5, 5, 5, 200];
        let mut set = set(0);
        set.train = Samples::of_images([2, 1, 2], bytes, &[0, 1]);
        set.meta.scaling = set.meta.scaling.map(|scaling| Scaling {
            mean: vec![0.0; 2],
            std: vec![1.0; 2],
            ..scaling
        });
        set
    }

    #[test]
    fn what_is_left_out_is_the_training_splits() {
        let scaling = |call| {
            let made = normalise(&call, coloured()).expect("images");
            made.meta.scaling.expect("images")
        };
        // NumPy: x = array([[[0, 10], [20, 30]], [[5, 5], [5, 200]]]) / 255; x.mean((0, 2)), x.std((0, 2))
        let (mean, std) = (
            [0.019_607_843_137_254_9, 0.25],
            [0.013_864_838_846_795_05, 0.310_453_216_344_490_4],
        );
        let found = scaling(call("normalise").call);
        for channel in 0..2 {
            assert!(
                (found.mean[channel] - mean[channel]).abs() < 1e-15,
                "{found:?}"
            );
            assert!(
                (found.std[channel] - std[channel]).abs() < 1e-15,
                "{found:?}"
            );
        }
        let given = scaling(call("normalise").with("mean", [0.5, 0.25]).call);
        assert_eq!((given.mean, given.std), (vec![0.5, 0.25], found.std));
    }

    #[test]
    fn where_pixels_are_not_at_hand_both_are_given() {
        let undecoded = || {
            let mut set = set(4);
            set.train.inputs = Inputs::tokens(1, &[0; 4]);
            set
        };
        let error = normalise(&call("normalise").with("std", [2.0]).call, undecoded());
        assert!(matches!(error, Err(DataError::NotDecoded(_))), "{error:?}");
        let both = call("normalise").with("mean", [0.5]).with("std", [2.0]);
        let made = normalise(&both.call, undecoded()).expect("given");
        assert_eq!(made.meta.scaling.expect("images").mean, [0.5]);
    }

    #[test]
    fn a_channel_of_one_value_has_no_deviation() {
        let error = normalise(&call("normalise").call, set(4)).expect_err("black");
        assert!(error.to_string().contains("channel 0"), "{error}");
        let given = call("normalise")
            .with("mean", [0.5])
            .with("std", [2.0])
            .call;
        normalise(&given, set(4)).expect("given");
    }
}
