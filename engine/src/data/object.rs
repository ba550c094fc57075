//! A data object's blobs: what a data node writes and what other nodes read of it.
//!
//! Neither side has the inputs of a split in memory: they are written row by row, and read from the mapped file.

use std::io::{self, Write};

use kdp::plan::{DataMeta, Split};
use kdp::spec::from_json;
use kdp::store::Mapped;
use safetensors::SafeTensors;
use safetensors::tensor::Dtype;
use tch::Device;

use super::{DataError, DataSet, Feeder, Frame, Inputs, Rows, Samples};
use crate::blob::{head, read_i64};

/// A split of a data object, loaded.
pub struct Loaded {
    /// Its samples.
    pub samples: Samples,
    /// What makes tensors of them.
    pub feeder: Feeder,
}

/// Writes samples as a safetensors file: the lists first, then the inputs.
pub fn write(samples: &Samples, out: &mut dyn Write) -> io::Result<()> {
    let mut lists = vec![
        ("index", samples.index.clone()),
        ("labels", samples.labels.clone()),
        ("true_labels", samples.true_labels.clone()),
    ];
    let sizes = samples.inputs.sizes().into_iter().map(|size| size as usize);
    let shape: Vec<usize> = [samples.len()].into_iter().chain(sizes).collect();
    let (inputs, rows) = match &samples.inputs {
        Inputs::Images { pixels, .. } => (("images", Dtype::U8, shape), pixels),
        Inputs::Tokens { ids, .. } => (("tokens", Dtype::I32, shape), ids),
        Inputs::Encoded { frame, files } => {
            let mut bounds = vec![0i64];
            bounds.extend(files.lengths().scan(0, |end, length| {
                *end += length as i64;
                Some(*end)
            }));
            let all = bounds.last().map_or(0, |&end| end as usize);
            lists.insert(0, ("bounds", bounds));
            lists.insert(1, ("frame", frame.to_list()));
            (("files", Dtype::U8, vec![all]), files)
        }
    };
    let mut tensors: Vec<_> = lists
        .iter()
        .map(|(name, list)| (*name, Dtype::I64, vec![list.len()]))
        .collect();
    tensors.push(inputs);
    out.write_all(&head(&tensors).map_err(io::Error::other)?)?;
    for number in lists.iter().flat_map(|(_, list)| list) {
        out.write_all(&number.to_le_bytes())?;
    }
    rows.iter().try_for_each(|row| out.write_all(row))
}

/// The samples of a file that was written so.
fn read(file: Mapped) -> Result<Samples, DataError> {
    let tensors = SafeTensors::deserialize(&file)?;
    let labels = numbers(&tensors, "labels")?;
    let (true_labels, index) = (
        numbers(&tensors, "true_labels")?,
        numbers(&tensors, "index")?,
    );
    let form = Form::of(&tensors, &file)?;
    let inputs = form.inputs(file)?;
    if [true_labels.len(), index.len(), inputs.len()] != [labels.len(); 3] {
        return Err(wrong("its tensors are not equally long"));
    }
    Ok(Samples {
        inputs,
        labels,
        true_labels,
        index,
    })
}

fn wrong(what: &str) -> DataError {
    DataError::Object(what.to_string())
}

fn numbers(tensors: &SafeTensors, name: &str) -> Result<Vec<i64>, DataError> {
    read_i64(&tensors.tensor(name)?).ok_or_else(|| wrong(&format!("`{name}` is not of i64")))
}

/// What a file says of its inputs, and where they begin in it.
enum Form {
    Images([usize; 4], usize),
    Tokens([usize; 2], usize),
    Encoded(Frame, Vec<usize>),
}

