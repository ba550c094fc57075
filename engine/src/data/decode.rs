//! A source decoded, and held against its declaration.

use kdp::plan::{Call, DataMeta, DataShape, Scaling, Shape};

use super::files::Files;
use super::images::{self, Manner};
use super::samples::{Declared, Samples};
use super::splits::Splits;
use super::texts::{Format, Records, Tokenizer};
use super::{DataError, DataSet, Making, cifar, cifar_python, embedded, idx};

fn wanted<T>(call: &Call, argument: &str, value: Option<T>) -> Result<T, DataError> {
    value.ok_or_else(|| DataError::argument(call, argument))
}

/// One number a channel; `default` for each where the argument is left out.
fn channels(call: &Call, name: &str, default: f64, count: usize) -> Result<Vec<f64>, DataError> {
    if !call.args.contains_key(name) {
        return Ok(vec![default; count]);
    }
    let numbers = call.numbers(name).filter(|numbers| numbers.len() == count);
    wanted(call, name, numbers)
}

/// Decodes a source, whose samples are declared to be such.
pub fn decode(
    source: &Call,
    files: &Files,
    sample: &Shape,
    making: &mut Making,
) -> Result<DataSet, DataError> {
    match (source.name.as_str(), Format::of(source)?) {
        (_, Some(format)) => texts(source, &format, files, sample, making),
        ("image_folder" | "image_parquet", None) => encoded(source, files, making),
        (_, None) => images(source, files),
    }
}

/// What is declared of a split.
fn declared(source: &Call, split: &'static str, classes: i64) -> Result<Declared, DataError> {
    Ok(Declared {
        split,
        classes,
        count: wanted(source, split, source.int(split))?,
    })
}

fn texts(
    source: &Call,
    format: &Format,
    files: &Files,
    sample: &Shape,
    making: &mut Making,
) -> Result<DataSet, DataError> {
    let classes = format.classes();
    let tokenizer = Tokenizer::of(source, files, sample)?;
    let records = |split| format.records(files, making.store, &declared(source, split, classes)?);
    let (train, test) = (records("train")?, records("test")?);
    making.expect(train.list.len() + test.list.len());
    let mut samples = |records: Records, split| {
        let inputs = tokenizer.rows(&records.list, split, making)?;
        let labels = records.list.iter().map(|record| record.class).collect();
        Ok::<_, DataError>(Samples::new(inputs, labels))
    };
    let splits = Splits {
        train: samples(train, "train")?,
        test: samples(test, "test")?,
        validation: None,
    };
    Ok(set(splits, sample.clone(), classes, None))
}

/// [C, H, W]
fn image_shape(source: &Call) -> Result<[i64; 3], DataError> {
    let sizes = source.numbers("shape").unwrap_or_default();
    let sizes: Vec<i64> = sizes.into_iter().map(|size| size as i64).collect();
    wanted(source, "shape", sizes.try_into().ok())
}

/// How the bytes of images become numbers.
fn scaling(source: &Call, scale: f64, channels_of: i64) -> Result<Scaling, DataError> {
    Ok(Scaling {
        scale,
        mean: channels(source, "mean", 0.0, channels_of as usize)?,
        std: channels(source, "std", 1.0, channels_of as usize)?,
    })
}

/// Images of any size, in folders or in Parquet files.
fn encoded(source: &Call, files: &Files, making: &mut Making) -> Result<DataSet, DataError> {
    let shape = image_shape(source)?;
    let classes = wanted(source, "classes", source.int("classes"))?;
    let manner = Manner::of(source, shape)?;
    let of = |split| declared(source, split, classes);
    let validation = source.args.contains_key("validation");
    let declared = Splits {
        train: of("train")?,
        test: of("test")?,
        validation: validation.then(|| of("validation")).transpose()?,
    };
    let splits = match source.name.as_str() {
        "image_folder" => images::read_folders(files, manner, &declared, making)?,
        _ => images::read_shards(source, files, manner, declared, making)?,
    };
    let scaling = scaling(source, 255.0, shape[0])?;
    Ok(set(splits, shape.into(), classes, Some(scaling)))
}

fn images(source: &Call, files: &Files) -> Result<DataSet, DataError> {
    let shape = image_shape(source)?;
    let classes = wanted(source, "classes", source.int("classes"))?;
    let mut scale = 255.0;
    let mut read = |split: &'static str| {
        let declared = declared(source, split, classes)?;
        match source.name.as_str() {
            "idx" => idx::read(files, shape, &declared),
            "cifar_binary" => cifar::read(files, shape, &declared),
            "cifar_python" => {
                let coarse = wanted(source, "coarse", source.bool("coarse"))?;
                cifar_python::read(files, shape, coarse, &declared)
            }
            "embedded" => {
                let name = wanted(source, "name", source.text("name"))?;
                scale = embedded::scale(name)?;
                embedded::read(name, shape, &declared)
            }
            other => Err(DataError::Unknown {
                what: "the source",
                name: other.to_string(),
            }),
        }
    };
    let splits = Splits {
        train: read("train")?,
        test: read("test")?,
        validation: None,
    };
    let scaling = scaling(source, scale, shape[0])?;
    Ok(set(splits, shape.into(), classes, Some(scaling)))
}

/// A data set as its source gives it.
fn set(splits: Splits<Samples>, sample: Shape, classes: i64, scaling: Option<Scaling>) -> DataSet {
    let Splits { train, test, .. } = splits;
    let validation = splits.validation.unwrap_or_else(|| train.select(&[]));
    let shape = DataShape {
        sample,
        classes,
        train: train.len() as i64,
        validation: validation.len() as i64,
        test: test.len() as i64,
        labelled: true,
    };
    DataSet {
        train,
        validation,
        test,
        meta: DataMeta {
            shape,
            unseen: vec![],
            scaling,
        },
    }
}
