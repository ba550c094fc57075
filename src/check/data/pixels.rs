//! How the pixels of images become numbers.

use super::Refusal;
use crate::check::codes::SHAPE;
use crate::spec::{Call, DataShape};

/// Means and deviations of one's own.
pub(super) fn normalise(call: &Call, shape: &DataShape) -> Result<(), Refusal> {
    let Some([channels, ..]) = shape.sample.image() else {
        let message = format!("`normalise` is of images; a sample is {}", shape.sample);
        return Err(Refusal::new(SHAPE, message));
    };
    for (name, above) in [("mean", ""), ("std", ", above 0")] {
        let fits = |value: &f64| name == "mean" || *value > 0.0;
        if let Some(values) = call.numbers(name)
            && (values.len() as i64 != channels || !values.iter().all(fits))
        {
            let message = format!("`{name}` wants one number a channel{above}: {channels}");
            return Err(Refusal::of(name, message));
        }
    }
    Ok(())
}
