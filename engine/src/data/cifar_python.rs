//! CIFAR's Python files (Krizhevsky 2009): a pickled dict a file, with an array `data` of one image a
//! row, channel by channel, and a list of labels: `labels` (CIFAR-10), `fine_labels` and `coarse_labels`
//! (CIFAR-100).

use std::borrow::Cow;
use std::path::Path;

use super::cifar::split;
use super::files::Files;
use super::samples::{Declared, Samples};
use super::{DataError, numpy};
use crate::pickle::{self, Pickle};

/// The samples of a split; of CIFAR-100 with its coarse labels, if these are wanted.
pub fn read(
    files: &Files,
    shape: [i64; 3],
    coarse: bool,
    declared: &Declared,
) -> Result<Samples, DataError> {
    let list = match (files.has("train"), coarse) {
        (false, _) => "labels",
        (true, false) => "fine_labels",
        (true, true) => "coarse_labels",
    };
    split(files, shape, declared, |path, bytes, images| {
        let batch = Batch::read(path, bytes)?;
        let labels = batch.labels(list)?;
        images.extend_from_slice(&batch.images(shape, labels.len())?);
        Ok(labels)
    })
}

/// One file.
struct Batch<'a> {
    path: &'a Path,
    pickle: Pickle<'a>,
}

impl<'a> Batch<'a> {
    fn read(path: &'a Path, bytes: &'a [u8]) -> Result<Self, DataError> {
        match pickle::read(bytes, 0, numpy::NAMES) {
            Ok(pickle) => Ok(Self { path, pickle }),
            Err(reason) => Err(DataError::Pickle {
                path: path.to_path_buf(),
                reason,
            }),
        }
    }

    fn lacks(&self, what: impl Into<String>) -> DataError {
        DataError::NoBatch {
            path: self.path.to_path_buf(),
            what: what.into(),
        }
    }

    fn labels(&self, list: &str) -> Result<Vec<u8>, DataError> {
        let found = self.pickle.get(self.pickle.root, list);
        let labels = found.and_then(|labels| self.pickle.ints(labels));
        let labels = labels.ok_or_else(|| self.lacks(format!("list `{list}` of whole numbers")))?;
        // No label is larger than a byte: those that are belong to no class.
        let bytes = labels
            .iter()
            .map(|label| u8::try_from(*label).unwrap_or(u8::MAX));
        Ok(bytes.collect())
    }

    fn images(&self, shape: [i64; 3], count: usize) -> Result<Cow<'_, [u8]>, DataError> {
        let wanted = [count as i64, shape.iter().product()];
        let found = self.pickle.get(self.pickle.root, "data");
        let array = found.and_then(|data| numpy::array(&self.pickle, data));
        let array = array.ok_or_else(|| self.lacks("array `data` of bytes, row by row"))?;
        match array.0 == wanted {
            true => Ok(array.1),
            false => Err(DataError::Shape {
                path: self.path.to_path_buf(),
                found: array.0,
                declared: wanted.to_vec(),
            }),
        }
    }
}
