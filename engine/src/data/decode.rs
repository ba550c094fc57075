//! A source decoded, and held against its declaration.

use kdp::plan::{Call, DataMeta, DataShape, Scaling, Shape};

use super::files::Files;
use super::samples::{Declared, Samples};
use super::texts::{Format, Records, Tokenizer};
use super::{DataError, DataSet, cifar, embedded, idx};

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

/// Decodes a source, whose samples are declared to be such. `told` is told how many of all are done.
pub fn decode(
    source: &Call,
    files: &Files,
    sample: &Shape,
    told: &mut dyn FnMut(usize, usize),
) -> Result<DataSet, DataError> {
    match Format::of(source)? {
        Some(format) => texts(source, &format, files, sample, told),
        None => images(source, files),
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
    told: &mut dyn FnMut(usize, usize),
) -> Result<DataSet, DataError> {
    let classes = format.classes();
    let tokenizer = Tokenizer::of(source, files, sample)?;
    let records = |split| format.records(files, &declared(source, split, classes)?);
    let (train, test) = (records("train")?, records("test")?);
    let all = train.list.len() + test.list.len();
    let mut samples = |records: Records, before: usize| {
        let inputs = tokenizer.rows(&records.list, &mut |done| told(before + done, all))?;
        let labels = records.list.iter().map(|record| record.class).collect();
        Ok::<_, DataError>(Samples::new(inputs, labels))
    };
    let before = train.list.len();
    let (train, test) = (samples(train, 0)?, samples(test, before)?);
    Ok(set(train, test, sample.clone(), classes, None))
}

fn images(source: &Call, files: &Files) -> Result<DataSet, DataError> {
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
        let declared = declared(source, split, classes)?;
        match source.name.as_str() {
            "idx" => idx::read(files, shape, &declared),
            "cifar_binary" => cifar::read(files, shape, &declared),
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
    let (train, test) = (read("train")?, read("test")?);
    let scaling = Scaling {
        scale,
        mean: channels(source, "mean", 0.0, shape[0] as usize)?,
        std: channels(source, "std", 1.0, shape[0] as usize)?,
    };
    Ok(set(train, test, shape.into(), classes, Some(scaling)))
}

/// A data set as its source gives it.
fn set(
    train: Samples,
    test: Samples,
    sample: Shape,
    classes: i64,
    scaling: Option<Scaling>,
) -> DataSet {
    let shape = DataShape {
        sample,
        classes,
        train: train.len() as i64,
        validation: 0,
        test: test.len() as i64,
        labelled: true,
    };
    DataSet {
        validation: train.select(&[]),
        train,
        test,
        meta: DataMeta { shape, scaling },
    }
}
