//! What each layer makes of a sample's shape.

use super::rows::of_row;
use crate::diag::count;
use crate::spec::{Call, Shape};

/// Why a layer refuses a shape, and the mend.
pub(in crate::check) type Refusal = (String, Option<String>);

/// The shape that comes out of a layer of the vocabulary (all but `residual` and `chain`).
pub fn output_shape(call: &Call, input: &Shape) -> Result<Shape, Refusal> {
    let int = |name: &str| call.int(name).unwrap_or_default();
    spread(call)?;
    match call.name.as_str() {
        "conv" => {
            let [channels, height, width] = image(input)?;
            let (out, kernel, stride, padding, groups) = (
                int("channels"),
                int("kernel"),
                int("stride"),
                int("padding"),
                int("groups"),
            );
            positive(&[
                ("channels", out),
                ("kernel", kernel),
                ("stride", stride),
                ("groups", groups),
            ])?;
            not_negative("padding", padding)?;
            if channels % groups != 0 || out % groups != 0 {
                return Err((
                    format!(
                        "cannot split {} in and {out} out into {}",
                        count(channels, "channel"),
                        count(groups, "group")
                    ),
                    Some("both numbers of channels must be multiples of `groups`".into()),
                ));
            }
            Ok([
                out,
                slide(height, kernel, stride, padding)?,
                slide(width, kernel, stride, padding)?,
            ]
            .into())
        }
        "max_pool" | "avg_pool" => {
            let [channels, height, width] = image(input)?;
            let kernel = int("kernel");
            let stride = call.int("stride").unwrap_or(kernel);
            let padding = int("padding");
            positive(&[("kernel", kernel), ("stride", stride)])?;
            not_negative("padding", padding)?;
            if 2 * padding > kernel {
                return Err((
                    format!("cannot pad by {padding}, more than half its kernel of {kernel}"),
                    None,
                ));
            }
            Ok([
                channels,
                slide(height, kernel, stride, padding)?,
                slide(width, kernel, stride, padding)?,
            ]
            .into())
        }
        "batch_norm" => {
            image(input)?;
            Ok(input.clone())
        }
        "linear" => {
            let features = int("features");
            positive(&[("features", features)])?;
            match (input, input.sizes().len()) {
                (Shape::Numbers(_), 1) => Ok([features].into()),
                (Shape::Vectors { length, .. }, _) => Ok(Shape::Vectors {
                    length: *length,
                    width: features,
                }),
                (Shape::Numbers(_), _) => Err(refusal(
                    "wants a flat input",
                    input,
                    "put `flatten()` or `global_avg_pool()` before it",
                )),
                _ => Err(refusal(
                    "wants a flat input or a row of vectors",
                    input,
                    &format!("put {} before it", flat(input)),
                )),
            }
        }
        "layer_norm" => {
            numbers(input)?;
            match input.image() {
                None => Ok(input.clone()),
                Some(_) => Err(refusal(
                    "wants features or a row of vectors",
                    input,
                    "it is for the vectors of a text; an image is normalised by `batch_norm()`",
                )),
            }
        }
        "flatten" => {
            numbers(input)?;
            Ok([input.sizes().iter().product()].into())
        }
        "global_avg_pool" => {
            let [channels, ..] = image(input)?;
            Ok([channels].into())
        }
        "subsample_and_pad" => {
            let [channels, height, width] = image(input)?;
            let (out, stride) = (int("channels"), int("stride"));
            positive(&[("channels", out), ("stride", stride)])?;
            if out < channels {
                return Err((
                    format!(
                        "cannot make {} of {channels}: it only adds zeros",
                        count(out, "channel")
                    ),
                    None,
                ));
            }
            Ok([
                out,
                (height + stride - 1) / stride,
                (width + stride - 1) / stride,
            ]
            .into())
        }
        "dropout" => {
            numbers(input)?;
            share("a rate", call.number("rate").unwrap_or_default())?;
            Ok(input.clone())
        }
        "identity" => Ok(input.clone()),
        _ => of_row(call, input).unwrap_or_else(|| {
            numbers(input)?;
            Ok(input.clone())
        }),
    }
}

/// The layers that make a flat input of a text.
pub fn flat(text: &Shape) -> &'static str {
    match text {
        Shape::Tokens { .. } => "`embedding(…) -> mean_tokens()`",
        _ => "`mean_tokens()`",
    }
}

/// That a layer wants another shape than what reaches it.
pub(in crate::check) fn refusal(wants: &str, input: &Shape, help: &str) -> Refusal {
    let message = format!("{wants}, but {input} reaches it");
    (message, Some(help.to_string()))
}

/// Refuses tokens: an id is a name, with which nothing can be computed.
pub(in crate::check) fn numbers(input: &Shape) -> Result<(), Refusal> {
    match input {
        Shape::Tokens { .. } => Err(refusal(
            "wants numbers",
            input,
            "put `embedding(…)` before it, which makes a vector of each token",
        )),
        _ => Ok(()),
    }
}

fn image(input: &Shape) -> Result<[i64; 3], Refusal> {
    let help = match input {
        Shape::Numbers(_) => "move it before `flatten()` or `global_avg_pool()`",
        _ => "it is for images; a text goes through `embedding(…) -> mean_tokens()`",
    };
    let wants = "wants an image (channels×height×width)";
    input.image().ok_or_else(|| refusal(wants, input, help))
}

/// Refuses first weights that are all the same.
fn spread(call: &Call) -> Result<(), Refusal> {
    match call.call("init").and_then(|init| init.number("std")) {
        Some(std) if !(std > 0.0 && std.is_finite()) => {
            let help = "units that begin alike stay alike: BERT begins with `normal(0.02)`";
            Err((
                format!("wants first weights of a standard deviation above 0, not {std}"),
                Some(help.into()),
            ))
        }
        _ => Ok(()),
    }
}

/// Refuses sizes that are none.
pub(in crate::check) fn positive(args: &[(&str, i64)]) -> Result<(), Refusal> {
    for (name, value) in args {
        if !(1..=1_000_000).contains(value) {
            return Err((
                format!("wants `{name}` between 1 and 1,000,000, not {value}"),
                None,
            ));
        }
    }
    Ok(())
}

/// Refuses a probability that nothing would outlast.
pub(in crate::check) fn share(what: &str, value: f64) -> Result<(), Refusal> {
    match (0.0..1.0).contains(&value) {
        true => Ok(()),
        false => {
            let message = format!("wants {what} of at least 0 and under 1, not {value}");
            Err((message, None))
        }
    }
}

fn not_negative(name: &str, value: i64) -> Result<(), Refusal> {
    if (0..=1_000_000).contains(&value) {
        Ok(())
    } else {
        Err((
            format!("wants `{name}` between 0 and 1,000,000, not {value}"),
            None,
        ))
    }
}

/// ⌊(size + 2·padding − kernel) / stride⌋ + 1.
fn slide(size: i64, kernel: i64, stride: i64, padding: i64) -> Result<i64, Refusal> {
    let room = size + 2 * padding - kernel;
    if room < 0 {
        return Err((
            format!(
                "has a window of {kernel}, larger than the {} it slides over",
                size + 2 * padding
            ),
            Some("use a smaller kernel, more padding, or pool less before it".into()),
        ));
    }
    Ok(room / stride + 1)
}