impl Form {
    fn of(tensors: &SafeTensors, file: &[u8]) -> Result<Form, DataError> {
        let names = tensors.names();
        let name = ["images", "tokens", "files"]
            .into_iter()
            .find(|name| names.contains(name))
            .ok_or_else(|| wrong("it has no inputs"))?;
        let inputs = tensors.tensor(name)?;
        // `SafeTensors` has held places and sizes against the file's length.
        let start = inputs.data().as_ptr() as usize - file.as_ptr() as usize;
        match (name, inputs.dtype(), inputs.shape()) {
            ("images", Dtype::U8, &[n, c, h, w]) => Ok(Form::Images([n, c, h, w], start)),
            ("tokens", Dtype::I32, &[n, length]) => Ok(Form::Tokens([n, length], start)),
            ("files", Dtype::U8, &[_]) => {
                let frame = Frame::of_list(&numbers(tensors, "frame")?);
                let frame = frame.ok_or_else(|| wrong("`frame` is not [C, H, W, side]"))?;
                let bounds = numbers(tensors, "bounds")?;
                let bounds = bounds
                    .iter()
                    .map(|&at| start.checked_add(usize::try_from(at).ok()?));
                let bounds: Option<_> = bounds.collect();
                let bounds = bounds.ok_or_else(|| wrong("its `bounds` are no places"))?;
                Ok(Form::Encoded(frame, bounds))
            }
            _ => Err(wrong(&format!("its `{name}` are of another shape or type"))),
        }
    }

    fn inputs(self, file: Mapped) -> Result<Inputs, DataError> {
        let short = || wrong("it is cut short");
        Ok(match self {
            Form::Images([count, c, h, w], start) => Inputs::Images {
                size: [c, h, w].map(|side| side as i64),
                pixels: Rows::even(file, start, c * h * w, count).ok_or_else(short)?,
            },
            Form::Tokens([count, length], start) => Inputs::Tokens {
                length,
                ids: Rows::even(file, start, 4 * length, count).ok_or_else(short)?,
            },
            Form::Encoded(frame, bounds) => Inputs::Encoded {
                frame,
                files: Rows::between(file, &bounds).ok_or_else(short)?,
            },
        })
    }
}

/// The splits of a data object by the names of their blobs, the main one first.
pub fn splits(set: DataSet) -> Vec<(&'static str, Samples)> {
    let held_out = set.meta.shape.validation > 0;
    let validation = held_out.then_some((blob(Split::Validation), set.validation));
    let splits = [
        (blob(Split::Train), set.train),
        (blob(Split::Test), set.test),
    ];
    splits.into_iter().chain(validation).collect()
}

/// The blob with a [`DataMeta`].
pub const META: &str = "meta.json";

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

/// A split of a data object whose blobs `map` gives, for tensors on a device.
pub fn load<E: From<DataError>>(
    split: Split,
    device: Device,
    map: impl Fn(&str) -> Result<Mapped, E>,
) -> Result<Loaded, E> {
    let meta = meta(&map(META)?)?;
    Ok(Loaded {
        samples: read(map(blob(split))?)?,
        feeder: Feeder::new(&meta, device),
    })
}

/// A data object, whole, whose blobs `map` gives.
pub fn open<E: From<DataError>>(map: impl Fn(&str) -> Result<Mapped, E>) -> Result<DataSet, E> {
    let meta = meta(&map(META)?)?;
    let split = |split| Ok::<_, E>(read(map(blob(split))?)?);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::Blob;

    /// The same file by the crate that defines the format.
    fn reference(samples: &Samples, add: impl FnOnce(&mut Blob)) -> Vec<u8> {
        let mut blob = Blob::default();
        blob.i64("labels", &samples.labels);
        blob.i64("true_labels", &samples.true_labels);
        blob.i64("index", &samples.index);
        add(&mut blob);
        blob.bytes().expect("a file")
    }

    #[test]
    fn what_is_written_row_by_row_is_what_the_crate_writes_at_once() {
        let bytes: Vec<u8> = (0..24).collect();
        let images = Samples::of_images([2, 2, 2], bytes.clone(), &[3, 1, 2]);
        let ids = [1, -2, 3, 4, 5, 1 << 20];
        let tokens = Samples::new(Inputs::tokens(2, &ids), vec![0, 1, 0]);
        let none = images.select(&[]);
        for (samples, wanted) in [
            (
                &images,
                reference(&images, |blob| blob.u8("images", &[3, 2, 2, 2], &bytes)),
            ),
            (
                &tokens,
                reference(&tokens, |blob| blob.i32("tokens", &[3, 2], &ids)),
            ),
            (
                &none,
                reference(&none, |blob| blob.u8("images", &[0, 2, 2, 2], &[])),
            ),
        ] {
            let mut written = vec![];
            write(samples, &mut written).expect("written");
            assert_eq!(written, wanted);
        }
    }
}
