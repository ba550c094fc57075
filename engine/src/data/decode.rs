//! A source decoded, and held against its declaration.

use kdp::plan::{Call, DataMeta, DataShape};

use super::files::Files;
use super::samples::{Declared, Samples};
use super::{DataError, DataSet, cifar, embedded, idx};

fn wanted<T>(call: &Call, argument: &str, value: Option<T>) -> Result<T, DataError> {
    value.ok_or_else(|| DataError::Argument {
        word: call.name.clone(),
        argument: argument.to_string(),
    })
}

/// One number a channel; `default` for each where the argument is left out.
fn channels(call: &Call, name: &str, default: f64, count: usize) -> Result<Vec<f64>, DataError> {
    if !call.args.contains_key(name) {
        return Ok(vec![default; count]);
    }
    let numbers = call.numbers(name).filter(|numbers| numbers.len() == count);
    wanted(call, name, numbers)
}

/// Decodes a source.
pub fn decode(source: &Call, files: &Files) -> Result<DataSet, DataError> {
    let shape: [i64; 3] = wanted(
        source,
        "shape",
        source.numbers("shape").and_then(|shape| {
            let shape: Vec<i64> = shape.iter().map(|&size| size as i64).collect();
            shape.try_into().ok()
        }),
    )?;
    let classes = wanted(source, "classes", source.int("classes"))?;
    let mut scale = 255.0;
    let mut read = |split: &'static str| {
        let declared = Declared {
            split,
            shape,
            classes,
            count: wanted(source, split, source.int(split))?,
        };
        match source.name.as_str() {
            "idx" => idx::read(files, &declared),
            "cifar_binary" => cifar::read(files, &declared),
            "embedded" => {
                let name = wanted(source, "name", source.text("name"))?;
                scale = embedded::scale(name)?;
                embedded::read(name, &declared)
            }
            other => Err(DataError::Unknown {
                what: "the source",
                name: other.to_string(),
            }),
        }
    };
    let (train, test) = (read("train")?, read("test")?);
    let meta = DataMeta {
        shape: DataShape {
            sample: shape.to_vec(),
            classes,
            train: train.len() as i64,
            validation: 0,
            test: test.len() as i64,
            labelled: true,
        },
        scale,
        mean: channels(source, "mean", 0.0, shape[0] as usize)?,
        std: channels(source, "std", 1.0, shape[0] as usize)?,
    };
    Ok(DataSet {
        validation: Samples::new(shape, vec![], &[]),
        train,
        test,
        meta,
    })
}
