//! The small data sets that are part of the engine.

use std::path::Path;

use super::samples::{Declared, Samples};
use super::{DataError, idx};

/// One embedded data set: gzipped IDX files.
struct Set {
    name: &'static str,
    /// The largest value a pixel has.
    scale: f64,
    /// Images and labels of the training split, then of the test split.
    files: [&'static [u8]; 4],
}

macro_rules! set {
    ($name:literal, $scale:literal) => {
        Set {
            name: $name,
            scale: $scale,
            files: [
                include_bytes!(concat!(
                    "../../../data/",
                    $name,
                    "/train-images-idx3-ubyte.gz"
                )),
                include_bytes!(concat!(
                    "../../../data/",
                    $name,
                    "/train-labels-idx1-ubyte.gz"
                )),
                include_bytes!(concat!(
                    "../../../data/",
                    $name,
                    "/t10k-images-idx3-ubyte.gz"
                )),
                include_bytes!(concat!(
                    "../../../data/",
                    $name,
                    "/t10k-labels-idx1-ubyte.gz"
                )),
            ],
        }
    };
}

static SETS: [Set; 2] = [set!("digits", 16.0), set!("fashion_mini", 255.0)];

fn find(name: &str) -> Result<&'static Set, DataError> {
    SETS.iter()
        .find(|set| set.name == name)
        .ok_or_else(|| DataError::Unknown {
            what: "the embedded data",
            name: name.to_string(),
        })
}

/// What a byte of the set is divided by.
pub fn scale(name: &str) -> Result<f64, DataError> {
    Ok(find(name)?.scale)
}

/// The samples of a split.
pub fn read(name: &str, shape: [i64; 3], declared: &Declared) -> Result<Samples, DataError> {
    let set = find(name)?;
    let [images, labels] = if declared.split == "train" {
        [set.files[0], set.files[1]]
    } else {
        [set.files[2], set.files[3]]
    };
    let part = |what: &str| format!("<{name}>/{}-{what}", declared.split);
    idx::samples(
        shape,
        declared,
        (Path::new(&part("images")), images),
        (Path::new(&part("labels")), labels),
    )
}
