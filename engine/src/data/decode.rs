//! A data node: source, transforms, and the declaration they are held against.

use kdp::plan::{Call, DataMeta, DataTask};

use super::files::Files;
use super::samples::{Declared, Samples};
use super::transforms::{self, Splits};
use super::{DataError, cifar, embedded, idx};

/// What a data node gives.
pub struct Decoded {
    /// What is trained on.
    pub train: Samples,
    /// What is tested on.
    pub test: Samples,
    /// How bytes become numbers.
    pub meta: DataMeta,
}

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

/// Decodes the source and applies the transforms.
pub fn decode(task: &DataTask, files: &Files) -> Result<Decoded, DataError> {
    let source = &task.source;
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
    let mut splits = Splits {
        train: read("train")?,
        test: read("test")?,
    };
    for call in &task.transforms {
        splits = transforms::apply(call, splits, classes)?;
    }
    for (split, found, declared) in [
        ("train", splits.train.len(), task.shape.train),
        ("test", splits.test.len(), task.shape.test),
    ] {
        if found as i64 != declared {
            return Err(DataError::Transformed {
                split,
                found,
                declared,
            });
        }
    }
    let meta = DataMeta {
        shape: task.shape.clone(),
        scale,
        mean: channels(source, "mean", 0.0, shape[0] as usize)?,
        std: channels(source, "std", 1.0, shape[0] as usize)?,
    };
    Ok(Decoded {
        train: splits.train,
        test: splits.test,
        meta,
    })
}
