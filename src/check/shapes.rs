//! What each layer makes of a sample's shape.

use super::value::show_shape;
use crate::spec::Call;

/// Why a layer refuses a shape, and the mend.
type Refusal = (String, Option<String>);

/// The shape that comes out of a layer of the vocabulary (all but `residual` and `chain`).
pub fn output_shape(call: &Call, input: &[i64]) -> Result<Vec<i64>, Refusal> {
    let int = |name: &str| call.int(name).unwrap_or_default();
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
                        "cannot split {channels} channels in and {out} out into {groups} groups"
                    ),
                    Some("both numbers of channels must be multiples of `groups`".into()),
                ));
            }
            Ok(vec![
                out,
                slide(height, kernel, stride, padding)?,
                slide(width, kernel, stride, padding)?,
            ])
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
            Ok(vec![
                channels,
                slide(height, kernel, stride, padding)?,
                slide(width, kernel, stride, padding)?,
            ])
        }
        "batch_norm" => {
            image(input)?;
            Ok(input.to_vec())
        }
        "linear" => {
            let features = int("features");
            positive(&[("features", features)])?;
            match input {
                [_] => Ok(vec![features]),
                _ => Err((
                    format!("wants a flat input, but {} reaches it", show_shape(input)),
                    Some("put `flatten()` or `global_avg_pool()` before it".into()),
                )),
            }
        }
        "flatten" => Ok(vec![input.iter().product()]),
        "global_avg_pool" => {
            let [channels, ..] = image(input)?;
            Ok(vec![channels])
        }
        "subsample_and_pad" => {
            let [channels, height, width] = image(input)?;
            let (out, stride) = (int("channels"), int("stride"));
            positive(&[("channels", out), ("stride", stride)])?;
            if out < channels {
                return Err((
                    format!("cannot make {out} channels of {channels}: it only adds zeros"),
                    None,
                ));
            }
            Ok(vec![
                out,
                (height + stride - 1) / stride,
                (width + stride - 1) / stride,
            ])
        }
        "dropout" => {
            let rate = call.number("rate").unwrap_or_default();
            if (0.0..1.0).contains(&rate) {
                Ok(input.to_vec())
            } else {
                Err((
                    format!("wants a rate of at least 0 and under 1, not {rate}"),
                    None,
                ))
            }
        }
        _ => Ok(input.to_vec()),
    }
}

fn image(input: &[i64]) -> Result<[i64; 3], Refusal> {
    <[i64; 3]>::try_from(input).map_err(|_| {
        (
            format!(
                "wants an image (channels×height×width), but {} reaches it",
                show_shape(input)
            ),
            Some("move it before `flatten()` or `global_avg_pool()`".into()),
        )
    })
}

fn positive(args: &[(&str, i64)]) -> Result<(), Refusal> {
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
