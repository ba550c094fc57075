//! How the pixels of images become numbers.

use super::Refusal;
use crate::check::codes::{OUT_OF_RANGE, SHAPE};
use crate::check::program::{DataFrom, Dataset};
use crate::spec::Call;

/// Means and deviations of one's own.
pub(super) fn normalise(call: &Call, dataset: &Dataset) -> Result<(), Refusal> {
    let sample = &dataset.shape.sample;
    let Some([channels, ..]) = sample.image() else {
        let message = format!("`normalise` is of images; a sample is {sample}");
        return Err(Refusal::new(SHAPE, message));
    };
    let given = |name: &str| call.args.contains_key(name);
    if is_encoded(dataset) && !(given("mean") && given("std")) {
        let message = format!(
            "the images of `{}` are kept encoded: their mean and deviation are not computed",
            dataset.id
        );
        let help = "give both, as torchvision does for ImageNet: `mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]`";
        return Err(Refusal::new(OUT_OF_RANGE, message).help(help));
    }
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

/// Images with a shorter side of so many pixels.
pub(super) fn resize(call: &Call, dataset: &mut Dataset) -> Result<(), Refusal> {
    let Some([channels, height, width]) = dataset.shape.sample.image() else {
        let message = format!(
            "`resize` is of images; a sample is {}",
            dataset.shape.sample
        );
        return Err(Refusal::new(SHAPE, message));
    };
    if is_encoded(dataset) {
        let message = format!("the images of `{}` are kept encoded", dataset.id);
        let help = "say their size where they are read: `shape: [3, 64, 64], resize: 64`";
        return Err(Refusal::of("side", message).help(help));
    }
    let side = call.int("side").unwrap_or_default();
    // As torchvision rounds.
    let (shorter, longer) = (height.min(width), height.max(width));
    let other = side.saturating_mul(longer) / shorter.max(1);
    if side < 1 || other > 4096 {
        let message = format!("a side has 1 to 4096 pixels, not {}", side.max(other));
        return Err(Refusal::of("side", message).help("for example `|> resize(32)`"));
    }
    dataset.shape.sample = match height <= width {
        true => [channels, side, other].into(),
        false => [channels, other, side].into(),
    };
    Ok(())
}

/// Whether images are kept as the files they came in.
fn is_encoded(dataset: &Dataset) -> bool {
    match &dataset.from {
        DataFrom::Source { call, .. } => call.text("keep") == Some("encoded"),
        DataFrom::Join(data, _) | DataFrom::Relabel { data, .. } => is_encoded(data),
    }
}
