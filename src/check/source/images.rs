//! Sources of images.

use super::{Wrong, count, distinct};
use crate::spec::{Call, Shape};

/// Images and the number of their classes.
pub(super) fn promised(call: &Call) -> Result<(Shape, i64), Wrong> {
    let sides = call.numbers("shape").unwrap_or_default();
    let sides: Vec<i64> = sides.into_iter().map(|side| side as i64).collect();
    if sides.len() != 3 || sides.iter().any(|side| !(1..=4096).contains(side)) {
        let message = "a sample's shape is [channels, height, width], each from 1 to 4096";
        return Err(Wrong::new("shape", message).help("for example `shape: [3, 32, 32]`"));
    }
    if ![1, 3].contains(&sides[0]) {
        let message = format!("images have 1 or 3 channels, not {}", sides[0]);
        let help = "the shape is [channels, height, width]; 3 for colours, 1 for shades of grey";
        return Err(Wrong::new("shape", message).help(help));
    }
    if matches!(call.name.as_str(), "image_folder" | "image_parquet") {
        frame(call, &sides)?;
    }
    let classes = count(call, "classes", 2, 1_000_000)?;
    columns(call, classes)?;
    if call.bool("coarse") == Some(true) && classes == 10 {
        let message = "only the files of CIFAR-100 have coarse labels";
        return Err(Wrong::new("coarse", message).help("of these there are 20: `classes: 20`"));
    }
    for (name, above) in [("mean", ""), ("std", ", above 0")] {
        let fits = |value: &f64| name == "mean" || *value > 0.0;
        if let Some(values) = call.numbers(name)
            && (values.len() != sides[0] as usize || !values.iter().all(fits))
        {
            let message = format!("`{name}` wants one number a channel{above}: {}", sides[0]);
            return Err(Wrong::new(name, message));
        }
    }
    Ok((sides.into(), classes))
}

/// The columns of images and labels, and what labels there are.
fn columns(call: &Call, classes: i64) -> Result<(), Wrong> {
    if call.text("image").is_some() && call.text("image") == call.text("label") {
        let message = "`image` and `label` name the same column";
        let said = match call.text("image") {
            Some("image") => "label",
            _ => "image",
        };
        return Err(Wrong::new(said, message));
    }
    let Some(labels) = call.texts("labels") else {
        return Ok(());
    };
    distinct(&labels)?;
    if labels.len() as i64 != classes {
        let message = format!("`labels` names {}, `classes` says {classes}", labels.len());
        return Err(Wrong::new("labels", message).help("each class has one label"));
    }
    Ok(())
}

/// How images of any size are brought to one.
fn frame(call: &Call, sides: &[i64]) -> Result<(), Wrong> {
    let &[_, height, width] = sides else {
        return Ok(());
    };
    let longer = height.max(width);
    match call.int("resize") {
        Some(side) if !(longer..=4096).contains(&side) => {
            let message = format!(
                "`resize` makes the shorter side {side} pixels, of which {height}×{width} are cut out: it is {longer} to 4096"
            );
            Err(Wrong::new("resize", message)
                .help("256 where 224×224 are cut out, as ImageNet is evaluated"))
        }
        _ => Ok(()),
    }
}
