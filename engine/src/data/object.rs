//! A data object's blobs: what a data node writes and what other nodes read of it.

use kdp::plan::{DataMeta, Split};
use kdp::spec::from_json;
use safetensors::SafeTensors;
use safetensors::tensor::Dtype;
use tch::Device;

use super::{DataError, DataSet, Feeder, Inputs, Samples};
use crate::blob::{Blob, read_i32, read_i64};

/// A split of a data object, loaded.
pub struct Loaded {
    /// Its samples.
    pub samples: Samples,
    /// What makes tensors of them.
    pub feeder: Feeder,
}

fn pack(samples: &Samples) -> Result<Vec<u8>, DataError> {
    let mut blob = Blob::default();
    let shape = [vec![samples.len() as i64], samples.inputs.sizes()].concat();
    match &samples.inputs {
        Inputs::Images { bytes, .. } => blob.u8("images", &shape, bytes),
        Inputs::Tokens { ids, .. } => blob.i32("tokens", &shape, ids),
    }
    blob.i64("labels", &samples.labels);
    blob.i64("true_labels", &samples.true_labels);
    blob.i64("index", &samples.index);
    Ok(blob.bytes()?)
}

fn unpack(bytes: &[u8]) -> Result<Samples, DataError> {
    let tensors = SafeTensors::deserialize(bytes)?;
    let numbers = |name: &str| {
        read_i64(&tensors.tensor(name)?)
            .ok_or_else(|| DataError::Object(format!("`{name}` is not of i64")))
    };
    let (count, inputs) = inputs(&tensors)?;
    let samples = Samples {
        inputs,
        labels: numbers("labels")?,
        true_labels: numbers("true_labels")?,
        index: numbers("index")?,
    };
    let lists = [&samples.labels, &samples.true_labels, &samples.index];
    if lists.iter().any(|list| list.len() != count) {
        return Err(DataError::Object(
            "its tensors are not equally long".to_string(),
        ));
    }
    Ok(samples)
}

/// How many samples there are, and what is fed of them.
fn inputs(tensors: &SafeTensors) -> Result<(usize, Inputs), DataError> {
    let wrong = |what: &str| DataError::Object(what.to_string());
    if let Ok(tokens) = tensors.tensor("tokens") {
        let (&[count, length], Some(ids)) = (tokens.shape(), read_i32(&tokens)) else {
            return Err(wrong("`tokens` is not n×length of i32"));
        };
        return Ok((count, Inputs::Tokens { length, ids }));
    }
    let images = tensors.tensor("images")?;
    let (&[count, ref size @ ..], Dtype::U8) = (images.shape(), images.dtype()) else {
        return Err(wrong("`images` is not of u8"));
    };
    let size: Vec<i64> = size.iter().map(|&side| side as i64).collect();
    let size = size
        .try_into()
        .map_err(|_| wrong("`images` is not n×C×H×W"))?;
    let bytes = images.data().to_vec();
    Ok((count, Inputs::Images { size, bytes }))
}

/// The blobs of a data object by name.
pub fn blobs(set: &DataSet) -> Result<Vec<(&'static str, Vec<u8>)>, DataError> {
    let meta = serde_json::to_vec_pretty(&set.meta)
        .map_err(|error| DataError::Object(error.to_string()))?;
    let mut blobs = vec![
        (blob(Split::Train), pack(&set.train)?),
        (blob(Split::Test), pack(&set.test)?),
        ("meta.json", meta),
    ];
    if set.meta.shape.validation > 0 {
        blobs.push((blob(Split::Validation), pack(&set.validation)?));
    }
    Ok(blobs)
}

fn blob(split: Split) -> &'static str {
    match split {
        Split::Train => "train.safetensors",
        Split::Validation => "validation.safetensors",
        Split::Test => "test.safetensors",
    }
}

fn meta(bytes: &[u8]) -> Result<DataMeta, DataError> {
    from_json(bytes).map_err(|error| DataError::Object(error.to_string()))
}

/// A split of a data object whose blobs `read` gives, for tensors on a device.
pub fn load<E: From<DataError>>(
    split: Split,
    device: Device,
    read: impl Fn(&str) -> Result<Vec<u8>, E>,
) -> Result<Loaded, E> {
    let meta = meta(&read("meta.json")?)?;
    Ok(Loaded {
        samples: unpack(&read(blob(split))?)?,
        feeder: Feeder::new(&meta, device),
    })
}

/// A data object, whole, whose blobs `read` gives.
pub fn open<E: From<DataError>>(read: impl Fn(&str) -> Result<Vec<u8>, E>) -> Result<DataSet, E> {
    let meta = meta(&read("meta.json")?)?;
    let split = |split| Ok::<_, E>(unpack(&read(blob(split))?)?);
    let test = split(Split::Test)?;
    let validation = match meta.shape.validation {
        0 => test.select(&[]),
        _ => split(Split::Validation)?,
    };
    Ok(DataSet {
        train: split(Split::Train)?,
        validation,
        test,
        meta,
    })
}
